package flotilla.scaling;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntPredicate;

/**
 * As few instances as keep every image's wait within the objective; docs/scaling.md works an example by hand.
 *
 * <p>With <i>B</i> the backlog, <i>λ</i> the arrival rate, <i>s</i> the service time and <i>F</i> the distribution of boot
 * times, the images that <i>n</i> instances will have answered by the time <i>t</i> from now are, on average,
 *
 * <pre>D<sub>n</sub>(t) = (1/s) · ∫₀ᵗ [ ready + Σ P(boots by u | booting so far) + (n − active)·F(u) ] du</pre>
 *
 * and those that must have been answered by then, if none is to wait longer than <i>θ</i>, are those that arrived by
 * <i>t − θ</i>:
 *
 * <pre>
 * M(t) = B − (arrived within θ − t before now)      for t &lt; θ
 * M(t) = B + λ·(t − θ)                              for t ≥ θ
 * </pre>
 *
 * <ul>
 *   <li><b>Out:</b> the smallest <i>n</i> that is expected to answer no more than half of what the attainment allows too
 *       late, at all <i>t</i> from the time by which a machine launched now has almost surely booted until the last image
 *       that waits now is due. What comes before is out of reach of a launch; where the boot outlasts the objective this
 *       therefore clears what is overdue as soon as machines can be there. Machines are never launched for work that will
 *       have been done before they are up, for then a smaller <i>n</i> does.
 *   <li><b>In:</b> instances that have work for another interval stay: letting them go would save nothing. Of the others,
 *       as many go as are dispensable, within a stricter <i>θ</i>, for so long that their rent exceeds the boots of their
 *       successors.
 *   <li>Between the two the fleet stays as it is: the queue, not the fleet, takes up the noise. Running spares are none of those
 *       that stay, or they would be wanted, and others kept besides; for what they do they count as all that is ready.
 *   <li><b>Cold start:</b> from zero, as many machines as make it likely enough that one of them boots in time.
 * </ul>
 *
 * <p><i>θ</i> lies between two shares of the objective. A burst is work that is known: it may use nearly all of the time,
 * because fewer machines that work longer cost fewer boots. A backlog that a steady rate explains must leave room, because
 * a fleet that waits at the edge of its promise breaks it with the next disturbance.
 *
 * @param slo from acceptance to answer
 * @param attainment the share of images that shall meet it, between 0 and 1
 */
public record BacklogTimePolicy(Duration slo, double attainment) implements ScalingPolicy {
    public static final String NAME = "backlog-time";

    /** What of the objective a steady backlog may wait. */
    private static final double STEADY_SHARE = 0.93;
    /** What of that it may wait after an instance was let go. */
    private static final double CALM_SHARE = 0.5;
    /** What of the objective a burst may wait, besides one service time. */
    private static final double BURST_SHARE = 0.95;
    /** For how many boots an instance must be dispensable before it is let go. */
    private static final double BOOTS_TO_SAVE = 1.5;

    private static final double ALMOST_SURELY = 0.9;
    private static final int MOST_HEDGES = 3;

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
        double objective = slo.toMillis() / 1000.0;
        double interval = input.interval().toMillis() / 1000.0;
        LogNormal boot = input.model().bootTime();
        double reach = boot.quantile(ALMOST_SURELY);
        double keep = reach + BOOTS_TO_SAVE * boot.mean();
        double last = Math.max(objective, reach) + 1.5 * interval;
        WaitForecast forecast = WaitForecast.of(input, Math.max(last, keep));

        double steady = STEADY_SHARE * objective;
        double explained = forecast.backlog() <= 0 ? 1 : Math.min(1, forecast.rate() * steady / forecast.backlog());
        double burst = Math.max(steady, BURST_SHARE * objective - forecast.serviceSeconds());
        double theta = burst - explained * (burst - steady);
        double allowed = (1 - attainment) / 2;
        int out = smallest(
                input.maxInstances(),
                n -> forecast.keepsUp(n, theta, forecast.rate(), reach, reach + 1.5 * interval, last, allowed));
        out = Math.max(out, coldStart(input, forecast, theta));

        int active = input.activeWithoutSpares();
        int stay = (int) Math.min(active, forecast.backlog() * forecast.serviceSeconds() / interval);
        int in = smallest(
                input.maxInstances(),
                n -> forecast.keepsUp(n, CALM_SHARE * steady, forecast.lastingRate(), 0, keep, keep, 1));
        int desired = out > active ? out : Math.min(active, Math.max(out, Math.max(in, stay)));

        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("backlog", forecast.backlog());
        figures.put("arrivalRate", forecast.rate());
        figures.put("serviceTime", forecast.serviceSeconds());
        figures.put("bootMedian", boot.median());
        figures.put("bootP90", reach);
        figures.put("slo", objective);
        figures.put("allowedWait", theta);
        figures.put("neededOut", (double) out);
        figures.put("neededIn", (double) in);
        figures.put("withWork", (double) stay);
        String reason = forecast.backlog() >= 0.5 ? "backlog" : desired == 0 ? "no-work" : "arrivals";
        return new Desire(desired, reason, figures, state);
    }

    /** With nothing up yet: how many machines make it likely enough that the first image is answered in time. */
    private int coldStart(PolicyInput input, WaitForecast forecast, double theta) {
        if (forecast.backlog() < 0.5 || input.ready() > 0 || input.draining() > 0) {
            return 0;
        }
        double late = 1 - input.model().bootTime().cdf(theta);
        double budget = 1 - attainment;
        if (late <= budget || late > 0.5) {
            return 1;
        }
        return (int) Math.min(MOST_HEDGES, Math.ceil(Math.log(budget) / Math.log(late)));
    }

    /** The smallest number that a condition holds for, given that it holds for all above as well; else the largest. */
    private static int smallest(int most, IntPredicate condition) {
        int low = 0;
        int high = most;
        while (low < high) {
            int middle = (low + high) / 2;
            if (condition.test(middle)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }
}
