package flotilla.worker;

import static flotilla.worker.WorkerFixture.body;
import static flotilla.worker.WorkerFixture.stored;
import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.AppTierId;
import flotilla.protocol.ClassificationRequest;
import flotilla.protocol.MessageAction;
import flotilla.protocol.QueueMessage;
import flotilla.protocol.WorkerCommand;
import flotilla.testing.MemoryQueue;
import flotilla.testing.MemoryStores;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What bounds a message's way through a worker. */
class ImagePipelineTest {
    private static final ActorTestKit KIT = ActorTestKit.create(WorkerFixture.CONFIG);

    private final MemoryQueue requests = new MemoryQueue();
    private final MemoryQueue responses = new MemoryQueue();
    private final MemoryStores.Images images = new MemoryStores.Images(KIT.system());
    private final MemoryStores.Results results = new MemoryStores.Results();
    private final WorkerFixture.NamingClassifiers classifiers = new WorkerFixture.NamingClassifiers();
    private ActorRef<Worker.Command> worker;

    private void start(double prefetchHeap, Duration ioTimeout) {
        worker = KIT.spawn(WorkerFixture.node(
                new WorkerNode.Queues(requests, responses, Optional.empty()),
                images,
                results,
                classifiers,
                Duration.ofSeconds(1),
                prefetchHeap,
                ioTimeout));
        worker.tell(new Worker.FromSupervisor(new WorkerCommand.Heard(1)));
        worker.tell(new Worker.FromSupervisor(new WorkerCommand.Registered(Optional.of(new AppTierId(3)))));
    }

    @AfterEach
    void stop() {
        KIT.stop(worker);
    }

    @AfterAll
    static void stopAll() {
        KIT.shutdownTestKit();
    }

    private void eventually(Runnable assertion) {
        KIT.createTestProbe().awaitAssert(Duration.ofSeconds(60), () -> {
            assertion.run();
            return null;
        });
    }

    @Test
    void storeThatNeverAnswers_shouldSendTheMessageBackToTheQueue() {
        images.silent = true;
        start(0.25, Duration.ofMillis(200));
        QueueMessage message = requests.deliver(body(stored(images, "cat.png")), 1);

        eventually(() -> assertThat(requests.acknowledged())
                .containsExactly(new MessageAction.ChangeMessageVisibility(message, 1)));
    }

    @Test
    void memoryForOneImageOnly_shouldStillLetAllThrough() {
        start(1e-12, Duration.ofMinutes(1));
        List<ClassificationRequest> all = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            all.add(stored(images, i % 7 == 0 ? "damaged-" + i + ".png" : "cat-" + i + ".png"));
        }
        images.objects.remove(all.get(5).image().key());

        all.forEach(request -> requests.deliver(body(request), 1));

        eventually(() -> assertThat(results.results).hasSize(30));
        eventually(() -> assertThat(requests.acknowledged()).hasSize(30));
    }

    @Test
    void brokenClassifier_shouldGiveItsImagesMemoryBack() {
        start(1e-12, Duration.ofMinutes(1));
        QueueMessage broken = requests.deliver(body(stored(images, "broken.png")), 1);
        ClassificationRequest next = stored(images, "cat.png");
        requests.deliver(body(next), 1);

        eventually(() -> assertThat(results.results).containsKey(next.id()));
        eventually(() ->
                assertThat(requests.acknowledged()).contains(new MessageAction.ChangeMessageVisibility(broken, 1)));
    }

    @Test
    void resultsOnTheirWay_shouldNotKeepOthersFromBeingReceivedUntilTheyAreMany() {
        CompletableFuture<Done> open = new CompletableFuture<>();
        results.gate = open;
        start(0.25, Duration.ofMinutes(1));

        classify(Prefetch.CLASSIFIED_BESIDES);
        eventually(() -> assertThat(requests.capacity()).isPositive());
        classify(2 + 20);
        eventually(() -> assertThat(requests.capacity()).isZero());
        open.complete(Done.getInstance());

        eventually(() -> assertThat(requests.acknowledged()).hasSize(Prefetch.CLASSIFIED_BESIDES + 22));
        assertThat(requests.capacity()).isPositive();
    }

    private void classify(int count) {
        int before = classifiers.classified.get();
        for (int i = 0; i < count; i++) {
            requests.deliver(body(stored(images, "cat-" + i + ".png")), 1);
        }
        eventually(() -> assertThat(classifiers.classified).hasValue(before + count));
    }
}
