package flotilla.worker;

import static flotilla.worker.WorkerFixture.FENCE;
import static flotilla.worker.WorkerFixture.body;
import static flotilla.worker.WorkerFixture.stored;
import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.AppTierId;
import flotilla.protocol.ClassificationRequest;
import flotilla.protocol.WorkerCommand;
import flotilla.scaling.Activity;
import flotilla.testing.MemoryQueue;
import flotilla.testing.MemoryStores;
import java.time.Duration;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
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

    private final MemoryQueue requests = new MemoryQueue();
    private final MemoryTerminateRequests terminate = new MemoryTerminateRequests();
    private final MemoryStores.Images images = new MemoryStores.Images(KIT.system());
    private final MemoryStores.Results results = new MemoryStores.Results();
    private final WorkerFixture.NamingClassifiers classifiers = new WorkerFixture.NamingClassifiers();
    private ActorRef<Worker.Command> worker;

    @BeforeEach
    void start() {
        worker = KIT.spawn(WorkerFixture.node(
                new WorkerNode.Queues(requests, new MemoryQueue(), Optional.of(terminate)),
                images,
                results,
                classifiers,
                SECOND));
        report();
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

    private void supervisorSays(WorkerCommand command) {
        worker.tell(new Worker.FromSupervisor(command));
    }

    private void register() {
        supervisorSays(new WorkerCommand.Registered(Optional.of(new AppTierId(3))));
    }

    /** What the worker tells a link that has just come up, when it has done all that time asked of it so far. */
    private WorkerStatus report() {
        TestProbe<WorkerStatus> link = KIT.createTestProbe();
        worker.tell(new Worker.LinkUp(link.getRef()));
        return link.receiveMessage();
    }

    private void acknowledge(WorkerStatus status) {
        supervisorSays(new WorkerCommand.Heard(status.number()));
    }

    private Activity after(Duration time) {
        TIME.timePasses(time);
        return report().activity();
    }

    @Test
    void acknowledgementsThatStop_shouldCloseTheFenceAtItsTimeAndOpenItWhenTheyComeAgain() {
        register();
        assertThat(after(SECOND.multipliedBy(50))).isEqualTo(Activity.WORKING);
        acknowledge(report());

        assertThat(after(FENCE.minus(SECOND))).isEqualTo(Activity.WORKING);
        assertThat(requests.isPaused()).isFalse();
        assertThat(after(SECOND)).isEqualTo(Activity.LEAVING);
        assertThat(requests.isPaused()).isTrue();

        acknowledge(report());
        assertThat(report().activity()).isEqualTo(Activity.WORKING);
        assertThat(requests.isPaused()).isFalse();
        ClassificationRequest next = stored(images, "cat.png");
        requests.deliver(body(next), 1);
        eventually(() -> assertThat(results.results).containsKey(next.id()));
        assertThat(after(FENCE)).as("closes as before").isEqualTo(Activity.LEAVING);
    }

    @Test
    void acknowledgementThatComesLate_shouldCountFromWhenItsReportWasSent() {
        register();
        WorkerStatus sent = report();
        TIME.timePasses(FENCE.dividedBy(2));
        acknowledge(sent);
        acknowledge(sent);

        assertThat(after(FENCE.dividedBy(2).minus(SECOND))).isEqualTo(Activity.WORKING);
        assertThat(after(SECOND)).isEqualTo(Activity.LEAVING);
    }

    @Test
    void acknowledgementOfAReportOlderThanTheFence_shouldNotOpenIt() {
        register();
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
        assertThat(requests.runs()).isZero();
        assertThat(after(SECOND.multipliedBy(5))).isEqualTo(Activity.WORKING);
        eventually(() -> assertThat(requests.runs()).isEqualTo(1));
        requests.deliver(body(stored(images, "cat.png")), 1);
        eventually(() -> assertThat(requests.acknowledged()).hasSize(1));

        assertThat(after(FENCE.minusSeconds(6))).isEqualTo(Activity.WORKING);
        assertThat(after(SECOND)).isEqualTo(Activity.LEAVING);
        assertThat(requests.isPaused()).isTrue();
    }

    @Test
    void otherWordsOfTheSupervisor_shouldNotKeepTheFenceOpen() {
        register();
        acknowledge(report());
        TIME.timePasses(FENCE.minus(SECOND));
        register();
        supervisorSays(new WorkerCommand.RequestsFrom(1));
        supervisorSays(new WorkerCommand.CancelDrain(1));

        assertThat(after(SECOND)).isEqualTo(Activity.LEAVING);
    }

    @Test
    void cancelledDrainOfAWorkerThatIsNotHeard_shouldNotHaveItReceive() {
        register();
        requests.deliver(body(stored(images, "slow.png")), 1);
        eventually(() -> assertThat(classifiers.classified).hasValue(1));
        supervisorSays(new WorkerCommand.Drain(17));
        assertThat(after(FENCE)).isEqualTo(Activity.DRAINING);

        supervisorSays(new WorkerCommand.CancelDrain(17));

        assertThat(report().activity()).isEqualTo(Activity.LEAVING);
        assertThat(requests.isPaused()).isTrue();
        acknowledge(report());
        assertThat(report().activity()).isEqualTo(Activity.WORKING);
        assertThat(requests.isPaused()).isFalse();
    }

    @Test
    void workerBehindItsFence_shouldTakeNoTerminateRequestAndStillDrainByName() {
        register();
        // A look that is under way while the fence closes: when it is answered, the taker has heard of the fence.
        terminate.holdLooks();
        assertThat(after(FENCE.minus(SECOND))).isEqualTo(Activity.WORKING);
        eventually(() -> assertThat(terminate.looks()).isEqualTo(1));
        assertThat(after(SECOND)).isEqualTo(Activity.LEAVING);
        terminate.answerLooks();
        terminate.put(17);
        int looks = terminate.looks();
        TIME.timePasses(SECOND.multipliedBy(10));
        report();
        assertThat(terminate.looks()).isEqualTo(looks);

        supervisorSays(new WorkerCommand.Drain(99));

        eventually(() -> assertThat(report().activity()).isEqualTo(Activity.DRAINED));
        acknowledge(report());
        assertThat(report().activity()).isEqualTo(Activity.DRAINED);
        assertThat(terminate.done()).isEmpty();
    }
}
