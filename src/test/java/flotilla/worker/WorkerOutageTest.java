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
import flotilla.testing.MemoryQueue;
import flotilla.testing.MemoryStores;
import java.time.Duration;
import java.util.Optional;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.FishingOutcomes;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a worker does with what it holds while a store or queue is away. */
class WorkerOutageTest {
    private static final ActorTestKit KIT = ActorTestKit.create(WorkerFixture.CONFIG);
    private static final Duration WITHIN = Duration.ofSeconds(60);

    private final MemoryQueue requests = new MemoryQueue();
    private final MemoryQueue responses = new MemoryQueue();
    private final MemoryStores.Images images = new MemoryStores.Images(KIT.system());
    private final MemoryStores.Results results = new MemoryStores.Results();
    private final MemoryStores.Attempts attempts = new MemoryStores.Attempts();
    private final WorkerFixture.NamingClassifiers classifiers = new WorkerFixture.NamingClassifiers();
    private final TestProbe<WorkerStatus> link = KIT.createTestProbe();
    private ActorRef<Worker.Command> worker;

    @BeforeEach
    void start() {
        worker = KIT.spawn(WorkerFixture.patientNode(
                new WorkerNode.Queues(requests, responses, Optional.empty()), images, results, classifiers, attempts));
        worker.tell(new Worker.LinkUp(link.getRef()));
        worker.tell(new Worker.FromSupervisor(new WorkerCommand.Heard(1)));
        worker.tell(new Worker.FromSupervisor(new WorkerCommand.Registered(Optional.of(new AppTierId(3)))));
        eventually(() -> assertThat(requests.capacity()).as("it receives").isPositive());
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

    private static void eventually(Runnable assertion) {
        KIT.createTestProbe().awaitAssert(WITHIN, () -> {
            assertion.run();
            return null;
        });
    }

    private void supervisorSays(WorkerCommand command) {
        worker.tell(new Worker.FromSupervisor(command));
    }

    private void awaitActivity(Activity activity) {
        link.fishForMessage(
                WITHIN,
                status -> status.activity() == activity
                        ? FishingOutcomes.complete()
                        : FishingOutcomes.continueAndIgnore());
    }

    private void awaitTrouble() {
        eventually(() ->
                assertThat(requests.capacity()).as("nothing more is asked for").isZero());
    }

    private void shouldBeAnsweredOnce(QueueMessage message, int classified) {
        eventually(() -> assertThat(requests.acknowledged()).containsExactly(new MessageAction.Delete(message)));
        assertThat(classifiers.classified).hasValue(classified);
        assertThat(responses.sent()).hasSize(1);
        eventually(() -> assertThat(requests.capacity()).isPositive());
        assertThat(requests.runs()).isEqualTo(1);
    }

    @Test
    void resultStoreThatIsAway_shouldGetTheResultLaterWithoutAnotherClassification() {
        results.away = true;
        QueueMessage message = requests.deliver(body(stored(images, "cat.png")), 1);
        awaitTrouble();
        assertThat(classifiers.classified).hasValue(1);
        assertThat(requests.acknowledged()).isEmpty();

        results.away = false;

        shouldBeAnsweredOnce(message, 1);
    }

    @Test
    void responseQueueThatIsAway_shouldGetTheNoticeLater() {
        responses.refuse(text -> true);
        QueueMessage message = requests.deliver(body(stored(images, "cat.png")), 1);
        awaitTrouble();
        assertThat(results.results).hasSize(1);

        responses.refuse(text -> false);

        shouldBeAnsweredOnce(message, 1);
    }

    @Test
    void imageStoreThatIsAway_shouldBeReadLater() {
        images.away = true;
        QueueMessage message = requests.deliver(body(stored(images, "cat.png")), 1);
        awaitTrouble();

        images.away = false;

        shouldBeAnsweredOnce(message, 1);
    }

    @Test
    void pastThatCannotBeRead_shouldBeReadLater() {
        attempts.away = true;
        QueueMessage message = requests.deliver(body(stored(images, "cat.png")), 2);
        awaitTrouble();

        attempts.away = false;

        shouldBeAnsweredOnce(message, 1);
    }

    @Test
    void drainWhileAStoreIsAway_shouldGiveBackWhatIsHeldAtOnce() {
        results.away = true;
        QueueMessage first = requests.deliver(body(stored(images, "cat.png")), 1);
        awaitTrouble();

        supervisorSays(new WorkerCommand.Drain(17));

        eventually(() -> assertThat(requests.acknowledged())
                .containsExactly(new MessageAction.ChangeMessageVisibility(first, 1)));
        awaitActivity(Activity.DRAINED);
    }

    @Test
    void cancelledDrain_shouldHoldAgain() {
        ClassificationRequest slow = stored(images, "slow.png");
        QueueMessage first = requests.deliver(body(slow), 1);
        eventually(() -> assertThat(classifiers.classified).hasValue(1));
        supervisorSays(new WorkerCommand.Drain(17));
        awaitActivity(Activity.DRAINING);
        supervisorSays(new WorkerCommand.CancelDrain(17));
        awaitActivity(Activity.WORKING);
        results.away = true;
        classifiers.slow.release();
        awaitTrouble();

        results.away = false;

        shouldBeAnsweredOnce(first, 1);
    }

    @Test
    void leavingWhileAStoreIsAway_shouldGiveBackWhatIsHeldAtOnce() {
        images.away = true;
        QueueMessage message = requests.deliver(body(stored(images, "cat.png")), 1);
        awaitTrouble();
        TestProbe<Done> left = KIT.createTestProbe();

        worker.tell(new Worker.Leave(left.getRef()));

        left.receiveMessage(WITHIN);
        assertThat(requests.acknowledged()).containsExactly(new MessageAction.ChangeMessageVisibility(message, 1));
    }
}
