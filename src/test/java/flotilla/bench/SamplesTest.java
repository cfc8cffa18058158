package flotilla.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SamplesTest {
    @Test
    void oddNumber_shouldHaveTheMiddleOneAsMedian() {
        assertThat(Samples.of(9, 1, 5).median()).isEqualTo(5);
    }

    @Test
    void evenNumber_shouldHaveTheMeanOfTheMiddleTwoAsMedian() {
        assertThat(Samples.of(1, 100, 4, 2).median()).isEqualTo(3);
    }

    @Test
    void oneRunFarOff_shouldNotMoveTheMedian() {
        assertThat(Samples.of(2, 2, 2, 2, 900).median()).isEqualTo(2);
    }

    @Test
    void ratio_shouldBeTakenRunByRun() {
        Samples ratio = Samples.of(10, 40).over(Samples.of(20, 10));

        assertThat(ratio.values()).containsExactly(0.5, 4.0);
        assertThat(ratio.min()).isEqualTo(0.5);
        assertThat(ratio.max()).isEqualTo(4);
    }

    @Test
    void difference_shouldBeTakenRunByRun() {
        assertThat(Samples.of(10, 40).minus(Samples.of(1, 2)).values()).containsExactly(9.0, 38.0);
    }

    @Test
    void unequalNumbersOfRuns_shouldBeRefused() {
        assertThatThrownBy(() -> Samples.of(1).over(Samples.of(1, 2))).hasMessageContaining("1 runs against 2");
    }

    @Test
    void noRunOrNoNumber_shouldBeRefused() {
        assertThatThrownBy(Samples::of).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Samples.of(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shownNumber_shouldHaveAboutThreeDigits() {
        assertThat(Samples.shown(1234.5)).isEqualTo("1235");
        assertThat(Samples.shown(12.34)).isEqualTo("12.3");
        assertThat(Samples.shown(-0.056)).isEqualTo("-0.06");
    }
}
