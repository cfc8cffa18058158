package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.RequestId;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetentionTest {
    private static final Instant ACCEPTED = Instant.parse("2026-11-30T08:00:00Z");

    /** Hours that results are kept and that the request is old, whether its image is stored, and what becomes of it. */
    @ParameterizedTest
    @CsvSource({
        "0, 0, true, PENDING",
        "0, 100000, true, PENDING",
        "0, 100000, false, UNKNOWN",
        "1, 0, true, PENDING",
        "1, -1, true, PENDING",
        "1, 1, false, UNKNOWN",
        "1, 2, false, EXPIRED",
        "1, 2, true, PENDING",
        "1, 361, true, PENDING",
        "1, 362, true, EXPIRED",
        "720, 720, false, UNKNOWN",
        "720, 721, false, EXPIRED",
        "720, 1081, true, EXPIRED"
    })
    void requestWithoutAResult_shouldFollowTheTable(int results, int age, boolean stored, Unanswered state) {
        RequestId id = RequestId.create(ACCEPTED, new Random(1));

        assertThat(new Retention(Duration.ofHours(results)).of(id, stored, ACCEPTED.plus(Duration.ofHours(age))))
                .isEqualTo(state);
    }
}
