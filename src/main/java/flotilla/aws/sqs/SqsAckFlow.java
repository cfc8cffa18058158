package flotilla.aws.sqs;

import flotilla.protocol.MessageAction;
import flotilla.protocol.MessageAction.ChangeMessageVisibility;
import flotilla.protocol.MessageAction.Delete;
import flotilla.protocol.QueueMessage;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Flow;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out actions on deliveries, up to 10 in a request (the name and the actions are Pekko Connectors'). An action is
 * emitted when it has been carried out; actions on different messages may change their order. A delivery that is not ours
 * any more passes: the message comes again, and its result is stored already.
 */
final class SqsAckFlow {
    private static final Logger log = LoggerFactory.getLogger(SqsAckFlow.class);
    /** How long an action waits for others to share a request with. */
    private static final Duration LINGER = Duration.ofMillis(20);

    private static final int BATCHES_UNDER_WAY = 4;

    private SqsAckFlow() {}

    static Flow<MessageAction, MessageAction, NotUsed> create(SqsQueue queue) {
        return Flow.of(MessageAction.class)
                .groupedWithin(SqsSourceSettings.MAX_BATCH_SIZE, LINGER)
                .mapAsyncUnordered(BATCHES_UNDER_WAY, actions -> carryOut(queue, actions))
                .mapConcat(actions -> actions);
    }

    private static CompletionStage<List<MessageAction>> carryOut(SqsQueue queue, List<MessageAction> actions) {
        List<QueueMessage> deletions =
                all(Delete.class, actions).stream().map(Delete::message).toList();
        return queue.delete(deletions)
                .thenCombine(queue.changeVisibility(all(ChangeMessageVisibility.class, actions)), (undeleted, lost) -> {
                    undeleted.forEach(message -> logLost("delete", message));
                    lost.forEach(message -> logLost("change-visibility", message));
                    return actions;
                });
    }

    private static <T> List<T> all(Class<T> kind, List<MessageAction> actions) {
        return actions.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    private static void logLost(String action, QueueMessage message) {
        log.info(
                "lease=lost action={} messageId={} receiveCount={}",
                action,
                message.messageId(),
                message.receiveCount());
    }
}
