package flotilla.simulation;

import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;

/** Times of arrivals in seconds while they are gathered, in any order. Holds no more than a run has memory for. */
final class Arrivals {
    /** Most images of a trace: 160 MB of times, and as much again for the waits of each policy. */
    static final int MOST_IMAGES = 20_000_000;

    private final String source;
    private final String remedy;
    private double[] times = new double[1024];
    private int count;

    /**
     * @param source what the trace comes from, for messages
     * @param remedy what to do when it is too much
     */
    Arrivals(String source, String remedy) {
        this.source = source;
        this.remedy = remedy;
    }

    /** @throws TraceException when so many more are too many */
    void expect(double more) {
        if (!(count + more <= MOST_IMAGES)) {
            throw tooMany(source, remedy);
        }
    }

    static TraceException tooMany(String source, String remedy) {
        return new TraceException(
                String.format(Locale.ROOT, "%s holds more than %,d images; %s", source, MOST_IMAGES, remedy));
    }

    /** @throws TraceException when it is one too many */
    void add(double seconds) {
        if (count == times.length) {
            expect(1);
            times = Arrays.copyOf(times, (int) Math.min(MOST_IMAGES, count * 3L / 2));
        }
        times[count++] = seconds;
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** The trace; nothing can be added afterwards. */
    Trace toTrace(String name, Instant start) {
        double[] all = Arrays.copyOf(times, count);
        times = new double[0];
        return new Trace(name, all, start);
    }
}
