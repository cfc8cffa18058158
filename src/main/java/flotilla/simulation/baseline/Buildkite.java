package flotilla.simulation.baseline;

import flotilla.scaling.PolicyInput;
import flotilla.scaling.PolicyState;
import flotilla.scaling.ScalingPolicy;
import java.time.Duration;
import java.time.Instant;

/**
 * The scaler of Buildkite's elastic stack, with messages for jobs: every 10 s
 *
 * <pre>desired = ⌈(waiting + running) / perInstance⌉</pre>
 *
 * and no scale-in within a cooldown of the last one, nor of the last scale-out.
 *
 * @param perInstance messages for each instance
 * @param cooldown before each scale-in
 * @see <a href="https://github.com/buildkite/buildkite-agent-scaler">buildkite-agent-scaler</a>
 */
public record Buildkite(double perInstance, Duration cooldown) implements ScalingPolicy {
    /** When the fleet changed last. */
    record State(Instant lastChange) implements PolicyState {}

    @Override
    public String name() {
        return "buildkite(" + Math.round(perInstance) + "," + cooldown.toSeconds() + "s)";
    }

    @Override
    public PolicyState initialState() {
        return new State(Instant.MIN);
    }

    @Override
    public Desire desire(PolicyInput input, PolicyState state) {
        State before = (State) state;
        int active = input.active().size();
        int messages = input.depth().visible() + input.depth().inFlight();
        int wanted = (int) Math.ceil(messages / perInstance);
        String reason = messages > 0 ? "backlog" : "no-work";
        if (wanted > active) {
            return new Desire(wanted, reason, new State(input.now()));
        }
        boolean cooling = !before.lastChange().equals(Instant.MIN)
                && Duration.between(before.lastChange(), input.now()).compareTo(cooldown) < 0;
        return wanted < active && !cooling
                ? new Desire(wanted, reason, new State(input.now()))
                : new Desire(active, reason, before);
    }
}
