package flotilla.metrics;

import java.time.Duration;
import java.util.stream.DoubleStream;

/**
 * Upper bounds of the histograms' buckets, few enough for many series: each step is two or two and a half times the last. A
 * percentile that Prometheus reads from them is as exact as the bucket that it falls in is narrow.
 */
final class Boundaries {
    /** From a page out of memory to a caller who waits for machines to boot. */
    static final Duration[] REQUESTS =
            seconds(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600);

    /** From acceptance to answer; fine around a promise of seconds to minutes. */
    static final Duration[] ANSWERS =
            seconds(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 90, 120, 180, 300, 600, 900);

    /** Steps of a worker, from a write that meets no network to an image that waits for its turn. */
    static final Duration[] STAGES =
            seconds(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300);

    /** Images in one run of a network. */
    static final double[] BATCHES = {1, 2, 3, 4, 6, 8, 12, 16, 32};

    private static final double NANOS = 1e9;

    private Boundaries() {}

    private static Duration[] seconds(double... bounds) {
        return DoubleStream.of(bounds)
                .mapToObj(bound -> Duration.ofNanos(Math.round(bound * NANOS)))
                .toArray(Duration[]::new);
    }
}
