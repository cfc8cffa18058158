package flotilla.gateway;

import flotilla.config.StorageSettings;
import flotilla.domain.RequestId;
import java.time.Duration;
import java.time.Instant;

/**
 * Tells requests that wait for their answer from those whose answer has expired. Nothing is written when a result expires: what
 * counts is the age of the request, which its id tells, and whether its image is stored. An image does not outlive its result (see
 * {@link StorageSettings}), so one that is stored waits for its answer, unless it is older than a result, and a message that makes
 * one, can be.
 *
 * @param results how long results are kept; zero for ever
 */
record Retention(Duration results) {
    /** What becomes of a request without a result, whose image is stored or is not. */
    Unanswered of(RequestId id, boolean stored, Instant now) {
        if (mayHaveExpired(id, now) && (!stored || isOver(id, results.plus(StorageSettings.LONGEST_MESSAGE), now))) {
            return Unanswered.EXPIRED;
        }
        return stored ? Unanswered.PENDING : Unanswered.UNKNOWN;
    }

    /** Whether it is so old that it may have had a result. */
    boolean mayHaveExpired(RequestId id, Instant now) {
        return !results.isZero() && isOver(id, results, now);
    }

    private static boolean isOver(RequestId id, Duration lifetime, Instant now) {
        return Duration.between(id.acceptedAt(), now).compareTo(lifetime) > 0;
    }
}
