package flotilla.load;

import org.HdrHistogram.Histogram;

/** How long something took, in milliseconds; percentiles are exact to a thousandth of their value. */
public record Latency(long count, double min, double mean, double p50, double p90, double p95, double p99, double max) {
    /** Of a histogram of microseconds. */
    static Latency of(Histogram micros) {
        return new Latency(
                micros.getTotalCount(),
                millis(micros.getMinValue()),
                micros.getTotalCount() == 0 ? 0 : micros.getMean() / 1000,
                millis(micros.getValueAtPercentile(50)),
                millis(micros.getValueAtPercentile(90)),
                millis(micros.getValueAtPercentile(95)),
                millis(micros.getValueAtPercentile(99)),
                millis(micros.getMaxValue()));
    }

    private static double millis(long micros) {
        return micros / 1000.0;
    }
}
