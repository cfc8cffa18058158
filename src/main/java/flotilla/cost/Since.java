package flotilla.cost;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * From when costs are wanted: a moment, or so long ago; everything when neither is given.
 *
 * @param at empty unless a moment was named
 * @param ago empty unless a duration was named
 */
public record Since(Optional<Instant> at, Optional<Duration> ago) {
    /** Everything. */
    public static final Since EVER = new Since(Optional.empty(), Optional.empty());

    /** What {@link #parse} takes, for people. */
    public static final String FORMS = "a duration such as 90s, 30m, 24h or 7d, or a time such as 2026-11-29T12:00:00Z";

    /** Longer than anything is on record; what is longer still could not be reckoned with. */
    private static final Duration LONGEST = Duration.ofDays(36_525);

    private static final Pattern DURATION = Pattern.compile("([1-9]\\d{0,8})\\s*(s|m|h|d)");

    public Since {
        at = at == null ? Optional.empty() : at;
        ago = ago == null ? Optional.empty() : ago.map(given -> given.compareTo(LONGEST) > 0 ? LONGEST : given);
    }

    /** What a text means; empty when it has none of the {@link #FORMS}. ISO 8601's durations, such as {@code PT24H}, do as well. */
    public static Optional<Since> parse(String text) {
        String stripped = text.strip();
        Matcher simple = DURATION.matcher(stripped.toLowerCase(Locale.ROOT));
        if (simple.matches()) {
            return Optional.of(
                    backBy(Duration.ofSeconds(Long.parseLong(simple.group(1)) * unitSeconds(simple.group(2)))));
        }
        try {
            if (stripped.toUpperCase(Locale.ROOT).startsWith("P")) {
                return Optional.of(Duration.parse(stripped))
                        .filter(ago -> !ago.isNegative() && !ago.isZero())
                        .map(Since::backBy);
            }
            return Optional.of(
                    new Since(Optional.of(OffsetDateTime.parse(stripped).toInstant()), Optional.empty()));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private static Since backBy(Duration ago) {
        return new Since(Optional.empty(), Optional.of(ago));
    }

    private static long unitSeconds(String unit) {
        return switch (unit) {
            case "s" -> 1;
            case "m" -> 60;
            case "h" -> 3600;
            default -> 86_400;
        };
    }

    /** The moment that is meant; the epoch for everything. */
    public Instant moment(Instant now) {
        return at.or(() -> ago.map(now::minus)).orElse(Instant.EPOCH);
    }
}
