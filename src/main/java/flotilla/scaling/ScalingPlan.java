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
 * @param reason why, in a word: {@code backlog}, {@code no-work}, {@code steady}, {@code confirmed}, {@code replacement},
 *     {@code depth-unknown}, {@code instances-unknown}, {@code no-lease}
 * @param depth the request queue; empty when it was unknown
 * @param census the instances by what they are
 * @param vote what the policy wanted; empty when it was not asked
 * @param desired desired capacity within the limits; empty when it could not be computed
 * @param clamps what kept the plan from what the policy wanted, and what EC2 says of machines that it takes back, one line each
 * @param findings what the auditor found, with its proof, one line each
 * @param actions what to do, in this order; empty means to hold
 * @param next what to remember
 */
public record ScalingPlan(
        Instant at,
        String reason,
        Optional<QueueDepth> depth,
        Census census,
        Optional<ScalingPolicy.Desire> vote,
        OptionalInt desired,
        List<String> clamps,
        List<String> findings,
        List<ScalingAction> actions,
        ControlState next) {
    public ScalingPlan {
        clamps = List.copyOf(clamps);
        findings = List.copyOf(findings);
        actions = List.copyOf(actions);
    }

    /** The reason when EC2 could not be asked; the census then counts nothing, which is not the same as zero. */
    static final String INSTANCES_UNKNOWN = "instances-unknown";

    /** The reason when another supervisor may be acting; nobody was asked for queue and instances then. */
    static final String NO_LEASE = "no-lease";

    /** The reason when instances are started only because EC2 takes others back, or recommends to replace them. */
    static final String REPLACEMENT = "replacement";

    /** The reason when instances are started only because the workers of others are not heard of any more. */
    static final String SILENCE = "silence";

    /** The clamp when more capacity is wanted and launches are paused. */
    static final String SCALE_OUT_PAUSED = "scale-out paused";

    /** Whether more capacity was wanted, and launches are paused. */
    public boolean isScaleOutPaused() {
        return clamps.contains(SCALE_OUT_PAUSED);
    }

    /** Whether the census is what was seen. */
    public boolean instancesKnown() {
        return !reason.equals(INSTANCES_UNKNOWN) && !reason.equals(NO_LEASE);
    }

    /** Whether this supervisor has the right to act. */
    public boolean mayAct() {
        return !reason.equals(NO_LEASE);
    }

    /** What to remember of drains and launches. */
    public FleetMemory memory() {
        return next.memory();
    }

    /**
     * Instances by what they are.
     *
     * @param pending booting: not reported yet, or ordered and not described yet
     * @param running at work
     * @param draining asked to end, not terminated yet
     * @param silent alive by EC2's word, but not heard of
     * @param ending shutting down, stopping, or leaving by their own decision
     * @param spare stopped
     */
    public record Census(int pending, int running, int draining, int silent, int ending, int spare) {
        /** Nothing is known. */
        public static final Census NONE = new Census(0, 0, 0, 0, 0, 0);

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
        return actions.stream().map(ScalingAction::kind).distinct().collect(Collectors.joining("+"));
    }
}
