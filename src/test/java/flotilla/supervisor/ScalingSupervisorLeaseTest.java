package flotilla.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import flotilla.domain.InstanceId;
import flotilla.domain.QueueDepth;
import flotilla.domain.WorkerId;
import flotilla.protocol.DecisionReport;
import flotilla.protocol.DecisionReport.Decision;
import flotilla.protocol.SupervisorCommand;
import flotilla.protocol.WorkerCommand;
import flotilla.scaling.Activity;
import flotilla.scaling.FleetController;
import flotilla.scaling.FleetObservation.DrainConfirmation;
import flotilla.scaling.InstanceState;
import flotilla.scaling.MessageCountPolicy;
import flotilla.scaling.PlannerRules;
import flotilla.scaling.ScalingLimits;
import flotilla.scaling.ServiceCount;
import flotilla.scaling.WorkerSighting;
import flotilla.scaling.WorkloadModel;
import flotilla.testing.HandClock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the supervisor does with and without the lease. */
class ScalingSupervisorLeaseTest {
    private static final ActorTestKit KIT =
            ActorTestKit.create(ManualTime.config().withFallback(ConfigFactory.load()));
    private static final ManualTime TIME = ManualTime.get(KIT.system());
    private static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final ScalingLimits LIMITS =
            new ScalingLimits(0, 4, Duration.ofSeconds(30), Duration.ofMinutes(2), Duration.ofMinutes(5));

    private final HandClock clock = new HandClock(FakeFleet.LAUNCHED_AT);
    private final FakeFleet fleet = new FakeFleet();
    private final HandLease lease = new HandLease();
    private final TestProbe<WorkerCommand> worker = KIT.createTestProbe();
    private final AtomicInteger messages = new AtomicInteger(2);
    private final ActorRef<SupervisorCommand> supervisor =
            KIT.spawn(supervisor(lease, Optional.empty(), () -> controller(PlannerRules.of(LIMITS))));
    private long reports;

    private Behavior<SupervisorCommand> supervisor(
            HandLease its, Optional<DrainRequests> queues, Supplier<FleetController> controllers) {
        return ScalingSupervisor.create(
                new ScalingSupervisor.Settings(INTERVAL, Duration.ofMillis(300), 100),
                clock,
                new SupervisorPorts(
                                controllers,
                                new Ec2FleetOperator(fleet, queues, "flotilla", () -> "user data", its),
                                () -> CompletableFuture.completedFuture(new QueueDepth(messages.get(), 0, 0)))
                        .withLease(its));
    }

    private static FleetController controller(PlannerRules rules) {
        return new FleetController(new MessageCountPolicy(1), List.of(), rules, WorkloadModel.Assumed.usual());
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    /** A supervisor that answers has begun to want the lease. */
    @BeforeEach
    void awaitStart() {
        decisions();
    }

    private void tick() {
        clock.pass(INTERVAL);
        TIME.timePasses(INTERVAL);
    }

    private void report(Activity activity) {
        report(supervisor, activity);
    }

    private void report(ActorRef<SupervisorCommand> to, Activity activity) {
        to.tell(new SupervisorCommand.WorkerReport(
                new WorkerSighting(
                        new WorkerId("i-1"),
                        Optional.of(new InstanceId("i-1")),
                        Optional.empty(),
                        activity,
                        0,
                        0,
                        0,
                        new ServiceCount(3, Duration.ofSeconds(1), 1),
                        FakeFleet.LAUNCHED_AT.toEpochMilli(),
                        ++reports),
                worker.getRef()));
    }

    private List<Decision> decisions() {
        return decisions(supervisor);
    }

    private static List<Decision> decisions(ActorRef<SupervisorCommand> of) {
        TestProbe<DecisionReport> probe = KIT.createTestProbe();
        of.tell(new SupervisorCommand.GetDecisions(100, probe.getRef()));
        return probe.receiveMessage().decisions();
    }

    /** Waits until so many decisions have fallen, and returns the newest. */
    private Decision decision(int count) {
        return decision(supervisor, count);
    }

    private static Decision decision(ActorRef<SupervisorCommand> of, int count) {
        return KIT.createTestProbe().awaitAssert(Duration.ofSeconds(10), () -> {
            List<Decision> all = decisions(of);
            assertThat(all).hasSizeGreaterThanOrEqualTo(count);
            return all.get(0);
        });
    }

    @Test
    void withoutTheLease_shouldHoldAndSayWhoHasIt() {
        tick();

        Decision held = decision(1);
        assertThat(held.decision()).isEqualTo("hold");
        assertThat(held.reason()).isEqualTo("no-lease");
        assertThat(held.clamps()).containsExactly("no lease: held by somebody");
        assertThat(held.running()).as("unknown").isEqualTo(-1);
        assertThat(fleet.launchTokens).isEmpty();
    }

    @Test
    void leaseThatComes_shouldBeActedOnAtOnce() {
        assertThat(decisions()).isEmpty();

        lease.give(3);

        assertThat(decision(1).decision()).isEqualTo("launch");
        assertThat(fleet.launchTokens).hasSize(2);
    }

    @Test
    void reportsWithoutTheLease_shouldNotBeAcknowledged() {
        fleet.put(1, InstanceState.RUNNING);
        report(Activity.WORKING);
        worker.expectNoMessage(Duration.ZERO);

        lease.give(1);
        decision(1);
        report(Activity.WORKING);
        assertThat(worker.expectMessageClass(WorkerCommand.Heard.class).report())
                .isEqualTo(reports);
        worker.expectMessageClass(WorkerCommand.Registered.class);

        lease.takeSilently("its term is over");
        report(Activity.WORKING);
        decisions();
        worker.expectNoMessage(Duration.ZERO);
    }

    @Test
    void leaseLostWhileTheFleetIsDescribed_shouldCarryNothingOut() {
        fleet.holdDescriptions();
        lease.give(1);
        decisions();

        lease.takeSilently("held by another");
        fleet.answerDescriptions();

        assertThat(decision(1).clamps()).containsExactly("no lease: held by another");
        assertThat(fleet.launchTokens).isEmpty();
    }

    @Test
    void newTenure_shouldBeginWithNothing() {
        fleet.put(1, InstanceState.RUNNING);
        lease.give(1);
        decision(1);
        report(Activity.WORKING);
        worker.expectMessageClass(WorkerCommand.Heard.class);
        tick();
        assertThat(decision(2).running()).isEqualTo(1);

        lease.take("held by another");
        lease.give(5);

        assertThat(decision(3).running())
                .as("its worker was not heard in this tenure")
                .isZero();
    }

    @Test
    void sameTenure_shouldGoOn() {
        fleet.put(1, InstanceState.RUNNING);
        lease.give(1);
        decision(1);
        report(Activity.WORKING);
        worker.expectMessageClass(WorkerCommand.Heard.class);

        lease.take("the store is away");
        lease.give(1);

        assertThat(decision(2).running()).isEqualTo(1);
    }

    @Test
    void stop_shouldLayTheLeaseDownAndThenEnd() {
        TestProbe<Object> watch = KIT.createTestProbe();
        lease.give(1);
        decision(1);

        supervisor.tell(ScalingSupervisor.stop());

        watch.awaitAssert(() -> {
            assertThat(lease.releases()).isEqualTo(1);
            return lease;
        });
        lease.completeReleases();
        watch.expectTerminated(supervisor);
    }

    @Test
    void stopInTheMiddleOfALaunch_shouldWaitForItsOutcome() {
        TestProbe<Object> watch = KIT.createTestProbe();
        fleet.holdLaunches();
        lease.give(1);
        watch.awaitAssert(() -> {
            assertThat(fleet.launchTokens).hasSize(2);
            return fleet;
        });

        supervisor.tell(ScalingSupervisor.stop());
        decisions();
        assertThat(lease.releases()).isZero();
        fleet.answerOldestLaunch();
        fleet.answerOldestLaunch();

        watch.awaitAssert(() -> {
            assertThat(lease.releases()).isEqualTo(1);
            return lease;
        });
    }

    @Test
    void endWithNothingUnderWay_shouldLayTheLeaseDown() {
        lease.give(1);
        decision(1);

        KIT.stop(supervisor);

        assertThat(lease.releases()).isEqualTo(1);
        assertThat(lease.abandons()).isZero();
    }

    @Test
    void endInTheMiddleOfALaunch_shouldLeaveTheLeaseToItsTerm() {
        fleet.holdLaunches();
        lease.give(1);
        KIT.createTestProbe().awaitAssert(() -> {
            assertThat(fleet.launchTokens).hasSize(2);
            return fleet;
        });

        KIT.stop(supervisor);

        assertThat(lease.releases()).isZero();
        assertThat(lease.abandons()).isEqualTo(1);
    }

    @Test
    void failure_shouldAbandonTheLeaseBeforeItStartsAnew() {
        HandLease own = new HandLease();
        AtomicInteger made = new AtomicInteger();
        ActorRef<SupervisorCommand> failing = KIT.spawn(Behaviors.supervise(supervisor(own, Optional.empty(), () -> {
                    if (made.incrementAndGet() == 2) {
                        throw new IllegalStateException("a bug");
                    }
                    return controller(PlannerRules.of(LIMITS));
                }))
                .onFailure(SupervisorStrategy.restartWithBackoff(INTERVAL, INTERVAL, 0)));

        own.give(1);

        KIT.createTestProbe().awaitAssert(() -> {
            assertThat(own.abandons()).isEqualTo(1);
            return own;
        });
        assertThat(own.standing()).isInstanceOf(SupervisorLease.Standing.NotHeld.class);
        KIT.createTestProbe().awaitAssert(Duration.ofSeconds(20), () -> {
            TIME.timePasses(INTERVAL);
            assertThat(made).hasValueGreaterThan(2);
            return made;
        });
        own.give(2);
        KIT.createTestProbe().awaitAssert(Duration.ofSeconds(10), () -> {
            assertThat(decisions(failing))
                    .as("ticks that fell before the lease came held back")
                    .extracting(Decision::decision)
                    .startsWith("launch");
            return failing;
        });
    }

    @Test
    void confirmationReadWhileTheLeaseIsLost_shouldBeActedOnWhenItIsBack() {
        MemoryDrainRequests queues = new MemoryDrainRequests();
        HandLease own = new HandLease();
        fleet.put(1, InstanceState.RUNNING);
        ActorRef<SupervisorCommand> other = KIT.spawn(supervisor(
                own,
                Optional.of(queues),
                () -> controller(PlannerRules.of(LIMITS)
                        .with(new PlannerRules.Shape(
                                PlannerRules.Mode.LAUNCH, PlannerRules.DrainChannel.QUEUES, 0, true)))));
        messages.set(1);
        own.give(1);
        decision(other, 1);
        report(other, Activity.WORKING);
        worker.expectMessageClass(WorkerCommand.Heard.class);
        messages.set(0);
        TIME.timePasses(INTERVAL);
        assertThat(decision(other, 2).decision()).isEqualTo("request-drain");
        queues.confirm(new DrainConfirmation(new InstanceId("i-1"), queues.take()));
        fleet.holdDescriptions();
        TIME.timePasses(INTERVAL);
        decisions(other);
        own.takeSilently("the store is away");
        fleet.answerDescriptions();
        assertThat(decision(other, 3).reason()).isEqualTo("no-lease");

        own.give(1);

        assertThat(decision(other, 4).decision()).isEqualTo("terminate");
        assertThat(fleet.terminated).containsExactly(new InstanceId("i-1"));
    }
}
