package flotilla.scaling;

import java.time.Duration;
import java.util.Arrays;

/**
 * The arrival rate, from counts over several windows. Arrivals in a window of length <i>w</i> at a rate <i>λ</i> vary by
 * √(λw), so a short window tells of a change only when it is further off than {@link #SIGMAS} times that. The shortest
 * window that does is believed; when none does, the longest is, because it is the most exact. Arrivals have ended when chance
 * would not have put all <i>n</i> of the longest window <i>w</i> before the silence of length <i>t</i> at its end once in a
 * thousand times: ((w − t)/w)<sup>n</sup> &lt; 0.001.
 */
final class ArrivalRate {
    private static final double[] WINDOWS = {30, 60, 120};
    private static final double LONGEST = 300;
    private static final double SIGMAS = 3;
    private static final int PARTS = 3;
    private static final double BARELY_CHANCE = 0.001;
    /** Fewer arrivals than these, all at one time, are no rate. */
    private static final double FEW = 20;

    private ArrivalRate() {}

    /**
     * Images per second now. A single burst is work to do, not a rate: a rise must show in most parts of its window. Before
     * the first look nothing had arrived.
     */
    static double current(ArrivalHistory arrivals) {
        double known = Math.max(WINDOWS[1], Math.min(LONGEST, seconds(arrivals.span())));
        double base = over(arrivals, known);
        double silent = Math.min(known, seconds(arrivals.silence()));
        if (base * known * Math.log1p(-silent / known) < Math.log(BARELY_CHANCE)) {
            return 0;
        }
        for (double window : WINDOWS) {
            double count = over(arrivals, window) * window;
            double expected = base * window;
            double off = SIGMAS * Math.sqrt(expected) + 2;
            if (count < expected - off) {
                return count / window;
            }
            if (count > expected + off && window > WINDOWS[0]) {
                return Math.max(base, median(arrivals, window));
            }
        }
        return known >= LONGEST && base * known >= FEW ? base : Math.min(base, median(arrivals, known));
    }

    /** Images per second over some time, however they came. */
    static double over(ArrivalHistory arrivals, double seconds) {
        return (arrivals.total() - arrivals.totalAgo(millis(seconds))) / seconds;
    }

    private static double median(ArrivalHistory arrivals, double window) {
        double[] rates = new double[PARTS];
        double part = window / PARTS;
        for (int i = 0; i < PARTS; i++) {
            rates[i] = (arrivals.totalAgo(millis(i * part)) - arrivals.totalAgo(millis((i + 1) * part))) / part;
        }
        Arrays.sort(rates);
        return rates[PARTS / 2];
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    private static Duration millis(double seconds) {
        return Duration.ofMillis(Math.round(seconds * 1000));
    }
}
