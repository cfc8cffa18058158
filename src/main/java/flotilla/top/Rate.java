package flotilla.top;

import flotilla.protocol.DecisionReport.Decision;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.ToLongFunction;

/**
 * How fast a count grows, from what it is now and what it was half a minute ago: (now − before) / time between. The page reckons
 * alike.
 */
final class Rate {
    /** Decisions may fall a moment after one another, so two of them are not enough. */
    static final Duration OVER = Duration.ofSeconds(30);

    /** What was seen of less time is no rate. */
    private static final Duration FROM = Duration.ofSeconds(10);

    private Rate() {}

    /**
     * Images a second; empty while it is not known.
     *
     * @param decisions oldest first
     * @param count of a decision; below 0 when it was unknown. Another supervisor counts from the beginning: a count that has
     *     shrunk begins anew
     */
    static OptionalDouble perSecond(List<Decision> decisions, ToLongFunction<Decision> count) {
        if (decisions.isEmpty()) {
            return OptionalDouble.empty();
        }
        int last = decisions.size() - 1;
        Instant now = decisions.get(last).at();
        int from = last;
        while (from > 0
                && decisions.get(from).at().isAfter(now.minus(OVER))
                && follows(count.applyAsLong(decisions.get(from - 1)), count.applyAsLong(decisions.get(from)))) {
            from--;
        }
        Duration time = Duration.between(decisions.get(from).at(), now);
        if (time.compareTo(FROM) < 0) {
            return OptionalDouble.empty();
        }
        long more = count.applyAsLong(decisions.get(last)) - count.applyAsLong(decisions.get(from));
        return OptionalDouble.of(more * 1000.0 / time.toMillis());
    }

    private static boolean follows(long before, long after) {
        return before >= 0 && after >= before;
    }
}
