package flotilla.worker;

import flotilla.domain.RequestId;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the workers of this machine keep their {@link AttemptMarks}, those of several clusters side by side. A file is {@code
 * <scope>.<process>.marks} while its owner lives, and {@code ….dead} from when somebody found it without its lock.
 *
 * <p>On Linux a process loses its lock on a file when it closes any channel to it: so a process never opens its own a second
 * time, and looks for dead ones one thread at a time.
 *
 * @param path of the folder
 * @param scope names the cluster and its buckets, so that no worker reports another cluster's images
 */
public record MarkFolder(Path path, String scope) {
    /** Files that this very process owns. */
    static final Set<Path> OWNED = ConcurrentHashMap.newKeySet();

    private static final Logger LOG = LoggerFactory.getLogger(MarkFolder.class);
    private static final int SCOPE_BYTES = 8;
    private static final String MARKS = ".marks";
    private static final String DEAD = ".dead";
    private static final String UNFINISHED = ".new";
    /** No message lives longer in SQS. */
    private static final Duration FORGOTTEN_AFTER = Duration.ofDays(14);

    /**
     * What a process left behind that is not there any more.
     *
     * @param ids of images that were inside when it ended
     * @param alone whether that was one image, which was tried alone
     * @param spared on which it had written an attempt, and that were not inside any more, or not yet
     */
    record Dead(Path file, String process, List<RequestId> ids, boolean alone, List<RequestId> spared) {}

    /** The folder for a scope that is any text. */
    public static MarkFolder of(Path path, String scope) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(scope.getBytes(StandardCharsets.UTF_8));
            return new MarkFolder(path.toAbsolutePath(), HexFormat.of().formatHex(digest, 0, SCOPE_BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    Path marks(String process) {
        return path.resolve(scope + "." + process + MARKS);
    }

    Path dead(String process) {
        return path.resolve(scope + "." + process + DEAD);
    }

    Path unfinished(String process) {
        return path.resolve(scope + "." + process + UNFINISHED);
    }

    /**
     * The files of this scope whose owners are dead, with the ids that they name. They stay until {@link #remove}. Blocks.
     *
     * @throws IOException when the folder cannot be read
     */
    List<Dead> dead() throws IOException {
        synchronized (OWNED) {
            List<Dead> dead = new ArrayList<>();
            for (Path file : files()) {
                String name = file.getFileName().toString();
                if (!name.startsWith(scope + ".") || name.endsWith(UNFINISHED)) {
                    forgetOld(file);
                } else if (name.endsWith(DEAD) || name.endsWith(MARKS)) {
                    Optional<Path> named = name.endsWith(DEAD) ? Optional.of(file) : orphaned(file);
                    named.flatMap(this::read).ifPresent(dead::add);
                }
            }
            return dead;
        }
    }

    /** What it named was reported. */
    void remove(Dead dead) throws IOException {
        Files.deleteIfExists(dead.file());
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.sorted().toList();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    /** The file under its new name if its owner is dead. */
    private Optional<Path> orphaned(Path file) {
        if (OWNED.contains(file)) {
            return Optional.empty();
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            if (lock == null) {
                return Optional.empty();
            }
            String name = file.getFileName().toString();
            Path named = file.resolveSibling(name.substring(0, name.length() - MARKS.length()) + DEAD);
            Files.move(file, named, StandardCopyOption.ATOMIC_MOVE);
            return Optional.of(named);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            LOG.warn("whether the owner of {} lives cannot be told, taken for alive: {}", file, e.toString());
            return Optional.empty();
        }
    }

    private Optional<Dead> read(Path file) {
        try {
            String name = file.getFileName().toString();
            String process = name.substring(scope.length() + 1, name.length() - DEAD.length());
            List<String> places = places(Files.readAllBytes(file));
            List<RequestId> inside = ids(places.stream());
            List<RequestId> attempted = ids(places.stream()
                    .filter(place -> place.startsWith(AttemptMarks.ALONE))
                    .map(place -> place.substring(AttemptMarks.ALONE.length())));
            List<RequestId> spared =
                    attempted.stream().filter(id -> !inside.contains(id)).toList();
            boolean alone = inside.size() == 1 && attempted.contains(inside.get(0));
            return Optional.of(new Dead(file, process, inside, alone, spared));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            LOG.warn("{} cannot be read, nobody is blamed for it: {}", file, e.toString());
            return Optional.empty();
        }
    }

    private static List<String> places(byte[] bytes) {
        List<String> places = new ArrayList<>();
        for (int at = 0; at < bytes.length; at += AttemptMarks.PLACE) {
            int length = Math.min(AttemptMarks.PLACE, bytes.length - at);
            places.add(new String(bytes, at, length, StandardCharsets.US_ASCII));
        }
        return places;
    }

    private static List<RequestId> ids(Stream<String> texts) {
        return texts.flatMap(text -> RequestId.parse(text.strip()).stream())
                .map(uuid -> new RequestId(uuid.toString()))
                .distinct()
                .toList();
    }

    /** What a cluster left here that is not run any more, and a file that never got its name. */
    private void forgetOld(Path file) {
        String name = file.getFileName().toString();
        boolean ours = name.endsWith(MARKS) || name.endsWith(DEAD) || name.endsWith(UNFINISHED);
        try {
            FileTime written = Files.getLastModifiedTime(file);
            boolean old = written.toInstant().isBefore(Instant.now().minus(FORGOTTEN_AFTER));
            if (ours && old && (!name.endsWith(MARKS) || orphaned(file).isPresent())) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            LOG.debug("{} stays: {}", file, e.toString());
        }
    }
}
