package flotilla.worker;

import flotilla.domain.RequestId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which images are inside classifiers at this moment, in a file that outlives this process: an id is written before its image
 * enters and blanked after it came out. A write that has reached the page cache is enough, for what kills a process does not
 * kill its machine, and a machine that dies takes its file along and blames nobody.
 *
 * <p>The file has places of {@value #PLACE} bytes, each an id and a line feed, or blanks; a place that was half written is no
 * id and says nothing. Its owner holds a lock on it as long as it lives: see {@link MarkFolder}. Safe for all threads; a write
 * blocks for some microseconds.
 */
public final class AttemptMarks implements AutoCloseable {
    static final int PLACE = 37;

    private static final Logger LOG = LoggerFactory.getLogger(AttemptMarks.class);
    private static final byte[] BLANK = (" ".repeat(PLACE - 1) + "\n").getBytes(StandardCharsets.US_ASCII);

    /** Images of one run: since when they are inside, and their places in the file. */
    static final class Entry {
        private final List<RequestId> ids;
        private final List<Integer> places;
        private final Instant since;

        private Entry(List<RequestId> ids, List<Integer> places, Instant since) {
            this.ids = ids;
            this.places = places;
            this.since = since;
        }
    }

    private final Optional<MarkFolder> folder;
    private final Optional<FileChannel> channel;
    private final String process;
    private final Clock clock;
    private final Set<Entry> inside = new LinkedHashSet<>();
    private final Deque<Integer> free = new ArrayDeque<>();
    private int places;
    private boolean broken;
    private boolean fatal;
    private boolean closed;

    private AttemptMarks(Optional<MarkFolder> folder, Optional<FileChannel> channel, String process, Clock clock) {
        this.folder = folder;
        this.channel = channel;
        this.process = process;
        this.clock = clock;
    }

    /**
     * Makes this process's file.
     *
     * @param process the name of this one life of a worker, unique in the folder; letters, digits, {@code . _ -}
     * @throws IOException when the folder cannot be written to, or does not support locks
     */
    public static AttemptMarks open(MarkFolder folder, String process, Clock clock) throws IOException {
        Files.createDirectories(folder.path());
        Path unfinished = folder.unfinished(process);
        Path file = folder.marks(process);
        FileChannel channel = FileChannel.open(
                unfinished, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        MarkFolder.OWNED.add(file);
        try {
            // Nobody looks at it before it is locked and has its name; the lock lasts as long as the channel.
            if (channel.tryLock() == null) {
                throw new IOException(unfinished + " is another process's");
            }
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
            return new AttemptMarks(Optional.of(folder), Optional.of(channel), process, clock);
        } catch (IOException | RuntimeException e) {
            channel.close();
            MarkFolder.OWNED.remove(file);
            throw e;
        }
    }

    /** Marks that nobody will ever find: for a process that has no folder to write to. */
    public static AttemptMarks unkept(String process, Clock clock) {
        return new AttemptMarks(Optional.empty(), Optional.empty(), process, clock);
    }

    /** Where those of dead processes are, if anywhere. */
    Optional<MarkFolder> folder() {
        return folder;
    }

    /** The name of this one life of a worker. */
    String process() {
        return process;
    }

    /** Images are about to enter a classifier together. */
    synchronized Entry enter(List<RequestId> ids) {
        List<Integer> taken = new ArrayList<>(ids.size());
        for (RequestId id : ids) {
            int place = free.isEmpty() ? places++ : free.pop();
            taken.add(place);
            write(place, (id + "\n").getBytes(StandardCharsets.US_ASCII));
        }
        Entry entry = new Entry(List.copyOf(ids), taken, clock.instant());
        inside.add(entry);
        return entry;
    }

    /** They came out alive. */
    synchronized void leave(Entry entry) {
        inside.remove(entry);
        for (int place : entry.places) {
            write(place, BLANK);
            free.push(place);
        }
    }

    /** The images that have been inside for {@code hangAfter} or longer. */
    synchronized List<RequestId> hung(Duration hangAfter) {
        Instant now = clock.instant();
        return inside.stream()
                .filter(entry -> Duration.between(entry.since, now).compareTo(hangAfter) >= 0)
                .flatMap(entry -> entry.ids.stream())
                .toList();
    }

    /** The process ends by an error that has left an image marked: closing these keeps the file. */
    synchronized void endsFatally() {
        fatal = true;
    }

    /** A failure is not worth an image: without its mark it is taken for innocent, as it most likely is. */
    private void write(int place, byte[] bytes) {
        if (closed || channel.isEmpty()) {
            return;
        }
        try {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            long at = (long) place * PLACE;
            while (buffer.hasRemaining()) {
                at += channel.get().write(buffer, at);
            }
        } catch (IOException e) {
            if (!broken) {
                LOG.warn("images inside classifiers are not marked from now on: {}", e.toString());
                broken = true;
            }
        }
    }

    /**
     * The process ends in order or by somebody's will: nobody is to blame for what is still inside, and the file goes, but
     * after {@link #endsFatally}.
     */
    @Override
    public synchronized void close() {
        if (closed || channel.isEmpty()) {
            return;
        }
        closed = true;
        Path file = folder.orElseThrow().marks(process);
        try {
            if (!fatal) {
                Files.deleteIfExists(file);
            }
            channel.get().close();
        } catch (IOException e) {
            LOG.warn("{} could not be removed, what it names may be blamed: {}", file, e.toString());
        } finally {
            MarkFolder.OWNED.remove(file);
        }
    }
}
