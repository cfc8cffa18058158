package flotilla.supervisor;

import flotilla.domain.InstanceId;
import flotilla.protocol.DecisionReport;
import flotilla.protocol.SupervisorCommand.WorkerReport;
import flotilla.scaling.Instance;
import flotilla.scaling.ScalingAction;
import flotilla.scaling.ScalingPlan;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Carries plans out. Expected failures are values: the stages returned here complete normally, except {@link #describe}. */
public interface FleetOperator {
    /** All instances of our cluster; fails when they cannot be had. */
    CompletionStage<List<Instance>> describe();

    /**
     * Carries out a plan's actions.
     *
     * @param reportOf the last report of the worker on an instance; called before this method returns
     */
    CompletionStage<Outcome> carryOut(ScalingPlan plan, Function<InstanceId, Optional<WorkerReport>> reportOf);

    /**
     * What became of the actions.
     *
     * @param actions all of them, in the plan's order
     * @param launched launches that gave an instance
     * @param refused launches that EC2 refused: there is no instance
     * @param unanswered launches without an answer: there may be an instance
     */
    record Outcome(
            List<DecisionReport.Action> actions,
            Map<ScalingAction.Launch, Instance> launched,
            List<ScalingAction.Launch> refused,
            List<ScalingAction.Launch> unanswered) {
        public Outcome {
            actions = List.copyOf(actions);
            launched = Map.copyOf(launched);
            refused = List.copyOf(refused);
            unanswered = List.copyOf(unanswered);
        }
    }
}
