package flotilla.worker;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * What a run of a classifier costs, by the number <i>n</i> of images in it, learned from the runs themselves:
 *
 * <pre>
 * first 20 runs   T(n) = mean of min(x, 2·median)
 * each later run  T(n) ← T(n) + 0.02·(min(x, 3·T(n)) − T(n))
 * an image        c(n) = T(n) / n
 * </pre>
 *
 * with <i>x</i> the time of a run in milliseconds. The very first run of a size, in which the network warms up for it, does
 * not count; the bounds keep a stalled run from being taken for the rule. Not safe for several threads.
 */
final class BatchCurve {
    /** Runs of a size until its time is known. */
    static final int KNOWN_AFTER = 20;

    private static final double NEWEST_WEIGHT = 0.02;
    private static final double EARLY_BOUND = 2;
    private static final double BOUND = 3;

    private static final class Size {
        private final double[] first = new double[KNOWN_AFTER];
        private int runs;
        private double millis = Double.NaN;
        private boolean warm;
    }

    private final Map<Integer, Size> sizes = new HashMap<>();

    /** A run of {@code n} images took {@code millis}. */
    void ran(int n, double millis) {
        Size size = sizes.computeIfAbsent(n, absent -> new Size());
        if (!size.warm) {
            size.warm = true;
            return;
        }
        if (size.runs < KNOWN_AFTER) {
            size.first[size.runs++] = millis;
            if (size.runs == KNOWN_AFTER) {
                size.millis = boundedMean(size.first);
            }
            return;
        }
        size.millis += NEWEST_WEIGHT * (Math.min(millis, BOUND * size.millis) - size.millis);
    }

    /** Learns the time of a size anew. */
    void forget(int n) {
        Size size = sizes.get(n);
        if (size != null) {
            size.runs = 0;
            size.millis = Double.NaN;
        }
    }

    boolean isKnown(int n) {
        return sizes.containsKey(n) && !Double.isNaN(sizes.get(n).millis);
    }

    /** T(n) in milliseconds; NaN while it is not known. */
    double millis(int n) {
        return isKnown(n) ? sizes.get(n).millis : Double.NaN;
    }

    /** c(n) in milliseconds; NaN while it is not known. */
    double perImage(int n) {
        return millis(n) / n;
    }

    private static double boundedMean(double[] runs) {
        double[] sorted = runs.clone();
        Arrays.sort(sorted);
        double bound = EARLY_BOUND * sorted[sorted.length / 2];
        return Arrays.stream(runs).map(run -> Math.min(run, bound)).average().orElseThrow();
    }
}
