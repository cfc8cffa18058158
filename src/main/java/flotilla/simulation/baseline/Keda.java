package flotilla.simulation.baseline;

import flotilla.scaling.PolicyInput;
import flotilla.scaling.PolicyState;
import flotilla.scaling.ScalingPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * KEDA's SQS scaler before a Horizontal Pod Autoscaler, one pod for each instance:
 *
 * <pre>desired = ⌈(visible + in flight) / queueLength⌉</pre>
 *
 * The queue is polled every 30 s. The autoscaler ignores a change within a tenth; it grows by at most the larger of 100 % and
 * 4 pods in 15 s; it shrinks to the highest desire of its stabilization window. To zero it goes when the queue has been
 * empty for the cooldown, from zero with the first message.
 *
 * @param queueLength messages for each instance
 * @param stabilization window before scale-in; Kubernetes' default is 300 s
 * @param cooldown before zero; KEDA's default is 300 s
 * @see <a href="https://keda.sh/docs/latest/scalers/aws-sqs/">the scaler</a>
 * @see <a href="https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/">the autoscaler</a>
 */
public record Keda(double queueLength, Duration stabilization, Duration cooldown) implements ScalingPolicy {
    private static final Duration POLL = Duration.ofSeconds(30);
    private static final double TOLERANCE = 0.1;
    private static final int LEAST_STEP = 4;

    /** A desire and when it was had. */
    record Wish(Instant at, int desired) {}

    /** What the autoscaler remembers. */
    record State(Instant nextPoll, Instant lastWork, List<Wish> wishes) implements PolicyState {
        State {
            wishes = List.copyOf(wishes);
        }
    }

    @Override
    public String name() {
        return "keda(" + Math.round(queueLength) + "," + stabilization.toSeconds() + "s)";
    }

    @Override
    public PolicyState initialState() {
        return new State(Instant.MIN, Instant.MIN, List.of());
    }

    @Override
    public Desire desire(PolicyInput input, PolicyState state) {
        State before = (State) state;
        Instant now = input.now();
        int active = input.active().size();
        if (now.isBefore(before.nextPoll())) {
            return new Desire(active, "steady", before);
        }
        int messages = input.depth().visible() + input.depth().inFlight();
        Instant lastWork = messages > 0 || before.lastWork().equals(Instant.MIN) ? now : before.lastWork();
        int wanted = (int) Math.ceil(messages / queueLength);
        if (active > 0 && wanted > 0 && Math.abs((double) wanted / active - 1) <= TOLERANCE) {
            wanted = active;
        }
        boolean mayBeZero = Duration.between(lastWork, now).compareTo(cooldown) >= 0;
        if (wanted == 0 && active > 0 && !mayBeZero) {
            wanted = 1;
        }
        if (wanted == 0 && mayBeZero) {
            // KEDA itself, past the autoscaler.
            return new Desire(0, "no-work", new State(now.plus(POLL), lastWork, List.of()));
        }
        List<Wish> wishes = new ArrayList<>();
        before.wishes().stream()
                .filter(wish -> wish.at().isAfter(now.minus(stabilization)))
                .forEach(wishes::add);
        wishes.add(new Wish(now, wanted));
        int highest = wishes.stream().mapToInt(Wish::desired).max().orElse(wanted);
        int desired = wanted >= active
                ? Math.min(wanted, active + 2 * Math.max(active, LEAST_STEP))
                : Math.min(active, Math.max(wanted, highest));
        return new Desire(desired, messages > 0 ? "backlog" : "no-work", new State(now.plus(POLL), lastWork, wishes));
    }
}
