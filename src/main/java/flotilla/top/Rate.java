package flotilla.top;

import flotilla.protocol.DecisionReport.Decision;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.ToLongFunction;

/**
 * How fast a count grows, from what it is now and what it was half a minute ago: (now − before) / time between. It begins anew
 * where the count was unknown or has shrunk, and when another supervisor has heard of the gateways. The page reckons alike, in
 * {@code series.js}.
 */
final class Rate {
    /** Decisions may fall a moment after one another, so two of them are not enough. */
    static final Duration OVER = Duration.ofSeconds(30);

    /** What was seen of less time is no rate. */
    private static final Duration FROM = Duration.ofSeconds(10);

    /** A new supervisor hears of the gateways one after the other: so long they only tell it what they had before. */
    private static final Duration SETTLES = Duration.ofSeconds(10);

    private Rate() {}

    /**
     * Images a second; empty while it is not known.
     *
     * @param decisions oldest first
     * @param count of a decision; below 0 when it was unknown
     */
    static OptionalDouble perSecond(List<Decision> decisions, ToLongFunction<Decision> count) {
        if (decisions.isEmpty()) {
            return OptionalDouble.empty();
        }
        int last = decisions.size() - 1;
        Instant now = decisions.get(last).at();
        int from = beginning(decisions, count);
        while (from + 1 < last && !decisions.get(from + 1).at().isAfter(now.minus(OVER))) {
            from++;
        }
        Duration time = Duration.between(decisions.get(from).at(), now);
        if (time.compareTo(FROM) < 0) {
            return OptionalDouble.empty();
        }
        long more = count.applyAsLong(decisions.get(last)) - count.applyAsLong(decisions.get(from));
        return OptionalDouble.of(more * 1000.0 / time.toMillis());
    }

    /** The first of the decisions whose counts go on from one another up to the last one. */
    private static int beginning(List<Decision> decisions, ToLongFunction<Decision> count) {
        int from = 0;
        Instant settled = decisions.get(0).at().plus(SETTLES);
        for (int i = 1; i < decisions.size(); i++) {
            Decision before = decisions.get(i - 1);
            Decision one = decisions.get(i);
            // Numbers of one supervisor have no gaps, and another's go on from elsewhere.
            if (one.n() != before.n() + 1) {
                settled = one.at().plus(SETTLES);
            }
            boolean grows = count.applyAsLong(before) >= 0 && count.applyAsLong(one) >= count.applyAsLong(before);
            if (!grows || !one.at().isAfter(settled)) {
                from = i;
            }
        }
        return from;
    }
}
