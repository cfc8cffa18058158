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
        assertThat(Agreement.of(Activation.SOFTMAX, RIGHT, RIGHT)).isEqualTo(new Agreement(0, 0, 2, 2));
    }

    @Test
    void otherScores_shouldDifferInProbability() {
        Agreement agreement = Agreement.of(Activation.SIGMOID, RIGHT, new float[][] {{0, 1, 2}, {0, 1, 0}});

        assertThat(agreement.largest()).isCloseTo(1 / (1 + Math.exp(-5)) - 0.5, within(1e-9));
        assertThat(agreement.mean()).isCloseTo(agreement.largest() / 6, within(1e-9));
        assertThat(agreement.sameBest()).isEqualTo(1);
        assertThat(agreement).asString().contains("differ by at most 0.4933").contains("1 of 2 photographs");
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
        assertThat(new Agreement(largest, 0, sameBest, 4).isUsable()).isEqualTo(usable);
    }
}
