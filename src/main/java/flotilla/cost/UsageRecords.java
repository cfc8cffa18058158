package flotilla.cost;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * What was used, minute by minute for the last {@value #MINUTES_KEPT} minutes and hour by hour for {@value #HOURS_KEPT} hours, in
 * UTC; of the time before its own beginning what others have recorded, by the hour. Confined to its owner.
 */
final class UsageRecords {
    static final int MINUTES_KEPT = 180;
    static final int HOURS_KEPT = 31 * 24;

    private static final double NANOS = 1e9;

    private final Instant minutesBegin;
    private final TreeMap<Instant, UsageSum> minutes = new TreeMap<>();
    private final TreeMap<Instant, UsageSum> hours = new TreeMap<>();
    private final UsageSum total = new UsageSum();
    private Instant hoursBegin;
    private Optional<Past> past = Optional.empty();

    UsageRecords(Instant begin) {
        this.minutesBegin = begin;
        this.hoursBegin = begin;
    }

    /** From when there are records. */
    Instant begin() {
        return past.map(Past::begin)
                .filter(earlier -> earlier.isBefore(hoursBegin))
                .orElse(hoursBegin);
    }

    /** Everything of its own since the beginning, also what is not kept by the hour any more. */
    Usage total() {
        return total.usage();
    }

    /** Adds what was used at a moment. */
    void at(Instant now, Consumer<UsageSum> used) {
        used.accept(slot(minutes, now, ChronoUnit.MINUTES));
        used.accept(slot(hours, now, ChronoUnit.HOURS));
        used.accept(total);
        forget();
    }

    /** Adds some time, each minute's and hour's part to its own, in seconds. */
    void between(Instant from, Instant to, BiConsumer<UsageSum, Double> used) {
        Instant start = from;
        while (start.isBefore(to)) {
            Instant next = start.truncatedTo(ChronoUnit.MINUTES).plus(1, ChronoUnit.MINUTES);
            Instant end = next.isBefore(to) ? next : to;
            double seconds = Duration.between(start, end).toNanos() / NANOS;
            at(start, sum -> used.accept(sum, seconds));
            start = end;
        }
    }

    private static UsageSum slot(TreeMap<Instant, UsageSum> slots, Instant at, ChronoUnit unit) {
        return slots.computeIfAbsent(at.truncatedTo(unit), start -> new UsageSum());
    }

    private void forget() {
        while (Duration.between(minutes.firstKey(), minutes.lastKey()).toMinutes() >= MINUTES_KEPT) {
            minutes.pollFirstEntry();
        }
        while (Duration.between(hours.firstKey(), hours.lastKey()).toHours() >= HOURS_KEPT) {
            hours.pollFirstEntry();
            hoursBegin = hours.firstKey();
        }
    }

    /** These are the records of others, in place of what was given before. */
    void recall(Past others) {
        past = Optional.of(others);
    }

    /** The hours of its own that begin at a moment or later. */
    Map<Instant, Usage> hoursFrom(Instant first) {
        Map<Instant, Usage> all = new TreeMap<>();
        hours.tailMap(first).forEach((hour, sum) -> all.put(hour, sum.usage()));
        return all;
    }

    /** What was used since the beginning of the minute, or of the hour, of a moment, or since there are records. */
    Period since(Instant wanted, Instant now) {
        Instant from = wanted.isAfter(begin()) ? wanted : begin();
        boolean byMinute =
                !from.isBefore(now.minus(MINUTES_KEPT - 1, ChronoUnit.MINUTES)) && !from.isBefore(minutesBegin);
        Instant start = from.truncatedTo(byMinute ? ChronoUnit.MINUTES : ChronoUnit.HOURS);
        UsageSum sum = new UsageSum();
        SortedMap<Instant, UsageSum> own = (byMinute ? minutes : hours).tailMap(start);
        own.values().forEach(slot -> sum.add(slot.usage()));
        if (!byMinute) {
            past.ifPresent(others -> others.hours().forEach((hour, usage) -> {
                if (!hour.isBefore(start)) {
                    sum.add(usage);
                }
            }));
        }
        return new Period(start.isAfter(begin()) ? start : begin(), sum.usage());
    }
}
