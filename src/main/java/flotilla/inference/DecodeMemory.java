package flotilla.inference;

import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * The part of the heap that decoded images may fill together. Large images wait for each other here, so that several
 * classifiers with large images at the same time do not run out of memory. Any number of threads.
 */
final class DecodeMemory {
    private static final int UNIT = 1024;

    private final int total;
    private final Semaphore free;

    /** A share that {@link #close} gives back. */
    interface Share extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * @param bytes of all images that are decoded at the same time
     */
    DecodeMemory(long bytes) {
        total = units(bytes);
        free = new Semaphore(total, true);
    }

    /** Three fifths of the heap: what a large array can have in a heap of generations. */
    static DecodeMemory ofHeap() {
        return new DecodeMemory(Runtime.getRuntime().maxMemory() / 5 * 3);
    }

    /** All of it, in bytes. */
    long total() {
        return (long) total * UNIT;
    }

    /** Waits until {@code bytes} are free; empty when there will never be so many. */
    Optional<Share> take(long bytes) {
        int units = units(bytes);
        if (units > total) {
            return Optional.empty();
        }
        free.acquireUninterruptibly(units);
        return Optional.of(() -> free.release(units));
    }

    private static int units(long bytes) {
        return Math.toIntExact(Math.min(Integer.MAX_VALUE, (bytes + UNIT - 1) / UNIT));
    }
}
