package flotilla.simulation;

import java.util.Arrays;

/**
 * When images arrive.
 *
 * @param name for tables
 * @param arrivals seconds from the start, ascending; at least one
 */
public record Trace(String name, double[] arrivals) {
    public Trace {
        if (arrivals.length == 0) {
            throw new IllegalArgumentException("a trace has at least one arrival");
        }
        arrivals = arrivals.clone();
        Arrays.sort(arrivals);
    }

    int size() {
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
