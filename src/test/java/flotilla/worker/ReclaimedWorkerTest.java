package flotilla.worker;

import static flotilla.worker.WorkerFixture.body;
import static flotilla.worker.WorkerFixture.stored;
import static org.assertj.core.api.Assertions.assertThat;

import flotilla.protocol.ClassificationRequest;
import flotilla.protocol.MessageAction;
import flotilla.protocol.QueueMessage;
import flotilla.protocol.WorkerCommand;
import flotilla.scaling.Activity;
import flotilla.scaling.MachineOutlook;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
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

    private final RunningWorker worker = RunningWorker.registered(KIT);

    @AfterEach
    void stop() {
        worker.close();
    }

    @AfterAll
    static void stopAll() {
        KIT.shutdownTestKit();
    }

    @Test
    void interruption_shouldFinishWhatIsInsideAndGiveTheRestBack() {
        worker.deliverSlowOnes(CLASSIFIERS + 3);
        worker.eventually(() -> assertThat(worker.classifiers.classified).hasValue(CLASSIFIERS));

        worker.tell(new Worker.Noticed(ENDS, LONG));

        assertThat(worker.awaitActivity(Activity.LEAVING).outlook()).isEqualTo(ENDS);
        worker.eventually(() -> assertThat(worker.requests.isPaused()).isTrue());
        worker.eventually(() -> assertThat(worker.requests.acknowledged())
                .isNotEmpty()
                .allMatch(MessageAction.ChangeMessageVisibility.class::isInstance));
        worker.classifiers.slow.release(CLASSIFIERS);

        WorkerStatus drained = worker.awaitActivity(Activity.DRAINED);
        assertThat(drained.outlook()).isEqualTo(ENDS);
        assertThat(drained.inHand()).isZero();
        assertThat(worker.results.results).hasSize(CLASSIFIERS);
        assertThat(worker.requests.acknowledged().stream().filter(MessageAction.Delete.class::isInstance))
                .hasSize(CLASSIFIERS);
        assertThat(worker.classifiers.classified).hasValue(CLASSIFIERS);
    }

    @Test
    void imageThatTakesTooLong_shouldBeGivenBackBeforeTheMachineEnds() {
        List<QueueMessage> slow = worker.deliverSlowOnes(1);
        worker.eventually(() -> assertThat(worker.classifiers.classified).hasValue(1));

        worker.tell(new Worker.Noticed(ENDS, Duration.ofMillis(1)));

        worker.awaitActivity(Activity.DRAINED);
        assertThat(worker.results.results).isEmpty();
        assertThat(worker.requests.extended()).hasSameElementsAs(slow);
    }

    @Test
    void receiveThatIsAnsweredAfterTheNotice_shouldBeGivenBackBeforeAnythingIsDoneForIt() {
        worker.eventually(() -> assertThat(worker.requests.runs()).isEqualTo(1));
        worker.requests.beginReceive();
        worker.tell(new Worker.Noticed(ENDS, LONG));
        worker.awaitActivity(Activity.LEAVING);
        // A fetch would fail, and the message go back only a little later.
        worker.images.away = true;

        QueueMessage late = worker.requests.deliver(body(stored(worker.images, "late.png")), 1);

        worker.eventually(() -> assertThat(worker.requests.acknowledged())
                .containsExactly(new MessageAction.ChangeMessageVisibility(late, 0)));
        worker.requests.endReceive();
        worker.awaitActivity(Activity.DRAINED);
    }

    @Test
    void receiveThatOutlastsTheGrace_shouldBeAwaitedAndGivenBackToo() {
        List<QueueMessage> slow = worker.deliverSlowOnes(1);
        worker.eventually(() -> assertThat(worker.classifiers.classified).hasValue(1));
        worker.requests.beginReceive();

        worker.tell(new Worker.Noticed(ENDS, Duration.ZERO));

        worker.eventually(() -> assertThat(worker.requests.extended()).hasSameElementsAs(slow));
        TestProbe<WorkerStatus> other = KIT.createTestProbe();
        worker.reportTo(other);
        for (int i = 0; i < 5; i++) {
            assertThat(other.receiveMessage().activity()).isEqualTo(Activity.LEAVING);
        }
        QueueMessage late = worker.requests.deliver(body(stored(worker.images, "late.png")), 1);
        worker.eventually(() -> assertThat(worker.requests.acknowledged())
                .containsExactly(new MessageAction.ChangeMessageVisibility(late, 0)));
        worker.reportTo(worker.link);
        worker.requests.endReceive();
        worker.awaitActivity(Activity.DRAINED);
    }

    @ParameterizedTest
    @CsvSource({"120, 20", "30, 20", "29, 19", "11, 1", "10, 0", "3, 0", "0, 0", "-5, 0"})
    void grace_shouldEndTenSecondsBeforeTheMachineAndNeverBeNegative(int left, int grace) {
        assertThat(WorkerEnding.grace(Duration.ofSeconds(left), Duration.ofSeconds(20)))
                .isEqualTo(Duration.ofSeconds(grace));
    }

    @Test
    void drainingWorker_shouldHaveNoWayBackOnceItsMachineIsTakenBack() {
        worker.deliverSlowOnes(1);
        worker.eventually(() -> assertThat(worker.classifiers.classified).hasValue(1));
        worker.supervisorSays(new WorkerCommand.Drain(17));
        worker.awaitActivity(Activity.DRAINING);

        worker.tell(new Worker.Noticed(ENDS, LONG));
        worker.awaitActivity(Activity.LEAVING);
        worker.supervisorSays(new WorkerCommand.CancelDrain(17));
        worker.supervisorSays(new WorkerCommand.Drain(18));
        worker.classifiers.slow.release();

        worker.awaitActivity(Activity.DRAINED);
        assertThat(worker.requests.isPaused()).isTrue();
    }

    @Test
    void recommendation_shouldBeReportedAndChangeNothing() {
        MachineOutlook atRisk = new MachineOutlook(Optional.empty(), ENDS.endsAt());
        worker.tell(new Worker.Noticed(atRisk, Duration.ZERO));

        WorkerStatus status = worker.awaitReport(one -> one.outlook().equals(atRisk));
        assertThat(status.activity()).isEqualTo(Activity.WORKING);
        ClassificationRequest next = stored(worker.images, "cat.png");
        worker.requests.deliver(body(next), 1);
        worker.eventually(() -> assertThat(worker.results.results).containsKey(next.id()));
    }
}
