package flotilla.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import flotilla.cost.CallCount;
import flotilla.protocol.SupervisorCommand;
import flotilla.protocol.SupervisorCommand.WorkerReport;
import flotilla.protocol.WorkerCommand;
import flotilla.scaling.Activity;
import flotilla.testing.MemoryQueue;
import flotilla.testing.MemoryStores;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.FishingOutcomes;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A worker in manual time, linked through a real node of a cluster in which a gateway is up and within reach. */
class ControlLinkTest {
    private static final ActorTestKit DATA =
            ActorTestKit.create(ManualTime.config().withFallback(WorkerFixture.CONFIG));
    private static final ManualTime TIME = ManualTime.get(DATA.system());
    private static final ActorTestKit GATEWAY = ActorTestKit.create("linked", node("gateway"));
    private static final ActorTestKit NODE = ActorTestKit.create("linked", node("worker"));
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final CallCount CALLS = new CallCount(Map.of("sqs:ReceiveMessage", 7L));

    private final MemoryQueue requests = new MemoryQueue();
    private final TestProbe<SupervisorCommand> supervisor = NODE.createTestProbe();
    private ActorRef<Worker.Command> worker;
    private ActorRef<ControlLink.Command> link;

    private static Config node(String role) {
        return ConfigFactory.parseString("pekko { actor.provider = cluster"
                        + ", remote.artery.canonical { hostname = 127.0.0.1, port = 0 }"
                        + ", cluster { roles = [" + role + "], jmx.multi-mbeans-in-same-jvm = on } }")
                .withFallback(WorkerFixture.CONFIG);
    }

    @BeforeAll
    static void join() {
        Cluster gateway = Cluster.get(GATEWAY.system());
        gateway.manager().tell(new Join(gateway.selfMember().address()));
        Cluster.get(NODE.system()).manager().tell(new Join(gateway.selfMember().address()));
        NODE.createTestProbe().awaitAssert(PATIENCE, () -> {
            assertThat(Cluster.get(NODE.system()).selfMember().status()).isEqualTo(MemberStatus.up());
            return null;
        });
    }

    private void start(ActorRef<SupervisorCommand> to) {
        worker = DATA.spawn(WorkerFixture.node(
                new WorkerNode.Queues(requests, new MemoryQueue(), Optional.empty()),
                new MemoryStores.Images(DATA.system()),
                new MemoryStores.Results(),
                new WorkerFixture.NamingClassifiers(),
                Duration.ofSeconds(1)));
        link = NODE.spawn(ControlLink.create(WorkerFixture.identity(), worker, context -> to, () -> CALLS));
    }

    @AfterEach
    void stop() {
        NODE.stop(link);
        DATA.stop(worker);
    }

    @AfterAll
    static void stopAll() {
        NODE.shutdownTestKit();
        GATEWAY.shutdownTestKit();
        DATA.shutdownTestKit();
    }

    private static void assertGatewayInSight() {
        // Where the machine stands still for seconds, nodes lose sight of each other for a moment.
        NODE.createTestProbe().awaitAssert(PATIENCE, () -> {
            var state = Cluster.get(NODE.system()).state();
            assertThat(state.getUnreachable()).isEmpty();
            assertThat(state.getMembers())
                    .anyMatch((Member member) -> member.hasRole(ControlLink.GATEWAY_ROLE)
                            && member.status().equals(MemberStatus.up()));
            return null;
        });
    }

    private WorkerReport report() {
        return supervisor.expectMessageClass(WorkerReport.class, PATIENCE);
    }

    private WorkerReport awaitReport(Activity activity) {
        return (WorkerReport) supervisor
                .fishForMessage(
                        PATIENCE,
                        message -> ((WorkerReport) message).sighting().activity() == activity
                                ? FishingOutcomes.complete()
                                : FishingOutcomes.continueAndIgnore())
                .stream()
                .reduce((earlier, later) -> later)
                .orElseThrow();
    }

    @Test
    void supervisorThatHearsAndIsNotHeard_shouldHaveTheWorkerStopAlthoughAGatewayIsInSight() {
        start(supervisor.getRef());
        WorkerReport first = report();
        assertThat(first.calls()).contains(CALLS);
        first.control().tell(new WorkerCommand.Registered(Optional.empty()));
        first.control().tell(new WorkerCommand.Heard(first.sighting().number()));
        // It is answered with a report, after all that was said before has arrived.
        first.control().tell(new WorkerCommand.CancelDrain(1));
        assertThat(report().sighting().activity()).isEqualTo(Activity.WORKING);

        TIME.timePasses(WorkerFixture.FENCE);

        WorkerReport fenced = awaitReport(Activity.LEAVING);
        assertThat(requests.isPaused()).isTrue();
        assertGatewayInSight();
        fenced.control().tell(new WorkerCommand.Heard(fenced.sighting().number()));
        awaitReport(Activity.WORKING);
        assertThat(requests.isPaused()).isFalse();
    }

    @Test
    void supervisorOutOfReach_shouldHaveTheWorkerStopAlthoughAnotherGatewayIsInSight() {
        start(NODE.system().deadLetters());
        // Once it was in reach.
        worker.tell(new Worker.FromSupervisor(new WorkerCommand.Heard(1)));
        TestProbe<Void> probe = DATA.createTestProbe();
        probe.awaitAssert(PATIENCE, () -> {
            TIME.timePasses(Duration.ofSeconds(1));
            assertThat(requests.runs()).isEqualTo(1);
            return null;
        });
        assertThat(requests.isPaused()).isFalse();

        TIME.timePasses(WorkerFixture.FENCE);

        probe.awaitAssert(PATIENCE, () -> {
            assertThat(requests.isPaused()).isTrue();
            return null;
        });
        assertGatewayInSight();
    }
}
