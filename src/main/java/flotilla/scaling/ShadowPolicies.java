package flotilla.scaling;

import flotilla.scaling.FleetController.Shadow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Policies that vote and are not heeded, each with its own memory. Confined to one {@link FleetController}. */
final class ShadowPolicies {
    private final List<FleetPlanner> planners;
    private final List<ControlState> states = new ArrayList<>();

    /**
     * @param acting plans for the policy that is heeded, by the same rules
     */
    ShadowPolicies(List<ScalingPolicy> shadows, FleetPlanner acting, WorkloadModel.Assumed assumed) {
        this.planners = shadows.stream().map(acting::with).toList();
        shadows.forEach(shadow -> states.add(ControlState.initial(shadow, assumed)));
    }

    /** What each would have decided in place of the policy that acts, whose state is given. */
    List<Shadow> plan(FleetObservation observation, ControlState acting, Instant now) {
        List<Shadow> all = new ArrayList<>();
        for (int i = 0; i < planners.size(); i++) {
            FleetPlanner planner = planners.get(i);
            ScalingPlan would = planner.plan(observation, states.get(i).beside(acting), now);
            states.set(i, would.next());
            all.add(new Shadow(planner.policy().name(), would));
        }
        return all;
    }
}
