package flotilla.worker;

import static flotilla.worker.WorkerFixture.FENCE;
import static flotilla.worker.WorkerFixture.body;
import static flotilla.worker.WorkerFixture.stored;
import static org.assertj.core.api.Assertions.assertThat;

import flotilla.protocol.ClassificationRequest;
import flotilla.protocol.WorkerCommand;
import flotilla.scaling.Activity;
import java.time.Duration;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A whole worker in manual time, whose reports are acknowledged or not. */
class WorkerFenceTest {
    private static final ActorTestKit KIT =
            ActorTestKit.create(ManualTime.config().withFallback(WorkerFixture.CONFIG));
    private static final ManualTime TIME = ManualTime.get(KIT.system());
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final RunningWorker worker = RunningWorker.unknown(KIT, SECOND);

    @BeforeEach
    void start() {
        report();
    }

    @AfterEach
    void stop() {
        worker.close();
    }

    @AfterAll
    static void stopAll() {
        KIT.shutdownTestKit();
    }

    /** What the worker tells a link that has just come up, when it has done all that time asked of it so far. */
    private WorkerStatus report() {
        TestProbe<WorkerStatus> link = KIT.createTestProbe();
        worker.reportTo(link);
        return link.receiveMessage();
    }

    private void acknowledge(WorkerStatus status) {
        worker.supervisorSays(new WorkerCommand.Heard(status.number()));
    }

    private Activity after(Duration time) {
        TIME.timePasses(time);
        return report().activity();
    }

    @Test
    void acknowledgementsThatStop_shouldCloseTheFenceAtItsTimeAndOpenItWhenTheyComeAgain() {
        worker.register();
        assertThat(after(SECOND.multipliedBy(50))).isEqualTo(Activity.WORKING);
        acknowledge(report());

        assertThat(after(FENCE.minus(SECOND))).isEqualTo(Activity.WORKING);
        assertThat(worker.requests.isPaused()).isFalse();
        assertThat(after(SECOND)).isEqualTo(Activity.LEAVING);
        assertThat(worker.requests.isPaused()).isTrue();

        acknowledge(report());
        assertThat(report().activity()).isEqualTo(Activity.WORKING);
        assertThat(worker.requests.isPaused()).isFalse();
        ClassificationRequest next = stored(worker.images, "cat.png");
        worker.requests.deliver(body(next), 1);
        worker.eventually(() -> assertThat(worker.results.results).containsKey(next.id()));
        assertThat(after(FENCE)).as("closes as before").isEqualTo(Activity.LEAVING);
    }

    @Test
    void acknowledgementThatComesLate_shouldCountFromWhenItsReportWasSent() {
        worker.register();
        WorkerStatus sent = report();
        TIME.timePasses(FENCE.dividedBy(2));
        acknowledge(sent);
        acknowledge(sent);

        assertThat(after(FENCE.dividedBy(2).minus(SECOND))).isEqualTo(Activity.WORKING);
        assertThat(after(SECOND)).isEqualTo(Activity.LEAVING);
    }

    @Test
    void acknowledgementOfAReportOlderThanTheFence_shouldNotOpenIt() {
        worker.register();
        WorkerStatus old = report();
        TIME.timePasses(SECOND);
        WorkerStatus later = report();
        assertThat(after(FENCE.minus(SECOND))).isEqualTo(Activity.LEAVING);

        acknowledge(old);
        assertThat(report().activity()).isEqualTo(Activity.LEAVING);
        acknowledge(later);
        assertThat(report().activity()).as("sent just before").isEqualTo(Activity.WORKING);
        acknowledge(old);
        assertThat(after(SECOND)).isEqualTo(Activity.LEAVING);
    }

    @Test
    void workerThatNobodyKnows_shouldReceiveAfterAMomentAndStopAtItsFence() {
        assertThat(worker.requests.runs()).isZero();
        assertThat(after(SECOND.multipliedBy(5))).isEqualTo(Activity.WORKING);
        worker.eventually(() -> assertThat(worker.requests.runs()).isEqualTo(1));
        worker.requests.deliver(body(stored(worker.images, "cat.png")), 1);
        worker.eventually(() -> assertThat(worker.requests.acknowledged()).hasSize(1));

        assertThat(after(FENCE.minusSeconds(6))).isEqualTo(Activity.WORKING);
        assertThat(after(SECOND)).isEqualTo(Activity.LEAVING);
        assertThat(worker.requests.isPaused()).isTrue();
    }

    @Test
    void otherWordsOfTheSupervisor_shouldNotKeepTheFenceOpen() {
        worker.register();
        acknowledge(report());
        TIME.timePasses(FENCE.minus(SECOND));
        worker.register();
        worker.supervisorSays(new WorkerCommand.RequestsFrom(1));
        worker.supervisorSays(new WorkerCommand.CancelDrain(1));

        assertThat(after(SECOND)).isEqualTo(Activity.LEAVING);
    }

    @Test
    void cancelledDrainOfAWorkerThatIsNotHeard_shouldNotHaveItReceive() {
        worker.register();
        worker.requests.deliver(body(stored(worker.images, "slow.png")), 1);
        worker.eventually(() -> assertThat(worker.classifiers.classified).hasValue(1));
        worker.supervisorSays(new WorkerCommand.Drain(17));
        assertThat(after(FENCE)).isEqualTo(Activity.DRAINING);

        worker.supervisorSays(new WorkerCommand.CancelDrain(17));

        assertThat(report().activity()).isEqualTo(Activity.LEAVING);
        assertThat(worker.requests.isPaused()).isTrue();
        acknowledge(report());
        assertThat(report().activity()).isEqualTo(Activity.WORKING);
        assertThat(worker.requests.isPaused()).isFalse();
    }

    @Test
    void workerBehindItsFence_shouldTakeNoTerminateRequestAndStillDrainByName() {
        worker.register();
        // Its taker may look from then on.
        worker.eventually(() -> assertThat(worker.requests.runs()).isEqualTo(1));
        // A look that is under way while the fence closes: when it is answered, the taker has heard of the fence.
        worker.terminate.holdLooks();
        assertThat(after(FENCE.minus(SECOND))).isEqualTo(Activity.WORKING);
        worker.eventually(() -> assertThat(worker.terminate.looks()).isEqualTo(1));
        assertThat(after(SECOND)).isEqualTo(Activity.LEAVING);
        worker.terminate.answerLooks();
        worker.terminate.put(17);
        int looks = worker.terminate.looks();
        TIME.timePasses(SECOND.multipliedBy(10));
        report();
        assertThat(worker.terminate.looks()).isEqualTo(looks);

        worker.supervisorSays(new WorkerCommand.Drain(99));

        worker.eventually(() -> assertThat(report().activity()).isEqualTo(Activity.DRAINED));
        acknowledge(report());
        assertThat(report().activity()).isEqualTo(Activity.DRAINED);
        assertThat(worker.terminate.done()).isEmpty();
    }
}
