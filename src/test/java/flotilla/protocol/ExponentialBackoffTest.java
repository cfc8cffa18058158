package flotilla.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExponentialBackoffTest {
    private static final ExponentialBackoff BACKOFF =
            new ExponentialBackoff(Duration.ofMillis(100), Duration.ofSeconds(10));
    /** Draws the middle of every range. */
    private static final RandomGenerator MIDDLE = new RandomGenerator() {
        @Override
        public long nextLong() {
            throw new AssertionError("a fraction is drawn");
        }

        @Override
        public double nextDouble() {
            return 0.5;
        }
    };

    @ParameterizedTest
    @CsvSource({"1, 50", "2, 100", "3, 200", "7, 3200", "8, 5000", "9, 5000", "1000, 5000", "2147483647, 5000"})
    void pause_shouldDoubleUpToTheLongest(int failures, long millis) {
        assertThat(BACKOFF.pause(failures, MIDDLE)).isEqualTo(Duration.ofMillis(millis));
    }

    @Test
    void pauses_shouldBeSpreadOverTheWholeRange() {
        Random random = new Random(7);
        int[] fifths = new int[5];
        for (int i = 0; i < 10_000; i++) {
            fifths[(int) (BACKOFF.pause(50, random).toMillis() * 5 / 10_000)]++;
        }

        assertThat(fifths).satisfies(all -> {
            for (int fifth : all) {
                assertThat(fifth).isBetween(1_800, 2_200);
            }
        });
    }

    @Test
    void longPause_shouldBeOfTheUpperHalf() {
        Random random = new Random(7);
        for (int i = 0; i < 1_000; i++) {
            assertThat(BACKOFF.longPause(random)).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(10));
        }
    }

    @ParameterizedTest
    @CsvSource({"PT0S, PT1S", "PT2S, PT1S"})
    void rangeThatIsNone_shouldBeRefused(Duration first, Duration longest) {
        assertThatThrownBy(() -> new ExponentialBackoff(first, longest)).isInstanceOf(IllegalArgumentException.class);
    }
}
