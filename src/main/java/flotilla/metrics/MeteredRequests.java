package flotilla.metrics;

import flotilla.domain.QueueDepth;
import flotilla.protocol.MessageAction;
import flotilla.protocol.MessageQueue;
import flotilla.protocol.QueueMessage;
import flotilla.protocol.ReceiveControl;
import io.micrometer.core.instrument.Counter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.IntSupplier;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Source;

/** The request queue, counted: what came from it, what it was told, and the leases. */
final class MeteredRequests implements MessageQueue {
    private final MessageQueue queue;
    private final Counter first;
    private final Counter again;
    private final Counter deleted;
    private final Counter returned;
    private final Counter left;
    private final Counter extended;
    private final Counter lost;

    MeteredRequests(MessageQueue queue, WorkerMetrics metrics) {
        this.queue = queue;
        String received = "Messages received, by whether it was their first delivery";
        this.first = metrics.counter("messages.received", received, "delivery", "first");
        this.again = metrics.counter("messages.received", received, "delivery", "again");
        String settled = "Messages of which the queue was told what becomes of them, or that were left to their leases";
        this.deleted = metrics.counter("messages.settled", settled, "action", "deleted");
        this.returned = metrics.counter("messages.settled", settled, "action", "returned");
        this.left = metrics.counter("messages.settled", settled, "action", "left");
        this.extended = metrics.counter("leases.extended", "Leases extended because their images took long");
        this.lost =
                metrics.counter("leases.lost", "Leases that could not be extended: another worker may have the image");
    }

    @Override
    public CompletionStage<Done> send(String body) {
        return queue.send(body);
    }

    @Override
    public Source<QueueMessage, ReceiveControl> receive(IntSupplier capacity) {
        return queue.receive(capacity).map(message -> {
            (message.receiveCount() == 1 ? first : again).increment();
            return message;
        });
    }

    @Override
    public Flow<MessageAction, MessageAction, NotUsed> acknowledge() {
        return queue.acknowledge().map(action -> {
            counterOf(action).increment();
            return action;
        });
    }

    private Counter counterOf(MessageAction action) {
        if (action instanceof MessageAction.Delete) {
            return deleted;
        }
        return action instanceof MessageAction.Ignore ? left : returned;
    }

    /** To extend a lease by nothing is to give the message back. */
    @Override
    public CompletionStage<List<QueueMessage>> extendLeases(List<QueueMessage> messages, Duration visibility) {
        return queue.extendLeases(messages, visibility).whenComplete((gone, failure) -> {
            if (failure == null) {
                lost.increment(gone.size());
                (visibility.isZero() ? returned : extended).increment(messages.size() - gone.size());
            }
        });
    }

    @Override
    public CompletionStage<QueueDepth> depth() {
        return queue.depth();
    }
}
