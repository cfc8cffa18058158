package flotilla.simulation;

import java.time.Instant;
import java.util.Arrays;

/**
 * When images arrive.
 *
 * @param name for tables
 * @param arrivals seconds from the start, ascending; at least one
 * @param start the moment of second 0, by which schedules go
 */
public record Trace(String name, double[] arrivals, Instant start) {
    /** The start of traces that do not tell theirs: midnight, UTC, of a Thursday. */
    public static final Instant MIDNIGHT = Instant.parse("2026-01-01T00:00:00Z");

    /** The longest that a trace may last, in seconds: 31 days. */
    static final double LONGEST = 31 * 24 * 3600;

    public Trace {
        if (arrivals.length == 0) {
            throw new IllegalArgumentException("a trace has at least one arrival");
        }
        arrivals = arrivals.clone();
        Arrays.sort(arrivals);
    }

    /** A trace from {@link #MIDNIGHT}. */
    public Trace(String name, double[] arrivals) {
        this(name, arrivals, MIDNIGHT);
    }

    /** How many images there are. */
    public int size() {
        return arrivals.length;
    }

    double at(int index) {
        return arrivals[index];
    }

    /** Seconds until the last arrival. */
    double end() {
        return arrivals[arrivals.length - 1];
    }

    /** How many have arrived by a moment, that moment included. */
    int by(double seconds) {
        int found = Arrays.binarySearch(arrivals, seconds);
        if (found < 0) {
            return -found - 1;
        }
        int next = found + 1;
        while (next < arrivals.length && arrivals[next] <= seconds) {
            next++;
        }
        return next;
    }
}
