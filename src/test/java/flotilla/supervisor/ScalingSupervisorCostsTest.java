package flotilla.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import flotilla.cost.CallCount;
import flotilla.cost.Since;
import flotilla.cost.Usage;
import flotilla.domain.GatewayId;
import flotilla.domain.InstanceId;
import flotilla.domain.QueueDepth;
import flotilla.domain.WorkerId;
import flotilla.protocol.CostReport;
import flotilla.protocol.Costs;
import flotilla.protocol.SupervisorCommand;
import flotilla.protocol.WorkerCommand;
import flotilla.scaling.Activity;
import flotilla.scaling.FleetController;
import flotilla.scaling.MessageCountPolicy;
import flotilla.scaling.PlannerRules;
import flotilla.scaling.ScalingLimits;
import flotilla.scaling.ServiceCount;
import flotilla.scaling.WorkerSighting;
import flotilla.scaling.WorkloadModel;
import flotilla.testing.HandClock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What the supervisor puts on the account, with and without the lease and from one tenure to the next. */
class ScalingSupervisorCostsTest {
    private static final ActorTestKit KIT =
            ActorTestKit.create(ManualTime.config().withFallback(ConfigFactory.load()));
    private static final ManualTime TIME = ManualTime.get(KIT.system());
    private static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final ScalingLimits LIMITS =
            new ScalingLimits(0, 4, Duration.ofSeconds(30), Duration.ofMinutes(2), Duration.ofMinutes(5));
    private static final Instant BEGIN = FakeFleet.LAUNCHED_AT;

    private final HandClock clock = new HandClock(BEGIN);
    private final HandLease lease = new HandLease();
    private final MemoryCosts ledger = new MemoryCosts();
    private final TestProbe<WorkerCommand> worker = KIT.createTestProbe();
    private final TestProbe<Object> watch = KIT.createTestProbe();
    private final ActorRef<SupervisorCommand> supervisor = KIT.spawn(ScalingSupervisor.create(
            new ScalingSupervisor.Settings(
                    INTERVAL,
                    Duration.ofMillis(300),
                    100,
                    start -> 1,
                    new CostKeeping(Costs.PRICES, Optional.of(ledger))),
            clock,
            new SupervisorPorts(
                            () -> new FleetController(
                                    new MessageCountPolicy(1),
                                    List.of(),
                                    PlannerRules.of(LIMITS),
                                    WorkloadModel.Assumed.usual()),
                            new Ec2FleetOperator(
                                    new FakeFleet(), Optional.empty(), "flotilla", () -> "user data", lease),
                            () -> CompletableFuture.completedFuture(new QueueDepth(0, 0, 0)))
                    .withLease(lease)));
    private long reports;

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private CostReport cost() {
        TestProbe<CostReport> probe = KIT.createTestProbe();
        supervisor.tell(new SupervisorCommand.GetCost(Since.EVER, probe.getRef()));
        return probe.receiveMessage();
    }

    private void await(Runnable assertion) {
        watch.awaitAssert(Duration.ofSeconds(10), () -> {
            assertion.run();
            return Done.getInstance();
        });
    }

    /** Gives the lease for the first time, some time after the supervisor has begun, and says when that was. */
    private Instant give() {
        cost();
        clock.pass(INTERVAL);
        lease.give(1);
        await(() -> assertThat(cost().recordsSince()).isEqualTo(clock.instant()));
        return clock.instant();
    }

    /** The next report of a worker that was up before the lease came. */
    private void report(long images) {
        supervisor.tell(new SupervisorCommand.WorkerReport(
                new WorkerSighting(
                        new WorkerId("i-1"),
                        Optional.of(new InstanceId("i-1")),
                        Optional.empty(),
                        Activity.WORKING,
                        0,
                        0,
                        0,
                        new ServiceCount(images, Duration.ofSeconds(1), 1),
                        BEGIN.toEpochMilli(),
                        ++reports),
                worker.getRef()));
    }

    private void calls(long receives) {
        supervisor.tell(new SupervisorCommand.WorkArrived(
                new GatewayId("gateway-1"),
                0,
                0,
                0,
                0,
                Optional.of(new CallCount(Map.of("sqs:ReceiveMessage", receives)))));
    }

    @Test
    void reportsWithoutTheLease_shouldNotBeCounted() {
        report(0);
        report(3);
        calls(10);
        calls(20);
        assertThat(cost().usage()).isEqualTo(Usage.NONE);

        Instant leased = give();
        report(5);
        report(9);
        calls(100);
        calls(107);

        CostReport cost = cost();
        assertThat(cost.recordsSince()).isEqualTo(leased);
        assertThat(cost.usage().images()).isEqualTo(4);
        assertThat(cost.usage().calls()).containsExactly(Map.entry("sqs:ReceiveMessage", 7L));
    }

    @Test
    void leaseLostForAWhile_shouldBeBridgedWithinItsTenure() {
        give();
        report(5);
        cost();
        lease.takeSilently("the store is away");
        report(7);
        assertThat(cost().usage().images()).isZero();

        lease.give(1);
        report(9);

        assertThat(cost().usage().images()).isEqualTo(4);
    }

    @Test
    void supervisorThatNeverHadTheLease_shouldWriteNothing() {
        report(0);
        report(3);
        cost();

        KIT.stop(supervisor);

        assertThat(ledger.writes).isEmpty();
    }

    @Test
    void anotherTenure_shouldWriteTheAccountAndBeginAnewWithWhatIsWritten() {
        Instant first = give();
        report(5);
        report(9);
        assertThat(cost().usage().images()).isEqualTo(4);

        lease.take("held by another");
        clock.pass(INTERVAL);
        lease.give(5);
        await(() -> {
            TIME.timePasses(INTERVAL);
            assertThat(ledger.writes).isNotEmpty();
        });
        await(() -> assertThat(cost().usage().images()).isEqualTo(4));
        report(20);
        report(21);

        CostReport cost = cost();
        assertThat(cost.usage().images())
                .as("the other may have counted eleven")
                .isEqualTo(5);
        assertThat(cost.recordsSince()).isEqualTo(first);
        assertThat(ledger.writes).extracting(MemoryCosts.Key::account).containsOnly(first);
    }

    @Test
    void recordsThatCannotBeRead_shouldBeReadAMinuteLater() {
        Instant before = BEGIN.minus(Duration.ofHours(2));
        ledger.write(
                before, LocalDate.of(2026, 11, 22), Map.of(before, new Usage(3600, List.of(), 700, 0, Map.of(), true)));
        ledger.away = true;
        give();
        assertThat(cost().usage().images()).isZero();

        ledger.away = false;
        assertThat(cost().usage().images()).isZero();

        await(() -> {
            TIME.timePasses(Duration.ofMinutes(1));
            assertThat(cost().usage().images()).isEqualTo(700);
        });
        assertThat(cost().recordsSince()).isEqualTo(before);
    }

    @Test
    void stop_shouldWaitUntilCostsAreWritten() {
        give();
        report(5);
        report(9);
        cost();
        ledger.gate = new CompletableFuture<>();
        lease.completeReleases();

        supervisor.tell(ScalingSupervisor.stop());
        await(() -> assertThat(lease.releases()).isEqualTo(1));
        assertThat(ledger.writes).isEmpty();
        ledger.gate.complete(Done.getInstance());

        watch.expectTerminated(supervisor);
        assertThat(ledger.writes).hasSize(1);
    }
}
