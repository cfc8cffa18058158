package flotilla.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogNormalTablesTest {
    private final LogNormal boots = LogNormal.ofMedianAndP90(60, 90);

    @Test
    void medianAndP90_shouldComeBackAsQuantiles() {
        assertThat(boots.median()).isCloseTo(60, within(1e-9));
        assertThat(boots.quantile(0.5)).isCloseTo(60, within(0.001));
        assertThat(boots.quantile(0.9)).isCloseTo(90, within(0.001));
        assertThat(boots.cdf(90)).isCloseTo(0.9, within(1e-6));
    }

    @Test
    void meanAndVariation_shouldComeBackAsTheMean() {
        assertThat(LogNormal.ofMeanAndVariation(2, 0.5).mean()).isCloseTo(2, within(1e-9));
    }

    @ParameterizedTest
    @CsvSource({"0,0.5", "1,0.8413447", "-1,0.1586553", "1.959964,0.975", "-3,0.0013499", "8,1"})
    void normalCdf_shouldBeThatOfTheTables(double z, double expected) {
        assertThat(LogNormal.normalCdf(z)).isCloseTo(expected, within(2e-7));
    }

    @ParameterizedTest
    @CsvSource({"0.5,0", "0.975,1.959964", "0.1,-1.2815516", "0.0013499,-3"})
    void normalQuantile_shouldBeThatOfTheTables(double p, double expected) {
        assertThat(LogNormal.normalQuantile(p)).isCloseTo(expected, within(1e-4));
    }

    @ParameterizedTest
    @CsvSource({"0", "-5"})
    void noTime_shouldNeverBeEnough(double seconds) {
        assertThat(boots.cdf(seconds)).isZero();
    }

    @Property
    void residual_shouldBeAProbabilityThatGrows(
            @ForAll @DoubleRange(max = 1000) double age, @ForAll @DoubleRange(max = 100) double more) {
        double soon = boots.residualCdf(age, more);

        assertThat(soon).isBetween(0.0, 1.0);
        assertThat(boots.residualCdf(age, more + 10)).isGreaterThanOrEqualTo(soon);
    }

    @Test
    void residualOfNoAge_shouldBeTheDistributionItself() {
        assertThat(boots.residualCdf(0, 75)).isEqualTo(boots.cdf(75));
    }

    @Test
    void bootBeyondAnyReason_shouldNotBeExpectedToEnd() {
        assertThat(boots.residualCdf(100_000, 60)).isZero();
    }

    @Test
    void equalMedianAndP90_shouldStillBeADistribution() {
        LogNormal sharp = LogNormal.ofMedianAndP90(60, 60);

        assertThat(sharp.cdf(59)).isLessThan(0.001);
        assertThat(sharp.cdf(61)).isGreaterThan(0.999);
    }
}
