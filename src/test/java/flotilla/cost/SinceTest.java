package flotilla.cost;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SinceTest {
    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");

    @ParameterizedTest
    @CsvSource({
        "90s, 2026-11-29T11:58:30Z",
        "30m, 2026-11-29T11:30:00Z",
        "24h, 2026-11-28T12:00:00Z",
        "24H, 2026-11-28T12:00:00Z",
        "7 d, 2026-11-22T12:00:00Z",
        "PT1H30M, 2026-11-29T10:30:00Z",
        "P999999999999D, 1926-11-29T12:00:00Z",
        "2026-11-29T12:00:00Z, 2026-11-29T12:00:00Z",
        "2026-11-29T12:00:00+01:00, 2026-11-29T11:00:00Z"
    })
    void text_shouldNameAMoment(String text, Instant moment) {
        assertThat(Since.parse(text).orElseThrow().moment(NOW)).isEqualTo(moment);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "24", "0h", "-3h", "h", "yesterday", "2026-11-29", "PT0S", "-PT1H", "P", "99999999999999s"})
    void otherText_shouldNameNone(String text) {
        assertThat(Since.parse(text)).isEmpty();
    }

    @Test
    void nothing_shouldBeEverything() {
        assertThat(Since.EVER.moment(NOW)).isEqualTo(Instant.EPOCH);
    }
}
