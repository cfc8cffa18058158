package flotilla.protocol;

/**
 * What is to become of a delivered message (the vocabulary of Pekko Connectors' {@code MessageAction}). Acknowledgement is
 * data: a pure table maps each outcome to one of these.
 */
public sealed interface MessageAction {
    /** The delivery that is meant. */
    QueueMessage message();

    /** The work is done: remove the message from the queue. */
    record Delete(QueueMessage message) implements MessageAction {}

    /** Leave the message alone; it comes back when its lease ends. */
    record Ignore(QueueMessage message) implements MessageAction {}

    /**
     * End or move the lease: the message becomes visible again after the given time.
     *
     * @param seconds from now, 0 to 43,200
     */
    record ChangeMessageVisibility(QueueMessage message, int seconds) implements MessageAction {
        public ChangeMessageVisibility {
            if (seconds < 0 || seconds > 43_200) {
                throw new IllegalArgumentException("visibility is 0 to 43200 seconds, not " + seconds);
            }
        }
    }
}
