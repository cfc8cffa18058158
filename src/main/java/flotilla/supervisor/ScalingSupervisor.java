package flotilla.supervisor;

import flotilla.domain.InstanceId;
import flotilla.protocol.SupervisorCommand;
import flotilla.protocol.SupervisorCommand.FindHolder;
import flotilla.protocol.SupervisorCommand.WorkArrived;
import flotilla.protocol.SupervisorCommand.WorkerReport;
import flotilla.protocol.WorkerCommand;
import flotilla.scaling.FleetController;
import flotilla.scaling.FleetController.WorkerOrder;
import flotilla.scaling.GatewayTally;
import flotilla.scaling.ScalingPlan;
import flotilla.scaling.WorkerSighting;
import flotilla.supervisor.SupervisorLease.Standing;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.PreRestart;
import org.apache.pekko.actor.typed.Signal;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.BehaviorBuilder;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Keeps the number of instances in step with the queue: observe, decide, act, log; every {@code interval}, and between two
 * ticks when a gateway tells of more work than was planned for, or a worker is not heard of any more.
 *
 * <p>It owns the fleet's scaling: nobody else starts, drains or ends instances. It receives workers' reports, gateways'
 * counts and questions about fleet and decisions. All judgement is in {@link FleetController}; all effects go through
 * {@link FleetOperator}. It never waits, never acts on two plans at a time, and keeps nothing that EC2's tags and the
 * workers' next reports would not bring back. Without the {@link SupervisorLease} it holds, acknowledges no report and counts no
 * costs; when another has had the lease meanwhile, it begins with nothing, as a new supervisor does.
 */
public final class ScalingSupervisor {

    /**
     * How the supervisor is run.
     *
     * @param history decisions that are remembered
     * @param firstNumber the number of the first decision of a supervisor that starts at a moment
     * @param costs how they are reckoned and kept
     */
    public record Settings(
            Duration interval, Duration debounce, int history, ToLongFunction<Instant> firstNumber, CostKeeping costs) {
        /** Decisions are counted from 1. */
        public Settings(Duration interval, Duration debounce, int history) {
            this(interval, debounce, history, start -> 1);
        }

        /** Everything is free. */
        public Settings(Duration interval, Duration debounce, int history, ToLongFunction<Instant> firstNumber) {
            this(interval, debounce, history, firstNumber, CostKeeping.FREE);
        }
    }

    private record Reconcile() implements SupervisorCommand {}

    /** Something has changed that should not wait for the next tick. */
    private record WorkIsWaiting() implements SupervisorCommand {}

    private record Observed(FleetController.Readings readings) implements SupervisorCommand {}

    private record Acted(FleetController.Decided decided, FleetOperator.Outcome outcome) implements SupervisorCommand {}

    private record LeaseChanged() implements SupervisorCommand {}

    private record Stop() implements SupervisorCommand {}

    private record Released() implements SupervisorCommand {}

    private final ActorContext<SupervisorCommand> context;
    private final TimerScheduler<SupervisorCommand> timers;
    private final Settings settings;
    private final Clock clock;
    private final Supplier<FleetController> controllers;
    private final SupervisorLease lease;
    private final Tenure tenure;
    private final FleetOperator operator;
    private final Lookout lookout;
    private final DecisionPublisher publisher;
    private final SupervisorAnswers answers;
    private final SupervisorMeters meters;
    private final WorkerControls controls = new WorkerControls();
    private final SilenceWatch silence;
    private final CostBook costs;
    private final CostRecall pastCosts;
    private FleetController controller;
    /** Images without an answer that the last plan knew of; 0 before the first. */
    private long plannedFor;

    private boolean stopping;

    /** Creates the supervisor. */
    public static Behavior<SupervisorCommand> create(Settings settings, Clock clock, SupervisorPorts ports) {
        return Behaviors.setup(context ->
                Behaviors.withTimers(timers -> new ScalingSupervisor(context, timers, settings, clock, ports).start()));
    }

    /** Lays the lease down and ends; an act that is under way comes to its end before. */
    public static SupervisorCommand stop() {
        return new Stop();
    }

    private ScalingSupervisor(
            ActorContext<SupervisorCommand> context,
            TimerScheduler<SupervisorCommand> timers,
            Settings settings,
            Clock clock,
            SupervisorPorts ports) {
        this.context = context;
        this.timers = timers;
        this.settings = settings;
        this.clock = clock;
        this.controllers = ports.controllers();
        this.controller = controllers.get();
        this.operator = ports.operator();
        this.lease = ports.lease();
        this.tenure = new Tenure(lease);
        this.lookout = new Lookout(operator, ports.depth(), context.getSystem().log());
        this.silence = new SilenceWatch(timers, clock, () -> controller);
        this.meters = ports.meters();
        this.costs = new CostBook(settings.costs(), meters, clock.instant());
        this.pastCosts = new CostRecall(context, timers, costs, clock);
        DecisionLog decisions = new DecisionLog(
                settings.history(),
                controller.policy().name(),
                settings.interval(),
                settings.firstNumber().applyAsLong(clock.instant()));
        this.publisher = new DecisionPublisher(decisions, meters, ports.ledger());
        this.answers = new SupervisorAnswers(() -> controller, decisions, costs, clock);
    }

    private Behavior<SupervisorCommand> start() {
        context.getLog()
                .info(
                        "supervisor started policy={} interval={}",
                        controller.policy().name(),
                        settings.interval());
        ActorRef<SupervisorCommand> self = context.getSelf();
        lease.want(() -> self.tell(new LeaseChanged()));
        timers.startTimerWithFixedDelay(new Reconcile(), settings.interval());
        return idle();
    }

    private Behavior<SupervisorCommand> idle() {
        return reports(Behaviors.receive(SupervisorCommand.class)
                        .onMessage(Reconcile.class, reconcile -> onReconcile())
                        .onMessage(WorkIsWaiting.class, waiting -> reconcileIfHeld())
                        .onMessage(LeaseChanged.class, changed -> reconcileIfHeld())
                        .onMessage(SilenceWatch.Due.class, due -> onSilence())
                        .onMessage(Stop.class, stop -> release())
                        .onSignal(PostStop.class, stopped -> {
                            meters.ended();
                            costs.close(clock.instant());
                            lease.release();
                            return Behaviors.same();
                        }))
                .build();
    }

    private Behavior<SupervisorCommand> reconciling() {
        return reports(Behaviors.receive(SupervisorCommand.class)
                        .onMessage(Observed.class, this::onObserved)
                        .onMessage(Acted.class, this::onActed)
                        .onMessage(Reconcile.class, this::onReconcileTooEarly)
                        .onMessage(WorkIsWaiting.class, this::onWorkIsWaitingTooEarly)
                        .onMessage(LeaseChanged.class, this::onLeaseChangedMeanwhile)
                        .onMessage(SilenceWatch.Due.class, due -> Behaviors.same())
                        .onMessage(Stop.class, this::onStopMeanwhile)
                        .onSignal(PostStop.class, this::onEndInTheMiddle))
                .build();
    }

    private Behavior<SupervisorCommand> ending() {
        return Behaviors.receive(SupervisorCommand.class)
                .onMessage(Released.class, released -> Behaviors.stopped())
                .onAnyMessage(message -> Behaviors.same())
                .build();
    }

    /** What is taken at any time. */
    private BehaviorBuilder<SupervisorCommand> reports(BehaviorBuilder<SupervisorCommand> phase) {
        return pastCosts
                .in(answers.in(phase))
                .onMessage(WorkerReport.class, this::onWorkerReport)
                .onMessage(WorkArrived.class, this::onWorkArrived)
                .onMessage(FindHolder.class, this::onFindHolder)
                .onSignal(PreRestart.class, this::onEndInTheMiddle);
    }

    /** What was begun may still be under way: whoever acts next, this supervisor started anew included, waits for the term. */
    private Behavior<SupervisorCommand> onEndInTheMiddle(Signal end) {
        meters.ended();
        costs.close(clock.instant());
        lease.abandon();
        return Behaviors.same();
    }

    /** Without the lease there is a decision at each tick, and none in between. */
    private Behavior<SupervisorCommand> reconcileIfHeld() {
        return lease.standing() instanceof Standing.Held ? onReconcile() : Behaviors.same();
    }

    private Behavior<SupervisorCommand> onLeaseChangedMeanwhile(LeaseChanged changed) {
        reconcileSoon();
        return Behaviors.same();
    }

    private Behavior<SupervisorCommand> onStopMeanwhile(Stop stop) {
        stopping = true;
        return Behaviors.same();
    }

    private Behavior<SupervisorCommand> release() {
        meters.ended();
        context.pipeToSelf(
                lease.release().thenCombine(costs.close(clock.instant()), (released, kept) -> released),
                (done, failure) -> new Released());
        return ending();
    }

    private Behavior<SupervisorCommand> onReconcile() {
        Standing standing = lease.standing();
        if (standing instanceof Standing.NotHeld not) {
            return holdBack(not.why());
        }
        if (tenure.begin((Standing.Held) standing)) {
            beginAnew();
        }
        context.pipeToSelf(
                lookout.look(),
                (read, failure) -> new Observed(
                        read != null ? read : new FleetController.Readings(Optional.empty(), Optional.empty())));
        return reconciling();
    }

    /** What was heard before belongs to a time in which another may have acted and acknowledged. */
    private void beginAnew() {
        costs.begin(clock.instant());
        controller = controllers.get();
        plannedFor = 0;
        pastCosts.read();
    }

    private Behavior<SupervisorCommand> holdBack(String why) {
        FleetController.Decided held = controller.withoutLease("no lease: " + why, clock.instant());
        publisher.publish(held, List.of(), context.getLog());
        return decided();
    }

    private Behavior<SupervisorCommand> onReconcileTooEarly(Reconcile reconcile) {
        context.getLog().info("tick dropped: the previous reconciliation is still under way");
        return Behaviors.same();
    }

    private Behavior<SupervisorCommand> onWorkIsWaitingTooEarly(WorkIsWaiting waiting) {
        reconcileSoon();
        return Behaviors.same();
    }

    private Behavior<SupervisorCommand> onObserved(Observed observed) {
        if (!tenure.isOurs()) {
            controller.keep(observed.readings().confirmations());
            return holdBack(lease.standing() instanceof Standing.NotHeld not ? not.why() : "lost for a while");
        }
        FleetController.Decided decided = controller.decide(observed.readings(), clock.instant());
        costs.observed(observed.readings().instances(), clock.instant());
        ScalingPlan plan = decided.plan();
        observed.readings()
                .depth()
                .ifPresent(known -> plannedFor = Math.max(known.messages(), controller.unanswered()));
        controls.forgetUnless(worker -> controller.report(worker).isPresent());
        context.pipeToSelf(operator.carryOut(plan, this::controlOn), (outcome, failure) -> {
            if (failure != null) {
                throw new IllegalStateException("the fleet's operator must answer with values", failure);
            }
            return new Acted(decided, outcome);
        });
        return Behaviors.same();
    }

    private Optional<ActorRef<WorkerCommand>> controlOn(InstanceId instance) {
        return controller.reportOn(instance).flatMap(sighting -> controls.of(sighting.worker()));
    }

    private Behavior<SupervisorCommand> onActed(Acted acted) {
        acted.outcome().tell(controller, clock.instant());
        publisher.publish(acted.decided(), acted.outcome().actions(), context.getLog());
        return decided();
    }

    private Behavior<SupervisorCommand> decided() {
        if (stopping) {
            return release();
        }
        if (tenure.isOurs()) {
            silence.set();
        }
        return idle();
    }

    /** Others that fell silent with it, as with a machine or a network under several of them, make one decision. */
    private Behavior<SupervisorCommand> onSilence() {
        if (!silence.isTrue()) {
            silence.set();
        } else if (!timers.isTimerActive(new WorkIsWaiting())) {
            reconcileSoon();
        }
        return Behaviors.same();
    }

    private Behavior<SupervisorCommand> onWorkerReport(WorkerReport report) {
        WorkerSighting sighting = report.sighting();
        SightingChange change = new SightingChange(controller.report(sighting.worker()), sighting);
        controls.heard(report);
        List<WorkerOrder> orders = controller.reported(sighting, clock.instant());
        if (change.isOfActivity()) {
            change.tell(context.getLog());
        }
        if (change.isUrgent()) {
            reconcileSoon();
        }
        if (tenure.isOurs()) {
            silence.heard();
            costs.heard(report, clock.instant());
            WorkerControls.answer(report, orders);
        }
        return Behaviors.same();
    }

    private Behavior<SupervisorCommand> onWorkArrived(WorkArrived work) {
        Instant now = clock.instant();
        if (tenure.isOurs()) {
            costs.heard(work, now);
        }
        long backlog = controller.announced(work.gateway(), tally(work), now);
        if (backlog > plannedFor && !timers.isTimerActive(new WorkIsWaiting())) {
            reconcileSoon();
        }
        return Behaviors.same();
    }

    /** A gateway of an earlier version does not tell its answers, or what is overdue there. */
    private static GatewayTally tally(WorkArrived work) {
        return work.answered() < 0
                ? GatewayTally.withoutAnswers(work.accepted(), work.unanswered())
                : new GatewayTally(work.accepted(), work.unanswered(), Math.max(0, work.overdue()), work.answered());
    }

    private Behavior<SupervisorCommand> onFindHolder(FindHolder find) {
        controls.tellAll(new WorkerCommand.WhoHas(find.id(), find.replyTo()));
        return Behaviors.same();
    }

    private void reconcileSoon() {
        timers.startSingleTimer(new WorkIsWaiting(), settings.debounce());
    }
}
