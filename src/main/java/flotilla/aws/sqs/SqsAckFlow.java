package flotilla.aws.sqs;

import flotilla.aws.AwsErrors;
import flotilla.protocol.MessageAction;
import flotilla.protocol.MessageAction.ChangeMessageVisibility;
import flotilla.protocol.MessageAction.Delete;
import flotilla.protocol.MessageAction.Ignore;
import flotilla.protocol.Patience;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Flow;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out actions on deliveries, in {@link NaturalBatches} (the name and the actions are Pekko Connectors'). An action is
 * emitted when it has been carried out. One that has failed for as long as there is patience becomes an {@link Ignore}: the message
 * comes again when its lease ends, and its result is stored already. So does one on a delivery that is not ours any more. Actions on
 * different messages may change their order.
 */
final class SqsAckFlow {
    private static final Logger log = LoggerFactory.getLogger(SqsAckFlow.class);
    private static final int MOST_AT_A_TIME = NaturalBatches.MOST_UNDER_WAY * SqsSourceSettings.MAX_BATCH_SIZE;

    private SqsAckFlow() {}

    static Flow<MessageAction, MessageAction, NotUsed> create(SqsQueue queue, Patience patience) {
        return Flow.of(MessageAction.class)
                .mapAsyncUnordered(
                        MOST_AT_A_TIME,
                        action -> patience.call(() -> carryOut(queue, action)).handle((lost, failure) -> {
                            if (failure != null) {
                                logFailed(action, failure);
                            } else if (lost) {
                                logLost(action);
                            }
                            return failure != null || lost ? new Ignore(action.message()) : action;
                        }));
    }

    /** Whether the delivery was ours no more. */
    private static CompletionStage<Boolean> carryOut(SqsQueue queue, MessageAction action) {
        if (action instanceof Delete delete) {
            return queue.delete(delete.message());
        }
        return action instanceof ChangeMessageVisibility change
                ? queue.changeVisibility(change)
                : CompletableFuture.completedFuture(false);
    }

    private static void logLost(MessageAction action) {
        log.info(
                "lease=lost action={} messageId={} receiveCount={}",
                name(action),
                action.message().messageId(),
                action.message().receiveCount());
    }

    private static void logFailed(MessageAction action, Throwable failure) {
        log.warn(
                "action={} messageId={} given up, the message comes again when its lease ends: {}",
                name(action),
                action.message().messageId(),
                AwsErrors.unwrap(failure).getMessage());
    }

    private static String name(MessageAction action) {
        return action instanceof Delete ? "delete" : "change-visibility";
    }
}
