package flotilla.membership;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Which members of a set that changes have been in it all the time of late. Each counts for itself: one that comes and goes does not hold up
 * the others. Not safe for several threads.
 */
final class Lasting<N> {
    private final long nanos;
    private final LongSupplier nanoTime;
    private final Map<N, Long> since = new HashMap<>();

    /**
     * @param duration for which one must have been in the set
     * @param nanoTime a clock that never goes back
     */
    Lasting(Duration duration, LongSupplier nanoTime) {
        this.nanos = duration.toNanos();
        this.nanoTime = nanoTime;
    }

    /** Those of the set as it is now that were in it at each look for the duration. */
    Set<N> of(Set<N> now) {
        long time = nanoTime.getAsLong();
        since.keySet().retainAll(now);
        now.forEach(one -> since.putIfAbsent(one, time));
        return now.stream().filter(one -> time - since.get(one) >= nanos).collect(Collectors.toSet());
    }
}
