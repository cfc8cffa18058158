package flotilla.scaling;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * So many messages for each instance as it can work off within the acceptable latency:
 *
 * <pre>
 * target  = acceptable latency / mean processing time
 * desired = ⌈backlog / target⌉
 * </pre>
 *
 * The backlog is what is visible, and with {@code countInFlight} also what is being worked on. Below {@code activation}
 * messages nothing is started from zero. Within {@code tolerance} of the present number nothing changes. Scale-in follows
 * the highest desire of the last {@code stabilization}. The present number is told without running spares.
 *
 * @param processingTime of one image on one instance; empty to take what was learned
 * @param activation messages that are needed to start from zero; 0 starts with the first
 * @param tolerance as a share of the present number, such as 0.1
 * @see <a href="https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-using-sqs-queue.html">scaling based on Amazon SQS</a>
 * @see <a href="https://keda.sh/docs/latest/scalers/aws-sqs/">KEDA's SQS scaler</a>
 */
public record BacklogPerInstancePolicy(
        Duration acceptableLatency,
        Optional<Duration> processingTime,
        boolean countInFlight,
        int activation,
        double tolerance,
        Duration stabilization)
        implements ScalingPolicy {
    public static final String NAME = "backlog-per-instance";

    public BacklogPerInstancePolicy {
        if (acceptableLatency.isZero() || acceptableLatency.isNegative() || activation < 0 || tolerance < 0) {
            throw new IllegalArgumentException(
                    "acceptable latency is positive; activation and tolerance are at least 0");
        }
    }

    /** What was desired at a moment. */
    record Wish(Instant at, int desired) {}

    /** The desires of the stabilization window, the oldest first. */
    record State(List<Wish> wishes) implements PolicyState {
        State {
            wishes = List.copyOf(wishes);
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public PolicyState initialState() {
        return new State(List.of());
    }

    @Override
    public Desire desire(PolicyInput input, PolicyState state) {
        long backlog =
                (long) input.depth().visible() + (countInFlight ? input.depth().inFlight() : 0);
        double seconds = processingTime
                .map(time -> time.toNanos() / 1e9)
                .orElseGet(() -> input.model().serviceSeconds());
        double target = Math.max(1e-9, acceptableLatency.toNanos() / 1e9 / seconds);
        int active = input.activeWithoutSpares();
        int wanted = (int) Math.min(Integer.MAX_VALUE, Math.ceil(backlog / target - 1e-9));
        if (input.active().isEmpty() && backlog <= activation) {
            wanted = 0;
        } else if (active > 0 && wanted > 0 && Math.abs((double) wanted / active - 1) <= tolerance + 1e-9) {
            wanted = active;
        }
        List<Wish> wishes = new ArrayList<>();
        if (state instanceof State known) {
            Instant oldest = input.now().minus(stabilization);
            known.wishes().stream().filter(wish -> wish.at().isAfter(oldest)).forEach(wishes::add);
        }
        wishes.add(new Wish(input.now(), wanted));
        int highest = wishes.stream().mapToInt(Wish::desired).max().orElse(wanted);
        int desired = wanted >= active ? wanted : Math.min(active, highest);
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("backlog", (double) backlog);
        figures.put("serviceTime", seconds);
        figures.put("targetPerInstance", target);
        if (desired != wanted) {
            figures.put("highestLately", (double) highest);
        }
        return new Desire(desired, backlog == 0 ? "no-work" : "backlog", figures, new State(wishes));
    }
}
