package flotilla.scaling;

import flotilla.domain.QueueDepth;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * A decision with the figures it came from.
 *
 * @param reason why, in a word: {@code backlog}, {@code no-work}, {@code steady}, {@code depth-unknown}, {@code
 *     instances-unknown}
 * @param depth the request queue; empty when it was unknown
 * @param census the instances by what they are
 * @param desired desired capacity within the limits; empty when it could not be computed
 * @param actions what to do, in this order; empty means to hold
 * @param memory what to remember
 */
public record ScalingPlan(
        Instant at,
        String reason,
        Optional<QueueDepth> depth,
        Census census,
        OptionalInt desired,
        List<ScalingAction> actions,
        FleetMemory memory,
        PolicyState policyState) {
    public ScalingPlan {
        actions = List.copyOf(actions);
    }

    /**
     * Instances by what they are.
     *
     * @param pending booting: not reported yet
     * @param running at work
     * @param draining asked to end, not terminated yet
     * @param silent alive by EC2's word, but not heard of
     * @param ending shutting down, stopping or stopped
     */
    public record Census(int pending, int running, int draining, int silent, int ending) {
        /** Booting and working instances. */
        public int active() {
            return pending + running;
        }
    }

    /** The kinds of the actions joined with {@code +}, or {@code hold}. */
    public String decision() {
        if (actions.isEmpty()) {
            return "hold";
        }
        return actions.stream().map(ScalingPlan::kind).distinct().collect(Collectors.joining("+"));
    }

    /** The kind of an action, as logs and the HTTP interface show it. */
    public static String kind(ScalingAction action) {
        if (action instanceof ScalingAction.Launch) {
            return "launch";
        }
        if (action instanceof ScalingAction.Drain) {
            return "drain";
        }
        if (action instanceof ScalingAction.CancelDrain) {
            return "cancel-drain";
        }
        return "terminate";
    }
}
