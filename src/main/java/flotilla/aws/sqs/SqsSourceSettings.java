package flotilla.aws.sqs;

import flotilla.config.QueueSettings;
import java.time.Duration;

/**
 * How a queue is received from (the vocabulary of Pekko Connectors' {@code SqsSourceSettings}).
 *
 * @param waitTime how long one receive waits for a message; 0 to 20 s
 * @param maxBatchSize the most messages that one receive asks for; 1 to 10
 * @param parallelism receives under way at the same time while messages come; one waits on an empty queue
 * @param visibilityTimeout the lease on a received message
 */
public record SqsSourceSettings(Duration waitTime, int maxBatchSize, int parallelism, Duration visibilityTimeout) {
    /** The most entries of any request to SQS. */
    public static final int MAX_BATCH_SIZE = 10;

    public SqsSourceSettings {
        if (waitTime.isNegative() || waitTime.compareTo(Duration.ofSeconds(20)) > 0) {
            throw new IllegalArgumentException("waitTime is 0 to 20 s, not " + waitTime);
        }
        if (maxBatchSize < 1 || maxBatchSize > MAX_BATCH_SIZE) {
            throw new IllegalArgumentException("maxBatchSize is 1 to 10, not " + maxBatchSize);
        }
        if (parallelism < 1) {
            throw new IllegalArgumentException("parallelism is at least 1, not " + parallelism);
        }
    }

    /** Batches of 10, leased and waited for as the settings say. */
    public static SqsSourceSettings of(QueueSettings queue, int parallelism) {
        return new SqsSourceSettings(queue.receiveWait(), MAX_BATCH_SIZE, parallelism, queue.visibilityTimeout());
    }
}
