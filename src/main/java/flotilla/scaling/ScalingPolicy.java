package flotilla.scaling;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How many instances there should be. A pure function: it reads no clock, logs nothing and changes no argument. The limits
 * of the fleet and the way there are the {@link FleetPlanner}'s.
 */
public interface ScalingPolicy {
    /** The name in the configuration and in decisions. */
    String name();

    /** What it remembers before its first decision. */
    default PolicyState initialState() {
        return PolicyState.none();
    }

    /**
     * Computes desired capacity. Not asked while the queue's depth or the instances are unknown.
     *
     * @param state what this policy returned the last time
     */
    Desire desire(PolicyInput input, PolicyState state);

    /**
     * Desired capacity, before limits.
     *
     * @param instances how many, at least 0
     * @param reason a word for logs: {@code backlog}, {@code no-work}
     * @param figures what it was computed from, by name, in the order in which they are shown
     * @param next what the policy remembers
     */
    record Desire(int instances, String reason, Map<String, Double> figures, PolicyState next) {
        public Desire {
            figures = Collections.unmodifiableMap(new LinkedHashMap<>(figures));
        }

        public Desire(int instances, String reason, PolicyState next) {
            this(instances, reason, Map.of(), next);
        }
    }
}
