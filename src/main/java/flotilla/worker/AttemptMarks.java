package flotilla.worker;

import flotilla.domain.RequestId;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which images are inside classifiers at this moment, in a file that outlives this process: an id is written before its image
 * enters and blanked after it came out. A write that has reached the page cache is enough, for what kills a process does not
 * kill its machine, and a machine that dies takes its file along and blames nobody.
 *
 * <p>The file has places of {@value #PLACE} bytes: an id and a line feed for an image that is inside, {@value #ALONE} and an id for one
 * on which this process has written an attempt to the store, or blanks; a place that was half written is neither
 * and says nothing. Its owner holds a lock on it as long as it lives: see {@link MarkFolder}. Safe for all threads, interrupted
 * ones too; a write blocks for some microseconds.
 */
public final class AttemptMarks implements AutoCloseable {
    static final int PLACE = 37;
    static final String ALONE = "~";

    private static final Logger LOG = LoggerFactory.getLogger(AttemptMarks.class);
    private static final String BLANK = " ".repeat(PLACE - 1) + "\n";

    /** Images of one run: since when they are inside, by the time in which this process ran, and their places in the file. */
    static final class Entry {
        private final List<RequestId> ids;
        private final List<Integer> places;
        private final long since;

        private Entry(List<RequestId> ids, List<Integer> places, long since) {
            this.ids = ids;
            this.places = places;
            this.since = since;
        }
    }

    private final Optional<MarkFolder> folder;
    /** No channel writes to it: an interrupt would close that, and with it the lock would go. */
    private final Optional<RandomAccessFile> file;

    private final String process;
    private final RunningTime time;
    private final Set<Entry> inside = new LinkedHashSet<>();
    private final Map<RequestId, Integer> alone = new HashMap<>();
    private final Deque<Integer> free = new ArrayDeque<>();
    private int places;
    private boolean broken;
    private boolean fatal;
    private boolean closed;

    private AttemptMarks(
            Optional<MarkFolder> folder, Optional<RandomAccessFile> file, String process, RunningTime time) {
        this.folder = folder;
        this.file = file;
        this.process = process;
        this.time = time;
    }

    /**
     * Makes this process's file.
     *
     * @param process the name of this one life of a worker, unique in the folder; letters, digits, {@code . _ -}
     * @param time by which images hang
     * @throws IOException when the folder cannot be written to, or does not support locks
     */
    public static AttemptMarks open(MarkFolder folder, String process, RunningTime time) throws IOException {
        Files.createDirectories(folder.path());
        Path unfinished = folder.unfinished(process);
        Path named = folder.marks(process);
        RandomAccessFile file = new RandomAccessFile(unfinished.toFile(), "rw");
        MarkFolder.OWNED.add(named);
        try {
            // Nobody looks at it before it is locked and has its name; the lock lasts as long as the file is open.
            if (file.getChannel().tryLock() == null) {
                throw new IOException(unfinished + " is another process's");
            }
            file.setLength(0);
            Files.move(unfinished, named, StandardCopyOption.ATOMIC_MOVE);
            return new AttemptMarks(Optional.of(folder), Optional.of(file), process, time);
        } catch (IOException | RuntimeException e) {
            file.close();
            MarkFolder.OWNED.remove(named);
            throw e;
        }
    }

    /** Marks that nobody will ever find: for a process that has no folder to write to. */
    public static AttemptMarks unkept(String process, RunningTime time) {
        return new AttemptMarks(Optional.empty(), Optional.empty(), process, time);
    }

    /** Where those of dead processes are, if anywhere. */
    Optional<MarkFolder> folder() {
        return folder;
    }

    /** The name of this one life of a worker. */
    String process() {
        return process;
    }

    /** By which images hang. */
    RunningTime time() {
        return time;
    }

    /** Images are about to enter a classifier together. */
    synchronized Entry enter(List<RequestId> ids) {
        List<Integer> taken = new ArrayList<>(ids.size());
        for (RequestId id : ids) {
            taken.add(write(id + "\n"));
        }
        Entry entry = new Entry(List.copyOf(ids), taken, time.nanos());
        inside.add(entry);
        return entry;
    }

    /** They came out alive. */
    synchronized void leave(Entry entry) {
        inside.remove(entry);
        entry.places.forEach(this::blank);
    }

    /**
     * This process is about to write an attempt to the store. Should it end before that is removed, and without the image inside,
     * then whoever finds the file removes it.
     */
    synchronized void attempted(RequestId id) {
        if (!alone.containsKey(id)) {
            alone.put(id, write(ALONE + id));
        }
    }

    /** That attempt is not in the store any more. */
    synchronized void removed(RequestId id) {
        Optional.ofNullable(alone.remove(id)).ifPresent(this::blank);
    }

    /** The images that have been inside for {@code hangAfter} or longer while this process ran. */
    synchronized List<RequestId> hung(Duration hangAfter) {
        long now = time.nanos();
        return inside.stream()
                .filter(entry -> now - entry.since >= hangAfter.toNanos())
                .flatMap(entry -> entry.ids.stream())
                .toList();
    }

    /** The process ends by an error that has left an image marked: closing these keeps the file. */
    synchronized void endsFatally() {
        fatal = true;
    }

    private int write(String text) {
        int place = free.isEmpty() ? places++ : free.pop();
        write(place, text);
        return place;
    }

    private void blank(int place) {
        write(place, BLANK);
        free.push(place);
    }

    private void write(int place, String text) {
        if (closed || broken || file.isEmpty()) {
            return;
        }
        try {
            file.get().seek((long) place * PLACE);
            file.get().write(text.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            markNothingMore(e);
        }
    }

    /** A failure is not worth an image: without its mark it is taken for innocent, as it most likely is. */
    private void markNothingMore(IOException failure) {
        broken = true;
        LOG.warn("images inside classifiers are not marked from now on: {}", failure.toString());
        Path named = folder.orElseThrow().marks(process);
        try {
            Files.deleteIfExists(named);
        } catch (IOException e) {
            LOG.warn("{} could not be removed, delete it: what it names may be blamed: {}", named, e.toString());
        }
    }

    /**
     * The process ends in order or by somebody's will: nobody is to blame for what is still inside, and the file goes, but
     * after {@link #endsFatally}. What is left of attempts in the store stays in it, for somebody to remove them.
     */
    @Override
    public synchronized void close() {
        if (closed || file.isEmpty()) {
            return;
        }
        Path named = folder.orElseThrow().marks(process);
        if (!fatal) {
            inside.forEach(entry -> entry.places.forEach(place -> write(place, BLANK)));
        }
        closed = true;
        try {
            if (!fatal && (alone.isEmpty() || broken)) {
                Files.deleteIfExists(named);
            } else if (!fatal) {
                Files.move(named, folder.orElseThrow().dead(process), StandardCopyOption.ATOMIC_MOVE);
            }
            file.get().close();
        } catch (IOException e) {
            LOG.warn("{} could not be removed, what it names may be blamed: {}", named, e.toString());
        } finally {
            MarkFolder.OWNED.remove(named);
        }
    }
}
