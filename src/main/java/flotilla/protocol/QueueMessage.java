package flotilla.protocol;

import java.time.Instant;

/**
 * A message that was received and is leased to this process.
 *
 * @param messageId the queue's id of the message
 * @param receiptHandle the handle of this very delivery
 * @param body the text
 * @param sentAt when the message was sent, by the queue's clock
 * @param receiveCount how often it has been delivered, this time included; at least 1
 */
public record QueueMessage(String messageId, String receiptHandle, String body, Instant sentAt, int receiveCount) {}
