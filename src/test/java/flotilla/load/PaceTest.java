package flotilla.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.PrimitiveIterator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PaceTest {
    @Test
    void evenArrivals_shouldNotDriftFromTheRate() {
        long[] times = times(new Pace(3, Pace.Arrivals.EVEN, 1), 3_000_001);

        assertThat(times).startsWith(0, 333_333_333, 666_666_667, 1_000_000_000);
        assertThat(times[3_000_000]).isEqualTo(1_000_000L * 1_000_000_000L);
    }

    @Test
    void poissonArrivals_shouldHaveTheRateAndTheSpreadOfExponentialGaps() {
        long[] times = times(new Pace(50, Pace.Arrivals.POISSON, 7), 20_000);

        double mean = times[times.length - 1] / 1e9 / times.length;
        double squares = 0;
        for (int i = 1; i < times.length; i++) {
            assertThat(times[i]).isGreaterThanOrEqualTo(times[i - 1]);
            squares += Math.pow((times[i] - times[i - 1]) / 1e9 - mean, 2);
        }
        assertThat(mean).isCloseTo(1 / 50.0, within(0.0005));
        assertThat(Math.sqrt(squares / times.length)).isCloseTo(1 / 50.0, within(0.001));
    }

    @Test
    void sameSeed_shouldGiveTheSameTimes() {
        assertThat(times(new Pace(5, Pace.Arrivals.POISSON, 3), 100))
                .isEqualTo(times(new Pace(5, Pace.Arrivals.POISSON, 3), 100))
                .isNotEqualTo(times(new Pace(5, Pace.Arrivals.POISSON, 4), 100));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
    void rateThatIsNone_shouldBeRefused(double rate) {
        assertThatIllegalArgumentException().isThrownBy(() -> new Pace(rate, Pace.Arrivals.EVEN, 1));
    }

    private static long[] times(Pace pace, int count) {
        PrimitiveIterator.OfLong times = pace.times();
        return LongStream.generate(times::nextLong).limit(count).toArray();
    }
}
