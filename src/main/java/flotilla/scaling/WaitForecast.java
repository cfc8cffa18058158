package flotilla.scaling;

import java.time.Duration;
import java.util.List;

/**
 * How far a fleet of a given size will be with its work, at each moment of a grid from now; see {@link BacklogTimePolicy}
 * for the formulas. In seconds and images throughout. Made for one decision.
 */
final class WaitForecast {
    private static final int STEPS = 90;
    /** SQS's counters are seldom later than this. */
    static final Duration COUNTER_LAG = Duration.ofSeconds(60);
    /** Variance of an image's work over the square of its mean, for lack of a better guess. */
    private static final double WORK_VARIATION = 0.25;
    /** With fewer images than these there is no average to speak of. */
    private static final double FEW = 5;

    private final PolicyInput input;
    private final double step;
    private final double backlog;
    private final double service;
    private final double rate;
    private final double lastingRate;
    /** Busy seconds by each moment, on average and their variance: of one machine launched now. */
    private final double[] freshWork;

    private final double[] freshVariance;
    /** The same of the first k machines that boot already, the oldest first. */
    private final double[][] bootingWork;

    private final double[][] bootingVariance;

    private WaitForecast(PolicyInput input, double until) {
        WorkloadModel model = input.model();
        this.input = input;
        this.step = until / STEPS;
        this.backlog = model.backlog(input.depth(), input.traffic(), COUNTER_LAG);
        this.service = model.serviceSeconds();
        LogNormal boot = model.bootTime();
        this.rate = ArrivalRate.current(model.arrivals());
        this.lastingRate = Math.max(rate, ArrivalRate.over(model.arrivals(), boot.mean()));
        this.freshWork = new double[STEPS + 1];
        this.freshVariance = new double[STEPS + 1];
        integrate(boot, 0, freshWork, freshVariance);
        List<Double> ages = input.active().stream()
                .filter(one -> !one.ready())
                .map(one -> (double) one.age().toSeconds())
                .sorted((one, other) -> Double.compare(other, one))
                .toList();
        this.bootingWork = new double[ages.size() + 1][STEPS + 1];
        this.bootingVariance = new double[ages.size() + 1][STEPS + 1];
        double[] work = new double[STEPS + 1];
        double[] variance = new double[STEPS + 1];
        for (int k = 1; k <= ages.size(); k++) {
            if (k == 1 || !ages.get(k - 1).equals(ages.get(k - 2))) {
                integrate(boot, ages.get(k - 1), work, variance);
            }
            for (int i = 1; i <= STEPS; i++) {
                bootingWork[k][i] = bootingWork[k - 1][i] + work[i];
                bootingVariance[k][i] = bootingVariance[k - 1][i] + variance[i];
            }
        }
    }

    /**
     * @param until how far ahead it looks
     */
    static WaitForecast of(PolicyInput input, double until) {
        return new WaitForecast(input, until);
    }

    double backlog() {
        return backlog;
    }

    double serviceSeconds() {
        return service;
    }

    /** The arrival rate now. */
    double rate() {
        return rate;
    }

    /** The higher of the rate now and that of the last boot's time: what came a moment ago may come again. */
    double lastingRate() {
        return lastingRate;
    }

    /** Mean and variance of (t − X)⁺, X being the rest of a boot of that age, by ∫F and 2∫∫F on the grid. */
    private void integrate(LogNormal boot, double age, double[] work, double[] variance) {
        double gone = boot.cdf(age);
        double left = 1 - gone;
        double first = 0;
        double second = 0;
        for (int i = 1; i <= STEPS; i++) {
            // What has lasted beyond any reason may never end: the tail's own figures are noise there.
            double up = left < 1e-9 ? 0 : Math.max(0, (boot.cdf(age + (i - 0.5) * step) - gone) / left);
            second += 2 * (first + up * step / 2) * step;
            first += up * step;
            work[i] = first;
            variance[i] = Math.max(0, second - first * first);
        }
    }

    /**
     * Whether a fleet of {@code n} answers in time.
     *
     * @param theta how long an image may wait
     * @param arriving images per second from now on
     * @param from the first moment that counts
     * @param ahead how far arrivals are looked ahead: what is due later can be decided later
     * @param until the last one
     * @param late the share of the images due that may be expected late; 1 asks only for the mean
     */
    boolean keepsUp(int n, double theta, double arriving, double from, double ahead, double until, double late) {
        int ready = Math.min(n, input.ready());
        int booting = Math.min(n - ready, input.booting());
        int revoked = Math.min(n - ready - booting, input.draining());
        int fresh = n - ready - booting - revoked;
        for (int i = 1; i <= STEPS; i++) {
            double t = i * step;
            if (t < from) {
                continue;
            }
            if (t > until + step) {
                break;
            }
            double due = due(t, Math.min(t, ahead), theta, arriving);
            if (due < 1) {
                continue;
            }
            double done = ((ready + revoked) * t + bootingWork[booting][i] + fresh * freshWork[i]) / service;
            if (done + 0.5 < due) {
                return false;
            }
            if (late < 1 && due > FEW) {
                double variance = (bootingVariance[booting][i] + fresh * freshVariance[i]) / (service * service)
                        + arriving * Math.max(0, Math.min(t, ahead) - theta)
                        + WORK_VARIATION * due;
                if (shortfall(done - due, Math.sqrt(variance)) > late * due) {
                    return false;
                }
            }
        }
        return true;
    }

    /** E[max(0, −X)] of a normal X: the unit normal loss σ·(φ(z) − z·(1 − Φ(z))) with z = mean/σ. */
    private static double shortfall(double mean, double sigma) {
        double z = mean / Math.max(1e-9, sigma);
        double density = Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
        return sigma * (density - z * (1 - LogNormal.normalCdf(z)));
    }

    /** Images that must be answered by {@code t}. */
    private double due(double t, double future, double theta, double arriving) {
        if (t >= theta) {
            return backlog + arriving * Math.max(0, future - theta);
        }
        ArrivalHistory arrivals = input.model().arrivals();
        return backlog - (arrivals.total() - arrivals.totalAgo(Duration.ofMillis(Math.round((theta - t) * 1000))));
    }
}
