package flotilla.worker;

import java.time.Duration;

/**
 * How many messages this worker should hold: those being classified, and beyond them as many as make up a given time of
 * work, by the measured service time, or the next run of every classifier:
 *
 * <pre>
 * busy  = parallelism · reach
 * limit = busy + min(most, max(1, ⌈parallelism · ahead / service⌉, busy if reach &gt; 1))
 * </pre>
 *
 * <i>reach</i> is how many images one run may hold now. The service time is an exponentially weighted mean (weight 0.2 for
 * the newest) of an image's share of its run. Until the first image is done one spare message for each classifier is held.
 *
 * <p>More messages are asked for in batches: when 10 have room, or when half of the limit has. Images whose results are on
 * their way do not count, unless a slow store makes them many: no classifier shall wait for what was classified before. Safe for all threads.
 */
final class Prefetch {
    /** So many classified images may be on their way to the store and to their callers before fewer others are held for it. */
    static final int CLASSIFIED_BESIDES = 20;

    private static final double NEWEST_WEIGHT = 0.2;
    private static final int FULL_RECEIVE = 10;

    private final int parallelism;
    private final double aheadMillis;
    private final int most;
    private double serviceMillis = Double.NaN;
    private int reach = 1;

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

    /**
     * An image was classified.
     *
     * @param millis of a classifier's time
     * @param reach images that one run may hold now
     */
    synchronized void served(double millis, int reach) {
        serviceMillis = Double.isNaN(serviceMillis) ? millis : serviceMillis + NEWEST_WEIGHT * (millis - serviceMillis);
        this.reach = reach;
    }

    /** The most messages to have in hand whose images are not classified yet. */
    synchronized int limit() {
        int busy = parallelism * reach;
        if (Double.isNaN(serviceMillis)) {
            return busy + Math.min(most, parallelism);
        }
        double spare = Math.ceil(parallelism * aheadMillis / Math.max(serviceMillis, 0.1));
        double nextRuns = reach > 1 ? busy : 1;
        return busy + (int) Math.min(most, Math.max(nextRuns, spare));
    }

    /** How many messages to ask for now, with so much in hand; 0 while it is better to wait until more have room. */
    int wanted(Leases.Work work) {
        int limit = limit();
        int room = limit - work.unclassified() - Math.max(0, work.classified() - CLASSIFIED_BESIDES);
        return room >= Math.min(FULL_RECEIVE, Math.max(1, limit / 2)) ? room : 0;
    }
}
