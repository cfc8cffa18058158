package flotilla.aws.sqs;

import flotilla.domain.QueueDepth;
import flotilla.protocol.ExponentialBackoff;
import flotilla.protocol.MessageAction;
import flotilla.protocol.MessageQueue;
import flotilla.protocol.Patience;
import flotilla.protocol.QueueMessage;
import flotilla.protocol.ReceiveControl;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.function.IntSupplier;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Source;

/** One standard SQS queue; {@link SqsQueues} opens it. */
final class SqsMessageQueue implements MessageQueue {
    private final SqsQueue queue;
    /** Between the tries of one action on a delivery, each of which is a call that tries a few times by itself. */
    private static final ExponentialBackoff PAUSES =
            new ExponentialBackoff(Duration.ofMillis(200), Duration.ofSeconds(10));

    private final SqsSourceSettings settings;
    private final Patience patience;

    SqsMessageQueue(SqsQueue queue, SqsSourceSettings settings) {
        this.queue = queue;
        this.settings = settings;
        // One lease after the first failure the message may be another's already; a second one for clocks and slow
        // calls.
        this.patience = new Patience(
                "acknowledgements to queue " + queue.name(),
                PAUSES,
                settings.visibilityTimeout().multipliedBy(2),
                Patience.Timer.common(),
                new Random(),
                () -> {});
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
        return SqsAckFlow.create(queue, patience);
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
