package flotilla.config;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * Names and leases of the queues.
 *
 * @param visibilityTimeout the lease on a received message
 * @param receiveWait how long one receive waits for a message
 * @param maxReceiveCount deliveries after which the queue gives a message up
 * @param inlineImages the longest image, in bytes, that travels in its message too; 0 for none
 */
public record QueueSettings(
        String request,
        String response,
        String terminateRequest,
        String terminateConfirm,
        String deadLetter,
        Duration visibilityTimeout,
        Duration receiveWait,
        int maxReceiveCount,
        long inlineImages) {
    /** Three quarters of SQS's 256 KiB, as base64 makes four bytes of three, less what else is in the message. */
    public static final long MOST_INLINE = 180 * 1024;

    public QueueSettings {
        Checks.notBlank(request, "flotilla.queue.request");
        Checks.notBlank(response, "flotilla.queue.response");
        Checks.notBlank(terminateRequest, "flotilla.queue.terminate-request");
        Checks.notBlank(terminateConfirm, "flotilla.queue.terminate-confirm");
        Checks.notBlank(deadLetter, "flotilla.queue.dead-letter");
        Checks.within(
                visibilityTimeout, Duration.ofSeconds(2), Duration.ofHours(12), "flotilla.queue.visibility-timeout");
        Checks.within(receiveWait, Duration.ZERO, Duration.ofSeconds(20), "flotilla.queue.receive-wait");
        Checks.that(
                maxReceiveCount >= 1 && maxReceiveCount <= 1000, "flotilla.queue.max-receive-count", "from 1 to 1000");
        Checks.that(
                inlineImages >= 0 && inlineImages <= MOST_INLINE,
                "flotilla.queue.inline-images",
                "from 0 to 180KiB, as a message holds 256 KiB");
    }

    static QueueSettings from(Config config) {
        return new QueueSettings(
                config.getString("request"),
                config.getString("response"),
                config.getString("terminate-request"),
                config.getString("terminate-confirm"),
                config.getString("dead-letter"),
                config.getDuration("visibility-timeout"),
                config.getDuration("receive-wait"),
                config.getInt("max-receive-count"),
                config.getBytes("inline-images"));
    }
}
