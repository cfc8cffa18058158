package flotilla.cost;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/**
 * What earlier accounts have on record.
 *
 * @param begin of the first of them, or of its first hour that is kept
 * @param hours what was used, by the beginning of each hour
 */
public record Past(Instant begin, Map<Instant, Usage> hours) {
    public Past {
        hours = Map.copyOf(hours);
    }

    /** The records of two accounts together. */
    public Past with(Past other) {
        Map<Instant, UsageSum> sums = new TreeMap<>();
        hours.forEach((hour, usage) ->
                sums.computeIfAbsent(hour, first -> new UsageSum()).add(usage));
        other.hours()
                .forEach((hour, usage) ->
                        sums.computeIfAbsent(hour, first -> new UsageSum()).add(usage));
        Map<Instant, Usage> all = new TreeMap<>();
        sums.forEach((hour, sum) -> all.put(hour, sum.usage()));
        return new Past(begin.isBefore(other.begin()) ? begin : other.begin(), all);
    }
}
