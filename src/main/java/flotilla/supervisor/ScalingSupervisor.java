package flotilla.supervisor;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.domain.QueueDepth;
import flotilla.domain.WorkerId;
import flotilla.protocol.DecisionReport;
import flotilla.protocol.FleetReport;
import flotilla.protocol.SupervisorCommand;
import flotilla.protocol.SupervisorCommand.GetDecision;
import flotilla.protocol.SupervisorCommand.GetDecisions;
import flotilla.protocol.SupervisorCommand.GetFleet;
import flotilla.protocol.SupervisorCommand.WorkArrived;
import flotilla.protocol.SupervisorCommand.WorkerReport;
import flotilla.protocol.WorkerCommand;
import flotilla.scaling.Activity;
import flotilla.scaling.FleetController;
import flotilla.scaling.FleetController.WorkerOrder;
import flotilla.scaling.FleetObservation.DrainConfirmation;
import flotilla.scaling.ScalingPlan;
import flotilla.scaling.ShownInstance;
import flotilla.scaling.WorkerSighting;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Keeps the number of instances in step with the queue: observe, decide, act, log; every {@code interval}, and between two
 * ticks when a gateway tells of more work than was planned for.
 *
 * <p>It owns the fleet's scaling: nobody else starts, drains or ends instances. It receives workers' reports, gateways'
 * counts and questions about fleet and decisions. All judgement is in {@link FleetController}; all effects go through
 * {@link FleetOperator}. It never waits, never acts on two plans at a time, and keeps nothing that EC2's tags and the
 * workers' next reports would not bring back.
 */
public final class ScalingSupervisor {

    /** How the supervisor is run. */
    public record Settings(Duration interval, Duration debounce, int history) {}

    private record Reconcile() implements SupervisorCommand {}

    private record WorkIsWaiting() implements SupervisorCommand {}

    private record Observed(FleetController.Readings readings) implements SupervisorCommand {}

    private record Acted(FleetController.Decided decided, FleetOperator.Outcome outcome) implements SupervisorCommand {}

    private static final int NEVER_PLANNED = -1;

    private final ActorContext<SupervisorCommand> context;
    private final TimerScheduler<SupervisorCommand> timers;
    private final Settings settings;
    private final Clock clock;
    private final FleetController controller;
    private final FleetOperator operator;
    private final Supplier<CompletionStage<QueueDepth>> depth;
    private final DecisionLog decisions;
    private final Map<WorkerId, ActorRef<WorkerCommand>> controls = new HashMap<>();
    private long plannedFor = NEVER_PLANNED;

    /**
     * Creates the supervisor.
     *
     * @param controller what decides; this supervisor's alone
     * @param depth reads the request queue's depth
     * @param operator carries plans out
     */
    public static Behavior<SupervisorCommand> create(
            Settings settings,
            Clock clock,
            Supplier<FleetController> controller,
            FleetOperator operator,
            Supplier<CompletionStage<QueueDepth>> depth) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers ->
                new ScalingSupervisor(context, timers, settings, clock, controller.get(), operator, depth).start()));
    }

    private ScalingSupervisor(
            ActorContext<SupervisorCommand> context,
            TimerScheduler<SupervisorCommand> timers,
            Settings settings,
            Clock clock,
            FleetController controller,
            FleetOperator operator,
            Supplier<CompletionStage<QueueDepth>> depth) {
        this.context = context;
        this.timers = timers;
        this.settings = settings;
        this.clock = clock;
        this.controller = controller;
        this.operator = operator;
        this.depth = depth;
        this.decisions = new DecisionLog(settings.history(), controller.policy().name(), settings.interval());
    }

    private Behavior<SupervisorCommand> start() {
        context.getLog()
                .info(
                        "supervisor started policy={} interval={}",
                        controller.policy().name(),
                        settings.interval());
        timers.startTimerWithFixedDelay(new Reconcile(), Duration.ZERO, settings.interval());
        return idle();
    }

    private Behavior<SupervisorCommand> idle() {
        return Behaviors.receive(SupervisorCommand.class)
                .onMessage(Reconcile.class, reconcile -> onReconcile())
                .onMessage(WorkIsWaiting.class, waiting -> onReconcile())
                .onMessage(WorkerReport.class, this::onWorkerReport)
                .onMessage(WorkArrived.class, this::onWorkArrived)
                .onMessage(GetFleet.class, this::onGetFleet)
                .onMessage(GetDecisions.class, this::onGetDecisions)
                .onMessage(GetDecision.class, this::onGetDecision)
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
                .onMessage(GetDecision.class, this::onGetDecision)
                .build();
    }

    private Behavior<SupervisorCommand> onReconcile() {
        CompletionStage<Optional<QueueDepth>> depthOrNothing = orNothing(depth.get(), "read the queue's depth");
        CompletionStage<Optional<InstanceFleet.Described>> fleetOrNothing =
                orNothing(operator.describe(), "describe instances");
        CompletionStage<List<DrainConfirmation>> confirmations = orNothing(
                        operator.confirmations(), "read the terminate-confirm queue")
                .thenApply(read -> read.orElse(List.of()));
        CompletionStage<FleetController.Readings> readings = depthOrNothing
                .thenCombine(
                        fleetOrNothing,
                        (known, fleet) -> new FleetController.Readings(
                                known,
                                fleet.map(InstanceFleet.Described::instances),
                                fleet.map(InstanceFleet.Described::ordered).orElse(0),
                                List.of()))
                .thenCombine(
                        confirmations,
                        (read, confirmed) -> new FleetController.Readings(
                                read.depth(), read.instances(), read.ordered(), confirmed));
        context.pipeToSelf(
                readings,
                (read, failure) -> new Observed(
                        read != null ? read : new FleetController.Readings(Optional.empty(), Optional.empty())));
        return reconciling();
    }

    private <T> CompletionStage<Optional<T>> orNothing(CompletionStage<T> read, String what) {
        return read.handle((known, failure) -> {
            if (failure != null) {
                context.getSystem().log().warn("cannot {}: {}", what, failure.getMessage());
            }
            return Optional.ofNullable(known);
        });
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
        FleetController.Decided decided = controller.decide(observed.readings(), clock.instant());
        ScalingPlan plan = decided.plan();
        observed.readings()
                .depth()
                .ifPresent(known -> plannedFor = Math.max(known.messages(), controller.unanswered()));
        controls.keySet().removeIf(worker -> controller.report(worker).isEmpty());
        context.pipeToSelf(operator.carryOut(plan, this::controlOn), (outcome, failure) -> {
            if (failure != null) {
                throw new IllegalStateException("the fleet's operator must answer with values", failure);
            }
            return new Acted(decided, outcome);
        });
        return Behaviors.same();
    }

    private Optional<ActorRef<WorkerCommand>> controlOn(InstanceId instance) {
        return controller.reportOn(instance).map(sighting -> controls.get(sighting.worker()));
    }

    private Behavior<SupervisorCommand> onActed(Acted acted) {
        controller.acted(acted.outcome().results(), clock.instant());
        DecisionReport.Decision decision =
                decisions.add(acted.decided(), acted.outcome().actions());
        context.getLog().info(DecisionLog.line(decision));
        return idle();
    }

    private Behavior<SupervisorCommand> onWorkerReport(WorkerReport report) {
        WorkerSighting sighting = report.sighting();
        Optional<WorkerSighting> before = controller.report(sighting.worker());
        controls.put(sighting.worker(), report.control());
        List<WorkerOrder> orders = controller.reported(sighting, clock.instant());
        if (before.isEmpty() || before.get().activity() != sighting.activity()) {
            context.getLog()
                    .info(
                            "worker={} instance={} appTierId={} activity={} inHand={} images={}",
                            sighting.worker(),
                            sighting.instance().map(InstanceId::value).orElse("-"),
                            sighting.appTierId().map(Object::toString).orElse("-"),
                            sighting.activity(),
                            sighting.inHand(),
                            sighting.service().images());
            if (sighting.activity() == Activity.DRAINED) {
                timers.startSingleTimer(new WorkIsWaiting(), settings.debounce());
            }
        }
        orders.forEach(order -> report.control().tell(command(order)));
        return Behaviors.same();
    }

    private static WorkerCommand command(WorkerOrder order) {
        if (order instanceof WorkerOrder.Register register) {
            return new WorkerCommand.Registered(register.id());
        }
        if (order instanceof WorkerOrder.Drain drain) {
            return new WorkerCommand.Drain(drain.epoch());
        }
        if (order instanceof WorkerOrder.RequestsFrom requests) {
            return new WorkerCommand.RequestsFrom(requests.token());
        }
        return new WorkerCommand.CancelDrain(((WorkerOrder.CancelDrain) order).epoch());
    }

    private Behavior<SupervisorCommand> onWorkArrived(WorkArrived work) {
        long backlog = controller.announced(work.gateway(), work.accepted(), work.unanswered(), clock.instant());
        if (backlog > Math.max(0, plannedFor) && !timers.isTimerActive(new WorkIsWaiting())) {
            timers.startSingleTimer(new WorkIsWaiting(), settings.debounce());
        }
        return Behaviors.same();
    }

    private Behavior<SupervisorCommand> onGetFleet(GetFleet question) {
        question.replyTo()
                .tell(new FleetReport(controller.show(clock.instant()).stream()
                        .map(ScalingSupervisor::line)
                        .toList()));
        return Behaviors.same();
    }

    private static FleetReport.Line line(ShownInstance shown) {
        return new FleetReport.Line(
                shown.name(),
                shown.appTierId().map(AppTierId::value).orElse(0),
                shown.state(),
                shown.busy(),
                shown.images(),
                shown.since());
    }

    private Behavior<SupervisorCommand> onGetDecisions(GetDecisions question) {
        question.replyTo().tell(decisions.report(question.limit()));
        return Behaviors.same();
    }

    private Behavior<SupervisorCommand> onGetDecision(GetDecision question) {
        question.replyTo().tell(decisions.report(question.n()));
        return Behaviors.same();
    }
}
