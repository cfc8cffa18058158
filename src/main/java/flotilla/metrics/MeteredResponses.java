package flotilla.metrics;

import flotilla.domain.QueueDepth;
import flotilla.protocol.MessageAction;
import flotilla.protocol.MessageQueue;
import flotilla.protocol.QueueMessage;
import flotilla.protocol.ReceiveControl;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Source;

/** The response queue, whose sends are timed. */
final class MeteredResponses implements MessageQueue {
    private final MessageQueue queue;
    private final Timer sends;

    MeteredResponses(MessageQueue queue, Timer sends) {
        this.queue = queue;
        this.sends = sends;
    }

    @Override
    public CompletionStage<Done> send(String body) {
        long start = System.nanoTime();
        return queue.send(body)
                .whenComplete((sent, failure) -> sends.record(System.nanoTime() - start, TimeUnit.NANOSECONDS));
    }

    @Override
    public Source<QueueMessage, ReceiveControl> receive(IntSupplier capacity) {
        return queue.receive(capacity);
    }

    @Override
    public Flow<MessageAction, MessageAction, NotUsed> acknowledge() {
        return queue.acknowledge();
    }

    @Override
    public CompletionStage<List<QueueMessage>> extendLeases(List<QueueMessage> messages, Duration visibility) {
        return queue.extendLeases(messages, visibility);
    }

    @Override
    public CompletionStage<QueueDepth> depth() {
        return queue.depth();
    }
}
