package flotilla.aws.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LifetimesTest {
    /** Lifetimes of inputs and results and an age, in hours, and what goes at that age. */
    @ParameterizedTest
    @CsvSource({
        "0, 0, 100000, false, false, false, false, false",
        "1, 1, 1, false, false, false, false, false",
        "1, 2, 2, false, false, false, false, false",
        "2, 1, 2, false, true, false, false, false",
        "1, 1, 25, false, true, false, false, true",
        "1, 1, 360, false, true, false, false, true",
        "1, 1, 361, true, true, false, true, true",
        "1, 1, 362, true, true, true, true, true",
        "0, 1000, 1001, false, true, false, true, true",
        "1000, 0, 1001, true, false, false, false, false"
    })
    void ages_shouldFollowTheTable(
            int input,
            int result,
            int age,
            boolean orphan,
            boolean done,
            boolean provisional,
            boolean attempt,
            boolean key) {
        Lifetimes lifetimes = new Lifetimes(Duration.ofHours(input), Duration.ofHours(result));
        Duration old = Duration.ofHours(age);

        assertThat(lifetimes.isOldOrphan(old)).as("orphan").isEqualTo(orphan);
        assertThat(lifetimes.isOldResult(old)).as("result").isEqualTo(done);
        assertThat(lifetimes.isOldProvisionalResult(old)).as("provisional").isEqualTo(provisional);
        assertThat(lifetimes.isOldAttempt(old)).as("attempt").isEqualTo(attempt);
        assertThat(lifetimes.isOldKey(old)).as("key").isEqualTo(key);
    }
}
