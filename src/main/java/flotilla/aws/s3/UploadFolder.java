package flotilla.aws.s3;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.UserPrincipal;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a process keeps images on their way to S3 that are too long for memory: a folder of its own within the one for temporary
 * files, made when the first such image comes. The process holds a lock on a file in it as long as it lives, which the operating
 * system frees however it ends; so whoever gets that lock knows that what is there is nobody's any more. For all threads.
 *
 * <p>On Linux a process loses its lock on a file when it closes any channel to it: so a process never opens its own a second time.
 */
public final class UploadFolder implements AutoCloseable {
    static final String PREFIX = "flotilla-uploads-";
    static final String LOCK = "lock";

    private static final Logger LOG = LoggerFactory.getLogger(UploadFolder.class);
    private static final String IMAGE = ".image";
    /** Folders of this very process; also what guards them, from one that looks before it is known whose a folder is. */
    private static final Set<Path> OWNED = ConcurrentHashMap.newKeySet();

    /** The folder, and the lock that is held. */
    private record Held(Path folder, FileChannel lock) implements AutoCloseable {
        boolean isThere() {
            return Files.exists(folder.resolve(LOCK));
        }

        @Override
        public void close() throws IOException {
            try {
                lock.close();
            } finally {
                OWNED.remove(folder);
            }
        }
    }

    private final Path parent;
    private Optional<Held> held = Optional.empty();

    /** @param parent in which this process's folder is made, and those of others are looked for */
    public UploadFolder(Path parent) {
        this.parent = parent.toAbsolutePath().normalize();
    }

    /** In the folder for temporary files. */
    public static UploadFolder ofTemporaryFiles() {
        return new UploadFolder(Path.of(System.getProperty("java.io.tmpdir")));
    }

    /**
     * A new, empty file; whoever asked for it deletes it.
     *
     * @throws IOException when none can be made
     */
    Path newFile() throws IOException {
        synchronized (OWNED) {
            return Files.createTempFile(folder(), "", IMAGE);
        }
    }

    /**
     * Removes what processes of this user have left that are dead. What cannot be removed is logged, and stays.
     *
     * @return how many folders are gone
     */
    public int sweep() {
        synchronized (OWNED) {
            int removed = 0;
            try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, PREFIX + "*")) {
                UserPrincipal user = Files.getOwner(folder());
                for (Path folder : folders) {
                    if (!OWNED.contains(folder) && isOf(user, folder) && removeIfDead(folder)) {
                        removed++;
                    }
                }
            } catch (IOException | DirectoryIteratorException e) {
                LOG.warn("what dead processes left of uploads in {} cannot be looked for: {}", parent, e.toString());
            }
            return removed;
        }
    }

    /** Removes this process's folder. An upload that is under way fails. */
    @Override
    public void close() {
        synchronized (OWNED) {
            held.ifPresent(own -> {
                try (own) {
                    remove(own.folder());
                } catch (IOException e) {
                    LOG.warn("{} could not be removed: {}", own.folder(), e.toString());
                }
            });
            held = Optional.empty();
        }
    }

    /** This process's folder. Something that tidies up temporary files may have taken it away; then there is another one. */
    private Path folder() throws IOException {
        if (held.isPresent() && !held.get().isThere()) {
            held.get().close();
            held = Optional.empty();
        }
        while (held.isEmpty()) {
            held = tryHold(Files.createTempDirectory(parent, PREFIX));
        }
        return held.get().folder();
    }

    /** Empty when somebody who sweeps took the new folder for a dead one's before its lock was held. */
    private static Optional<Held> tryHold(Path folder) throws IOException {
        OWNED.add(folder);
        try {
            Held own = new Held(
                    folder,
                    FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
            if (own.lock().tryLock() != null && own.isThere()) {
                return Optional.of(own);
            }
            own.close();
            return Optional.empty();
        } catch (NoSuchFileException e) {
            OWNED.remove(folder);
            return Optional.empty();
        } catch (IOException e) {
            OWNED.remove(folder);
            throw e;
        }
    }

    /** Others' folders are theirs; and a link, which others could make here, must not lead anywhere. */
    private static boolean isOf(UserPrincipal user, Path folder) throws IOException {
        try {
            return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                    && Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).equals(user);
        } catch (NoSuchFileException e) {
            // Another process has removed it meanwhile.
            return false;
        }
    }

    private static boolean removeIfDead(Path folder) {
        try (FileChannel channel = FileChannel.open(folder.resolve(LOCK), StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            if (lock == null) {
                return false;
            }
            remove(folder);
            return true;
        } catch (NoSuchFileException e) {
            return removeIfEmpty(folder);
        } catch (IOException e) {
            LOG.warn("{}, which a dead process may have left, stays: {}", folder, e.toString());
            return false;
        }
    }

    /** Its owner died before there was a lock, or is about to make it, and then makes another folder. */
    private static boolean removeIfEmpty(Path folder) {
        try {
            return Files.deleteIfExists(folder);
        } catch (DirectoryNotEmptyException e) {
            return false;
        } catch (IOException e) {
            LOG.warn("{} stays: {}", folder, e.toString());
            return false;
        }
    }

    /** The lock is the last to go: until then the folder is somebody's. */
    private static void remove(Path folder) throws IOException {
        try (DirectoryStream<Path> images = Files.newDirectoryStream(folder, "*" + IMAGE)) {
            for (Path image : images) {
                Files.deleteIfExists(image);
            }
        }
        Files.deleteIfExists(folder.resolve(LOCK));
        Files.deleteIfExists(folder);
    }
}
