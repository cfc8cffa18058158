package flotilla.supervisor;

import flotilla.domain.InstanceId;
import flotilla.protocol.DecisionReport;
import flotilla.protocol.SupervisorCommand.WorkerReport;
import flotilla.protocol.WorkerCommand;
import flotilla.scaling.Instance;
import flotilla.scaling.ScalingAction;
import flotilla.scaling.ScalingPlan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Launches and terminates through {@link InstanceFleet} and talks to workers where they said that they listen. */
public final class Ec2FleetOperator implements FleetOperator {
    private final InstanceFleet fleet;
    private final String cluster;
    private final String userData;

    /** What became of one action. */
    private record Done(
            ScalingAction action, DecisionReport.Action report, Optional<Instance> instance, boolean outcomeKnown) {}

    /**
     * @param cluster the cluster's name, part of every client token
     * @param userData handed to every launched worker
     */
    public Ec2FleetOperator(InstanceFleet fleet, String cluster, String userData) {
        this.fleet = fleet;
        this.cluster = cluster;
        this.userData = userData;
    }

    @Override
    public CompletionStage<List<Instance>> describe() {
        return fleet.describe();
    }

    @Override
    public CompletionStage<Outcome> carryOut(ScalingPlan plan, Function<InstanceId, Optional<WorkerReport>> reportOf) {
        CompletionStage<List<Done>> all = CompletableFuture.completedFuture(new ArrayList<>());
        for (ScalingAction action : plan.actions()) {
            CompletionStage<Done> one = carryOut(action, reportOf).exceptionally(failure -> failed(action, failure));
            all = all.thenCombine(one, (list, done) -> {
                list.add(done);
                return list;
            });
        }
        return all.thenApply(Ec2FleetOperator::outcome);
    }

    private CompletionStage<Done> carryOut(
            ScalingAction action, Function<InstanceId, Optional<WorkerReport>> reportOf) {
        if (action instanceof ScalingAction.Launch launch) {
            return fleet.launch(launch.id(), clientToken(launch), userData)
                    .thenApply(instance -> new Done(
                            launch,
                            DecisionLog.action(launch, instance.id().value(), "ok"),
                            Optional.of(instance),
                            true));
        }
        if (action instanceof ScalingAction.Terminate terminate) {
            return fleet.terminate(terminate.instance()).thenApply(done -> ok(action));
        }
        if (action instanceof ScalingAction.Drain drain) {
            return tell(action, reportOf.apply(drain.instance()), new WorkerCommand.Drain(drain.epoch()));
        }
        ScalingAction.CancelDrain cancel = (ScalingAction.CancelDrain) action;
        return tell(action, reportOf.apply(cancel.instance()), new WorkerCommand.CancelDrain(cancel.epoch()));
    }

    private static CompletionStage<Done> tell(
            ScalingAction action, Optional<WorkerReport> report, WorkerCommand command) {
        report.ifPresent(worker -> worker.control().tell(command));
        return CompletableFuture.completedFuture(ok(action));
    }

    /** Equal for every repetition of one launch, different for any two launches; at most 64 characters, as EC2 asks. */
    private String clientToken(ScalingAction.Launch launch) {
        String tail = "-" + launch.id() + "-" + launch.generation();
        return cluster.substring(0, Math.min(cluster.length(), 64 - tail.length())) + tail;
    }

    private static Done ok(ScalingAction action) {
        return new Done(action, DecisionLog.action(action, "", "ok"), Optional.empty(), true);
    }

    private static Done failed(ScalingAction action, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        boolean known = cause instanceof InstanceFleet.LaunchFailedException refused && refused.outcomeKnown();
        String message = String.valueOf(cause.getMessage()).replaceAll("\\s+", " ");
        return new Done(action, DecisionLog.action(action, "", message), Optional.empty(), known);
    }

    private static Outcome outcome(List<Done> all) {
        Map<ScalingAction.Launch, Instance> launched = new HashMap<>();
        List<ScalingAction.Launch> refused = new ArrayList<>();
        List<ScalingAction.Launch> unanswered = new ArrayList<>();
        for (Done done : all) {
            if (done.action() instanceof ScalingAction.Launch launch) {
                if (done.instance().isPresent()) {
                    launched.put(launch, done.instance().get());
                } else if (done.outcomeKnown()) {
                    refused.add(launch);
                } else {
                    unanswered.add(launch);
                }
            }
        }
        return new Outcome(all.stream().map(Done::report).toList(), launched, refused, unanswered);
    }
}
