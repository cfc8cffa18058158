package flotilla.scaling;

/**
 * All that goes into a decision besides the observation, and comes out of it.
 *
 * @param memory what was asked and promised
 * @param policy what the policy remembers
 * @param model what was learned
 */
public record ControlState(FleetMemory memory, PolicyState policy, WorkloadModel model) {
    /** The state before the first decision. */
    public static ControlState initial(ScalingPolicy policy, WorkloadModel.Assumed assumed) {
        return new ControlState(FleetMemory.empty(), policy.initialState(), WorkloadModel.unlearned(assumed));
    }

    ControlState with(FleetMemory other) {
        return new ControlState(other, policy, model);
    }
}
