package flotilla.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogNormalTest {
    @ParameterizedTest
    @CsvSource({
        // the standard normal distribution's table
        "0.5, 0",
        "0.841344746, 1",
        "0.977249868, 2",
        "0.998650102, 3",
        "0.9, 1.281551566",
        "0.95, 1.644853627",
        "0.99, 2.326347874",
        "0.1, -1.281551566",
        "0.022750132, -2"
    })
    void quantiles_shouldBeThoseOfTheTable(double p, double z) {
        assertThat(LogNormal.normalQuantile(p)).isCloseTo(z, within(1e-4));
        assertThat(LogNormal.normalCdf(z)).isCloseTo(p, within(2e-7));
    }

    @Test
    void medianAndP90_shouldBeWhatWasGiven() {
        LogNormal boot = LogNormal.ofMedianAndP90(60, 90);

        assertThat(boot.median()).isCloseTo(60, within(1e-9));
        assertThat(boot.quantile(0.9)).isCloseTo(90, within(1e-3));
        assertThat(boot.cdf(60)).isCloseTo(0.5, within(1e-6));
        assertThat(boot.cdf(90)).isCloseTo(0.9, within(1e-6));
        assertThat(boot.mean()).isGreaterThan(60).isLessThan(65);
    }

    @Test
    void meanAndVariation_shouldBeWhatWasGiven() {
        LogNormal boot = LogNormal.ofMeanAndVariation(40, 0.5);

        assertThat(boot.mean()).isCloseTo(40, within(1e-9));
        assertThat(Math.sqrt(Math.exp(boot.sigma() * boot.sigma()) - 1)).isCloseTo(0.5, within(1e-9));
    }

    @Test
    void noTime_shouldHaveNoProbability() {
        LogNormal boot = LogNormal.ofMedianAndP90(60, 90);

        assertThat(boot.cdf(0)).isZero();
        assertThat(boot.cdf(-1)).isZero();
        assertThat(boot.cdf(1e9)).isCloseTo(1, within(1e-9));
    }

    @Test
    void noSpreadAtAll_shouldStayADistribution() {
        LogNormal exact = LogNormal.ofMedianAndP90(60, 60);

        assertThat(exact.cdf(59)).isZero();
        assertThat(exact.cdf(61)).isEqualTo(1);
        assertThat(exact.quantile(0.9)).isCloseTo(60, within(1e-3));
    }
}
