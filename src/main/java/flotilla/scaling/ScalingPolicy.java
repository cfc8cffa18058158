package flotilla.scaling;

import flotilla.domain.QueueDepth;
import java.time.Instant;

/**
 * How many instances there should be. A pure function: it reads no clock, logs nothing and changes no argument. The limits
 * of the fleet and the way there are the {@link FleetPlanner}'s.
 */
public interface ScalingPolicy {
    /** The name in the configuration and in decisions. */
    String name();

    /**
     * Computes desired capacity.
     *
     * @param depth the queue's depth; a policy is not asked when it is unknown
     * @param observation everything else that is known
     * @param state what this policy returned the last time
     */
    Desire desire(QueueDepth depth, FleetObservation observation, PolicyState state, Instant now);

    /**
     * Desired capacity, before limits.
     *
     * @param instances how many, at least 0
     * @param reason a word for logs: {@code backlog}, {@code no-work}
     * @param next what the policy remembers
     */
    record Desire(int instances, String reason, PolicyState next) {}
}
