package flotilla.gateway;

import flotilla.config.ApiKeySettings;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What one key uses of its limits: a bucket that holds one second's requests and fills at the key's rate, and a count of
 * requests at a time. Safe for all threads.
 */
final class KeyLimits {
    private static final double NANOS = 1e9;

    private final ApiKeySettings key;
    private final StreamCount streams;
    private double tokens;
    private Instant filledAt;
    private int inside;

    /**
     * @param maxStreams streams of events at the same time
     */
    KeyLimits(ApiKeySettings key, int maxStreams, Instant now) {
        this.key = key;
        this.streams = new StreamCount("key " + key.name(), maxStreams);
        this.tokens = Math.max(1, key.requestsPerSecond());
        this.filledAt = now;
    }

    ApiKeySettings key() {
        return key;
    }

    /** The streams of events that are open for it. */
    StreamCount streams() {
        return streams;
    }

    /**
     * A request begins.
     *
     * @return after how many seconds to try again; empty when it may go on
     */
    synchronized Optional<Integer> enter(Instant now) {
        if (key.concurrentRequests() > 0 && inside >= key.concurrentRequests()) {
            return Optional.of(1);
        }
        double rate = key.requestsPerSecond();
        if (rate > 0) {
            double passed = Math.max(0, Duration.between(filledAt, now).toNanos() / NANOS);
            tokens = Math.min(Math.max(1, rate), tokens + passed * rate);
            filledAt = now;
            if (tokens < 1) {
                return Optional.of((int) Math.ceil((1 - tokens) / rate));
            }
            tokens--;
        }
        inside++;
        return Optional.empty();
    }

    /** A request that began has ended. */
    synchronized void leave() {
        inside--;
    }
}
