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
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A worker's data path, whole: real actors and stream; queues and stores in memory. */
class WorkerNodeTest {
    private static final ActorTestKit KIT = ActorTestKit.create(WorkerFixture.CONFIG);

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
    void modelThatIsStillLoaded_shouldKeepWhatTheWorkerIsToldForLater() {
        CompletableFuture<WorkerNode.Classifiers> model = new CompletableFuture<>();
        TestProbe<WorkerStatus> cluster = KIT.createTestProbe();
        ActorRef<Worker.Command> loading = KIT.spawn(loading(model));
        loading.tell(new Worker.LinkUp(cluster.getRef()));
        loading.tell(new Worker.FromSupervisor(new WorkerCommand.Heard(1)));
        loading.tell(new Worker.FromSupervisor(new WorkerCommand.Registered(Optional.of(new AppTierId(7)))));

        model.complete(new WorkerNode.Classifiers(worker.classifiers, 2));

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
                worker.images,
                worker.results,
                model,
                Duration.ofMillis(50),
                0.25,
                Duration.ofSeconds(30));
    }

    @Test
    void image_shouldBeStoredThenAnsweredThenDeleted() throws Exception {
        ClassificationRequest request = stored(worker.images, "cat.png");
        QueueMessage message = worker.requests.deliver(body(request), 1);

        worker.eventually(
                () -> assertThat(worker.requests.acknowledged()).containsExactly(new MessageAction.Delete(message)));

        ClassificationResult result = worker.results.results.get(request.id());
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
        assertThat(WireFormat.readNotice(worker.responses.sent().get(0)).result())
                .isEqualTo(result);
        assertThat(WireFormat.readNotice(worker.responses.sent().get(0)).gateway())
                .isEqualTo(request.gateway());
    }

    @Test
    void imageInHand_shouldBeToldToWhoeverAsksForIt() {
        TestProbe<HolderReport> asker = KIT.createTestProbe();
        ClassificationRequest inside = stored(worker.images, "slow.png");
        worker.requests.deliver(body(inside), 3);
        worker.eventually(() -> assertThat(worker.classifiers.classified).hasValue(1));
        ClassificationRequest elsewhere = stored(worker.images, "cat.png");

        worker.supervisorSays(new WorkerCommand.WhoHas(elsewhere.id(), asker.getRef()));
        worker.supervisorSays(new WorkerCommand.WhoHas(inside.id(), asker.getRef()));

        HolderReport first = asker.receiveMessage(Duration.ofSeconds(15));
        assertThat(first.worker()).isEqualTo("i-1");
        assertThat(first.delivery()).isEqualTo(3);
        assertThat(first.held()).isPositive();
        assertThat(first.classifying()).isTrue();
    }

    @Test
    void imageWithAFaultOfItsOwn_shouldBeAnsweredWithItsFailure() {
        ClassificationRequest damaged = stored(worker.images, "damaged.png");
        ClassificationRequest gone = stored(worker.images, "gone.png");
        worker.images.objects.remove(gone.image().key());
        worker.requests.deliver(body(damaged), 1);
        worker.requests.deliver(body(gone), 1);

        worker.eventually(() -> {
            assertThat(worker.requests.acknowledged()).hasSize(2).allMatch(MessageAction.Delete.class::isInstance);
            assertThat(((Outcome.Failed)
                                    worker.results.results.get(damaged.id()).outcome())
                            .code()
                            .text())
                    .isEqualTo("damaged");
            assertThat(((Outcome.Failed) worker.results.results.get(gone.id()).outcome())
                            .code()
                            .text())
                    .isEqualTo("input-missing");
        });
    }

    @Test
    void brokenClassifier_shouldBeReplacedAndItsImageGoBack() {
        QueueMessage broken = worker.requests.deliver(body(stored(worker.images, "broken.png")), 3);
        ClassificationRequest next = stored(worker.images, "cat.png");
        worker.requests.deliver(body(next), 1);

        worker.eventually(() -> {
            assertThat(worker.requests.acknowledged()).contains(new MessageAction.ChangeMessageVisibility(broken, 4));
            assertThat(worker.results.results).containsOnlyKeys(next.id());
            assertThat(worker.classifiers.closed).hasValue(1);
            assertThat(worker.classifiers.made).hasValue(3);
        });
    }

    @Test
    void troubleWithTheStores_shouldNeverDeleteAMessage() {
        worker.results.away = true;
        QueueMessage noResult = worker.requests.deliver(body(stored(worker.images, "a.png")), 1);
        worker.eventually(() -> assertThat(worker.requests.acknowledged())
                .containsExactly(new MessageAction.ChangeMessageVisibility(noResult, 1)));
        worker.results.away = false;
        worker.responses.refuse(text -> true);
        QueueMessage noResponse = worker.requests.deliver(body(stored(worker.images, "b.png")), 2);
        worker.eventually(() -> assertThat(worker.requests.acknowledged())
                .contains(new MessageAction.ChangeMessageVisibility(noResponse, 2)));
        worker.images.away = true;
        QueueMessage noImage = worker.requests.deliver(body(stored(worker.images, "c.png")), 1);
        worker.eventually(() -> assertThat(worker.requests.acknowledged())
                .contains(new MessageAction.ChangeMessageVisibility(noImage, 1)));
        assertThat(worker.requests.acknowledged()).noneMatch(MessageAction.Delete.class::isInstance);
    }

    @Test
    void redeliveredImageWithAResult_shouldBeAnsweredWithoutClassifyingItAgain() throws Exception {
        ClassificationRequest request = stored(worker.images, "cat.png");
        ClassificationResult before = new ClassificationResult(
                request.id(),
                request.file(),
                new Outcome.Labelled("other", List.of(new Prediction("before", 0, 1))),
                Optional.empty(),
                Optional.empty(),
                Map.of());
        worker.results.results.put(request.id(), before);

        QueueMessage message = worker.requests.deliver(body(request), 2);

        worker.eventually(
                () -> assertThat(worker.requests.acknowledged()).containsExactly(new MessageAction.Delete(message)));
        assertThat(worker.classifiers.classified).hasValue(0);
        assertThat(worker.results.confirmed).containsExactly(request.id());
        assertThat(WireFormat.readNotice(worker.responses.sent().get(0)).result())
                .isEqualTo(before);
    }

    @Test
    void resultThatLosesTheRace_shouldBeAnsweredWithTheOneThatStands() throws Exception {
        ClassificationRequest request = stored(worker.images, "slow.png");
        worker.requests.deliver(body(request), 1);
        worker.eventually(() -> assertThat(worker.classifiers.classified).hasValue(1));
        ClassificationResult standing = new ClassificationResult(
                request.id(),
                request.file(),
                new Outcome.Labelled("other", List.of(new Prediction("first", 0, 1))),
                Optional.empty(),
                Optional.empty(),
                Map.of());
        worker.results.results.put(request.id(), standing);

        worker.classifiers.slow.release();

        worker.eventually(() -> assertThat(worker.responses.sent()).hasSize(1));
        assertThat(WireFormat.readNotice(worker.responses.sent().get(0)).result())
                .isEqualTo(standing);
    }

    @Test
    void imageInItsMessage_shouldNotBeFetched() {
        ClassificationRequest pointer = stored(worker.images, "cat.png");
        worker.images.away = true;
        ClassificationRequest inline = new ClassificationRequest(
                pointer.id(),
                pointer.image(),
                pointer.file(),
                pointer.gateway(),
                pointer.acceptedAt(),
                pointer.trace(),
                Optional.of(7L),
                Optional.of(ByteString.fromString("cat.png")));
        QueueMessage message = worker.requests.deliver(body(inline), 1);

        worker.eventually(
                () -> assertThat(worker.requests.acknowledged()).containsExactly(new MessageAction.Delete(message)));
        assertThat(worker.results.results).containsKey(pointer.id());
    }

    @Test
    void lostRouterOrLeaseKeeper_shouldEndTheWorker() {
        worker.tell(new Worker.PartLost("classifier router"));

        KIT.createTestProbe().expectTerminated(worker.ref(), Duration.ofSeconds(60));
    }

    @Test
    void unreadableMessage_shouldGoBackForTheDeadLetterQueue() {
        QueueMessage message = worker.requests.deliver("no json", 1);

        worker.eventually(() -> assertThat(worker.requests.acknowledged())
                .containsExactly(new MessageAction.ChangeMessageVisibility(message, 1)));
    }

    @ParameterizedTest
    @CsvSource({"another-bucket, %s/cat.png", "input, cat.png", "input, 0190b4a8-0000-7000-8000-000000000000/cat.png"})
    void messageThatPointsElsewhere_shouldGoBackUnread(String bucket, String key) {
        ClassificationRequest own = stored(worker.images, "cat.png");
        ImageRef elsewhere = new ImageRef(bucket, String.format(key, own.id()));
        worker.images.objects.put(elsewhere.key(), ByteString.fromString("cat.png"));
        QueueMessage message = worker.requests.deliver(
                body(new ClassificationRequest(
                        own.id(), elsewhere, own.file(), own.gateway(), own.acceptedAt(), Optional.empty())),
                1);

        worker.eventually(() -> assertThat(worker.requests.acknowledged())
                .containsExactly(new MessageAction.ChangeMessageVisibility(message, 1)));
        assertThat(worker.results.results).isEmpty();
        assertThat(worker.classifiers.classified).hasValue(0);
    }

    @Test
    void drain_shouldBeDoneOnlyWhenNothingIsInHand() {
        worker.requests.deliver(body(stored(worker.images, "slow.png")), 1);
        worker.eventually(() -> assertThat(worker.classifiers.classified).hasValue(1));

        worker.supervisorSays(new WorkerCommand.Drain(17));
        worker.awaitActivity(Activity.DRAINING);
        worker.eventually(() -> assertThat(worker.requests.isPaused()).isTrue());
        assertThat(worker.requests.acknowledged()).isEmpty();
        worker.classifiers.slow.release();

        worker.awaitActivity(Activity.DRAINED);
        assertThat(worker.requests.acknowledged()).hasSize(1);
        worker.supervisorSays(new WorkerCommand.CancelDrain(17));
        worker.supervisorSays(new WorkerCommand.Drain(18));
        for (int i = 0; i < 3; i++) {
            assertThat(worker.link.receiveMessage())
                    .extracting(WorkerStatus::activity)
                    .isEqualTo(Activity.DRAINED);
        }
        assertThat(worker.requests.isPaused()).isTrue();
    }

    @Test
    void cancelledDrain_shouldGoBackToWorkAndForgetItsPause() {
        worker.requests.deliver(body(stored(worker.images, "slow.png")), 1);
        worker.eventually(() -> assertThat(worker.classifiers.classified).hasValue(1));
        worker.supervisorSays(new WorkerCommand.Drain(17));
        worker.awaitActivity(Activity.DRAINING);

        worker.supervisorSays(new WorkerCommand.CancelDrain(16));
        worker.eventually(() -> assertThat(worker.requests.isPaused()).isTrue());
        worker.supervisorSays(new WorkerCommand.CancelDrain(17));

        worker.awaitActivity(Activity.WORKING);
        assertThat(worker.requests.isPaused()).isFalse();
        ClassificationRequest next = stored(worker.images, "cat.png");
        worker.requests.deliver(body(next), 1);
        worker.eventually(() -> assertThat(worker.results.results).containsKey(next.id()));
        worker.supervisorSays(new WorkerCommand.Drain(17));
        assertThat(worker.link.receiveMessage().activity()).isEqualTo(Activity.WORKING);
        worker.supervisorSays(new WorkerCommand.Drain(18));
        worker.awaitActivity(Activity.DRAINING);
        worker.classifiers.slow.release();
        worker.awaitActivity(Activity.DRAINED);
    }

    @Test
    void leaving_shouldReturnWhatIsNotBegunAndFinishTheRest() {
        QueueMessage first = worker.requests.deliver(body(stored(worker.images, "slow-1.png")), 1);
        QueueMessage second = worker.requests.deliver(body(stored(worker.images, "slow-2.png")), 1);
        worker.eventually(() -> assertThat(worker.classifiers.classified).hasValue(2));
        QueueMessage waiting = worker.requests.deliver(body(stored(worker.images, "slow-3.png")), 1);
        worker.awaitReport(status -> status.inHand() == 3);
        TestProbe<Done> left = KIT.createTestProbe();

        worker.tell(new Worker.Leave(left.getRef()));

        worker.eventually(() -> assertThat(worker.requests.acknowledged())
                .containsExactly(new MessageAction.ChangeMessageVisibility(waiting, 0)));
        worker.classifiers.slow.release(2);
        left.receiveMessage(Duration.ofSeconds(15));
        assertThat(worker.requests.acknowledged())
                .contains(new MessageAction.Delete(first), new MessageAction.Delete(second));
    }

    @Test
    void lostQueue_shouldBeReceivedFromAgain() {
        worker.requests.deliver(body(stored(worker.images, "cat.png")), 1);
        worker.eventually(() -> assertThat(worker.requests.acknowledged()).hasSize(1));

        worker.requests.fail(new IllegalStateException("the queue is away"));

        ClassificationRequest next = stored(worker.images, "dog.png");
        worker.requests.deliver(body(next), 1);
        worker.eventually(() -> assertThat(worker.results.results).containsKey(next.id()));
        assertThat(worker.requests.runs()).isEqualTo(2);
    }

    @Test
    void terminateRequest_shouldBeTakenAfterAnImageAndConfirmedWhenNothingIsInHand() {
        worker.requests.deliver(body(stored(worker.images, "slow-1.png")), 1);
        QueueMessage second = worker.requests.deliver(body(stored(worker.images, "slow-2.png")), 1);
        worker.eventually(() -> assertThat(worker.classifiers.classified).hasValue(2));
        QueueMessage waiting = worker.requests.deliver(body(stored(worker.images, "slow-3.png")), 1);
        worker.awaitReport(status -> status.inHand() == 3);
        // It may have looked while it had nothing in hand yet.
        int looks = worker.terminate.looks();
        worker.terminate.put(17);
        worker.awaitActivity(Activity.WORKING);
        assertThat(worker.terminate.looks()).isEqualTo(looks);

        worker.classifiers.slow.release();

        WorkerStatus draining = worker.awaitActivity(Activity.DRAINING);
        assertThat(draining.drainEpoch()).isEqualTo(17);
        worker.eventually(() -> assertThat(worker.requests.isPaused()).isTrue());
        assertThat(worker.terminate.done()).containsExactly("take 17");
        worker.classifiers.slow.release(2);
        assertThat(worker.awaitActivity(Activity.DRAINED).drainEpoch()).isEqualTo(17);
        assertThat(worker.terminate.done()).containsExactly("take 17", "confirm 17 i-1/3");
        assertThat(worker.requests.acknowledged()).hasSize(3).contains(new MessageAction.Delete(second));
        assertThat(worker.requests.acknowledged())
                .containsAnyOf(
                        new MessageAction.ChangeMessageVisibility(waiting, 0), new MessageAction.Delete(waiting));
    }

    @Test
    void idleWorker_shouldTakeARequestAndHearOfNoCancel() {
        worker.terminate.put(17);
        worker.terminate.put(18);

        worker.awaitActivity(Activity.DRAINED);

        worker.supervisorSays(new WorkerCommand.CancelDrain(17));
        worker.supervisorSays(new WorkerCommand.Drain(19));
        for (int i = 0; i < 5; i++) {
            assertThat(worker.link.receiveMessage())
                    .extracting(WorkerStatus::drainEpoch)
                    .isEqualTo(17L);
        }
        assertThat(worker.terminate.done()).containsExactly("take 17", "confirm 17 i-1/3");
        assertThat(worker.requests.isPaused()).isTrue();
    }

    @Test
    void requestOfAnEarlierSupervisor_shouldNotEndTheWorker() {
        worker.supervisorSays(new WorkerCommand.RequestsFrom(18));
        TestProbe<WorkerStatus> later = KIT.createTestProbe();
        worker.reportTo(later);
        later.receiveMessage();
        worker.eventually(() -> assertThat(worker.terminate.looks()).isPositive());

        worker.terminate.put(17);

        worker.eventually(() -> assertThat(worker.terminate.done()).containsExactly("take 17", "discard 17"));
        assertThat(later.receiveMessage().activity()).isEqualTo(Activity.WORKING);
    }

    @Test
    void requestTakenWhileANamedDrainCame_shouldBePutBack() {
        worker.eventually(() -> assertThat(worker.terminate.looks()).isPositive());
        worker.terminate.holdLooks();
        int looks = worker.terminate.looks();
        worker.eventually(() -> assertThat(worker.terminate.looks()).isGreaterThan(looks));
        worker.supervisorSays(new WorkerCommand.Drain(99));
        worker.awaitActivity(Activity.DRAINED);
        worker.terminate.put(17);

        worker.terminate.answerLooks();

        worker.eventually(() -> assertThat(worker.terminate.done()).containsExactly("take 17", "put-back 17"));
    }

    @Test
    void workerThatLeavesWithARequestInHand_shouldPutItBack() {
        worker.requests.deliver(body(stored(worker.images, "slow-1.png")), 1);
        worker.requests.deliver(body(stored(worker.images, "slow-2.png")), 1);
        worker.eventually(() -> assertThat(worker.classifiers.classified).hasValue(2));
        worker.terminate.put(17);
        worker.classifiers.slow.release();
        worker.awaitActivity(Activity.DRAINING);
        TestProbe<Done> left = KIT.createTestProbe();

        worker.tell(new Worker.Leave(left.getRef()));

        worker.eventually(() -> assertThat(worker.terminate.done()).containsExactly("take 17", "put-back 17"));
        worker.classifiers.slow.release();
        left.receiveMessage(Duration.ofSeconds(15));
    }
}
