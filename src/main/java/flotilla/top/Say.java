package flotilla.top;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Figures and times in a word or two. */
final class Say {
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private Say() {}

    /** No data is not zero. */
    static String known(OptionalLong figure) {
        return figure.isPresent() ? Long.toString(figure.getAsLong()) : "unknown";
    }

    /** {@code 3.4/s}. */
    static String perSecond(OptionalDouble rate) {
        return rate.isPresent() ? String.format(Locale.ROOT, "%.1f/s", rate.getAsDouble()) : "unknown";
    }

    static String day(Instant at) {
        return DAY.format(at);
    }

    /** Of the same day, UTC. */
    static String time(Instant at) {
        return TIME.format(at);
    }

    /** How long ago a time was: {@code 12s}, {@code 3m}, {@code 2h5m}, {@code 4d2h}. Clocks differ, so that none is in the future. */
    static String since(Instant at, Instant now) {
        Duration time = Duration.between(at, now);
        if (time.compareTo(Duration.ofMinutes(1)) < 0) {
            return Math.max(0, time.toSeconds()) + "s";
        }
        if (time.compareTo(Duration.ofHours(1)) < 0) {
            return time.toMinutes() + "m";
        }
        return time.compareTo(Duration.ofDays(4)) < 0
                ? time.toHours() + "h" + time.toMinutesPart() + "m"
                : time.toDays() + "d" + time.toHoursPart() + "h";
    }
}
