package flotilla.supervisor;

import flotilla.cost.Past;
import flotilla.domain.InstanceId;
import flotilla.domain.QueueDepth;
import flotilla.protocol.DecisionReport;
import flotilla.protocol.FleetReport;
import flotilla.protocol.PaceReport;
import flotilla.protocol.SupervisorCommand;
import flotilla.protocol.SupervisorCommand.FindHolder;
import flotilla.protocol.SupervisorCommand.GetCost;
import flotilla.protocol.SupervisorCommand.GetDecision;
import flotilla.protocol.SupervisorCommand.GetDecisions;
import flotilla.protocol.SupervisorCommand.GetDecisionsAfter;
import flotilla.protocol.SupervisorCommand.GetFleet;
import flotilla.protocol.SupervisorCommand.GetPace;
import flotilla.protocol.SupervisorCommand.GetSupplier;
import flotilla.protocol.SupervisorCommand.WorkArrived;
import flotilla.protocol.SupervisorCommand.WorkerReport;
import flotilla.protocol.WorkerCommand;
import flotilla.scaling.Activity;
import flotilla.scaling.FleetController;
import flotilla.scaling.FleetController.WorkerOrder;
import flotilla.scaling.MachineOutlook;
import flotilla.scaling.ScalingPlan;
import flotilla.scaling.WorkerSighting;
import flotilla.supervisor.SupervisorLease.Standing;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
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
 * ticks when a gateway tells of more work than was planned for.
 *
 * <p>It owns the fleet's scaling: nobody else starts, drains or ends instances. It receives workers' reports, gateways'
 * counts and questions about fleet and decisions. All judgement is in {@link FleetController}; all effects go through
 * {@link FleetOperator}. It never waits, never acts on two plans at a time, and keeps nothing that EC2's tags and the
 * workers' next reports would not bring back. Without the {@link SupervisorLease} it holds and acknowledges no report; when another
 * has had the lease meanwhile, it begins with nothing, as a new supervisor does.
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

    private record WorkIsWaiting() implements SupervisorCommand {}

    private record Observed(FleetController.Readings readings) implements SupervisorCommand {}

    private record Acted(FleetController.Decided decided, FleetOperator.Outcome outcome) implements SupervisorCommand {}

    private record LeaseChanged() implements SupervisorCommand {}

    private record PastCosts(Instant account, Optional<Past> past, Throwable failure) implements SupervisorCommand {}

    private record ReadPastCosts() implements SupervisorCommand {}

    private record Stop() implements SupervisorCommand {}

    private record Released() implements SupervisorCommand {}

    private static final int NEVER_PLANNED = -1;
    private static final long NO_TENURE = 0;
    private static final Duration READ_AGAIN = Duration.ofMinutes(1);

    private final ActorContext<SupervisorCommand> context;
    private final TimerScheduler<SupervisorCommand> timers;
    private final Settings settings;
    private final Clock clock;
    private final Supplier<FleetController> controllers;
    private final SupervisorLease lease;
    private final FleetOperator operator;
    private final Lookout lookout;
    private final DecisionLog decisions;
    private final Optional<ActorRef<LedgerKeeper.Command>> ledger;
    private final SupervisorMeters meters;
    private final WorkerControls controls = new WorkerControls();
    private final CostBook costs;
    private FleetController controller;
    /** The tenure that the controller knows all reports of; none before the first. */
    private long tenure = NO_TENURE;

    private long plannedFor = NEVER_PLANNED;
    private boolean stopping;

    /** Creates a supervisor whose decisions do not outlive it. */
    public static Behavior<SupervisorCommand> create(
            Settings settings,
            Clock clock,
            Supplier<FleetController> controller,
            FleetOperator operator,
            Supplier<CompletionStage<QueueDepth>> depth) {
        return create(settings, clock, controller, operator, depth, SupervisorLease.always(), Optional.empty());
    }

    /** Creates a supervisor that nobody counts. */
    public static Behavior<SupervisorCommand> create(
            Settings settings,
            Clock clock,
            Supplier<FleetController> controller,
            FleetOperator operator,
            Supplier<CompletionStage<QueueDepth>> depth,
            SupervisorLease lease,
            Optional<ActorRef<LedgerKeeper.Command>> ledger) {
        return create(settings, clock, controller, operator, depth, lease, ledger, SupervisorMeters.NONE);
    }

    /** Lays the lease down and ends; an act that is under way comes to its end before. */
    public static SupervisorCommand stop() {
        return new Stop();
    }

    /**
     * Creates the supervisor.
     *
     * @param controller makes what decides; this supervisor's alone
     * @param depth reads the request queue's depth
     * @param operator carries plans out
     * @param lease the right to act
     * @param ledger is told of every decision
     * @param meters are, too
     */
    public static Behavior<SupervisorCommand> create(
            Settings settings,
            Clock clock,
            Supplier<FleetController> controller,
            FleetOperator operator,
            Supplier<CompletionStage<QueueDepth>> depth,
            SupervisorLease lease,
            Optional<ActorRef<LedgerKeeper.Command>> ledger,
            SupervisorMeters meters) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            Lookout lookout = new Lookout(operator, depth, context.getSystem().log());
            return new ScalingSupervisor(
                            context, timers, settings, clock, controller, operator, lease, lookout, ledger, meters)
                    .start();
        }));
    }

    private ScalingSupervisor(
            ActorContext<SupervisorCommand> context,
            TimerScheduler<SupervisorCommand> timers,
            Settings settings,
            Clock clock,
            Supplier<FleetController> controllers,
            FleetOperator operator,
            SupervisorLease lease,
            Lookout lookout,
            Optional<ActorRef<LedgerKeeper.Command>> ledger,
            SupervisorMeters meters) {
        this.context = context;
        this.timers = timers;
        this.settings = settings;
        this.clock = clock;
        this.controllers = controllers;
        this.controller = controllers.get();
        this.operator = operator;
        this.lease = lease;
        this.lookout = lookout;
        this.ledger = ledger;
        this.meters = meters;
        this.costs = new CostBook(settings.costs(), meters, clock.instant());
        this.decisions = new DecisionLog(
                settings.history(),
                controller.policy().name(),
                settings.interval(),
                settings.firstNumber().applyAsLong(clock.instant()));
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
        return phase.onMessage(WorkerReport.class, this::onWorkerReport)
                .onMessage(WorkArrived.class, this::onWorkArrived)
                .onMessage(
                        GetFleet.class,
                        question -> tell(question.replyTo(), FleetReport.of(controller.show(clock.instant()))))
                .onMessage(
                        GetPace.class,
                        question -> tell(question.replyTo(), new PaceReport(controller.pace(clock.instant()))))
                .onMessage(
                        GetCost.class,
                        question -> tell(question.replyTo(), costs.report(question.since(), clock.instant())))
                .onMessage(PastCosts.class, this::onPastCosts)
                .onMessage(ReadPastCosts.class, read -> readPastCosts())
                .onMessage(GetDecisions.class, question -> tell(question.replyTo(), decisions.newest(question.limit())))
                .onMessage(
                        GetDecisionsAfter.class,
                        question -> tell(question.replyTo(), decisions.after(question.n(), question.limit())))
                .onMessage(GetDecision.class, question -> tell(question.replyTo(), decisions.one(question.n())))
                .onMessage(FindHolder.class, this::onFindHolder)
                .onMessage(
                        GetSupplier.class,
                        question ->
                                tell(question.replyTo(), decisions.supplier(question.instance(), question.before())))
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
        timers.startSingleTimer(new WorkIsWaiting(), settings.debounce());
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
        beginTenure(((Standing.Held) standing).tenure());
        context.pipeToSelf(
                lookout.look(),
                (read, failure) -> new Observed(
                        read != null ? read : new FleetController.Readings(Optional.empty(), Optional.empty())));
        return reconciling();
    }

    /** What was heard before belongs to a time in which another may have acted and acknowledged. */
    private void beginTenure(long now) {
        if (now != tenure) {
            if (tenure != NO_TENURE) {
                costs.begin(clock.instant());
            }
            tenure = now;
            controller = controllers.get();
            plannedFor = NEVER_PLANNED;
            readPastCosts();
        }
    }

    private Behavior<SupervisorCommand> readPastCosts() {
        Instant account = costs.begun();
        costs.readPast(clock.instant())
                .ifPresent(read -> context.pipeToSelf(
                        read,
                        (past, failure) -> new PastCosts(account, failure == null ? past : Optional.empty(), failure)));
        return Behaviors.same();
    }

    private Behavior<SupervisorCommand> onPastCosts(PastCosts read) {
        if (read.failure() != null) {
            context.getLog()
                    .warn(
                            "costs of earlier supervisors cannot be read, trying again in {}: {}",
                            READ_AGAIN,
                            read.failure().getMessage());
            timers.startSingleTimer(new ReadPastCosts(), READ_AGAIN);
        }
        costs.recall(read.account(), read.past());
        return Behaviors.same();
    }

    private Behavior<SupervisorCommand> holdBack(String why) {
        remember(controller.withoutLease("no lease: " + why, clock.instant()), List.of());
        return stopping ? release() : idle();
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
        if (!isOurs()) {
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
        remember(acted.decided(), acted.outcome().actions());
        return stopping ? release() : idle();
    }

    private void remember(FleetController.Decided decided, List<DecisionReport.Action> actions) {
        DecisionLog.Added added = decisions.add(decided, actions);
        context.getLog().info(DecisionLog.line(added.decision()));
        meters.decided(decided.plan(), actions);
        ledger.ifPresent(keeper -> {
            added.judged().forEach(earlier -> keeper.tell(new LedgerKeeper.Amend(earlier)));
            keeper.tell(new LedgerKeeper.Keep(added.decision()));
        });
    }

    private Behavior<SupervisorCommand> onWorkerReport(WorkerReport report) {
        WorkerSighting sighting = report.sighting();
        Optional<WorkerSighting> before = controller.report(sighting.worker());
        controls.heard(report);
        costs.heard(report, clock.instant());
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
        if (!before.map(WorkerSighting::outlook).orElse(MachineOutlook.STAYS).equals(sighting.outlook())) {
            timers.startSingleTimer(new WorkIsWaiting(), settings.debounce());
        }
        if (isOurs()) {
            WorkerControls.answer(report, orders);
        }
        return Behaviors.same();
    }

    /**
     * Whether this supervisor has the lease and knows of all reports since it has it. Otherwise another may count the worker's
     * silence, and an acknowledgement would keep one at work that the other takes for dead.
     */
    private boolean isOurs() {
        return lease.standing() instanceof Standing.Held held && held.tenure() == tenure;
    }

    private Behavior<SupervisorCommand> onWorkArrived(WorkArrived work) {
        costs.heard(work, clock.instant());
        long backlog = controller.announced(work.gateway(), work.accepted(), work.unanswered(), clock.instant());
        if (backlog > Math.max(0, plannedFor) && !timers.isTimerActive(new WorkIsWaiting())) {
            timers.startSingleTimer(new WorkIsWaiting(), settings.debounce());
        }
        return Behaviors.same();
    }

    private Behavior<SupervisorCommand> onFindHolder(FindHolder find) {
        controls.tellAll(new WorkerCommand.WhoHas(find.id(), find.replyTo()));
        return Behaviors.same();
    }

    private static <T> Behavior<SupervisorCommand> tell(ActorRef<T> asker, T answer) {
        asker.tell(answer);
        return Behaviors.same();
    }
}
