package flotilla.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryTest {
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // status | Retry-After | retries left | waits
                "503 | 5                             | 1 | PT5S",
                "429 | 30                            | 3 | PT30S",
                "429 | ' 0 '                         | 1 | PT0S",
                "503 | Tue, 24 Nov 2026 10:00:07 GMT | 1 | PT7S",
                "503 | Tue, 24 Nov 2026 09:00:00 GMT | 1 | PT0S",
                "503 | 5                             | 0 |",
                "503 |                               | 1 |",
                "503 | soon                          | 1 |",
                "503 | -1                            | 1 |",
                "500 | 5                             | 1 |",
                "504 | 5                             | 1 |",
                "202 | 1                             | 1 |",
                "200 | 1                             | 1 |"
            })
    void response_shouldBeTriedAgainOnlyWhenTheServerSaysWhen(int status, String retryAfter, int left, Duration wait) {
        Response response =
                new Response(status, Optional.empty(), Optional.empty(), Optional.ofNullable(retryAfter), "");

        assertThat(Retry.after(response, left, NOW)).isEqualTo(Optional.ofNullable(wait));
    }
}
