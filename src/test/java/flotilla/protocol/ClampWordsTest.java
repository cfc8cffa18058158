package flotilla.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What EC2 says of machines, in words; the other clamps stand in {@link DecisionStoryTest}. */
class ClampWordsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "EC2 takes i-1 (app-tier id 1) back at 2026-11-29T12:00:10Z"
                        + " | EC2 takes i-1 (app-tier id 1) back at 12:00:10 UTC",
                "worker on i-1 (app-tier id 1) is silent since 2026-11-29T12:00:10Z"
                        + " | i-1 (app-tier id 1) is not heard of since 12:00:10 UTC and does not count",
                "EC2 recommends to replace i-1 since 2026-11-29T12:00:10Z"
                        + " | EC2 recommends since 12:00:10 UTC to replace i-1 (fleet.replace-at-risk)",
                "the Auto Scaling group replaces 2 that EC2 takes back, when they are gone"
                        + " | the Auto Scaling group replaces 2 that EC2 takes back, when they are gone",
                "the Auto Scaling group ends i-1 and waits for its worker"
                        + " | the Auto Scaling group ends i-1 and waits for its worker"
            })
    void clamp_shouldBeHalfASentence(String clamp, String words) {
        assertThat(ClampWords.of(clamp)).isEqualTo(words);
    }
}
