package flotilla.worker;

import static flotilla.worker.WorkerFixture.body;
import static flotilla.worker.WorkerFixture.stored;
import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.AppTierId;
import flotilla.domain.ClassificationResult;
import flotilla.domain.ImageRef;
import flotilla.domain.Journey;
import flotilla.domain.Outcome;
import flotilla.domain.Prediction;
import flotilla.protocol.ClassificationRequest;
import flotilla.protocol.HolderReport;
import flotilla.protocol.MessageAction;
import flotilla.protocol.QueueMessage;
import flotilla.protocol.WireFormat;
import flotilla.protocol.WorkerCommand;
import flotilla.scaling.Activity;
import flotilla.testing.MemoryQueue;
import flotilla.testing.MemoryStores;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.FishingOutcomes;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A worker's data path, whole: real actors and stream; queues and stores in memory. */
class WorkerNodeTest {
    private static final ActorTestKit KIT = ActorTestKit.create(WorkerFixture.CONFIG);

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
        worker.tell(new Worker.FromSupervisor(new WorkerCommand.Registered(Optional.of(new AppTierId(3)))));
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

    @Test
    void modelThatIsStillLoaded_shouldKeepWhatTheWorkerIsToldForLater() {
        CompletableFuture<WorkerNode.Classifiers> model = new CompletableFuture<>();
        TestProbe<WorkerStatus> cluster = KIT.createTestProbe();
        ActorRef<Worker.Command> loading = KIT.spawn(loading(model));
        loading.tell(new Worker.LinkUp(cluster.getRef()));
        loading.tell(new Worker.FromSupervisor(new WorkerCommand.Registered(Optional.of(new AppTierId(7)))));

        model.complete(new WorkerNode.Classifiers(classifiers, 2));

        cluster.receiveMessage(Duration.ofSeconds(15));
        KIT.stop(loading);
    }

    @Test
    void modelThatCannotBeLoaded_shouldEndTheWorker() {
        CompletableFuture<WorkerNode.Classifiers> model = new CompletableFuture<>();
        ActorRef<Worker.Command> loading = KIT.spawn(loading(model));

        model.completeExceptionally(new IllegalStateException("no model"));

        KIT.createTestProbe().expectTerminated(loading, Duration.ofSeconds(15));
    }

    private Behavior<Worker.Command> loading(CompletableFuture<WorkerNode.Classifiers> model) {
        return WorkerFixture.node(
                new WorkerNode.Queues(new MemoryQueue(), new MemoryQueue(), Optional.empty()),
                images,
                results,
                model,
                Duration.ofMillis(50),
                0.25,
                Duration.ofSeconds(30));
    }

    @Test
    void image_shouldBeStoredThenAnsweredThenDeleted() throws Exception {
        ClassificationRequest request = stored(images, "cat.png");
        QueueMessage message = requests.deliver(body(request), 1);

        eventually(() -> assertThat(requests.acknowledged()).containsExactly(new MessageAction.Delete(message)));

        ClassificationResult result = results.results.get(request.id());
        assertThat(((Outcome.Labelled) result.outcome()).label()).isEqualTo("cat.png");
        assertThat(result.appTierId()).contains(new AppTierId(3));
        assertThat(result.timings()).containsOnlyKeys("queue", "fetch", "wait", "classify", "total");
        Journey journey = result.journey().orElseThrow();
        assertThat(journey.storedAt()).isEqualTo(request.acceptedAt());
        assertThat(journey.work().orElseThrow()).satisfies(work -> {
            assertThat(work.queuedAt()).isEqualTo(message.sentAt());
            assertThat(work.finishedAt()).isAfterOrEqualTo(work.leasedAt());
            assertThat(work.delivery()).isEqualTo(1);
            assertThat(work.batch()).isEqualTo(1);
            assertThat(work.workerSince()).isEqualTo(Instant.ofEpochMilli(1));
            assertThat(work.died()).isEmpty();
        });
        assertThat(WireFormat.readNotice(responses.sent().get(0)).result()).isEqualTo(result);
        assertThat(WireFormat.readNotice(responses.sent().get(0)).gateway()).isEqualTo(request.gateway());
    }

    @Test
    void imageInHand_shouldBeToldToWhoeverAsksForIt() {
        TestProbe<HolderReport> asker = KIT.createTestProbe();
        ClassificationRequest inside = stored(images, "slow.png");
        requests.deliver(body(inside), 3);
        eventually(() -> assertThat(classifiers.classified).hasValue(1));
        ClassificationRequest elsewhere = stored(images, "cat.png");

        supervisorSays(new WorkerCommand.WhoHas(elsewhere.id(), asker.getRef()));
        supervisorSays(new WorkerCommand.WhoHas(inside.id(), asker.getRef()));

        HolderReport first = asker.receiveMessage(Duration.ofSeconds(15));
        assertThat(first.worker()).isEqualTo("i-1");
        assertThat(first.delivery()).isEqualTo(3);
        assertThat(first.held()).isPositive();
        assertThat(first.classifying()).isTrue();
    }

    @Test
    void imageWithAFaultOfItsOwn_shouldBeAnsweredWithItsFailure() {
        ClassificationRequest damaged = stored(images, "damaged.png");
        ClassificationRequest gone = stored(images, "gone.png");
        images.objects.remove(gone.image().key());
        requests.deliver(body(damaged), 1);
        requests.deliver(body(gone), 1);

        eventually(() -> {
            assertThat(requests.acknowledged()).hasSize(2).allMatch(MessageAction.Delete.class::isInstance);
            assertThat(((Outcome.Failed) results.results.get(damaged.id()).outcome())
                            .code()
                            .text())
                    .isEqualTo("damaged");
            assertThat(((Outcome.Failed) results.results.get(gone.id()).outcome())
                            .code()
                            .text())
                    .isEqualTo("input-missing");
        });
    }

    @Test
    void brokenClassifier_shouldBeReplacedAndItsImageGoBack() {
        QueueMessage broken = requests.deliver(body(stored(images, "broken.png")), 3);
        ClassificationRequest next = stored(images, "cat.png");
        requests.deliver(body(next), 1);

        eventually(() -> {
            assertThat(requests.acknowledged()).contains(new MessageAction.ChangeMessageVisibility(broken, 4));
            assertThat(results.results).containsOnlyKeys(next.id());
            assertThat(classifiers.closed).hasValue(1);
            assertThat(classifiers.made).hasValue(3);
        });
    }

    @Test
    void troubleWithTheStores_shouldNeverDeleteAMessage() {
        results.away = true;
        QueueMessage noResult = requests.deliver(body(stored(images, "a.png")), 1);
        eventually(() -> assertThat(requests.acknowledged())
                .containsExactly(new MessageAction.ChangeMessageVisibility(noResult, 1)));
        results.away = false;
        responses.refuse(text -> true);
        QueueMessage noResponse = requests.deliver(body(stored(images, "b.png")), 2);
        eventually(() ->
                assertThat(requests.acknowledged()).contains(new MessageAction.ChangeMessageVisibility(noResponse, 2)));
        images.away = true;
        QueueMessage noImage = requests.deliver(body(stored(images, "c.png")), 1);
        eventually(() ->
                assertThat(requests.acknowledged()).contains(new MessageAction.ChangeMessageVisibility(noImage, 1)));
        assertThat(requests.acknowledged()).noneMatch(MessageAction.Delete.class::isInstance);
    }

    @Test
    void redeliveredImageWithAResult_shouldBeAnsweredWithoutClassifyingItAgain() throws Exception {
        ClassificationRequest request = stored(images, "cat.png");
        ClassificationResult before = new ClassificationResult(
                request.id(),
                request.file(),
                new Outcome.Labelled("other", List.of(new Prediction("before", 0, 1))),
                Optional.empty(),
                Optional.empty(),
                Map.of());
        results.results.put(request.id(), before);

        QueueMessage message = requests.deliver(body(request), 2);

        eventually(() -> assertThat(requests.acknowledged()).containsExactly(new MessageAction.Delete(message)));
        assertThat(classifiers.classified).hasValue(0);
        assertThat(results.confirmed).containsExactly(request.id());
        assertThat(WireFormat.readNotice(responses.sent().get(0)).result()).isEqualTo(before);
    }

    @Test
    void resultThatLosesTheRace_shouldBeAnsweredWithTheOneThatStands() throws Exception {
        ClassificationRequest request = stored(images, "slow.png");
        requests.deliver(body(request), 1);
        eventually(() -> assertThat(classifiers.classified).hasValue(1));
        ClassificationResult standing = new ClassificationResult(
                request.id(),
                request.file(),
                new Outcome.Labelled("other", List.of(new Prediction("first", 0, 1))),
                Optional.empty(),
                Optional.empty(),
                Map.of());
        results.results.put(request.id(), standing);

        classifiers.slow.release();

        eventually(() -> assertThat(responses.sent()).hasSize(1));
        assertThat(WireFormat.readNotice(responses.sent().get(0)).result()).isEqualTo(standing);
    }

    @Test
    void imageInItsMessage_shouldNotBeFetched() {
        ClassificationRequest pointer = stored(images, "cat.png");
        images.away = true;
        ClassificationRequest inline = new ClassificationRequest(
                pointer.id(),
                pointer.image(),
                pointer.file(),
                pointer.gateway(),
                pointer.acceptedAt(),
                pointer.trace(),
                Optional.of(7L),
                Optional.of(ByteString.fromString("cat.png")));
        QueueMessage message = requests.deliver(body(inline), 1);

        eventually(() -> assertThat(requests.acknowledged()).containsExactly(new MessageAction.Delete(message)));
        assertThat(results.results).containsKey(pointer.id());
    }

    @Test
    void lostRouterOrLeaseKeeper_shouldEndTheWorker() {
        worker.tell(new Worker.PartLost("classifier router"));

        KIT.createTestProbe().expectTerminated(worker, Duration.ofSeconds(60));
    }

    @Test
    void unreadableMessage_shouldGoBackForTheDeadLetterQueue() {
        QueueMessage message = requests.deliver("no json", 1);

        eventually(() -> assertThat(requests.acknowledged())
                .containsExactly(new MessageAction.ChangeMessageVisibility(message, 1)));
    }

    @ParameterizedTest
    @CsvSource({"another-bucket, %s/cat.png", "input, cat.png", "input, 0190b4a8-0000-7000-8000-000000000000/cat.png"})
    void messageThatPointsElsewhere_shouldGoBackUnread(String bucket, String key) {
        ClassificationRequest own = stored(images, "cat.png");
        ImageRef elsewhere = new ImageRef(bucket, String.format(key, own.id()));
        images.objects.put(elsewhere.key(), ByteString.fromString("cat.png"));
        QueueMessage message = requests.deliver(
                body(new ClassificationRequest(
                        own.id(), elsewhere, own.file(), own.gateway(), own.acceptedAt(), Optional.empty())),
                1);

        eventually(() -> assertThat(requests.acknowledged())
                .containsExactly(new MessageAction.ChangeMessageVisibility(message, 1)));
        assertThat(results.results).isEmpty();
        assertThat(classifiers.classified).hasValue(0);
    }

    @Test
    void drain_shouldBeDoneOnlyWhenNothingIsInHand() {
        requests.deliver(body(stored(images, "slow.png")), 1);
        eventually(() -> assertThat(classifiers.classified).hasValue(1));

        supervisorSays(new WorkerCommand.Drain(17));
        awaitActivity(Activity.DRAINING);
        eventually(() -> assertThat(requests.isPaused()).isTrue());
        assertThat(requests.acknowledged()).isEmpty();
        classifiers.slow.release();

        awaitActivity(Activity.DRAINED);
        assertThat(requests.acknowledged()).hasSize(1);
        supervisorSays(new WorkerCommand.CancelDrain(17));
        supervisorSays(new WorkerCommand.Drain(18));
        for (int i = 0; i < 3; i++) {
            assertThat(link.receiveMessage()).extracting(WorkerStatus::activity).isEqualTo(Activity.DRAINED);
        }
        assertThat(requests.isPaused()).isTrue();
    }

    @Test
    void cancelledDrain_shouldGoBackToWorkAndForgetItsPause() {
        requests.deliver(body(stored(images, "slow.png")), 1);
        eventually(() -> assertThat(classifiers.classified).hasValue(1));
        supervisorSays(new WorkerCommand.Drain(17));
        awaitActivity(Activity.DRAINING);

        supervisorSays(new WorkerCommand.CancelDrain(16));
        eventually(() -> assertThat(requests.isPaused()).isTrue());
        supervisorSays(new WorkerCommand.CancelDrain(17));

        awaitActivity(Activity.WORKING);
        assertThat(requests.isPaused()).isFalse();
        ClassificationRequest next = stored(images, "cat.png");
        requests.deliver(body(next), 1);
        eventually(() -> assertThat(results.results).containsKey(next.id()));
        supervisorSays(new WorkerCommand.Drain(17));
        assertThat(link.receiveMessage().activity()).isEqualTo(Activity.WORKING);
        supervisorSays(new WorkerCommand.Drain(18));
        awaitActivity(Activity.DRAINING);
        classifiers.slow.release();
        awaitActivity(Activity.DRAINED);
    }

    @Test
    void leaving_shouldReturnWhatIsNotBegunAndFinishTheRest() {
        QueueMessage first = requests.deliver(body(stored(images, "slow-1.png")), 1);
        QueueMessage second = requests.deliver(body(stored(images, "slow-2.png")), 1);
        eventually(() -> assertThat(classifiers.classified).hasValue(2));
        QueueMessage waiting = requests.deliver(body(stored(images, "slow-3.png")), 1);
        link.fishForMessage(
                Duration.ofSeconds(15),
                status -> status.inHand() == 3 ? FishingOutcomes.complete() : FishingOutcomes.continueAndIgnore());
        TestProbe<Done> left = KIT.createTestProbe();

        worker.tell(new Worker.Leave(left.getRef()));

        eventually(() -> assertThat(requests.acknowledged())
                .containsExactly(new MessageAction.ChangeMessageVisibility(waiting, 0)));
        classifiers.slow.release(2);
        left.receiveMessage(Duration.ofSeconds(15));
        assertThat(requests.acknowledged()).contains(new MessageAction.Delete(first), new MessageAction.Delete(second));
    }

    @Test
    void lostQueue_shouldBeReceivedFromAgain() {
        requests.deliver(body(stored(images, "cat.png")), 1);
        eventually(() -> assertThat(requests.acknowledged()).hasSize(1));

        requests.fail(new IllegalStateException("the queue is away"));

        ClassificationRequest next = stored(images, "dog.png");
        requests.deliver(body(next), 1);
        eventually(() -> assertThat(results.results).containsKey(next.id()));
        assertThat(requests.runs()).isEqualTo(2);
    }

    @Test
    void terminateRequest_shouldBeTakenAfterAnImageAndConfirmedWhenNothingIsInHand() {
        requests.deliver(body(stored(images, "slow-1.png")), 1);
        QueueMessage second = requests.deliver(body(stored(images, "slow-2.png")), 1);
        eventually(() -> assertThat(classifiers.classified).hasValue(2));
        QueueMessage waiting = requests.deliver(body(stored(images, "slow-3.png")), 1);
        link.fishForMessage(
                Duration.ofSeconds(15),
                status -> status.inHand() == 3 ? FishingOutcomes.complete() : FishingOutcomes.continueAndIgnore());
        terminate.put(17);
        awaitActivity(Activity.WORKING);
        assertThat(terminate.looks()).isZero();

        classifiers.slow.release();

        WorkerStatus draining = awaitActivity(Activity.DRAINING);
        assertThat(draining.drainEpoch()).isEqualTo(17);
        eventually(() -> assertThat(requests.isPaused()).isTrue());
        assertThat(terminate.done()).containsExactly("take 17");
        classifiers.slow.release(2);
        assertThat(awaitActivity(Activity.DRAINED).drainEpoch()).isEqualTo(17);
        assertThat(terminate.done()).containsExactly("take 17", "confirm 17 i-1/3");
        assertThat(requests.acknowledged()).hasSize(3).contains(new MessageAction.Delete(second));
        assertThat(requests.acknowledged())
                .containsAnyOf(
                        new MessageAction.ChangeMessageVisibility(waiting, 0), new MessageAction.Delete(waiting));
    }

    @Test
    void idleWorker_shouldTakeARequestAndHearOfNoCancel() {
        terminate.put(17);
        terminate.put(18);

        awaitActivity(Activity.DRAINED);

        supervisorSays(new WorkerCommand.CancelDrain(17));
        supervisorSays(new WorkerCommand.Drain(19));
        for (int i = 0; i < 5; i++) {
            assertThat(link.receiveMessage())
                    .extracting(WorkerStatus::drainEpoch)
                    .isEqualTo(17L);
        }
        assertThat(terminate.done()).containsExactly("take 17", "confirm 17 i-1/3");
        assertThat(requests.isPaused()).isTrue();
    }

    @Test
    void requestOfAnEarlierSupervisor_shouldNotEndTheWorker() {
        supervisorSays(new WorkerCommand.RequestsFrom(18));
        eventually(() -> assertThat(terminate.looks()).isPositive());

        terminate.put(17);

        eventually(() -> assertThat(terminate.done()).containsExactly("take 17", "discard 17"));
        assertThat(link.receiveMessage().activity()).isEqualTo(Activity.WORKING);
    }

    @Test
    void requestTakenWhileANamedDrainCame_shouldBePutBack() {
        eventually(() -> assertThat(terminate.looks()).isPositive());
        terminate.holdLooks();
        int looks = terminate.looks();
        eventually(() -> assertThat(terminate.looks()).isGreaterThan(looks));
        supervisorSays(new WorkerCommand.Drain(99));
        awaitActivity(Activity.DRAINED);
        terminate.put(17);

        terminate.answerLooks();

        eventually(() -> assertThat(terminate.done()).containsExactly("take 17", "put-back 17"));
    }

    @Test
    void workerThatLeavesWithARequestInHand_shouldPutItBack() {
        requests.deliver(body(stored(images, "slow-1.png")), 1);
        requests.deliver(body(stored(images, "slow-2.png")), 1);
        terminate.put(17);
        eventually(() -> assertThat(classifiers.classified).hasValue(2));
        classifiers.slow.release();
        awaitActivity(Activity.DRAINING);
        TestProbe<Done> left = KIT.createTestProbe();

        worker.tell(new Worker.Leave(left.getRef()));

        eventually(() -> assertThat(terminate.done()).containsExactly("take 17", "put-back 17"));
        classifiers.slow.release();
        left.receiveMessage(Duration.ofSeconds(15));
    }
}
