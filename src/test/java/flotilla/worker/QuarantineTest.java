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
import flotilla.testing.MemoryQueue;
import flotilla.testing.MemoryStores;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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

    private final MemoryQueue requests = new MemoryQueue();
    private final MemoryQueue responses = new MemoryQueue();
    private final MemoryQueue deadLetters = new MemoryQueue();
    private final MemoryStores.Images images = new MemoryStores.Images(KIT.system());
    private final MemoryStores.Results results = new MemoryStores.Results();
    private final MemoryStores.Attempts attempts = new MemoryStores.Attempts();
    private final WorkerFixture.NamingClassifiers classifiers = new WorkerFixture.NamingClassifiers();
    private final CompletableFuture<Done> ended = new CompletableFuture<>();
    private CompletableFuture<WorkerNode.Classifiers> model =
            CompletableFuture.completedFuture(new WorkerNode.Classifiers(classifiers, 2));
    private ActorRef<Worker.Command> worker;

    @TempDir
    private Path folder;

    private AttemptMarks start(Duration hangAfter) throws Exception {
        return start(hangAfter, Duration.ofSeconds(30));
    }

    private AttemptMarks start(Duration hangAfter, Duration ioTimeout) throws Exception {
        AttemptMarks marks = AttemptMarks.open(
                new MarkFolder(folder, "scope"),
                WorkerFixture.identity().process(),
                RunningTime.every(Duration.ofMillis(50)));
        worker = KIT.spawn(WorkerFixture.node(
                new WorkerNode.Queues(requests, responses, Optional.empty()),
                images,
                results,
                model,
                Duration.ofMillis(50),
                0.25,
                ioTimeout,
                WorkerFixture.PATIENCE,
                hangAfter,
                Duration.ofSeconds(1),
                new WorkerNode.Blame(marks, attempts, deadLetters::send),
                () -> ended.complete(Done.getInstance())));
        worker.tell(new Worker.FromSupervisor(new WorkerCommand.Heard(1)));
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
        left(process, inside.id() + "\n");
    }

    /** It was tried alone. */
    private void diedAlone(String process, ClassificationRequest inside) throws Exception {
        left(process, "~" + inside.id() + inside.id() + "\n");
    }

    private void left(String process, String marks) throws Exception {
        // Whole when it gets its name: the worker may be looking at the folder just now.
        Path unfinished = Files.writeString(folder.resolve(process + ".unfinished"), marks);
        Files.move(unfinished, folder.resolve("scope." + process + ".marks"));
    }

    @Test
    void imageOfAWorkerThatDied_shouldBeTriedAloneAndForgivenOnceItIsAnswered() throws Exception {
        AttemptMarks marks = start(Duration.ofMinutes(5));
        ClassificationRequest suspect = stored(images, "slow-suspect.png");
        died("w-1", suspect);
        requests.deliver(body(suspect), 2);
        eventually(() -> assertThat(classifiers.classified).hasValue(1));
        assertThat(attempts.processes.get(suspect.id())).containsExactly("w-1");
        assertThat(attempts.alone.get(suspect.id())).as("while it is inside").containsOnlyKeys(marks.process());
        ClassificationRequest neighbour = stored(images, "cat.png");
        QueueMessage message = requests.deliver(body(neighbour), 1);

        classifiers.slow.release();

        eventually(() -> assertThat(requests.acknowledged()).hasSize(2).contains(new MessageAction.Delete(message)));
        assertThat(results.results).containsOnlyKeys(suspect.id(), neighbour.id());
        assertThat(results.results.get(suspect.id()).journey().orElseThrow().work())
                .as("the result tells of the death, when the attempt is forgotten")
                .hasValueSatisfying(work -> {
                    assertThat(work.died()).containsExactly("w-1");
                    assertThat(work.delivery()).isEqualTo(2);
                });
        assertThat(attempts.processes).isEmpty();
        assertThat(attempts.alone).isEmpty();
    }

    @Test
    void imageThatWasBesideAnotherWheneverWorkersDied_shouldBeTriedAloneAndAnswered() throws Exception {
        ClassificationRequest killer = stored(images, "slow-killer.png");
        ClassificationRequest innocent = stored(images, "cat.png");
        for (String process : List.of("w-1", "w-2")) {
            left(process, killer.id() + "\n" + innocent.id() + "\n");
        }
        AttemptMarks marks = start(Duration.ofMinutes(5));

        requests.deliver(body(killer), 3);
        eventually(() -> assertThat(classifiers.classified).hasValue(1));
        QueueMessage message = requests.deliver(body(innocent), 3);
        assertThat(attempts.alone.get(killer.id())).as("while it is inside").containsOnlyKeys(marks.process());
        classifiers.slow.release();

        eventually(() -> assertThat(requests.acknowledged()).contains(new MessageAction.Delete(message)));
        assertThat(results.results).containsOnlyKeys(killer.id(), innocent.id());
        assertThat(results.results
                        .get(innocent.id())
                        .journey()
                        .orElseThrow()
                        .work()
                        .orElseThrow()
                        .died())
                .containsExactly("w-1", "w-2");
        assertThat(deadLetters.sent()).isEmpty();
    }

    @Test
    void imageThatKillsInCompanyTwiceAndThenAlone_shouldBeQuarantinedAfterTheThird() throws Exception {
        start(Duration.ofMinutes(5));
        ClassificationRequest killer = stored(images, "cat.png");
        ClassificationRequest innocent = stored(images, "dog.png");
        for (String process : List.of("w-1", "w-2")) {
            left(process, killer.id() + "\n" + innocent.id() + "\n");
        }
        diedAlone("w-3", killer);

        QueueMessage guilty = requests.deliver(body(killer), 4);
        QueueMessage other = requests.deliver(body(innocent), 3);

        eventually(() -> assertThat(requests.acknowledged())
                .containsExactlyInAnyOrder(new MessageAction.Delete(guilty), new MessageAction.Delete(other)));
        assertThat(results.results).containsOnlyKeys(innocent.id());
        assertThat(WireFormat.readRequest(deadLetters.sent().get(0)).id()).isEqualTo(killer.id());
    }

    private ClassificationRequest suspectInside(String file) throws Exception {
        ClassificationRequest suspect = stored(images, file);
        died("w-1", suspect);
        int before = classifiers.classified.get();
        requests.deliver(body(suspect), 2);
        eventually(() -> assertThat(classifiers.classified).hasValue(before + 1));
        return suspect;
    }

    @Test
    void suspectThatComesOutWhileTheStoreIsAway_shouldNotBeBlamedForThat() throws Exception {
        start(Duration.ofMinutes(5));
        ClassificationRequest suspect = suspectInside("slow-suspect.png");
        attempts.away = true;
        classifiers.slow.release();
        eventually(() -> assertThat(requests.acknowledged()).as("given back").hasSize(1));

        QueueMessage meanwhile = requests.deliver(body(suspect), 3);
        eventually(() ->
                assertThat(requests.acknowledged()).contains(new MessageAction.ChangeMessageVisibility(meanwhile, 4)));
        attempts.away = false;
        classifiers.slow.release();
        QueueMessage again = requests.deliver(body(suspect), 4);

        eventually(() -> assertThat(requests.acknowledged()).contains(new MessageAction.Delete(again)));
        assertThat(deadLetters.sent()).isEmpty();
        assertThat(results.results).containsOnlyKeys(suspect.id());
        assertThat(attempts.alone).isEmpty();
    }

    @Test
    void suspectThatMayNotEnterInTime_shouldNotBeBlamedByTheLateWrite() throws Exception {
        CompletableFuture<Done> late = new CompletableFuture<>();
        attempts.gate = late;
        // Of every call, and all but that write must be done in time.
        start(Duration.ofMinutes(5), Duration.ofSeconds(3));
        ClassificationRequest suspect = stored(images, "cat.png");
        died("w-1", suspect);
        QueueMessage first = requests.deliver(body(suspect), 2);
        eventually(() -> assertThat(requests.acknowledged())
                .containsExactly(new MessageAction.ChangeMessageVisibility(first, 2)));
        assertThat(classifiers.classified).hasValue(0);

        late.complete(Done.getInstance());
        QueueMessage second = requests.deliver(body(suspect), 3);

        eventually(() -> assertThat(requests.acknowledged()).contains(new MessageAction.Delete(second)));
        assertThat(attempts.alone).isEmpty();
        assertThat(deadLetters.sent()).isEmpty();
    }

    @Test
    void secondMessageOfAnImageThatIsInsideAlone_shouldBeLookedAtLater() throws Exception {
        start(Duration.ofMinutes(5));
        ClassificationRequest suspect = suspectInside("slow-suspect.png");

        QueueMessage second = requests.deliver(body(suspect), 3);

        eventually(() -> assertThat(requests.acknowledged())
                .containsExactly(new MessageAction.ChangeMessageVisibility(second, 4)));
        classifiers.slow.release();
        eventually(() -> assertThat(results.results).containsOnlyKeys(suspect.id()));
        assertThat(deadLetters.sent()).isEmpty();
    }

    @Test
    void imageThatAnotherWorkerTriesAlone_shouldBeLookedAtLaterAndIsGuiltyWhenThatTakesTooLong() throws Exception {
        start(Duration.ofMinutes(5));
        ClassificationRequest suspect = stored(images, "cat.png");
        died("w-1", suspect);
        attempts.enters(suspect.id(), "w-2");

        QueueMessage early = requests.deliver(body(suspect), 3);
        eventually(() -> assertThat(requests.acknowledged())
                .containsExactly(new MessageAction.ChangeMessageVisibility(early, 4)));
        // Longer than a hang and a lease.
        attempts.alone.get(suspect.id()).put("w-2", Duration.ofMinutes(6));
        QueueMessage late = requests.deliver(body(suspect), 4);

        eventually(() -> assertThat(requests.acknowledged()).contains(new MessageAction.Delete(late)));
        assertThat(deadLetters.sent()).hasSize(1);
        assertThat(classifiers.classified).hasValue(0);
    }

    @Test
    void redrivenImageThatEndedTwoWorkers_shouldBeJudgedAtItsFirstDelivery() throws Exception {
        start(Duration.ofMinutes(5));
        ClassificationRequest guilty = stored(images, "cat.png");
        died("w-1", guilty);
        diedAlone("w-2", guilty);

        requests.deliver(body(guilty.redriven(2)), 1);

        eventually(() -> assertThat(deadLetters.sent()).hasSize(1));
        assertThat(classifiers.classified).hasValue(0);
    }

    @Test
    void workerThatMustEndWithASuspectInside_shouldTakeItsAttemptBackBeforeItGivesItBack() throws Exception {
        start(Duration.ofMinutes(5));
        ClassificationRequest suspect = suspectInside("slow-suspect.png");
        TestProbe<Done> left = KIT.createTestProbe();

        worker.tell(new Worker.Leave(left.getRef()));

        eventually(() -> assertThat(requests.extended()).as("given back").isNotEmpty());
        assertThat(attempts.alone).isEmpty();
        left.receiveMessage(WITHIN);
        assertThat(attempts.processes.get(suspect.id())).containsExactly("w-1");
    }

    @Test
    void deadWorker_shouldBeReportedWhileTheModelIsLoaded() throws Exception {
        ClassificationRequest killer = stored(images, "cat.png");
        died("w-1", killer);
        model = new CompletableFuture<>();

        start(Duration.ofMinutes(5));

        eventually(() -> assertThat(attempts.processes.get(killer.id())).containsExactly("w-1"));
        assertThat(requests.runs()).isZero();
    }

    @Test
    void suspectThatBreaksTheClassifier_shouldKeepTheBlameOfBeforeAndNoMore() throws Exception {
        start(Duration.ofMinutes(5));
        ClassificationRequest suspect = stored(images, "broken.png");
        died("w-1", suspect);

        QueueMessage message = requests.deliver(body(suspect), 2);

        eventually(() -> assertThat(requests.acknowledged())
                .containsExactly(new MessageAction.ChangeMessageVisibility(message, 2)));
        assertThat(attempts.processes.get(suspect.id())).containsExactly("w-1");
        assertThat(attempts.alone).isEmpty();
    }

    @Test
    void imageOfTwoWorkersThatDied_shouldGoToTheDeadLetterQueueAndNeverEnter() throws Exception {
        start(Duration.ofMinutes(5));
        ClassificationRequest guilty = stored(images, "cat.png");
        died("w-1", guilty);
        diedAlone("w-2", guilty);

        QueueMessage message = requests.deliver(body(guilty), 3);

        eventually(() -> assertThat(requests.acknowledged()).containsExactly(new MessageAction.Delete(message)));
        ClassificationRequest letter = WireFormat.readRequest(deadLetters.sent().get(0));
        assertThat(letter.id()).isEqualTo(guilty.id());
        assertThat(letter.quarantine().orElseThrow()).contains("2 workers", "w-1, w-2");
        assertThat(letter.tries())
                .as("the deliveries before this one, which only judged it")
                .contains(new ClassificationRequest.Tries(2, List.of("w-1", "w-2")));
        assertThat(classifiers.classified).hasValue(0);
        assertThat(results.results).isEmpty();
    }

    @Test
    void deadLetterQueueThatIsAway_shouldKeepTheMessage() throws Exception {
        deadLetters.refuse(text -> true);
        start(Duration.ofMinutes(5));
        ClassificationRequest guilty = stored(images, "cat.png");
        died("w-1", guilty);
        diedAlone("w-2", guilty);

        QueueMessage message = requests.deliver(body(guilty), 3);

        eventually(() -> assertThat(requests.acknowledged())
                .containsExactly(new MessageAction.ChangeMessageVisibility(message, 4)));
    }

    @Test
    void imageThatCameBackOftenButKilledNobody_shouldBeInnocent() throws Exception {
        start(Duration.ofMinutes(5));
        ClassificationRequest innocent = stored(images, "cat.png");

        QueueMessage message = requests.deliver(body(innocent), 29);

        eventually(() -> assertThat(requests.acknowledged()).containsExactly(new MessageAction.Delete(message)));
        assertThat(results.results).containsOnlyKeys(innocent.id());
        assertThat(deadLetters.sent()).isEmpty();
    }

    @Test
    void redrivenMessageThatComesAgain_shouldNotTakeTheOldFailureForItsAnswer() throws Exception {
        start(Duration.ofMinutes(5));
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

        requests.deliver(body(first.redriven(2)), 2);

        eventually(() -> assertThat(results.results.get(first.id()).outcome()).isInstanceOf(Outcome.Labelled.class));
    }

    @Test
    void imageThatHangs_shouldBeBlamedTheRestGivenBackAndTheProcessEnd() throws Exception {
        // Time enough for the other image.
        AttemptMarks marks = start(Duration.ofSeconds(5));
        ClassificationRequest hanging = stored(images, "slow-hang.png");
        ClassificationRequest waiting = stored(images, "cat.png");
        QueueMessage kept = requests.deliver(body(hanging), 1);
        eventually(() -> assertThat(classifiers.classified).hasValue(1));
        requests.deliver(body(waiting), 1);

        ended.join();

        assertThat(attempts.processes).containsOnlyKeys(hanging.id());
        assertThat(attempts.processes.get(hanging.id())).containsExactly(marks.process());
        assertThat(requests.acknowledged())
                .doesNotContain(new MessageAction.Delete(kept))
                .hasSize(1);
        assertThat(requests.extended()).as("its lease ends at once").contains(kept);
        assertThat(requests.isPaused()).isTrue();
        assertThat(results.results).containsOnlyKeys(waiting.id());
        assertThat(Files.list(folder)).as("nobody else is blamed").isEmpty();
    }

    @Test
    void workerThatMustEndWithAnImageInside_shouldGiveItBackWhenTheGraceIsOver() throws Exception {
        start(Duration.ofMinutes(5));
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
    void lostPart_shouldEndTheProcessWhenAllIsGivenBackAlsoWithAnImageInside() throws Exception {
        start(Duration.ofMinutes(5));
        QueueMessage message = requests.deliver(body(stored(images, "slow.png")), 1);
        eventually(() -> assertThat(classifiers.classified).hasValue(1));
        classifiers.slow.release();
        QueueMessage second = requests.deliver(body(stored(images, "slow-2.png")), 1);
        eventually(() -> assertThat(requests.acknowledged()).containsExactly(new MessageAction.Delete(message)));
        eventually(() -> assertThat(classifiers.classified).hasValue(2));

        worker.tell(new Worker.PartLost("classifier router"));
        eventually(() -> assertThat(requests.extended()).contains(second));

        ended.join();
        assertThat(Files.list(folder)).as("nobody is blamed").isEmpty();
        classifiers.slow.release();
        KIT.createTestProbe().expectTerminated(worker, WITHIN);
    }

    @Test
    void hangThatCannotBeStored_shouldStayInTheFile() throws Exception {
        attempts.away = true;
        AttemptMarks marks = start(Duration.ofSeconds(1));
        requests.deliver(body(stored(images, "slow-hang.png")), 1);

        ended.join();

        assertThat(folder.resolve("scope." + marks.process() + ".marks")).exists();
        marks.close();
    }
}
