package flotilla.worker;

import flotilla.protocol.MessageAction;
import flotilla.protocol.QueueMessage;
import java.util.Locale;

/** What became of one delivery, and what the queue is told. */
enum Verdict {
    /** The result is stored and the response sent. */
    ANSWERED,
    /** It ended two workers, and is in the dead-letter queue now. */
    QUARANTINED,
    /** Nobody can read the message: it comes back until the queue gives it up to the dead-letter queue. */
    UNREADABLE,
    /** Not begun: another worker can have it at once. */
    RETURNED,
    /** Another process may have its image inside: it is looked at again. */
    LATER,
    /** Our own trouble (storage, queue, classifier): it is tried again a little later, here or elsewhere. */
    TROUBLE;

    private static final int UNREADABLE_SECONDS = 1;
    private static final int MOST_BACKOFF_SECONDS = 60;

    /** In a word, as a log has it. */
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The action for a delivery: delete only what is answered or kept elsewhere; the last two back off 1, 2, 4 … 60 s with each delivery. */
    MessageAction action(QueueMessage message) {
        return switch (this) {
            case ANSWERED, QUARANTINED -> new MessageAction.Delete(message);
            case UNREADABLE -> new MessageAction.ChangeMessageVisibility(message, UNREADABLE_SECONDS);
            case RETURNED -> new MessageAction.ChangeMessageVisibility(message, 0);
            case LATER, TROUBLE ->
                new MessageAction.ChangeMessageVisibility(message, backoffSeconds(message.receiveCount()));
        };
    }

    /** Whether another worker may have it. */
    boolean isReturned() {
        return this != ANSWERED && this != QUARANTINED;
    }

    private static int backoffSeconds(int receiveCount) {
        return (int) Math.min(MOST_BACKOFF_SECONDS, 1L << Math.min(16, Math.max(0, receiveCount - 1)));
    }
}
