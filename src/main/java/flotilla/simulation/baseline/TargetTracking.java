package flotilla.simulation.baseline;

import flotilla.scaling.PolicyInput;
import flotilla.scaling.PolicyState;
import flotilla.scaling.ScalingPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * AWS target tracking on the metric <i>backlog per instance</i>, as its documentation advises for SQS: a metric a minute,
 * {@value #OUT_MINUTES} of them above the target to scale out, {@value #IN_MINUTES} below nine tenths of it to scale in; then
 *
 * <pre>desired = ⌈running · metric / target⌉</pre>
 *
 * An instance counts when its warm-up is over. With none running the metric is the backlog itself. AWS says that it scales in
 * "more gradually" than out and gives no figure: here so many instances at the most go in each minute for which it lasts.
 *
 * @param target messages for each instance
 * @param warmUp of an instance, after which it counts in the metric
 * @param mostOff instances let go in a minute
 * @see <a href="https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-using-sqs-queue.html">scaling based on Amazon SQS</a>
 * @see <a href="https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html">target tracking</a>
 */
public record TargetTracking(double target, Duration warmUp, int mostOff) implements ScalingPolicy {
    private static final int OUT_MINUTES = 3;
    private static final int IN_MINUTES = 15;
    private static final double IN_SHARE = 0.9;
    private static final Duration MINUTE = Duration.ofMinutes(1);

    /** One metric a minute, the oldest first, and when the next is due. */
    record State(List<Double> metrics, Instant next) implements PolicyState {
        State {
            metrics = List.copyOf(metrics);
        }
    }

    @Override
    public String name() {
        return "target-tracking(" + Math.round(target) + ")";
    }

    @Override
    public PolicyState initialState() {
        return new State(List.of(), Instant.MIN);
    }

    @Override
    public Desire desire(PolicyInput input, PolicyState state) {
        State before = (State) state;
        int active = input.active().size();
        if (input.now().isBefore(before.next())) {
            return new Desire(active, "steady", before);
        }
        int warm = (int) input.active().stream()
                .filter(one -> one.ready() && one.age().compareTo(warmUp) >= 0)
                .count();
        double backlog = input.depth().visible();
        List<Double> metrics = new ArrayList<>(before.metrics());
        metrics.add(backlog / Math.max(1, warm));
        while (metrics.size() > IN_MINUTES) {
            metrics.remove(0);
        }
        State next = new State(metrics, input.now().plus(MINUTE));
        double now = metrics.get(metrics.size() - 1);
        if (lasts(metrics, OUT_MINUTES, metric -> metric > target)) {
            int wanted = (int) Math.ceil(Math.max(1, warm) * now / target);
            return new Desire(Math.max(active, wanted), "backlog", next);
        }
        if (lasts(metrics, IN_MINUTES, metric -> metric < IN_SHARE * target)) {
            int wanted = (int) Math.ceil(warm * now / target);
            return new Desire(Math.min(active, Math.max(wanted, active - mostOff)), "no-work", next);
        }
        return new Desire(active, "steady", next);
    }

    private static boolean lasts(List<Double> metrics, int minutes, java.util.function.DoublePredicate breach) {
        return metrics.size() >= minutes
                && metrics.subList(metrics.size() - minutes, metrics.size()).stream()
                        .allMatch(breach::test);
    }
}
