package flotilla.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import flotilla.cost.Since;
import flotilla.domain.AppTierId;
import flotilla.domain.GatewayId;
import flotilla.domain.InstanceId;
import flotilla.domain.QueueDepth;
import flotilla.domain.RequestId;
import flotilla.domain.WorkerId;
import flotilla.protocol.CostReport;
import flotilla.protocol.DecisionReport;
import flotilla.protocol.DecisionReport.Decision;
import flotilla.protocol.FleetReport;
import flotilla.protocol.HolderReport;
import flotilla.protocol.SupervisorCommand;
import flotilla.protocol.WorkerCommand;
import flotilla.scaling.Activity;
import flotilla.scaling.FleetController;
import flotilla.scaling.FleetObservation.DrainConfirmation;
import flotilla.scaling.InstanceState;
import flotilla.scaling.MachineOutlook;
import flotilla.scaling.MessageCountPolicy;
import flotilla.scaling.PlannerRules;
import flotilla.scaling.ScalingLimits;
import flotilla.scaling.ServiceCount;
import flotilla.scaling.WorkerSighting;
import flotilla.scaling.WorkloadModel;
import flotilla.testing.HandClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.FishingOutcomes;
import org.apache.pekko.actor.testkit.typed.javadsl.LoggingTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ScalingSupervisorTest {
    private static final ActorTestKit KIT = ActorTestKit.create(ManualTime.config()
            .withFallback(ConfigFactory.parseString("pekko.loglevel = INFO"))
            .withFallback(ConfigFactory.load()));
    private static final ManualTime TIME = ManualTime.get(KIT.system());
    private static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final Duration DEBOUNCE = Duration.ofMillis(300);
    private static final ScalingLimits LIMITS =
            new ScalingLimits(0, 20, Duration.ofSeconds(30), Duration.ofMinutes(2), Duration.ofMinutes(5));

    private final HandClock clock = new HandClock(FakeFleet.LAUNCHED_AT);
    private final FakeFleet fleet = new FakeFleet();
    private final AtomicReference<Optional<QueueDepth>> depth =
            new AtomicReference<>(Optional.of(new QueueDepth(0, 0, 0)));
    private final List<ActorRef<SupervisorCommand>> started = new ArrayList<>();
    private long reports;
    private final TestProbe<WorkerCommand> worker = KIT.createTestProbe();

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    /** Time is one for all tests: nobody ticks, and logs, in the next one's. */
    @AfterEach
    void stopSupervisors() {
        started.forEach(KIT::stop);
    }

    private ActorRef<SupervisorCommand> start() {
        return start(new Ec2FleetOperator(fleet, Optional.empty(), "flotilla", "user data"), false);
    }

    private ActorRef<SupervisorCommand> start(FleetOperator operator, boolean byHand) {
        return start(operator, rules(byHand));
    }

    private ActorRef<SupervisorCommand> start(FleetOperator operator, PlannerRules rules) {
        ActorRef<SupervisorCommand> supervisor = KIT.spawn(ScalingSupervisor.create(
                new ScalingSupervisor.Settings(INTERVAL, DEBOUNCE, 100),
                clock,
                new SupervisorPorts(
                        () -> new FleetController(
                                new MessageCountPolicy(1), List.of(), rules, WorkloadModel.Assumed.usual()),
                        operator,
                        () -> depth.get()
                                .map(known -> CompletableFuture.completedFuture(known))
                                .orElseGet(
                                        () -> CompletableFuture.failedFuture(new IllegalStateException("no queue"))))));
        started.add(supervisor);
        TIME.timePasses(Duration.ZERO);
        return supervisor;
    }

    @Test
    void questionWhoHasAnImage_shouldReachTheWorkers() {
        RequestId id = new RequestId("01a205f0-4de1-7ee5-8467-340da8ad4ddf");
        TestProbe<HolderReport> asker = KIT.createTestProbe();
        ActorRef<SupervisorCommand> supervisor = start();
        decision(supervisor, 1);
        report(supervisor, 1, Activity.WORKING, 0);

        supervisor.tell(new SupervisorCommand.FindHolder(id, asker.getRef()));

        worker.fishForMessage(
                Duration.ofSeconds(15),
                command -> command.equals(new WorkerCommand.WhoHas(id, asker.getRef()))
                        ? FishingOutcomes.complete()
                        : FishingOutcomes.continueAndIgnore());
    }

    private static PlannerRules rules(boolean byHand) {
        PlannerRules.Shape shape = new PlannerRules.Shape(
                byHand ? PlannerRules.Mode.BY_HAND : PlannerRules.Mode.LAUNCH,
                PlannerRules.DrainChannel.CLUSTER,
                0,
                true);
        return PlannerRules.of(LIMITS).with(shape);
    }

    private void messages(int visible) {
        depth.set(Optional.of(new QueueDepth(visible, 0, 0)));
    }

    private void report(ActorRef<SupervisorCommand> supervisor, int id, Activity activity, long epoch) {
        supervisor.tell(new SupervisorCommand.WorkerReport(
                new WorkerSighting(
                        new WorkerId("i-" + id),
                        Optional.of(new InstanceId("i-" + id)),
                        Optional.empty(),
                        activity,
                        epoch,
                        0,
                        0,
                        new ServiceCount(3, Duration.ofSeconds(1), 1),
                        FakeFleet.LAUNCHED_AT.toEpochMilli(),
                        ++reports),
                worker.getRef()));
        worker.expectMessageClass(WorkerCommand.Heard.class);
    }

    /** A worker on whose machine EC2 has had its say. */
    private void reportTold(ActorRef<SupervisorCommand> supervisor, int id, Activity activity, MachineOutlook outlook) {
        supervisor.tell(new SupervisorCommand.WorkerReport(
                new WorkerSighting(
                        new WorkerId("i-" + id),
                        Optional.of(new InstanceId("i-" + id)),
                        Optional.empty(),
                        activity,
                        0,
                        0,
                        0,
                        new ServiceCount(3, Duration.ofSeconds(1), 1),
                        FakeFleet.LAUNCHED_AT.toEpochMilli(),
                        ++reports,
                        outlook),
                worker.getRef()));
        worker.fishForMessage(
                Duration.ofSeconds(15),
                command -> command.equals(new WorkerCommand.Heard(reports))
                        ? FishingOutcomes.complete()
                        : FishingOutcomes.continueAndIgnore());
    }

    private List<Decision> decisions(ActorRef<SupervisorCommand> supervisor) {
        TestProbe<DecisionReport> probe = KIT.createTestProbe();
        supervisor.tell(new SupervisorCommand.GetDecisions(100, probe.getRef()));
        return probe.receiveMessage().decisions();
    }

    /** Waits until so many decisions have fallen, and returns the newest. */
    private Decision decision(ActorRef<SupervisorCommand> supervisor, int count) {
        return KIT.createTestProbe().awaitAssert(Duration.ofSeconds(10), () -> {
            List<Decision> all = decisions(supervisor);
            assertThat(all).hasSizeGreaterThanOrEqualTo(count);
            return all.get(0);
        });
    }

    private FleetReport fleet(ActorRef<SupervisorCommand> supervisor) {
        TestProbe<FleetReport> probe = KIT.createTestProbe();
        supervisor.tell(new SupervisorCommand.GetFleet(probe.getRef()));
        return probe.receiveMessage();
    }

    @Test
    void tick_shouldReconcileEveryInterval() {
        ActorRef<SupervisorCommand> supervisor = start();
        assertThat(decision(supervisor, 1).decision()).isEqualTo("hold");

        TIME.timePasses(INTERVAL.minusMillis(1));
        assertThat(decisions(supervisor)).hasSize(1);

        TIME.timePasses(Duration.ofMillis(1));
        assertThat(decision(supervisor, 2).n()).isEqualTo(2);
    }

    @Test
    void burstOfWork_shouldBePlannedOnceAndWhole() {
        ActorRef<SupervisorCommand> supervisor = start();
        decision(supervisor, 1);
        messages(110);

        for (int i = 1; i <= 110; i++) {
            supervisor.tell(new SupervisorCommand.WorkArrived(new GatewayId("g"), i, i, 0));
        }
        assertThat(decisions(supervisor)).hasSize(1);
        TIME.timePasses(DEBOUNCE);

        Decision decision = decision(supervisor, 2);
        assertThat(decision.decision()).isEqualTo("launch");
        assertThat(decision.visible()).isEqualTo(110);
        assertThat(decision.actions())
                .hasSize(20)
                .allMatch(action -> action.outcome().equals("ok"));
        assertThat(fleet.launchTokens).hasSize(20).doesNotHaveDuplicates();
    }

    @Test
    void instanceThatIsTakenBack_shouldBeReplacedBeforeTheNextTick() {
        messages(1);
        ActorRef<SupervisorCommand> supervisor = start();
        assertThat(decision(supervisor, 1).decision()).isEqualTo("launch");
        report(supervisor, 1, Activity.WORKING, 0);
        TIME.timePasses(INTERVAL);
        assertThat(decision(supervisor, 2).decision()).isEqualTo("hold");

        reportTold(
                supervisor,
                1,
                Activity.LEAVING,
                new MachineOutlook(Optional.of(FakeFleet.LAUNCHED_AT.plusSeconds(120)), Optional.empty()));
        TIME.timePasses(DEBOUNCE);

        Decision decision = decision(supervisor, 3);
        assertThat(decision.decision()).isEqualTo("launch");
        assertThat(decision.reason()).isEqualTo("replacement");
        assertThat(decision.clamps()).singleElement().asString().startsWith("EC2 takes i-1");
    }

    /** Both the clock and the timers, and whatever they have set off is done. */
    private void pass(ActorRef<SupervisorCommand> supervisor, Duration time) {
        clock.pass(time);
        TIME.timePasses(time);
        decisions(supervisor);
    }

    /** A report of a worker that may be told its app-tier id, too. */
    private void reportWorking(ActorRef<SupervisorCommand> supervisor, int id) {
        reportTold(supervisor, id, Activity.WORKING, MachineOutlook.STAYS);
    }

    /** So many workers that have reported for the last time at 3 s and just after; 30 s later, when the first one may be silent no longer. */
    private ActorRef<SupervisorCommand> silentForAsLongAsMayBe(int workers) {
        Duration between = Duration.ofMillis(100);
        messages(workers);
        ActorRef<SupervisorCommand> supervisor = start();
        decision(supervisor, 1);
        pass(supervisor, Duration.ofSeconds(3));
        for (int id = 1; id <= workers; id++) {
            reportWorking(supervisor, id);
            pass(supervisor, between);
        }
        pass(supervisor, Duration.ofSeconds(7).minus(between.multipliedBy(workers)));
        assertThat(decision(supervisor, 2).decision()).isEqualTo("hold");
        for (int tick = 3; tick <= 4; tick++) {
            pass(supervisor, INTERVAL);
            assertThat(decision(supervisor, tick).decision()).isEqualTo("hold");
        }
        pass(supervisor, Duration.ofSeconds(3));
        return supervisor;
    }

    @Test
    void silentWorker_shouldBeReplacedWhenItsSilenceIsTooLongAndNotAtTheNextTick() {
        ActorRef<SupervisorCommand> supervisor = silentForAsLongAsMayBe(1);

        pass(supervisor, DEBOUNCE);
        assertThat(decisions(supervisor)).hasSize(4);
        pass(supervisor, DEBOUNCE);

        Decision decision = decision(supervisor, 5);
        assertThat(decision.decision()).isEqualTo("launch");
        assertThat(decision.reason()).isEqualTo("silence");
        assertThat(decision.clamps())
                .containsExactly(
                        "worker on i-1 (app-tier id 1) is silent since " + FakeFleet.LAUNCHED_AT.plusSeconds(3));
        pass(supervisor, Duration.ofSeconds(6));
        assertThat(decisions(supervisor)).as("nobody else falls silent").hasSize(5);
    }

    @Test
    void workersThatFallSilentTogether_shouldBeReplacedByOneDecision() {
        ActorRef<SupervisorCommand> supervisor = silentForAsLongAsMayBe(3);

        pass(supervisor, DEBOUNCE);
        pass(supervisor, DEBOUNCE);

        assertThat(decision(supervisor, 5).actions())
                .hasSize(3)
                .allMatch(action -> action.kind().equals("launch"));
    }

    @Test
    void workerThatIsHeardBeforeTheDecision_shouldNotBeReplaced() {
        ActorRef<SupervisorCommand> supervisor = silentForAsLongAsMayBe(1);
        pass(supervisor, DEBOUNCE);

        reportWorking(supervisor, 1);
        pass(supervisor, DEBOUNCE);

        assertThat(decision(supervisor, 5).decision()).isEqualTo("hold");
        assertThat(fleet.launchTokens).hasSize(1);
    }

    @Test
    void workersThatReport_shouldCauseNoDecisionBetweenTicks() {
        messages(2);
        ActorRef<SupervisorCommand> supervisor = start();
        decision(supervisor, 1);
        for (int tick = 2; tick <= 10; tick++) {
            reportWorking(supervisor, 1);
            pass(supervisor, INTERVAL.dividedBy(2));
            reportWorking(supervisor, 2);
            pass(supervisor, INTERVAL.dividedBy(2));
            decision(supervisor, tick);
        }
        assertThat(decisions(supervisor)).hasSize(10);
    }

    @Test
    void costs_shouldBeThoseOfTheInstancesAndWorkersThatWereSeen() {
        messages(1);
        ActorRef<SupervisorCommand> supervisor = start();
        decision(supervisor, 1);
        report(supervisor, 1, Activity.WORKING, 0);
        supervisor.tell(new SupervisorCommand.WorkArrived(new GatewayId("older"), 1, 0, -1));
        for (int tick = 2; tick <= 4; tick++) {
            clock.pass(INTERVAL);
            TIME.timePasses(INTERVAL);
            decision(supervisor, tick);
        }
        TestProbe<CostReport> probe = KIT.createTestProbe();

        supervisor.tell(new SupervisorCommand.GetCost(Since.EVER, probe.getRef()));

        CostReport cost = probe.receiveMessage();
        assertThat(cost.from()).isEqualTo(FakeFleet.LAUNCHED_AT).isEqualTo(cost.recordsSince());
        assertThat(cost.to()).isEqualTo(FakeFleet.LAUNCHED_AT.plus(INTERVAL.multipliedBy(3)));
        assertThat(cost.usage().images()).isEqualTo(3);
        assertThat(cost.usage().instances())
                .singleElement()
                .satisfies(one -> assertThat(one.seconds()).isBetween(20.0, 30.0));
        assertThat(cost.usage().callsComplete()).isFalse();
        assertThat(cost.bill().total()).isZero();
    }

    @Test
    void slowDescription_shouldDropTheTickInTheMiddle() {
        ActorRef<SupervisorCommand> supervisor = start();
        decision(supervisor, 1);
        fleet.holdDescriptions();
        TIME.timePasses(INTERVAL);

        LoggingTestKit.info("tick dropped").expect(KIT.system(), () -> {
            TIME.timePasses(INTERVAL);
            return null;
        });

        fleet.answerDescriptions();
        assertThat(decision(supervisor, 2).n()).isEqualTo(2);
    }

    @Test
    void launchedInstancesNotYetDescribed_shouldNotBeLaunchedTwice() {
        fleet.describeNothing(true);
        messages(2);
        ActorRef<SupervisorCommand> supervisor = start();
        assertThat(decision(supervisor, 1).actions()).hasSize(2);

        TIME.timePasses(INTERVAL);

        assertThat(decision(supervisor, 2).decision()).isEqualTo("hold");
        assertThat(fleet.launchTokens).hasSize(2);
    }

    @Test
    void launchWithoutAnAnswer_shouldBeRepeatedWithTheSameToken() {
        fleet.describeNothing(true);
        fleet.loseAnswersOfLaunches(1);
        messages(1);
        ActorRef<SupervisorCommand> supervisor = start();
        assertThat(decision(supervisor, 1).actions().get(0).outcome()).isEqualTo("no answer");

        TIME.timePasses(INTERVAL);

        assertThat(decision(supervisor, 2).actions().get(0).outcome()).isEqualTo("ok");
        assertThat(fleet.launchTokens).hasSize(2);
        assertThat(fleet.launchTokens.get(1))
                .isEqualTo(fleet.launchTokens.get(0))
                .startsWith("flotilla-1-");
    }

    @Test
    void worker_shouldBeToldItsIdAndDrainedBeforeItsInstanceIsTerminated() {
        fleet.put(4, InstanceState.RUNNING);
        messages(1);
        ActorRef<SupervisorCommand> supervisor = start();
        decision(supervisor, 1);
        report(supervisor, 4, Activity.WORKING, 0);
        worker.expectMessage(new WorkerCommand.Registered(Optional.of(new AppTierId(4))));
        messages(0);
        TIME.timePasses(INTERVAL);
        Decision asked = decision(supervisor, 2);
        assertThat(asked.decision()).isEqualTo("drain");
        long epoch = worker.expectMessageClass(WorkerCommand.Drain.class).epoch();

        // The command may have been lost: a report that shows no drain has it repeated.
        report(supervisor, 4, Activity.WORKING, 0);
        worker.expectMessageClass(WorkerCommand.Registered.class);
        worker.expectMessage(new WorkerCommand.Drain(epoch));
        report(supervisor, 4, Activity.DRAINING, epoch);
        worker.expectMessageClass(WorkerCommand.Registered.class);
        TIME.timePasses(INTERVAL);
        assertThat(decision(supervisor, 3).decision()).isEqualTo("hold");
        assertThat(fleet.terminated).isEmpty();
        assertThat(fleet(supervisor).instances()).singleElement().satisfies(line -> {
            assertThat(line.state()).isEqualTo("draining");
            assertThat(line.appTierId()).isEqualTo(4);
            assertThat(line.images()).isEqualTo(3);
        });

        report(supervisor, 4, Activity.DRAINED, epoch);
        TIME.timePasses(DEBOUNCE);
        Decision terminated = decision(supervisor, 4);
        assertThat(terminated.actions()).singleElement().satisfies(action -> {
            assertThat(action.kind()).isEqualTo("terminate");
            assertThat(action.why()).isEqualTo("drained");
        });
        assertThat(fleet.terminated).containsExactly(new InstanceId("i-4"));
    }

    @Test
    void newWork_shouldCancelTheDrainUntilItIsHeard() {
        fleet.put(1, InstanceState.RUNNING);
        ActorRef<SupervisorCommand> supervisor = start();
        decision(supervisor, 1);
        report(supervisor, 1, Activity.WORKING, 0);
        TIME.timePasses(INTERVAL);
        decision(supervisor, 2);
        worker.expectMessageClass(WorkerCommand.Registered.class);
        long epoch = worker.expectMessageClass(WorkerCommand.Drain.class).epoch();
        report(supervisor, 1, Activity.DRAINING, epoch);
        worker.expectMessageClass(WorkerCommand.Registered.class);

        messages(1);
        TIME.timePasses(INTERVAL);

        assertThat(decision(supervisor, 3).decision()).isEqualTo("cancel-drain");
        worker.expectMessage(new WorkerCommand.CancelDrain(epoch));
        report(supervisor, 1, Activity.DRAINING, epoch);
        worker.expectMessageClass(WorkerCommand.Registered.class);
        worker.expectMessage(new WorkerCommand.CancelDrain(epoch));
        assertThat(fleet.launchTokens).isEmpty();
    }

    @Test
    void drainThroughTheQueues_shouldBeConfirmedThereAndEndTheInstance() {
        MemoryDrainRequests queues = new MemoryDrainRequests();
        fleet.put(4, InstanceState.RUNNING);
        messages(1);
        ActorRef<SupervisorCommand> supervisor = start(
                new Ec2FleetOperator(fleet, Optional.of(queues), "flotilla", "user data"),
                PlannerRules.of(LIMITS)
                        .with(new PlannerRules.Shape(
                                PlannerRules.Mode.LAUNCH, PlannerRules.DrainChannel.QUEUES, 0, true)));
        decision(supervisor, 1);
        report(supervisor, 4, Activity.WORKING, 0);
        worker.expectMessageClass(WorkerCommand.Registered.class);
        long from = worker.expectMessageClass(WorkerCommand.RequestsFrom.class).token();
        messages(0);
        TIME.timePasses(INTERVAL);
        assertThat(decision(supervisor, 2).decision()).isEqualTo("request-drain");
        long token = queues.take();
        assertThat(token).isGreaterThanOrEqualTo(from);
        report(supervisor, 4, Activity.WORKING, 0);
        worker.expectMessageClass(WorkerCommand.Registered.class);
        worker.expectNoMessage(Duration.ofMillis(100));

        queues.confirm(new DrainConfirmation(new InstanceId("i-4"), token));
        TIME.timePasses(INTERVAL);

        assertThat(decision(supervisor, 3).decision()).isEqualTo("terminate");
        assertThat(fleet.terminated).containsExactly(new InstanceId("i-4"));
    }

    @Test
    void newSupervisor_shouldRebuildEverythingFromTagsAndReports() {
        messages(3);
        ActorRef<SupervisorCommand> first = start();
        decision(first, 1);
        KIT.stop(first);
        messages(4);

        ActorRef<SupervisorCommand> second = start();

        assertThat(decision(second, 1).actions())
                .singleElement()
                .satisfies(action -> assertThat(action.appTierId()).isEqualTo(4));
        assertThat(fleet.launchTokens).hasSize(4);
    }

    @Test
    void unknownDepth_shouldHoldAndSayUnknown() {
        fleet.put(1, InstanceState.RUNNING);
        depth.set(Optional.empty());
        ActorRef<SupervisorCommand> supervisor = start();

        Decision decision = decision(supervisor, 1);

        assertThat(decision.decision()).isEqualTo("hold");
        assertThat(decision.reason()).isEqualTo("depth-unknown");
        assertThat(decision.visible()).isEqualTo(-1);
    }

    @Test
    void fleetByHand_shouldOnlySayWhatItWouldWant() {
        messages(5);
        ActorRef<SupervisorCommand> supervisor = start(
                new DryRunFleetOperator(
                        () -> CompletableFuture.completedFuture(new InstanceFleet.Described(List.of(), 0)), "by hand"),
                true);

        assertThat(decision(supervisor, 1).actions())
                .hasSize(5)
                .allMatch(action -> action.outcome().equals("by hand"));
        assertThat(fleet.launchTokens).isEmpty();
    }

    @Test
    void decision_shouldBeOneLineWithItsKeysInFixedOrder() {
        messages(1);

        LoggingTestKit.info(
                        "n=1 decision=launch reason=backlog visible=1 inFlight=0 pending=0 running=0 draining=0 desired=1 "
                                + "actions=[launch:1/i-1]")
                .expect(KIT.system(), this::start);
    }
}
