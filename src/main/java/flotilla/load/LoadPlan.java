package flotilla.load;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How much is sent and when.
 *
 * @param requests after so many no more are started; empty: only the duration ends the run
 * @param duration after this time no more are started; empty: only the number of requests ends the run
 * @param pace an open loop; empty: a closed loop, in which the next request starts when one ends
 * @param concurrency requests under way at the same time, at most; one that is due beyond that waits, and its wait counts
 */
public record LoadPlan(OptionalLong requests, Optional<Duration> duration, Optional<Pace> pace, int concurrency) {
    public LoadPlan {
        if (requests.isEmpty() && duration.isEmpty()) {
            throw new IllegalArgumentException("a run without an end");
        }
        if (requests.isPresent() && requests.getAsLong() < 1 || concurrency < 1) {
            throw new IllegalArgumentException("requests and concurrency are at least 1");
        }
    }

    /** The most requests that can be sent. */
    public long mostRequests() {
        return requests.orElse(Long.MAX_VALUE);
    }

    /** Whether a request that is due at this time is still part of the run. */
    boolean includes(long nanos) {
        return duration.map(limit -> nanos <= limit.toNanos()).orElse(true);
    }
}
