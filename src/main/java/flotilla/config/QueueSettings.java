package flotilla.config;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * Names and leases of the queues.
 *
 * @param visibilityTimeout the lease on a received message
 * @param receiveWait how long one receive waits for a message
 * @param maxReceiveCount deliveries after which the queue gives a message up
 */
public record QueueSettings(
        String request,
        String response,
        String terminateRequest,
        String terminateConfirm,
        String deadLetter,
        Duration visibilityTimeout,
        Duration receiveWait,
        int maxReceiveCount) {
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
                config.getInt("max-receive-count"));
    }
}
