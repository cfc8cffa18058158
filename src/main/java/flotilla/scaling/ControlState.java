package flotilla.scaling;

import java.util.OptionalInt;

/**
 * All that goes into a decision besides the observation, and comes out of it.
 *
 * @param memory what was asked and promised
 * @param policy what the policy remembers
 * @param model what was learned
 * @param desired capacity by the last decision that had any; empty before the first
 */
public record ControlState(FleetMemory memory, PolicyState policy, WorkloadModel model, OptionalInt desired) {
    /** A state in which nothing was desired yet. */
    public ControlState(FleetMemory memory, PolicyState policy, WorkloadModel model) {
        this(memory, policy, model, OptionalInt.empty());
    }

    /** The state before the first decision. */
    public static ControlState initial(ScalingPolicy policy, WorkloadModel.Assumed assumed) {
        return new ControlState(FleetMemory.empty(), policy.initialState(), WorkloadModel.unlearned(assumed));
    }

    ControlState with(FleetMemory other) {
        return new ControlState(other, policy, model, desired);
    }

    /** What this policy remembers and wanted, beside what the policy that acts was told and has learned. */
    ControlState beside(ControlState acting) {
        return new ControlState(acting.memory, policy, acting.model, desired);
    }
}
