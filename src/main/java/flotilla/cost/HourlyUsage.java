package flotilla.cost;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What was used by the hour, in UTC, with the sum of each day besides, so that a month is added up from some fifty sums and not from
 * hundreds. Confined to its owner.
 */
final class HourlyUsage {
    private final TreeMap<Instant, UsageSum> hours = new TreeMap<>();
    private final TreeMap<Instant, UsageSum> days = new TreeMap<>();

    /** Adds what was used at a moment. */
    void at(Instant now, Consumer<UsageSum> used) {
        used.accept(slot(hours, now, ChronoUnit.HOURS));
        used.accept(slot(days, now, ChronoUnit.DAYS));
    }

    /** What is added up for the minute, hour or day of a moment. */
    static UsageSum slot(TreeMap<Instant, UsageSum> slots, Instant at, ChronoUnit unit) {
        return slots.computeIfAbsent(at.truncatedTo(unit), start -> new UsageSum());
    }

    /** The hours that begin at a moment or later. */
    Map<Instant, Usage> from(Instant first) {
        Map<Instant, Usage> all = new TreeMap<>();
        hours.tailMap(first).forEach((hour, sum) -> all.put(hour, sum.usage()));
        return all;
    }

    /**
     * Adds what was used in the hours that begin at a moment or later.
     *
     * @param first not before what was forgotten
     */
    void addTo(UsageSum sum, Instant first) {
        Instant day = first.truncatedTo(ChronoUnit.DAYS);
        Instant wholeDays = day.equals(first) ? day : day.plus(1, ChronoUnit.DAYS);
        hours.subMap(first, wholeDays).values().forEach(hour -> sum.add(hour.usage()));
        days.tailMap(wholeDays).values().forEach(whole -> sum.add(whole.usage()));
    }

    /** Forgets the hours that begin before a moment. */
    void forgetBefore(Instant first) {
        hours.headMap(first).clear();
        days.headMap(first.truncatedTo(ChronoUnit.DAYS)).clear();
    }
}
