package flotilla.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgreementTest {
    private static final float[][] RIGHT = {{0, 1, 2}, {5, 1, 0}};

    @Test
    void equalScores_shouldAgree() {
        assertThat(Agreement.of(Activation.SOFTMAX, RIGHT, RIGHT)).isEqualTo(new Agreement(0, 0, 0, 2, 2));
    }

    @Test
    void otherScores_shouldDifferInProbability() {
        Agreement agreement = Agreement.of(Activation.SIGMOID, RIGHT, new float[][] {{0, 1, 2}, {0, 1, 0}});

        assertThat(agreement.largest()).isCloseTo(1 / (1 + Math.exp(-5)) - 0.5, within(1e-9));
        assertThat(agreement.mean()).isCloseTo(agreement.largest() / 6, within(1e-9));
        assertThat(agreement.score()).isEqualTo(1);
        assertThat(agreement.sameBest()).isEqualTo(1);
        assertThat(agreement).asString().contains("differ by at most 0.4933").contains("1 of 2 photographs");
    }

    @Test
    void scoresFarBelowZero_shouldShowWhatTheirProbabilitiesHide() {
        float[][] right = {{-9, -12}};
        Agreement agreement = Agreement.of(Activation.SIGMOID, right, new float[][] {{-9, -8}});

        assertThat(agreement.largest()).isLessThan(1e-3);
        assertThat(agreement.score()).isCloseTo(1 / 3.0, within(1e-9));
        assertThat(agreement.isSame()).isFalse();
    }

    @Test
    void scoresThatAreRoundedOtherwise_shouldBeTheSame() {
        Agreement agreement = Agreement.of(Activation.SOFTMAX, RIGHT, new float[][] {{0, 1, 2.0001f}, {5, 1.0001f, 0}});

        assertThat(agreement.score()).isPositive();
        assertThat(agreement.isSame()).isTrue();
    }

    @Test
    void numberAddedToAllScores_shouldMatterToAllButSoftmax() {
        float[][] more = {{7, 8, 9}, {12, 8, 7}};

        assertThat(Agreement.of(Activation.SOFTMAX, RIGHT, more).isSame()).isTrue();
        assertThat(Agreement.of(Activation.NONE, RIGHT, more).isSame()).isFalse();
        assertThat(Agreement.of(Activation.SIGMOID, RIGHT, more).isSame()).isFalse();
    }

    @Test
    void scoresThatAreAllZero_shouldOnlyAgreeWithZeros() {
        float[][] zeros = {{0, 0}};

        assertThat(Agreement.of(Activation.SIGMOID, zeros, zeros).isSame()).isTrue();
        assertThat(Agreement.of(Activation.SIGMOID, zeros, new float[][] {{0, 1e-6f}})
                        .isSame())
                .isFalse();
    }

    @Test
    void scoresThatAreNoNumbersOrTooFew_shouldNotAgree() {
        assertThat(Agreement.of(Activation.SOFTMAX, RIGHT, new float[][] {{0, Float.NaN, 2}, {5, 1, 0}})
                        .largest())
                .isInfinite();
        assertThat(Agreement.of(Activation.SOFTMAX, RIGHT, new float[][] {{0, 1}, {5, 1}})
                        .largest())
                .isInfinite();
    }

    /** The bundled model's bfloat16 form differs by 0.138 and agrees on 3 of 4. */
    @ParameterizedTest
    @CsvSource({
        "0, 4, true",
        "0.138, 3, true",
        "0.3, 2, true",
        "0.31, 4, false",
        "0.1, 1, false",
        "Infinity, 4, false",
        "NaN, 4, false"
    })
    void shortForm_shouldBeUsedWhereItIsStillTheSameModel(double largest, int sameBest, boolean usable) {
        assertThat(new Agreement(largest, 0, largest, sameBest, 4).isUsable()).isEqualTo(usable);
    }
}
