package flotilla.supervisor;

import flotilla.domain.InstanceId;
import flotilla.protocol.DecisionReport;
import flotilla.protocol.WorkerCommand;
import flotilla.scaling.FleetController;
import flotilla.scaling.FleetObservation.DrainConfirmation;
import flotilla.scaling.Instance;
import flotilla.scaling.ScalingAction;
import flotilla.scaling.ScalingPlan;
import flotilla.supervisor.InstanceFleet.LaunchFailedException;
import flotilla.supervisor.SupervisorLease.Standing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;

/** Starts and ends instances through {@link InstanceFleet}, and asks workers to end: by name, or through the queues. */
public final class Ec2FleetOperator implements FleetOperator {
    /**
     * Launches and starts that are under way at the same time; the others follow in order. EC2 takes five calls of each kind at
     * once and two more in each second, and one takes a second or two.
     *
     * @see <a href="https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html">Request throttling for the EC2
     *     API: request token buckets of RunInstances and StartInstances</a>
     */
    static final int LAUNCHES_AT_ONCE = 5;

    private static final ScalingAction EMPTY_THE_QUEUE =
            new ScalingAction.CancelRequests(ScalingAction.CancelRequests.ALL);

    private final InstanceFleet fleet;
    private final Optional<DrainRequests> requests;
    private final Supplier<String> userData;
    private final SupervisorLease lease;
    private final LaunchTokens tokens;
    private final Pace launches = new Pace(LAUNCHES_AT_ONCE);
    private final Pace starts = new Pace(LAUNCHES_AT_ONCE);

    /** What became of one action. */
    private record Done(
            ScalingAction action,
            DecisionReport.Action report,
            Optional<Instance> instance,
            Optional<Throwable> failure,
            List<Long> requestsGone) {}

    /** An operator without rivals, whose workers are all handed the same. */
    public Ec2FleetOperator(InstanceFleet fleet, Optional<DrainRequests> requests, String cluster, String userData) {
        this(fleet, requests, cluster, () -> userData, SupervisorLease.always());
    }

    /**
     * @param requests the terminate queues, when drains go through them
     * @param cluster the cluster's name, part of every client token
     * @param userData handed to the workers that are launched now
     * @param lease asked before each act
     */
    public Ec2FleetOperator(
            InstanceFleet fleet,
            Optional<DrainRequests> requests,
            String cluster,
            Supplier<String> userData,
            SupervisorLease lease) {
        this.fleet = fleet;
        this.requests = requests;
        this.userData = userData;
        this.lease = lease;
        this.tokens = new LaunchTokens(cluster);
    }

    @Override
    public CompletionStage<InstanceFleet.Described> describe() {
        return fleet.describe();
    }

    @Override
    public CompletionStage<List<DrainConfirmation>> confirmations() {
        return requests.map(DrainRequests::confirmations).orElseGet(() -> CompletableFuture.completedFuture(List.of()));
    }

    @Override
    public CompletionStage<Outcome> carryOut(
            ScalingPlan plan, Function<InstanceId, Optional<ActorRef<WorkerCommand>>> controlOf) {
        CompletionStage<List<Done>> all = CompletableFuture.completedFuture(new ArrayList<>());
        Standing standing = lease.standing();
        for (ScalingAction action : plan.actions()) {
            CompletionStage<Done> one = whileHeld(standing, () -> carryOut(action, standing, controlOf))
                    .exceptionally(failure -> failed(action, failure));
            all = all.thenCombine(one, (list, done) -> {
                list.add(done);
                return list;
            });
        }
        return all.thenApply(Ec2FleetOperator::outcome);
    }

    private CompletionStage<Done> carryOut(
            ScalingAction action,
            Standing standing,
            Function<InstanceId, Optional<ActorRef<WorkerCommand>>> controlOf) {
        if (action instanceof ScalingAction.Launch launch) {
            String handed = userData.get();
            return launches.call(() -> tokens.launch(
                            launch, token -> whileHeld(standing, () -> fleet.launch(launch.tier(), token, handed))))
                    .thenApply(instance -> launched(launch, instance));
        }
        if (action instanceof ScalingAction.Start start) {
            return starts.call(() -> whileHeld(standing, () -> fleet.start(start.id())))
                    .thenApply(done -> ok(action));
        }
        if (action instanceof ScalingAction.SetGroupCapacity set) {
            return fleet.setGroupCapacity(set.capacity()).thenApply(done -> ok(action));
        }
        if (action instanceof ScalingAction.AssignId assign) {
            return fleet.assignId(assign.id(), assign.tier().orElseThrow()).thenApply(done -> ok(action));
        }
        if (action instanceof ScalingAction.Drain drain) {
            return tell(action, controlOf.apply(drain.id()), new WorkerCommand.Drain(drain.epoch()));
        }
        if (action instanceof ScalingAction.CancelDrain cancel) {
            return tell(action, controlOf.apply(cancel.id()), new WorkerCommand.CancelDrain(cancel.epoch()));
        }
        if (action instanceof ScalingAction.RequestDrains request) {
            return queues().send(request.tokens()).thenApply(unsent -> requested(request, unsent));
        }
        if (action instanceof ScalingAction.CancelRequests cancel) {
            return queues().cancel(cancel.count()).thenApply(back -> cancelled(cancel, back));
        }
        if (action instanceof ScalingAction.Terminate terminate) {
            CompletionStage<?> ended =
                    terminate.replaced() ? fleet.replace(terminate.id()) : fleet.terminate(terminate.id());
            return ended.thenApply(done -> ok(action));
        }
        ScalingAction.Stop stop = (ScalingAction.Stop) action;
        return fleet.stop(stop.id()).thenApply(done -> ok(action));
    }

    /**
     * The act, if the lease is held as it was when the plan was made: nobody else has had it meanwhile. What waits for its turn
     * is asked again when that comes. An act that throws counts as one that failed.
     */
    private <T> CompletionStage<T> whileHeld(Standing then, Supplier<CompletionStage<T>> act) {
        Standing now = lease.standing();
        if (now instanceof Standing.Held && now.equals(then)) {
            return CompletableFuture.completedFuture(act).thenCompose(Supplier::get);
        }
        String why = now instanceof Standing.NotHeld not ? not.why() : "lost for a while";
        return CompletableFuture.failedFuture(new SupervisorLease.NoLeaseException(why));
    }

    private DrainRequests queues() {
        return requests.orElseThrow(() -> new IllegalStateException("there are no terminate queues"));
    }

    private static CompletionStage<Done> tell(
            ScalingAction action, Optional<ActorRef<WorkerCommand>> control, WorkerCommand command) {
        control.ifPresent(worker -> worker.tell(command));
        return CompletableFuture.completedFuture(ok(action));
    }

    private static Done launched(ScalingAction.Launch launch, Instance instance) {
        return new Done(
                launch,
                DecisionLog.action(launch, instance.id().value(), "ok"),
                Optional.of(instance),
                Optional.empty(),
                List.of());
    }

    private static Done requested(ScalingAction.RequestDrains request, List<Long> unsent) {
        String outcome = unsent.isEmpty() ? "ok" : unsent.size() + " not sent";
        return new Done(request, DecisionLog.action(request, "", outcome), Optional.empty(), Optional.empty(), unsent);
    }

    private static Done cancelled(ScalingAction.CancelRequests cancel, List<Long> back) {
        boolean whole = cancel.count() == ScalingAction.CancelRequests.ALL || back.size() == cancel.count();
        String outcome = whole ? "ok" : "only " + back.size() + " were left";
        return new Done(cancel, DecisionLog.action(cancel, "", outcome), Optional.empty(), Optional.empty(), back);
    }

    private static Done ok(ScalingAction action) {
        return new Done(action, DecisionLog.action(action, "", "ok"), Optional.empty(), Optional.empty(), List.of());
    }

    private static Done failed(ScalingAction action, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        String message = String.valueOf(cause.getMessage()).replaceAll("\\s+", " ");
        List<Long> gone = action instanceof ScalingAction.RequestDrains request ? request.tokens() : List.of();
        return new Done(action, DecisionLog.action(action, "", message), Optional.empty(), Optional.of(cause), gone);
    }

    private static Outcome outcome(List<Done> all) {
        Map<ScalingAction.Launch, Instance> launched = new HashMap<>();
        List<ScalingAction.Launch> refused = new ArrayList<>();
        List<ScalingAction.Launch> unanswered = new ArrayList<>();
        List<Long> gone = new ArrayList<>();
        Optional<String> trouble = Optional.empty();
        boolean emptied = false;
        boolean started = false;
        Set<InstanceId> notStarted = new HashSet<>();
        for (Done done : all) {
            emptied |= done.failure().isEmpty() && done.action().equals(EMPTY_THE_QUEUE);
            gone.addAll(done.requestsGone());
            started |= done.failure().isEmpty()
                    && (done.action() instanceof ScalingAction.Start
                            || done.action() instanceof ScalingAction.SetGroupCapacity);
            Optional<LaunchFailedException> refusal = done.failure()
                    .filter(LaunchFailedException.class::isInstance)
                    .map(LaunchFailedException.class::cast);
            trouble = trouble.or(
                    () -> refusal.filter(LaunchFailedException::outcomeKnown).map(LaunchFailedException::code));
            if (done.action() instanceof ScalingAction.Start start && refusal.isPresent()) {
                notStarted.add(start.id());
            }
            if (done.action() instanceof ScalingAction.Launch launch) {
                if (done.instance().isPresent()) {
                    launched.put(launch, done.instance().get());
                } else if (refusal.filter(LaunchFailedException::outcomeKnown).isPresent()) {
                    refused.add(launch);
                } else {
                    unanswered.add(launch);
                }
            }
        }
        return new Outcome(
                all.stream().map(Done::report).toList(),
                new FleetController.Results(
                        launched,
                        refused,
                        unanswered,
                        trouble,
                        gone,
                        emptied,
                        new FleetController.Starts(started, notStarted)));
    }
}
