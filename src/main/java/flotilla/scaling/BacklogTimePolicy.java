package flotilla.scaling;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * As few instances as keep every image's wait within the objective; see docs/scaling.md for the arithmetic by hand.
 *
 * <p>With <i>B</i> the backlog, <i>λ</i> the arrival rate, <i>s</i> the service time and <i>F</i> the distribution of boot
 * times, the work that <i>n</i> instances have done by the time <i>t</i> from now is
 *
 * <pre>D<sub>n</sub>(t) = (1/s) · ∫₀ᵗ [ ready + Σ P(boots by u | booting so far) + (n − active)·F(u) ] du</pre>
 *
 * and the images that must be answered by then, if none is to wait longer than <i>θ</i>, are those that will have arrived
 * by <i>t − θ</i>:
 *
 * <pre>M<sub>θ</sub>(t) = B − (arrived within θ − t before now)      for t &lt; θ
 * M<sub>θ</sub>(t) = B + λ·(t − θ)                              for t ≥ θ</pre>
 *
 * <ul>
 *   <li><b>Out:</b> the smallest <i>n</i> with D<sub>n</sub>(t) ≥ M<sub>θ</sub>(t) at all <i>t</i> that a launch now decides,
 *       that is from the time when a machine launched now has surely booted (its 90th percentile) until one that is
 *       launched at the next decision has. What happens before is out of reach; what happens after can still be decided
 *       then. Where the boot outlasts the objective this clears what is overdue by the time that the machines are up.
 *   <li><b>In:</b> the smallest <i>n</i> that stays within a stricter <i>θ</i> for so long that letting go of an instance
 *       saves more than the boot of its successor would cost.
 *   <li>Between the two the fleet stays as it is: the queue, not the fleet, takes up the noise.
 *   <li><b>Cold start:</b> from zero, as many machines as make it likely enough that one of them boots in time.
 * </ul>
 *
 * @param slo from acceptance to answer
 * @param attainment the share of images that shall meet it, between 0 and 1
 */
public record BacklogTimePolicy(Duration slo, double attainment) implements ScalingPolicy {
    public static final String NAME = "backlog-time";

    /** The part of the objective that waiting may take up; the rest is for what the model does not know. */
    private static final double WAIT_SHARE = 0.65;
    /** The part of that which may be taken up after an instance is let go. */
    private static final double CALM_SHARE = 0.6;
    /** How many boots' time an instance must be dispensable. */
    private static final double BOOTS_TO_SAVE = 2.5;

    private static final double SURELY_BOOTED = 0.9;
    private static final double STEP_SECONDS = 2;
    /** SQS's counters are seldom later than this. */
    private static final Duration COUNTER_LAG = Duration.ofSeconds(60);

    public BacklogTimePolicy {
        if (slo.isZero() || slo.isNegative() || attainment <= 0 || attainment >= 1) {
            throw new IllegalArgumentException("the objective is longer than 0, its attainment between 0 and 1");
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Desire desire(PolicyInput input, PolicyState state) {
        Situation now = new Situation(input);
        double theta = WAIT_SHARE * slo.toMillis() / 1000.0;
        double interval = input.interval().toMillis() / 1000.0;
        double reach = now.boot.quantile(SURELY_BOOTED);
        int active = input.active().size();
        int out = smallest(input.maxInstances(), n -> now.keepsUp(n, theta, reach, reach + 1.5 * interval, now.rising));
        out = Math.max(out, coldStart(input, now, theta));
        double calm = reach + BOOTS_TO_SAVE * now.boot.mean();
        int in = smallest(input.maxInstances(), n -> now.keepsUp(n, CALM_SHARE * theta, 0, calm, now.falling));
        int desired = out > active ? out : Math.min(active, Math.max(out, in));
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("backlog", now.backlog);
        figures.put("arrivalRate", now.rising);
        figures.put("serviceTime", now.service);
        figures.put("bootMedian", now.boot.median());
        figures.put("bootP90", reach);
        figures.put("out", (double) out);
        figures.put("in", (double) in);
        figures.put("slo", slo.toMillis() / 1000.0);
        String reason = now.backlog < 0.5 ? desired == 0 ? "no-work" : "arrivals" : "backlog";
        return new Desire(desired, reason, figures, state);
    }

    /** With nothing up yet: how many machines make it likely enough that the first image is answered in time. */
    private int coldStart(PolicyInput input, Situation now, double theta) {
        if (now.backlog < 0.5 || input.ready() > 0 || input.draining() > 0) {
            return 0;
        }
        double late = 1 - now.boot.cdf(theta);
        double budget = 1 - attainment;
        if (late <= budget || late > 0.5) {
            return 1;
        }
        return (int) Math.min(3, Math.ceil(Math.log(budget) / Math.log(late)));
    }

    private interface Check {
        boolean holds(int n);
    }

    /** The smallest number that a check holds for, given that it holds for all above as well; else the largest. */
    private static int smallest(int most, Check check) {
        int low = 0;
        int high = most;
        while (low < high) {
            int middle = (low + high) / 2;
            if (check.holds(middle)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** The situation in numbers; seconds and images throughout. */
    private static final class Situation {
        private final PolicyInput input;
        private final double backlog;
        private final double service;
        private final LogNormal boot;
        private final double rising;
        private final double falling;

        Situation(PolicyInput input) {
            this.input = input;
            WorkloadModel model = input.model();
            this.backlog = model.backlog(input.depth(), input.traffic(), COUNTER_LAG);
            this.service = model.serviceSeconds();
            this.boot = model.bootTime();
            ArrivalHistory arrivals = model.arrivals();
            this.rising = ArrivalRate.current(arrivals);
            this.falling = Math.max(rising, ArrivalRate.lasting(arrivals, boot.mean()));
        }

        /** Whether {@code n} instances have always done what must be done, at all times from one to another. */
        boolean keepsUp(int n, double theta, double from, double until, double rate) {
            List<PolicyInput.Capacity> active = input.active();
            int ready = Math.min(n, input.ready());
            int booting = Math.min(n - ready, input.booting());
            int added = n - ready - booting;
            int revoked = Math.min(added, input.draining());
            double done = 0;
            double[] residual = new double[booting];
            int k = 0;
            for (PolicyInput.Capacity one : active) {
                if (!one.ready() && k < booting) {
                    residual[k++] = one.age().toMillis() / 1000.0;
                }
            }
            for (double t = STEP_SECONDS; t <= until + 1e-9; t += STEP_SECONDS) {
                double middle = t - STEP_SECONDS / 2;
                double up = ready + revoked + (added - revoked) * boot.cdf(middle);
                for (double age : residual) {
                    up += boot.residualCdf(age, middle);
                }
                done += up * STEP_SECONDS / service;
                if (t >= from && done + 0.999 < due(t, theta, rate)) {
                    return false;
                }
            }
            return true;
        }

        /** Images that must be answered by {@code t}. */
        private double due(double t, double theta, double rate) {
            if (t >= theta) {
                return backlog + rate * (t - theta);
            }
            ArrivalHistory arrivals = input.model().arrivals();
            return backlog - (arrivals.total() - arrivals.totalAgo(Duration.ofMillis(Math.round((theta - t) * 1000))));
        }
    }
}
