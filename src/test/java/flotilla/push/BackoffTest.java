package flotilla.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackoffTest {
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");

    @ParameterizedTest
    @CsvSource({"1, 2000, 4000", "2, 4000, 8000", "4, 16000, 32000", "5, 30000, 60000", "1000000, 30000, 60000"})
    void wait_shouldDoubleUpToTheLongestAndVary(int failures, long least, long most) {
        Random random = new Random(1);
        List<Long> waits = random.ints(1000)
                .mapToObj(any -> Backoff.after(failures, Optional.empty(), PushFixture.RETRY, random)
                        .toMillis())
                .toList();

        assertThat(waits).allMatch(wait -> wait >= least && wait <= most);
        assertThat(waits).anyMatch(wait -> wait < least + (most - least) / 4);
        assertThat(waits).anyMatch(wait -> wait > most - (most - least) / 4);
    }

    @ParameterizedTest
    @CsvSource({"1, false", "100, true"})
    void receiverThatAsksForMore_shouldGetIt(long seconds, boolean more) {
        Duration wait = Backoff.after(1, Optional.of(Duration.ofSeconds(seconds)), PushFixture.RETRY, new Random(1));

        assertThat(wait.equals(Duration.ofSeconds(seconds))).isEqualTo(more);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "none",
            value = {
                "120, 120",
                "' 7 ', 7",
                "'Tue, 24 Nov 2026 10:01:30 GMT', 90",
                "'Tue, 24 Nov 2026 09:00:00 GMT', 0",
                "soon, none",
                "-1, none",
                "'', none",
                "99999999999, none"
            })
    void retryAfter_shouldBeSecondsOrADate(String header, Long seconds) {
        assertThat(Backoff.retryAfter(header, NOW))
                .isEqualTo(Optional.ofNullable(seconds).map(Duration::ofSeconds));
    }
}
