package flotilla.worker;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The time in which this process ran: monotonic, and without the gaps in which it stood still (SIGSTOP, a container that was
 * paused, a machine that slept). Nothing can come out of a classifier in such a gap, so it makes no hang; and a step of the wall clock
 * means nothing here. Somebody ticks at regular intervals; of the time between two ticks only so much counts:
 *
 * <pre>
 * nanos = Σ min(most, tickₙ₊₁ − tickₙ) + min(most, now − last tick)
 * </pre>
 *
 * <p>Safe for all threads.
 */
public final class RunningTime {
    /** Intervals between two ticks that count as late; what is beyond them is a gap. */
    private static final int LATE = 3;

    private final LongSupplier nanoTime;
    private final long most;
    private long counted;
    private long tickedAt;

    /**
     * @param nanoTime monotonic, in nanoseconds from any moment
     * @param most what counts of the time between two ticks
     */
    RunningTime(LongSupplier nanoTime, Duration most) {
        this.nanoTime = nanoTime;
        this.most = most.toNanos();
        this.tickedAt = nanoTime.getAsLong();
    }

    /** The time of this process, for ticks that come at this interval. */
    public static RunningTime every(Duration interval) {
        return new RunningTime(System::nanoTime, interval.multipliedBy(LATE));
    }

    /** The process runs. */
    synchronized void tick() {
        long now = nanoTime.getAsLong();
        counted += since(now);
        tickedAt = now;
    }

    /** How long the process has run, in nanoseconds. */
    synchronized long nanos() {
        return counted + since(nanoTime.getAsLong());
    }

    /** Time as it passes for everybody else too, gaps included: in nanoseconds from any moment. */
    long monotonicNanos() {
        return nanoTime.getAsLong();
    }

    private long since(long now) {
        return Math.min(most, Math.max(0, now - tickedAt));
    }
}
