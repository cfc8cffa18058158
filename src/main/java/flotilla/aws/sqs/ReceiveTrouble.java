package flotilla.aws.sqs;

import flotilla.aws.AwsErrors;
import flotilla.protocol.ExponentialBackoff;
import flotilla.protocol.InfrastructureException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The failures in a row of the receives from one queue: how long to rest after each, and one line in the log when they begin,
 * one when they become such that somebody must do something, and one when they are over. Confined to one thread.
 */
final class ReceiveTrouble {
    private static final Logger LOG = LoggerFactory.getLogger(ReceiveTrouble.class);
    private static final ExponentialBackoff RESTS =
            new ExponentialBackoff(Duration.ofMillis(200), Duration.ofSeconds(10));

    private final String queue;
    private final LongSupplier nanoTime;
    private final RandomGenerator random;
    private int failures;
    private boolean permanent;
    private long since;

    ReceiveTrouble(String queue, LongSupplier nanoTime, RandomGenerator random) {
        this.queue = queue;
        this.nanoTime = nanoTime;
        this.random = random;
    }

    /**
     * A receive failed.
     *
     * @return how long to rest before the next one
     */
    Duration failed(Throwable failure) {
        boolean lasts = AwsErrors.unwrap(failure) instanceof InfrastructureException known && known.isPermanent();
        if (failures++ == 0) {
            since = nanoTime.getAsLong();
        }
        if (failures == 1 || lasts && !permanent) {
            log(lasts, AwsErrors.unwrap(failure).getMessage());
        }
        permanent = lasts;
        return lasts ? RESTS.longPause(random) : RESTS.pause(failures, random);
    }

    private void log(boolean lasts, String why) {
        if (lasts) {
            LOG.error("nothing is received from queue {} until this is mended: {}", queue, why);
        } else {
            LOG.warn("nothing is received from queue {} until it answers: {}", queue, why);
        }
    }

    /** Whether the last receive failed. */
    boolean isOn() {
        return failures > 0;
    }

    /** A receive succeeded after others had failed. */
    void over() {
        LOG.info(
                "receiving from queue {} again after {} s and {} failures",
                queue,
                TimeUnit.NANOSECONDS.toSeconds(nanoTime.getAsLong() - since),
                failures);
        failures = 0;
        permanent = false;
    }
}
