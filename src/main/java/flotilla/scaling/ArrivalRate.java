package flotilla.scaling;

import java.time.Duration;
import java.util.Arrays;

/**
 * The arrival rate, from counts over several windows. Arrivals in a window of length <i>w</i> at a rate <i>λ</i> vary by
 * √(λw), so a short window tells of a change only when it is further off than {@link #SIGMAS} times that. The shortest
 * window that does is believed; when none does, the longest is, because it is the most exact.
 */
final class ArrivalRate {
    private static final double[] WINDOWS = {30, 60, 120};
    private static final double LONGEST = 300;
    private static final double SIGMAS = 3;
    private static final int PARTS = 3;

    private ArrivalRate() {}

    /** Images per second now. A single burst is work to do, not a rate: a rise must show in most parts of its window. */
    static double current(ArrivalHistory arrivals) {
        double known = arrivals.span().toMillis() / 1000.0;
        double base = rate(arrivals, Math.min(known, LONGEST));
        for (double window : WINDOWS) {
            if (window > known) {
                return median(arrivals, known);
            }
            double count = rate(arrivals, window) * window;
            double expected = base * window;
            if (Math.abs(count - expected) > SIGMAS * Math.sqrt(expected) + 2) {
                return count > expected ? Math.max(base, median(arrivals, window)) : count / window;
            }
        }
        return base;
    }

    /** Images per second that came within some time, however they came. */
    static double lasting(ArrivalHistory arrivals, double seconds) {
        double known = arrivals.span().toMillis() / 1000.0;
        return rate(arrivals, Math.min(known, seconds));
    }

    private static double median(ArrivalHistory arrivals, double window) {
        double[] rates = new double[PARTS];
        double part = window / PARTS;
        for (int i = 0; i < PARTS; i++) {
            rates[i] = part < 0.05
                    ? 0
                    : (arrivals.totalAgo(millis(i * part)) - arrivals.totalAgo(millis((i + 1) * part))) / part;
        }
        Arrays.sort(rates);
        return rates[PARTS / 2];
    }

    private static double rate(ArrivalHistory arrivals, double seconds) {
        return arrivals.rate(millis(seconds));
    }

    private static Duration millis(double seconds) {
        return Duration.ofMillis(Math.round(seconds * 1000));
    }
}
