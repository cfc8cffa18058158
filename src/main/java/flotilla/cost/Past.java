package flotilla.cost;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

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

    /** The records of some accounts together; empty when there are none. */
    public static Optional<Past> together(Collection<Past> accounts) {
        Map<Instant, UsageSum> sums = new HashMap<>();
        accounts.forEach(one -> one.hours()
                .forEach((hour, usage) ->
                        sums.computeIfAbsent(hour, first -> new UsageSum()).add(usage)));
        Map<Instant, Usage> hours = sums.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, one -> one.getValue().usage()));
        return accounts.stream().map(Past::begin).min(Instant::compareTo).map(begin -> new Past(begin, hours));
    }
}
