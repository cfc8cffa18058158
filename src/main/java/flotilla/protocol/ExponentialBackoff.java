package flotilla.protocol;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Pauses between the tries of a call that fails, with full jitter, so that those who failed together do not come back
 * together. After the <i>n</i>-th failure in a row, with <i>U</i> a number drawn evenly from a range,
 *
 * <pre>pause(n) = U(0, min(longest, first · 2^(n−1)))</pre>
 *
 * @param first the upper bound after the first failure
 * @param longest no pause is longer
 * @see <a href="https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/">why full jitter</a>
 */
public record ExponentialBackoff(Duration first, Duration longest) {
    private static final int MOST_DOUBLINGS = 30;

    public ExponentialBackoff {
        if (first.toMillis() < 1 || longest.compareTo(first) < 0) {
            throw new IllegalArgumentException(
                    "first is at least 1 ms and at most longest, not " + first + " and " + longest);
        }
    }

    /**
     * The pause after a failure.
     *
     * @param failures in a row, at least 1
     */
    public Duration pause(int failures, RandomGenerator random) {
        // Compared first, so that doubling cannot overflow.
        int doublings = Math.min(failures - 1, MOST_DOUBLINGS);
        long ceiling =
                first.toNanos() > longest.toNanos() >> doublings ? longest.toNanos() : first.toNanos() << doublings;
        return Duration.ofNanos(drawn(0, ceiling, random));
    }

    /** For a failure that will not pass by itself: from the upper half of the longest pause. */
    public Duration longPause(RandomGenerator random) {
        return Duration.ofNanos(drawn(longest.toNanos() / 2, longest.toNanos(), random));
    }

    private static long drawn(long from, long to, RandomGenerator random) {
        return from + (long) (random.nextDouble() * (to - from));
    }
}
