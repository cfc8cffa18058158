package flotilla.worker;

import static flotilla.worker.WorkerFixture.body;
import static flotilla.worker.WorkerFixture.stored;
import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.AppTierId;
import flotilla.domain.ClassificationResult;
import flotilla.domain.FailureCode;
import flotilla.domain.Outcome;
import flotilla.protocol.ClassificationRequest;
import flotilla.protocol.MessageAction;
import flotilla.protocol.QueueMessage;
import flotilla.protocol.WireFormat;
import flotilla.protocol.WorkerCommand;
import flotilla.testing.HandClock;
import flotilla.testing.MemoryQueue;
import flotilla.testing.MemoryStores;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a worker does with images that ended workers, and with one that hangs in it. */
class QuarantineTest {
    private static final ActorTestKit KIT = ActorTestKit.create(WorkerFixture.CONFIG);
    private static final Duration WITHIN = Duration.ofSeconds(60);
    private static final Duration HANG_AFTER = Duration.ofMinutes(5);

    private final MemoryQueue requests = new MemoryQueue();
    private final MemoryQueue responses = new MemoryQueue();
    private final MemoryQueue deadLetters = new MemoryQueue();
    private final MemoryStores.Images images = new MemoryStores.Images(KIT.system());
    private final MemoryStores.Results results = new MemoryStores.Results();
    private final MemoryStores.Attempts attempts = new MemoryStores.Attempts();
    private final WorkerFixture.NamingClassifiers classifiers = new WorkerFixture.NamingClassifiers();
    private final CompletableFuture<Done> hung = new CompletableFuture<>();
    /** By which it is told how long an image has been inside. */
    private final HandClock clock = new HandClock(Instant.now());

    private ActorRef<Worker.Command> worker;

    @TempDir
    private Path folder;

    private AttemptMarks start() throws Exception {
        return start(2);
    }

    private AttemptMarks start(int parallelism) throws Exception {
        AttemptMarks marks = AttemptMarks.open(
                new MarkFolder(folder, "scope"), WorkerFixture.identity().process(), clock);
        worker = KIT.spawn(WorkerFixture.node(
                new WorkerNode.Queues(requests, responses, Optional.empty()),
                images,
                results,
                CompletableFuture.completedStage(new WorkerNode.Classifiers(classifiers, parallelism)),
                Duration.ofMillis(50),
                0.25,
                Duration.ofSeconds(30),
                HANG_AFTER,
                Duration.ofSeconds(1),
                new WorkerNode.Blame(marks, attempts, deadLetters::send),
                () -> hung.complete(Done.getInstance())));
        worker.tell(new Worker.FromSupervisor(new WorkerCommand.Registered(Optional.of(new AppTierId(3)))));
        return marks;
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

    private void died(String process, ClassificationRequest inside) throws Exception {
        // With its content from the first moment: the worker looks for such files while it starts.
        Path unfinished = Files.writeString(folder.resolve(process + ".written"), inside.id() + "\n");
        Files.move(unfinished, folder.resolve("scope." + process + ".marks"), StandardCopyOption.ATOMIC_MOVE);
    }

    @Test
    void imageOfAWorkerThatDied_shouldBeTriedAloneAndForgivenOnceItIsAnswered() throws Exception {
        AttemptMarks marks = start();
        ClassificationRequest suspect = stored(images, "slow-suspect.png");
        died("w-1", suspect);
        requests.deliver(body(suspect), 2);
        eventually(() -> assertThat(classifiers.classified).hasValue(1));
        assertThat(attempts.processes.get(suspect.id()))
                .as("while it is inside")
                .containsExactlyInAnyOrder("w-1", marks.process());
        ClassificationRequest neighbour = stored(images, "cat.png");
        QueueMessage message = requests.deliver(body(neighbour), 1);
        eventually(() -> assertThat(images.fetched).contains(neighbour.image().key()));
        assertThat(classifiers.classified).as("inside while a suspect is").hasValue(1);

        classifiers.slow.release();

        eventually(() -> assertThat(requests.acknowledged()).hasSize(2).contains(new MessageAction.Delete(message)));
        assertThat(results.results).containsOnlyKeys(suspect.id(), neighbour.id());
        assertThat(attempts.processes).isEmpty();
    }

    @Test
    void suspectThatBreaksTheClassifier_shouldKeepTheBlameOfBeforeAndNoMore() throws Exception {
        start();
        ClassificationRequest suspect = stored(images, "broken.png");
        died("w-1", suspect);

        QueueMessage message = requests.deliver(body(suspect), 2);

        eventually(() -> assertThat(requests.acknowledged())
                .containsExactly(new MessageAction.ChangeMessageVisibility(message, 2)));
        eventually(() -> assertThat(attempts.processes.get(suspect.id())).containsExactly("w-1"));
    }

    @Test
    void imageOfTwoWorkersThatDied_shouldGoToTheDeadLetterQueueAndNeverEnter() throws Exception {
        start();
        ClassificationRequest guilty = stored(images, "cat.png");
        died("w-1", guilty);
        died("w-2", guilty);

        QueueMessage message = requests.deliver(body(guilty), 3);

        eventually(() -> assertThat(requests.acknowledged()).containsExactly(new MessageAction.Delete(message)));
        ClassificationRequest letter = WireFormat.readRequest(deadLetters.sent().get(0));
        assertThat(letter.id()).isEqualTo(guilty.id());
        assertThat(letter.quarantine().orElseThrow()).contains("2 workers", "w-1, w-2");
        assertThat(classifiers.classified).hasValue(0);
        assertThat(results.results).isEmpty();
    }

    @Test
    void deadLetterQueueThatIsAway_shouldKeepTheMessage() throws Exception {
        deadLetters.refuse(text -> true);
        start();
        ClassificationRequest guilty = stored(images, "cat.png");
        died("w-1", guilty);
        died("w-2", guilty);

        QueueMessage message = requests.deliver(body(guilty), 3);

        eventually(() -> assertThat(requests.acknowledged())
                .containsExactly(new MessageAction.ChangeMessageVisibility(message, 4)));
    }

    @Test
    void imageThatCameBackOftenButKilledNobody_shouldBeInnocent() throws Exception {
        start();
        ClassificationRequest innocent = stored(images, "cat.png");

        QueueMessage message = requests.deliver(body(innocent), 29);

        eventually(() -> assertThat(requests.acknowledged()).containsExactly(new MessageAction.Delete(message)));
        assertThat(results.results).containsOnlyKeys(innocent.id());
        assertThat(deadLetters.sent()).isEmpty();
    }

    @Test
    void redrivenMessageThatComesAgain_shouldNotTakeTheOldFailureForItsAnswer() throws Exception {
        start();
        ClassificationRequest first = stored(images, "cat.png");
        ClassificationResult failure = new ClassificationResult(
                first.id(),
                first.file(),
                new Outcome.Failed(FailureCode.QUARANTINED, "two workers died"),
                Optional.empty(),
                Optional.empty(),
                Map.of());
        results.putIfAbsent(failure);
        QueueMessage late = requests.deliver(body(first), 2);
        eventually(() -> assertThat(requests.acknowledged()).containsExactly(new MessageAction.Delete(late)));
        assertThat(results.results.get(first.id())).as("answered before").isEqualTo(failure);

        requests.deliver(body(first.redriven()), 2);

        eventually(() -> assertThat(results.results.get(first.id()).outcome()).isInstanceOf(Outcome.Labelled.class));
    }

    @Test
    void imageThatHangs_shouldBeBlamedTheRestGivenBackAndTheProcessEnd() throws Exception {
        AttemptMarks marks = start(1);
        ClassificationRequest hanging = stored(images, "slow-hang.png");
        ClassificationRequest waiting = stored(images, "cat.png");
        QueueMessage kept = requests.deliver(body(hanging), 1);
        eventually(() -> assertThat(classifiers.classified).hasValue(1));
        QueueMessage rest = requests.deliver(body(waiting), 1);
        eventually(() -> assertThat(images.fetched).contains(waiting.image().key()));

        clock.pass(HANG_AFTER);
        hung.join();

        assertThat(attempts.processes).containsOnlyKeys(hanging.id());
        assertThat(attempts.processes.get(hanging.id())).containsExactly(marks.process());
        assertThat(requests.acknowledged()).containsExactly(new MessageAction.ChangeMessageVisibility(rest, 0));
        assertThat(requests.extended()).as("its lease ends at once").contains(kept);
        assertThat(requests.isPaused()).isTrue();
        assertThat(results.results).isEmpty();
        assertThat(Files.list(folder)).as("nobody else is blamed").isEmpty();
    }

    @Test
    void workerThatMustEndWithAnImageInside_shouldGiveItBackWhenTheGraceIsOver() throws Exception {
        start();
        QueueMessage message = requests.deliver(body(stored(images, "slow.png")), 1);
        eventually(() -> assertThat(classifiers.classified).hasValue(1));
        TestProbe<Done> left = KIT.createTestProbe();

        worker.tell(new Worker.Leave(left.getRef()));

        left.receiveMessage(WITHIN);
        assertThat(requests.extended()).contains(message);
        assertThat(requests.acknowledged()).isEmpty();
        assertThat(attempts.processes).isEmpty();
    }

    @Test
    void lostPart_shouldEndTheWorkerWhenAllIsGivenBack() throws Exception {
        start();
        QueueMessage message = requests.deliver(body(stored(images, "slow.png")), 1);
        eventually(() -> assertThat(classifiers.classified).hasValue(1));
        classifiers.slow.release();
        QueueMessage second = requests.deliver(body(stored(images, "slow-2.png")), 1);
        eventually(() -> assertThat(requests.acknowledged()).containsExactly(new MessageAction.Delete(message)));
        eventually(() -> assertThat(classifiers.classified).hasValue(2));

        worker.tell(new Worker.PartLost("classifier router"));
        eventually(() -> assertThat(requests.extended()).contains(second));

        classifiers.slow.release();
        KIT.createTestProbe().expectTerminated(worker, WITHIN);
    }

    @Test
    void hangThatCannotBeStored_shouldStayInTheFile() throws Exception {
        attempts.away = true;
        AttemptMarks marks = start();
        requests.deliver(body(stored(images, "slow-hang.png")), 1);
        eventually(() -> assertThat(classifiers.classified).hasValue(1));

        clock.pass(HANG_AFTER);
        hung.join();

        assertThat(folder.resolve("scope." + marks.process() + ".marks")).exists();
        marks.close();
    }
}
