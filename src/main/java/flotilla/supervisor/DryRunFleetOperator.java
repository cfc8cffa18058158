package flotilla.supervisor;

import flotilla.domain.InstanceId;
import flotilla.protocol.SupervisorCommand.WorkerReport;
import flotilla.scaling.Instance;
import flotilla.scaling.ScalingPlan;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/** Shows what would be done and does nothing: for {@code scaling.dry-run} and for workers started by hand. */
public final class DryRunFleetOperator implements FleetOperator {
    private final Supplier<CompletionStage<List<Instance>>> describe;
    private final String outcome;

    /**
     * @param describe reads the instances that exist
     * @param outcome what is logged for each action
     */
    public DryRunFleetOperator(Supplier<CompletionStage<List<Instance>>> describe, String outcome) {
        this.describe = describe;
        this.outcome = outcome;
    }

    @Override
    public CompletionStage<List<Instance>> describe() {
        return describe.get();
    }

    @Override
    public CompletionStage<Outcome> carryOut(ScalingPlan plan, Function<InstanceId, Optional<WorkerReport>> reportOf) {
        return CompletableFuture.completedFuture(new Outcome(
                plan.actions().stream()
                        .map(action -> DecisionLog.action(action, "", outcome))
                        .toList(),
                Map.of(),
                List.of(),
                List.of()));
    }
}
