package flotilla.aws.sqs;

import flotilla.domain.QueueDepth;
import flotilla.protocol.MessageAction;
import flotilla.protocol.MessageQueue;
import flotilla.protocol.QueueMessage;
import flotilla.protocol.ReceiveControl;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.IntSupplier;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Source;

/** One standard SQS queue; {@link SqsQueues} opens it. */
final class SqsMessageQueue implements MessageQueue {
    private final SqsQueue queue;
    private final SqsSourceSettings settings;

    SqsMessageQueue(SqsQueue queue, SqsSourceSettings settings) {
        this.queue = queue;
        this.settings = settings;
    }

    @Override
    public CompletionStage<Done> send(String body) {
        return queue.send(body);
    }

    @Override
    public Source<QueueMessage, ReceiveControl> receive(IntSupplier capacity) {
        return SqsSource.create(queue, settings, capacity);
    }

    @Override
    public Flow<MessageAction, MessageAction, NotUsed> acknowledge() {
        return SqsAckFlow.create(queue);
    }

    @Override
    public CompletionStage<List<QueueMessage>> extendLeases(List<QueueMessage> messages, Duration visibility) {
        int seconds = Math.toIntExact(visibility.plusMillis(999).toSeconds());
        return queue.changeVisibility(messages.stream()
                .map(message -> new MessageAction.ChangeMessageVisibility(message, seconds))
                .toList());
    }

    @Override
    public CompletionStage<QueueDepth> depth() {
        return queue.depth();
    }
}
