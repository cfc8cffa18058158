package flotilla.load;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** When a server may be asked again: after 429 and 503, if it says when (RFC 9110, 10.2.3). */
final class Retry {
    private Retry() {}

    /** How long to wait before the request is sent again; empty when it is not. */
    static Optional<Duration> after(Response response, int retriesLeft, Instant now) {
        if (retriesLeft < 1 || response.status() != 429 && response.status() != 503) {
            return Optional.empty();
        }
        return response.retryAfter().flatMap(text -> parse(text, now));
    }

    /** A {@code Retry-After}: seconds or a date. */
    static Optional<Duration> parse(String text, Instant now) {
        String value = text.strip();
        if (value.matches("\\d{1,9}")) {
            return Optional.of(Duration.ofSeconds(Long.parseLong(value)));
        }
        try {
            Instant date = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            return Optional.of(date.isBefore(now) ? Duration.ZERO : Duration.between(now, date));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
