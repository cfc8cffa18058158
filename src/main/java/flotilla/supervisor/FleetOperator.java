package flotilla.supervisor;

import flotilla.domain.InstanceId;
import flotilla.protocol.DecisionReport;
import flotilla.protocol.WorkerCommand;
import flotilla.scaling.FleetController;
import flotilla.scaling.FleetObservation.DrainConfirmation;
import flotilla.scaling.ScalingPlan;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Carries plans out. Expected failures are values: the stages returned here complete normally, except {@link #describe} and
 * {@link #confirmations}.
 */
public interface FleetOperator {
    /** All instances of our cluster; fails when they cannot be had. */
    CompletionStage<InstanceFleet.Described> describe();

    /** Takes what workers said in the terminate-confirm queue; nothing when drains do not go through queues. */
    CompletionStage<List<DrainConfirmation>> confirmations();

    /**
     * Carries out a plan's actions.
     *
     * @param controlOf where the worker on an instance takes commands; called before this method returns
     */
    CompletionStage<Outcome> carryOut(
            ScalingPlan plan, Function<InstanceId, Optional<ActorRef<WorkerCommand>>> controlOf);

    /**
     * What became of the actions.
     *
     * @param actions all of them, in the plan's order
     * @param results what the controller has to know
     * @param carriedOut false when the plan was only shown and nobody was asked anything
     */
    record Outcome(List<DecisionReport.Action> actions, FleetController.Results results, boolean carriedOut) {
        public Outcome {
            actions = List.copyOf(actions);
        }

        public Outcome(List<DecisionReport.Action> actions, FleetController.Results results) {
            this(actions, results, true);
        }

        /** The plan was only shown. */
        public static Outcome onlyShown(List<DecisionReport.Action> actions) {
            return new Outcome(actions, FleetController.Results.none(), false);
        }

        /** Tells the controller of the last plan's decisions what became of it. */
        void tell(FleetController controller, Instant now) {
            if (carriedOut) {
                controller.acted(results, now);
            } else {
                controller.onlyShown();
            }
        }
    }
}
