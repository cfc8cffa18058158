package flotilla.supervisor;

import flotilla.domain.GatewayId;
import flotilla.domain.InstanceId;
import flotilla.domain.QueueDepth;
import flotilla.protocol.DecisionReport;
import flotilla.protocol.SupervisorCommand;
import flotilla.protocol.SupervisorCommand.GetDecisions;
import flotilla.protocol.SupervisorCommand.GetFleet;
import flotilla.protocol.SupervisorCommand.WorkArrived;
import flotilla.protocol.SupervisorCommand.WorkerReport;
import flotilla.protocol.WorkerCommand;
import flotilla.scaling.Activity;
import flotilla.scaling.FleetMemory;
import flotilla.scaling.FleetMemory.DrainIntent;
import flotilla.scaling.FleetObservation;
import flotilla.scaling.FleetPlanner;
import flotilla.scaling.Instance;
import flotilla.scaling.InstanceView;
import flotilla.scaling.PolicyState;
import flotilla.scaling.ScalingPlan;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Keeps the number of instances in step with the queue: observe, decide, act, log; every {@code interval}, and at once when
 * a gateway tells of work for which nothing was planned.
 *
 * <p>It owns the fleet's scaling: nobody else launches, drains or terminates. It receives workers' reports, gateways'
 * notices of work and questions about fleet and decisions. All judgement is in {@link FleetPlanner}; all effects go through
 * {@link FleetOperator}. It never waits, never acts on two plans at a time, and keeps nothing that EC2's tags and the
 * workers' next reports would not bring back.
 */
public final class ScalingSupervisor {

    /** How the supervisor is run. */
    public record Settings(Duration interval, Duration debounce, int history, String policy, boolean fleetByHand) {}

    private record Reconcile() implements SupervisorCommand {}

    private record WorkIsWaiting() implements SupervisorCommand {}

    private record Observed(Optional<QueueDepth> depth, Optional<List<Instance>> instances)
            implements SupervisorCommand {}

    private record Acted(ScalingPlan plan, FleetOperator.Outcome outcome) implements SupervisorCommand {}

    /** What a gateway said of its backlog, and when. */
    private record Announced(int unanswered, Instant at) {}

    private static final int NEVER_PLANNED = -1;
    /** A gateway that has said nothing for so long is idle or gone. */
    private static final Duration ANNOUNCED_FOR = Duration.ofMinutes(1);

    private final ActorContext<SupervisorCommand> context;
    private final TimerScheduler<SupervisorCommand> timers;
    private final Settings settings;
    private final Clock clock;
    private final FleetPlanner planner;
    private final FleetOperator operator;
    private final Supplier<CompletionStage<QueueDepth>> depth;
    private final FleetRoster roster = new FleetRoster();
    private final DecisionLog decisions;
    private final Map<GatewayId, Announced> announced = new HashMap<>();
    private FleetMemory memory = FleetMemory.empty();
    private PolicyState policyState = PolicyState.initial();
    private int plannedFor = NEVER_PLANNED;

    /**
     * Creates the supervisor.
     *
     * @param depth reads the request queue's depth
     * @param operator carries plans out
     */
    public static Behavior<SupervisorCommand> create(
            Settings settings,
            Clock clock,
            FleetPlanner planner,
            FleetOperator operator,
            Supplier<CompletionStage<QueueDepth>> depth) {
        return Behaviors.setup(context -> Behaviors.withTimers(
                timers -> new ScalingSupervisor(context, timers, settings, clock, planner, operator, depth).start()));
    }

    private ScalingSupervisor(
            ActorContext<SupervisorCommand> context,
            TimerScheduler<SupervisorCommand> timers,
            Settings settings,
            Clock clock,
            FleetPlanner planner,
            FleetOperator operator,
            Supplier<CompletionStage<QueueDepth>> depth) {
        this.context = context;
        this.timers = timers;
        this.settings = settings;
        this.clock = clock;
        this.planner = planner;
        this.operator = operator;
        this.depth = depth;
        this.decisions = new DecisionLog(settings.history(), settings.policy());
    }

    private Behavior<SupervisorCommand> start() {
        context.getLog().info("supervisor started policy={} interval={}", settings.policy(), settings.interval());
        timers.startTimerWithFixedDelay(new Reconcile(), Duration.ZERO, settings.interval());
        return idle();
    }

    private Behavior<SupervisorCommand> idle() {
        return Behaviors.receive(SupervisorCommand.class)
                .onMessage(Reconcile.class, this::onReconcile)
                .onMessage(WorkIsWaiting.class, waiting -> onReconcile(new Reconcile()))
                .onMessage(WorkerReport.class, this::onWorkerReport)
                .onMessage(WorkArrived.class, this::onWorkArrived)
                .onMessage(GetFleet.class, this::onGetFleet)
                .onMessage(GetDecisions.class, this::onGetDecisions)
                .build();
    }

    private Behavior<SupervisorCommand> reconciling() {
        return Behaviors.receive(SupervisorCommand.class)
                .onMessage(Observed.class, this::onObserved)
                .onMessage(Acted.class, this::onActed)
                .onMessage(Reconcile.class, this::onReconcileTooEarly)
                .onMessage(WorkIsWaiting.class, this::onWorkIsWaitingTooEarly)
                .onMessage(WorkerReport.class, this::onWorkerReport)
                .onMessage(WorkArrived.class, this::onWorkArrived)
                .onMessage(GetFleet.class, this::onGetFleet)
                .onMessage(GetDecisions.class, this::onGetDecisions)
                .build();
    }

    private Behavior<SupervisorCommand> onReconcile(Reconcile reconcile) {
        CompletionStage<Optional<QueueDepth>> depthOrNothing = depth.get().handle((known, failure) -> {
            if (failure != null) {
                context.getSystem().log().warn("cannot read the queue's depth: {}", failure.getMessage());
            }
            return Optional.ofNullable(known);
        });
        CompletionStage<Optional<List<Instance>>> instancesOrNothing = operator.describe()
                .handle((known, failure) -> {
                    if (failure != null) {
                        context.getSystem().log().warn("cannot describe instances: {}", failure.getMessage());
                    }
                    return Optional.ofNullable(known);
                });
        context.pipeToSelf(
                depthOrNothing.thenCombine(instancesOrNothing, Observed::new),
                (observed, failure) -> observed != null ? observed : new Observed(Optional.empty(), Optional.empty()));
        return reconciling();
    }

    private Behavior<SupervisorCommand> onReconcileTooEarly(Reconcile reconcile) {
        context.getLog().info("tick dropped: the previous reconciliation is still under way");
        return Behaviors.same();
    }

    private Behavior<SupervisorCommand> onWorkIsWaitingTooEarly(WorkIsWaiting waiting) {
        timers.startSingleTimer(waiting, settings.debounce());
        return Behaviors.same();
    }

    private Behavior<SupervisorCommand> onObserved(Observed observed) {
        Instant now = clock.instant();
        Optional<List<InstanceView>> instances = settings.fleetByHand()
                ? Optional.of(byHand(now))
                : observed.instances().map(described -> roster.described(described, now));
        FleetObservation observation = new FleetObservation(observed.depth(), instances, now);
        ScalingPlan plan = planner.plan(observation, policyState, memory, now);
        memory = plan.memory();
        policyState = plan.policyState();
        observed.depth().ifPresent(known -> plannedFor = known.messages());
        context.pipeToSelf(operator.carryOut(plan, roster::reportOf), (outcome, failure) -> {
            if (failure != null) {
                throw new IllegalStateException("the fleet's operator must answer with values", failure);
            }
            return new Acted(plan, outcome);
        });
        return Behaviors.same();
    }

    private List<InstanceView> byHand(Instant now) {
        roster.described(List.of(), now);
        return roster.byHand();
    }

    private Behavior<SupervisorCommand> onActed(Acted acted) {
        Instant now = clock.instant();
        acted.outcome().launched().forEach((launch, instance) -> {
            roster.launched(instance, now);
            memory = memory.withoutUnconfirmed(launch.id());
        });
        acted.outcome().refused().forEach(launch -> memory = memory.withoutUnconfirmed(launch.id()));
        acted.outcome()
                .unanswered()
                .forEach(launch -> memory = memory.withUnconfirmed(launch.id(), launch.generation(), now));
        DecisionReport.Decision decision =
                decisions.add(acted.plan(), acted.outcome().actions());
        context.getLog().info(DecisionLog.line(decision));
        return idle();
    }

    private Behavior<SupervisorCommand> onWorkerReport(WorkerReport report) {
        Optional<WorkerReport> before = roster.reportOf(report.worker());
        roster.reported(report, clock.instant());
        if (before.isEmpty() || before.get().activity() != report.activity()) {
            context.getLog()
                    .info(
                            "worker={} instance={} appTierId={} activity={} inHand={} images={}",
                            report.worker(),
                            report.instance().map(InstanceId::value).orElse("-"),
                            report.appTierId().map(Object::toString).orElse("-"),
                            report.activity(),
                            report.inHand(),
                            report.images());
            if (report.activity() == Activity.DRAINED) {
                timers.startSingleTimer(new WorkIsWaiting(), settings.debounce());
            }
        }
        if (report.instance().isEmpty()) {
            report.control().tell(new WorkerCommand.Registered(Optional.empty()));
        } else {
            InstanceId id = report.instance().get();
            if (report.appTierId().isEmpty()) {
                roster.appTierId(id)
                        .ifPresent(known -> report.control().tell(new WorkerCommand.Registered(Optional.of(known))));
            }
            repeatIntent(id, report);
        }
        return Behaviors.same();
    }

    /** A command may be lost; the report shows whether it was heard. */
    private void repeatIntent(InstanceId id, WorkerReport report) {
        DrainIntent intent = memory.drains().get(id);
        if (intent == null) {
            return;
        }
        boolean drainUnheard = !intent.cancelled() && report.activity() == Activity.WORKING;
        boolean cancelUnheard =
                intent.cancelled() && report.activity() == Activity.DRAINING && report.drainEpoch() <= intent.epoch();
        if (drainUnheard) {
            report.control().tell(new WorkerCommand.Drain(intent.epoch()));
        } else if (cancelUnheard) {
            report.control().tell(new WorkerCommand.CancelDrain(intent.epoch()));
        }
    }

    private Behavior<SupervisorCommand> onWorkArrived(WorkArrived work) {
        Instant now = clock.instant();
        announced.values().removeIf(known -> Duration.between(known.at(), now).compareTo(ANNOUNCED_FOR) > 0);
        announced.put(work.gateway(), new Announced(work.unanswered(), now));
        int backlog =
                announced.values().stream().mapToInt(Announced::unanswered).sum();
        if (backlog > Math.max(0, plannedFor) && !timers.isTimerActive(new WorkIsWaiting())) {
            timers.startSingleTimer(new WorkIsWaiting(), settings.debounce());
        }
        return Behaviors.same();
    }

    private Behavior<SupervisorCommand> onGetFleet(GetFleet question) {
        question.replyTo().tell(roster.report(clock.instant()));
        return Behaviors.same();
    }

    private Behavior<SupervisorCommand> onGetDecisions(GetDecisions question) {
        question.replyTo().tell(decisions.report(question.limit()));
        return Behaviors.same();
    }
}
