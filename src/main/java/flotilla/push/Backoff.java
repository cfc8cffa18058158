package flotilla.push;

import flotilla.config.PushSettings.Retry;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * When a delivery that failed is tried again. After the n-th failure in a row the wait is drawn evenly from the upper half of
 * {@code min(longest, first × 2^(n-1))}, so that deliveries that failed together do not come back together; a receiver that
 * asks for more gets more.
 */
final class Backoff {
    private static final int MOST_DOUBLINGS = 30;

    private Backoff() {}

    /**
     * The wait after a failure.
     *
     * @param failures in a row, at least 1
     * @param asked what the receiver's {@code Retry-After} says
     */
    static Duration after(int failures, Optional<Duration> asked, Retry retry, RandomGenerator random) {
        long most = retry.longest().toMillis();
        long doubled = retry.first().toMillis() * (1L << Math.min(failures - 1, MOST_DOUBLINGS));
        long ceiling = Math.min(most, doubled);
        Duration drawn = Duration.ofMillis(ceiling / 2 + Math.round(random.nextDouble() * (ceiling - ceiling / 2)));
        return asked.filter(more -> more.compareTo(drawn) > 0).orElse(drawn);
    }

    /**
     * What becomes of a wish after an attempt in vain.
     *
     * @return the wish with its next attempt, which is never later than the end of all attempts; empty when that has come
     */
    static Optional<Wish> next(
            Wish wish, Carrier.Attempt.Failed attempt, Instant now, Retry retry, RandomGenerator random) {
        Instant last = wish.failures().first().orElse(now).plus(retry.giveUpAfter());
        Instant wanted = now.plus(after(wish.failures().count() + 1, attempt.retryAfter(), retry, random));
        return now.isBefore(last)
                ? Optional.of(wish.failed(now, wanted.isBefore(last) ? wanted : last, attempt.why()))
                : Optional.empty();
    }

    /**
     * What a {@code Retry-After} header asks for: seconds, or a date (RFC 9110).
     *
     * @return empty when it is neither
     */
    static Optional<Duration> retryAfter(String header, Instant now) {
        String text = header.strip();
        if (text.matches("\\d{1,9}")) {
            return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
        }
        try {
            Duration until = Duration.between(
                    now,
                    ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant());
            return Optional.of(until.isNegative() ? Duration.ZERO : until);
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
