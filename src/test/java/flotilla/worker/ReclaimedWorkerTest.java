package flotilla.worker;

import static flotilla.worker.WorkerFixture.body;
import static flotilla.worker.WorkerFixture.stored;
import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.AppTierId;
import flotilla.protocol.ClassificationRequest;
import flotilla.protocol.MessageAction;
import flotilla.protocol.QueueMessage;
import flotilla.protocol.WorkerCommand;
import flotilla.scaling.Activity;
import flotilla.scaling.MachineOutlook;
import flotilla.testing.MemoryQueue;
import flotilla.testing.MemoryStores;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.FishingOutcomes;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A worker whose machine EC2 takes back: real actors and stream; queues and stores in memory. */
class ReclaimedWorkerTest {
    private static final ActorTestKit KIT = ActorTestKit.create(WorkerFixture.CONFIG);
    private static final MachineOutlook ENDS =
            new MachineOutlook(Optional.of(Instant.parse("2026-11-29T12:00:00Z")), Optional.empty());
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final int CLASSIFIERS = 2;

    private final MemoryQueue requests = new MemoryQueue();
    private final MemoryQueue responses = new MemoryQueue();
    private final MemoryTerminateRequests terminate = new MemoryTerminateRequests();
    private final MemoryStores.Images images = new MemoryStores.Images(KIT.system());
    private final MemoryStores.Results results = new MemoryStores.Results();
    private final WorkerFixture.NamingClassifiers classifiers = new WorkerFixture.NamingClassifiers();
    private final TestProbe<WorkerStatus> link = KIT.createTestProbe();
    private ActorRef<Worker.Command> worker;

    @BeforeEach
    void start() {
        worker = KIT.spawn(WorkerFixture.node(
                new WorkerNode.Queues(requests, responses, Optional.of(terminate)),
                images,
                results,
                classifiers,
                Duration.ofMillis(50)));
        worker.tell(new Worker.LinkUp(link.getRef()));
        supervisorSays(new WorkerCommand.Registered(Optional.of(new AppTierId(3))));
    }

    @AfterEach
    void stop() {
        classifiers.slow.release(1000);
        KIT.stop(worker);
    }

    @AfterAll
    static void stopAll() {
        KIT.shutdownTestKit();
    }

    private void eventually(Runnable assertion) {
        KIT.createTestProbe().awaitAssert(Duration.ofSeconds(15), () -> {
            assertion.run();
            return null;
        });
    }

    private WorkerStatus awaitActivity(Activity activity) {
        return link.fishForMessage(
                        Duration.ofSeconds(15),
                        status -> status.activity() == activity
                                ? FishingOutcomes.complete()
                                : FishingOutcomes.continueAndIgnore())
                .get(0);
    }

    private void supervisorSays(WorkerCommand command) {
        worker.tell(new Worker.FromSupervisor(command));
    }

    private List<QueueMessage> deliverSlowOnes(int count) {
        List<QueueMessage> messages = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            messages.add(requests.deliver(body(stored(images, "slow-" + i + ".png")), 1));
        }
        return messages;
    }

    @Test
    void interruption_shouldFinishWhatIsInsideAndGiveTheRestBack() {
        deliverSlowOnes(CLASSIFIERS + 3);
        eventually(() -> assertThat(classifiers.classified).hasValue(CLASSIFIERS));

        worker.tell(new Worker.Noticed(ENDS, LONG));

        assertThat(awaitActivity(Activity.LEAVING).outlook()).isEqualTo(ENDS);
        eventually(() -> assertThat(requests.isPaused()).isTrue());
        eventually(() -> assertThat(requests.acknowledged())
                .isNotEmpty()
                .allMatch(MessageAction.ChangeMessageVisibility.class::isInstance));
        classifiers.slow.release(CLASSIFIERS);

        WorkerStatus drained = awaitActivity(Activity.DRAINED);
        assertThat(drained.outlook()).isEqualTo(ENDS);
        assertThat(drained.inHand()).isZero();
        assertThat(results.results).hasSize(CLASSIFIERS);
        assertThat(requests.acknowledged().stream().filter(MessageAction.Delete.class::isInstance))
                .hasSize(CLASSIFIERS);
        assertThat(classifiers.classified).hasValue(CLASSIFIERS);
    }

    @Test
    void imageThatTakesTooLong_shouldBeGivenBackBeforeTheMachineEnds() {
        deliverSlowOnes(1);
        eventually(() -> assertThat(classifiers.classified).hasValue(1));

        worker.tell(new Worker.Noticed(ENDS, Duration.ofMillis(1)));

        awaitActivity(Activity.DRAINED);
        assertThat(results.results).isEmpty();
        assertThat(requests.extended()).hasSize(1);
    }

    @Test
    void receiveThatIsAnsweredAfterTheNotice_shouldBeGivenBackBeforeAnythingIsDoneForIt() {
        eventually(() -> assertThat(requests.runs()).isEqualTo(1));
        requests.beginReceive();
        worker.tell(new Worker.Noticed(ENDS, LONG));
        awaitActivity(Activity.LEAVING);
        // A fetch would fail, and the message go back only a little later.
        images.away = true;

        QueueMessage late = requests.deliver(body(stored(images, "late.png")), 1);

        eventually(() -> assertThat(requests.acknowledged())
                .containsExactly(new MessageAction.ChangeMessageVisibility(late, 0)));
        requests.endReceive();
        awaitActivity(Activity.DRAINED);
    }

    @Test
    void receiveThatOutlastsTheGrace_shouldBeAwaitedAndGivenBackToo() {
        deliverSlowOnes(1);
        eventually(() -> assertThat(classifiers.classified).hasValue(1));
        requests.beginReceive();

        worker.tell(new Worker.Noticed(ENDS, Duration.ZERO));

        eventually(() -> assertThat(requests.extended()).hasSize(1));
        TestProbe<WorkerStatus> other = KIT.createTestProbe();
        worker.tell(new Worker.LinkUp(other.getRef()));
        for (int i = 0; i < 5; i++) {
            assertThat(other.receiveMessage().activity()).isEqualTo(Activity.LEAVING);
        }
        QueueMessage late = requests.deliver(body(stored(images, "late.png")), 1);
        eventually(() -> assertThat(requests.acknowledged())
                .containsExactly(new MessageAction.ChangeMessageVisibility(late, 0)));
        worker.tell(new Worker.LinkUp(link.getRef()));
        requests.endReceive();
        awaitActivity(Activity.DRAINED);
    }

    @ParameterizedTest
    @CsvSource({"120, 20", "30, 20", "29, 19", "11, 1", "10, 0", "3, 0", "0, 0", "-5, 0"})
    void grace_shouldEndTenSecondsBeforeTheMachineAndNeverBeNegative(int left, int grace) {
        assertThat(Worker.grace(Duration.ofSeconds(left), Duration.ofSeconds(20)))
                .isEqualTo(Duration.ofSeconds(grace));
    }

    @Test
    void drainingWorker_shouldHaveNoWayBackOnceItsMachineIsTakenBack() {
        deliverSlowOnes(1);
        eventually(() -> assertThat(classifiers.classified).hasValue(1));
        supervisorSays(new WorkerCommand.Drain(17));
        awaitActivity(Activity.DRAINING);

        worker.tell(new Worker.Noticed(ENDS, LONG));
        awaitActivity(Activity.LEAVING);
        supervisorSays(new WorkerCommand.CancelDrain(17));
        supervisorSays(new WorkerCommand.Drain(18));
        classifiers.slow.release();

        awaitActivity(Activity.DRAINED);
        assertThat(requests.isPaused()).isTrue();
    }

    @Test
    void recommendation_shouldBeReportedAndChangeNothing() {
        MachineOutlook atRisk = new MachineOutlook(Optional.empty(), ENDS.endsAt());
        worker.tell(new Worker.Noticed(atRisk, Duration.ZERO));

        WorkerStatus status = link.fishForMessage(
                        Duration.ofSeconds(15),
                        one -> one.outlook().equals(atRisk)
                                ? FishingOutcomes.complete()
                                : FishingOutcomes.continueAndIgnore())
                .get(0);
        assertThat(status.activity()).isEqualTo(Activity.WORKING);
        ClassificationRequest next = stored(images, "cat.png");
        requests.deliver(body(next), 1);
        eventually(() -> assertThat(results.results).containsKey(next.id()));
    }
}
