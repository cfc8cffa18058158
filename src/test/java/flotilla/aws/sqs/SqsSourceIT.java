package flotilla.aws.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.aws.Await;
import flotilla.protocol.MessageAction;
import flotilla.protocol.MessageQueue;
import flotilla.protocol.QueueMessage;
import flotilla.protocol.ReceiveControl;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.Done;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.SinkQueueWithCancel;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class SqsSourceIT {
    private static final Duration LEASE = Duration.ofSeconds(60);
    private static final Duration WAIT = Duration.ofSeconds(1);
    private static SqsServer server;

    @BeforeAll
    static void start() {
        server = new SqsServer();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static MessageQueue queue(int parallelism) {
        return server.open(server.create(), WAIT, parallelism, LEASE);
    }

    /** Runs a receiver that takes up to {@code limit} messages in all. */
    private static Pair<ReceiveControl, SinkQueueWithCancel<QueueMessage>> run(MessageQueue queue, int limit) {
        AtomicInteger emitted = new AtomicInteger();
        return run(queue.receive(() -> limit - emitted.get()).map(message -> {
            emitted.incrementAndGet();
            return message;
        }));
    }

    private static Pair<ReceiveControl, SinkQueueWithCancel<QueueMessage>> run(
            Source<QueueMessage, ReceiveControl> source) {
        return source.toMat(Sink.<QueueMessage>queue().withAttributes(Attributes.inputBuffer(1, 1)), Keep.both())
                .run(server.system());
    }

    private static String next(SinkQueueWithCancel<QueueMessage> messages) {
        return Await.result(messages.pull()).orElseThrow().body();
    }

    @Test
    void message_shouldCarryWhenItWasSentAndHowOftenItCame() {
        MessageQueue queue = queue(1);
        server.send(queue, 1);

        QueueMessage message = Await.result(run(queue, 1).second().pull()).orElseThrow();

        assertThat(message.body()).isEqualTo("m0");
        assertThat(message.receiveCount()).isEqualTo(1);
        assertThat(message.sentAt()).isBeforeOrEqualTo(Instant.now().plusSeconds(1));
    }

    @RepeatedTest(6)
    void randomCapacity_shouldNeverBeExceededAndLoseNothing(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        int limit = 1 + random.nextInt(25);
        MessageQueue queue = queue(1 + random.nextInt(4));
        server.send(queue, 60);
        AtomicInteger inHand = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();

        CompletableFuture<ReceiveControl> control = new CompletableFuture<>();

        Pair<ReceiveControl, CompletionStage<List<String>>> running = queue.receive(() -> limit - inHand.get())
                .map(message -> {
                    most.accumulateAndGet(inHand.incrementAndGet(), Math::max);
                    return message;
                })
                .mapAsyncUnordered(
                        40,
                        message -> CompletableFuture.<MessageAction>supplyAsync(
                                () -> new MessageAction.Delete(message),
                                CompletableFuture.delayedExecutor(random.nextInt(20), TimeUnit.MILLISECONDS)))
                .via(queue.acknowledge())
                .map(action -> {
                    inHand.decrementAndGet();
                    control.thenAccept(ReceiveControl::wake);
                    return action.message().body();
                })
                .take(60)
                .toMat(Sink.seq(), Keep.both())
                .run(server.system());
        control.complete(running.first());

        assertThat(Await.result(running.second())).hasSize(60).doesNotHaveDuplicates();
        assertThat(most.get()).isLessThanOrEqualTo(limit);
        assertThat(Await.result(queue.depth()).messages()).isZero();
    }

    @Test
    void messagesInHand_shouldCountAgainstTheQueueItself() {
        MessageQueue queue = queue(3);
        server.send(queue, 30);
        Pair<ReceiveControl, SinkQueueWithCancel<QueueMessage>> running = run(queue, 14);

        for (int i = 0; i < 14; i++) {
            next(running.second());
        }
        Await.result(running.first().pause());

        assertThat(Await.result(queue.depth()).inFlight()).isEqualTo(14);
    }

    @Test
    void noCapacity_shouldReceiveNothingUntilWoken() {
        MessageQueue queue = queue(1);
        server.send(queue, 1);
        AtomicInteger capacity = new AtomicInteger();
        AtomicInteger asked = new AtomicInteger();
        Pair<ReceiveControl, SinkQueueWithCancel<QueueMessage>> running = run(queue.receive(() -> {
            asked.incrementAndGet();
            return capacity.get();
        }));
        CompletionStage<Optional<QueueMessage>> pulled = running.second().pull();
        Await.result(running.first().pause());
        running.first().resume();
        assertThat(Await.result(queue.depth()).visible()).isEqualTo(1);
        assertThat(asked.get()).isPositive();

        capacity.set(1);
        running.first().wake();

        assertThat(Await.result(pulled)).isPresent();
    }

    @Test
    void longPoll_shouldEndWhenAMessageComes() {
        MessageQueue queue = server.open(server.create(), Duration.ofSeconds(20), 1, LEASE);
        CompletionStage<Optional<QueueMessage>> pulled = run(queue, 10).second().pull();

        server.send(queue, 1);

        assertThat(Await.result(pulled)).isPresent();
    }

    @Test
    void pause_shouldEmitWhatWasReceivedAndThenLeaveMessagesInTheQueue() {
        MessageQueue queue = queue(1);
        server.send(queue, 5);
        Pair<ReceiveControl, SinkQueueWithCancel<QueueMessage>> running = run(queue, 6);
        next(running.second());

        CompletableFuture<Done> paused = running.first().pause().toCompletableFuture();
        assertThat(paused).isNotDone();
        for (int i = 0; i < 4; i++) {
            next(running.second());
        }
        Await.result(paused);
        server.send(queue, 1);
        CompletionStage<Optional<QueueMessage>> later = running.second().pull();
        assertThat(Await.result(queue.depth()).visible()).isEqualTo(1);

        running.first().resume();

        assertThat(Await.result(later)).isPresent();
    }

    @Test
    void resumeBeforePauseIsDone_shouldCancelThePause() {
        MessageQueue queue = server.open(server.create(), Duration.ofSeconds(20), 1, LEASE);
        Pair<ReceiveControl, SinkQueueWithCancel<QueueMessage>> running = run(queue, 5);
        CompletionStage<Optional<QueueMessage>> pulled = running.second().pull();

        CompletionStage<Done> paused = running.first().pause();
        running.first().resume();

        assertThat(Await.failure(paused)).isInstanceOf(CancellationException.class);
        server.send(queue, 1);
        assertThat(Await.result(pulled)).isPresent();
    }

    @Test
    void stop_shouldEmitWhatWasReceivedAndComplete() {
        MessageQueue queue = queue(1);
        server.send(queue, 3);
        Pair<ReceiveControl, SinkQueueWithCancel<QueueMessage>> running = run(queue, 3);
        next(running.second());

        running.first().stop();

        next(running.second());
        next(running.second());
        assertThat(Await.result(running.second().pull())).isEmpty();
        Await.result(running.first().pause());
    }

    @Test
    void cancel_shouldReturnWhatWasNotEmittedAtOnce() {
        MessageQueue queue = queue(1);
        server.send(queue, 10);
        Pair<ReceiveControl, SinkQueueWithCancel<QueueMessage>> running = run(queue, 10);
        String kept = next(running.second());

        running.second().cancel();
        Await.result(running.first().pause());

        SinkQueueWithCancel<QueueMessage> second = run(queue, 10).second();
        Set<String> returned = new HashSet<>();
        for (int i = 0; i < 8; i++) {
            returned.add(next(second));
        }
        assertThat(returned).hasSize(8).doesNotContain(kept);
    }

    @Test
    void cancelDuringReceive_shouldReturnWhatItStillBrings() {
        MessageQueue queue = server.open(server.create(), Duration.ofSeconds(5), 1, LEASE);
        Pair<ReceiveControl, SinkQueueWithCancel<QueueMessage>> running = run(queue, 10);
        running.second().pull();
        running.second().cancel();

        server.send(queue, 1);

        QueueMessage message = Await.result(run(queue, 10).second().pull()).orElseThrow();
        assertThat(message.body()).isEqualTo("m0");
    }
}
