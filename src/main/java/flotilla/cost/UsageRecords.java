package flotilla.cost;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * What was used, minute by minute for the last {@value #MINUTES_KEPT} minutes and hour by hour for {@value #HOURS_KEPT} hours, in
 * UTC; of the time before its own beginning what others have recorded, by the hour, no further back. Confined to its owner.
 */
final class UsageRecords {
    static final int MINUTES_KEPT = 180;
    static final int HOURS_KEPT = 31 * 24;

    private final Instant begin;
    private final TreeMap<Instant, UsageSum> minutes = new TreeMap<>();
    private final HourlyUsage own = new HourlyUsage();
    private final UsageSum total = new UsageSum();
    private HourlyUsage others = new HourlyUsage();
    private Instant othersBegin;
    /** What was used before is not kept any more. */
    private Instant oldest = Instant.EPOCH;

    UsageRecords(Instant begin) {
        this.begin = begin;
        this.othersBegin = begin;
    }

    /** From when there are records. */
    Instant begin() {
        return later(othersBegin.isBefore(begin) ? othersBegin : begin, oldest);
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    /** Everything of its own since the beginning, also what is not kept by the hour any more. */
    Usage total() {
        return total.usage();
    }

    /** Adds what was used at a moment. */
    void at(Instant now, Consumer<UsageSum> used) {
        used.accept(HourlyUsage.slot(minutes, now, ChronoUnit.MINUTES));
        own.at(now, used);
        used.accept(total);
        forget(minutes.lastKey());
    }

    /** Adds some time, each minute's and hour's part to its own, in seconds. */
    void between(Instant from, Instant to, BiConsumer<UsageSum, Double> used) {
        Instant start = from;
        while (start.isBefore(to)) {
            Instant next = start.truncatedTo(ChronoUnit.MINUTES).plus(1, ChronoUnit.MINUTES);
            Instant end = next.isBefore(to) ? next : to;
            double seconds = Seconds.of(Duration.between(start, end));
            at(start, sum -> used.accept(sum, seconds));
            start = end;
        }
    }

    /** What others have recorded ages like its own: the beginning of all is never followed by a hole. */
    private void forget(Instant newest) {
        minutes.headMap(newest.minus(MINUTES_KEPT - 1, ChronoUnit.MINUTES)).clear();
        Instant first = newest.truncatedTo(ChronoUnit.HOURS).minus(HOURS_KEPT - 1, ChronoUnit.HOURS);
        if (first.isAfter(oldest)) {
            oldest = first;
            own.forgetBefore(first);
            others.forgetBefore(first);
        }
    }

    /** These are the records of others, in place of what was given before. */
    void recall(Past past) {
        others = new HourlyUsage();
        past.hours().forEach((hour, usage) -> others.at(hour, sum -> sum.add(usage)));
        others.forgetBefore(oldest);
        othersBegin = past.begin();
    }

    /** The hours of its own that begin at a moment or later. */
    Map<Instant, Usage> hoursFrom(Instant first) {
        return own.from(first);
    }

    /** What was used since the beginning of the minute, or of the hour, of a moment, or since there are records. */
    Period since(Instant wanted, Instant now) {
        Instant from = later(wanted, begin());
        boolean byMinute = !from.isBefore(now.minus(MINUTES_KEPT - 1, ChronoUnit.MINUTES)) && !from.isBefore(begin);
        Instant start = from.truncatedTo(byMinute ? ChronoUnit.MINUTES : ChronoUnit.HOURS);
        UsageSum sum = new UsageSum();
        if (byMinute) {
            minutes.tailMap(start).values().forEach(minute -> sum.add(minute.usage()));
        } else {
            own.addTo(sum, start);
            others.addTo(sum, start);
        }
        return new Period(later(start, begin()), sum.usage());
    }
}
