package flotilla.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnswersTest {
    private static final Answers PLAIN = new Answers(List.of(labels(7, 0.6, 3, 0.3), labels(1, 0.5, 2, 0.4)));

    /** Class numbers and probabilities by turns. */
    private static List<Answers.Answer> labels(double... pairs) {
        List<Answers.Answer> labels = new ArrayList<>();
        for (int i = 0; i < pairs.length; i += 2) {
            labels.add(new Answers.Answer((int) pairs[i], pairs[i + 1]));
        }
        return labels;
    }

    @Test
    void sameAnswers_shouldNotDiffer() {
        assertThat(PLAIN.from(PLAIN)).isEqualTo(new Difference(0, 2, 2));
    }

    @Test
    void probabilities_shouldBeComparedLabelByLabel() {
        Answers other = new Answers(List.of(labels(3, 0.55, 7, 0.45), labels(1, 0.5, 2, 0.4)));

        Difference difference = other.from(PLAIN);

        assertThat(difference.largest()).isEqualTo(0.25, within(1e-9));
        assertThat(difference.sameBest()).isEqualTo(1);
    }

    @Test
    void labelThatOneSideDoesNotName_shouldBeAtMostTheLastOneNamed() {
        Answers other = new Answers(List.of(labels(9, 0.65, 7, 0.6), labels(1, 0.5, 2, 0.4)));

        // 9 has at most 0.3 in the plain network's.
        assertThat(other.from(PLAIN).largest()).isEqualTo(0.35, within(1e-9));
    }

    @Test
    void answersToOtherPhotographs_shouldBeRefused() {
        Answers one = new Answers(List.of(labels(1, 1)));

        assertThatThrownBy(() -> one.from(PLAIN)).hasMessageContaining("1 photographs against 2");
    }

    @Test
    void json_shouldBeReadAsItWasWritten() throws Exception {
        assertThat(Answers.read(new ObjectMapper().readTree(PLAIN.json()))).isEqualTo(PLAIN);
    }

    @Test
    void fp32_shouldAnswerToAThousandth() {
        assertThat(new Difference(0.0009, 24, 24).isRight("fp32")).isTrue();
        assertThat(new Difference(0.0011, 24, 24).isRight("fp32")).isFalse();
    }

    @Test
    void shorterNumbers_shouldBeNearAndNameHalfOfTheLabels() {
        assertThat(new Difference(0.3, 12, 24).isRight("bf16")).isTrue();
        assertThat(new Difference(0.31, 24, 24).isRight("bf16")).isFalse();
        assertThat(new Difference(0.01, 11, 24).isRight("int8")).isFalse();
    }
}
