package flotilla.worker;

import java.time.Duration;

/**
 * How many messages this worker should hold: those being classified, and beyond them as many as make up a given time of
 * work, by the measured service time:
 *
 * <pre>limit = parallelism + min(most, max(1, ⌈parallelism · ahead / service⌉))</pre>
 *
 * The service time is an exponentially weighted mean (weight 0.2 for the newest). Until the first image is done one spare
 * message for each classifier is held. Safe for all threads.
 */
final class Prefetch {
    private static final double NEWEST_WEIGHT = 0.2;

    private final int parallelism;
    private final double aheadMillis;
    private final int most;
    private double serviceMillis = Double.NaN;

    /**
     * @param parallelism classifiers side by side
     * @param ahead work to hold beyond what is being classified
     * @param most messages held for that at most
     */
    Prefetch(int parallelism, Duration ahead, int most) {
        this.parallelism = parallelism;
        this.aheadMillis = ahead.toMillis();
        this.most = most;
    }

    /** An image took {@code millis} in a classifier. */
    synchronized void served(double millis) {
        serviceMillis = Double.isNaN(serviceMillis) ? millis : serviceMillis + NEWEST_WEIGHT * (millis - serviceMillis);
    }

    /** The most messages to have in hand. */
    synchronized int limit() {
        if (Double.isNaN(serviceMillis)) {
            return parallelism + Math.min(most, parallelism);
        }
        double spare = Math.ceil(parallelism * aheadMillis / Math.max(serviceMillis, 0.1));
        return parallelism + (int) Math.min(most, Math.max(1, spare));
    }
}
