package flotilla.scaling;

import java.util.ArrayList;
import java.util.List;

/**
 * How long instances take from launch to their worker's first report: a log-normal distribution by median and median
 * absolute deviation of the logarithms of the last boots, which a few odd ones do not move. What was assumed at the start
 * counts as {@link #PRIOR_WEIGHT} boots.
 *
 * @param seconds the last boots, the oldest first
 * @param prior what was assumed before the first
 */
public record BootEstimate(List<Double> seconds, LogNormal prior) {
    static final int MEMORY = 48;
    static final double PRIOR_WEIGHT = 3;
    /** Makes the median absolute deviation of a normal distribution its standard deviation. */
    private static final double MAD_TO_SIGMA = 1.4826;

    private static final double LEAST_SIGMA = 0.05;

    public BootEstimate {
        seconds = List.copyOf(seconds);
    }

    BootEstimate plus(double boot) {
        List<Double> next = new ArrayList<>(seconds.subList(Math.max(0, seconds.size() - MEMORY + 1), seconds.size()));
        next.add(Math.max(0.05, boot));
        return new BootEstimate(next, prior);
    }

    /** The distribution. */
    public LogNormal distribution() {
        if (seconds.isEmpty()) {
            return prior;
        }
        double[] logs = seconds.stream().mapToDouble(Math::log).sorted().toArray();
        double middle = median(logs);
        double[] away = java.util.Arrays.stream(logs)
                .map(log -> Math.abs(log - middle))
                .sorted()
                .toArray();
        double sigma = MAD_TO_SIGMA * median(away);
        double n = logs.length;
        double mu = (PRIOR_WEIGHT * prior.mu() + n * middle) / (PRIOR_WEIGHT + n);
        double variance = (PRIOR_WEIGHT * prior.sigma() * prior.sigma() + n * sigma * sigma) / (PRIOR_WEIGHT + n);
        return new LogNormal(mu, Math.max(LEAST_SIGMA, Math.sqrt(variance)));
    }

    private static double median(double[] sorted) {
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
