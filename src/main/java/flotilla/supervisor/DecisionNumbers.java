package flotilla.supervisor;

import java.time.Duration;
import java.time.Instant;

/**
 * Where a supervisor begins to number its decisions. A new supervisor knows nothing of its predecessor, and yet its numbers
 * must be higher, so that {@code GET /v1/scaling/decisions/{n}} means one decision and a client that follows the stream can
 * tell what it has seen. So the first number comes from the clock, and grows faster than anybody decides: by one in each
 * quarter of a second, which is less than a burst of work is left to add up ({@code scaling.debounce}).
 */
public final class DecisionNumbers {
    private static final Instant ORIGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final long MILLIS_EACH = 250;

    private DecisionNumbers() {}

    /** The first number of a supervisor that starts now; at least 1, also where the clock is wrong. */
    public static long firstAt(Instant now) {
        return Math.max(1, Duration.between(ORIGIN, now).toMillis() / MILLIS_EACH);
    }
}
