package flotilla.supervisor;

import flotilla.domain.InstanceId;
import flotilla.protocol.WorkerCommand;
import flotilla.scaling.FleetObservation.DrainConfirmation;
import flotilla.scaling.ScalingPlan;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;

/** Shows what would be done and does nothing: for {@code scaling.dry-run} and for workers started by hand. */
public final class DryRunFleetOperator implements FleetOperator {
    private final Supplier<CompletionStage<InstanceFleet.Described>> describe;
    private final String outcome;

    /**
     * @param describe reads the instances that exist
     * @param outcome what is logged for each action
     */
    public DryRunFleetOperator(Supplier<CompletionStage<InstanceFleet.Described>> describe, String outcome) {
        this.describe = describe;
        this.outcome = outcome;
    }

    @Override
    public CompletionStage<InstanceFleet.Described> describe() {
        return describe.get();
    }

    @Override
    public CompletionStage<List<DrainConfirmation>> confirmations() {
        return CompletableFuture.completedFuture(List.of());
    }

    @Override
    public CompletionStage<Outcome> carryOut(
            ScalingPlan plan, Function<InstanceId, Optional<ActorRef<WorkerCommand>>> controlOf) {
        return CompletableFuture.completedFuture(Outcome.onlyShown(plan.actions().stream()
                .map(action -> DecisionLog.action(action, "", outcome))
                .toList()));
    }
}
