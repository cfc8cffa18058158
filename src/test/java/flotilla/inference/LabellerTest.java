package flotilla.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import flotilla.domain.Prediction;
import java.util.List;
import org.junit.jupiter.api.Test;

class LabellerTest {
    private static final List<String> LABELS = List.of("a", "b", "c");

    @Test
    void softmax_shouldSumToOne() {
        List<Prediction> best = new Labeller(LABELS, Activation.SOFTMAX, 3).best(new float[] {1000, 1001, 999});

        assertThat(best).extracting(Prediction::label).containsExactly("b", "a", "c");
        assertThat(best.get(0).probability()).isCloseTo(0.6652, within(1e-4));
        assertThat(best.stream().mapToDouble(Prediction::probability).sum()).isCloseTo(1, within(1e-9));
    }

    @Test
    void sigmoid_shouldJudgeEachLabelByItself() {
        List<Prediction> best = new Labeller(LABELS, Activation.SIGMOID, 2).best(new float[] {0, -100, 100});

        assertThat(best).containsExactly(new Prediction("c", 2, 1.0), new Prediction("a", 0, 0.5));
    }

    @Test
    void noActivation_shouldGiveScoresAsTheyAre() {
        assertThat(new Labeller(LABELS, Activation.NONE, 1).best(new float[] {-3, -1, -2}))
                .containsExactly(new Prediction("b", 1, -1.0));
    }

    @Test
    void equalScores_shouldBeInOrderOfClass() {
        assertThat(new Labeller(LABELS, Activation.NONE, 3).best(new float[] {1, 1, 1}))
                .extracting(Prediction::index)
                .containsExactly(0, 1, 2);
    }

    @Test
    void topKBeyondTheLabels_shouldGiveAll() {
        assertThat(new Labeller(LABELS, Activation.SOFTMAX, 10).best(new float[] {1, 2, 3}))
                .hasSize(3);
    }

    @Test
    void scoresThatAreNoNumbers_shouldThrow() {
        for (Activation activation : Activation.values()) {
            assertThatThrownBy(() -> new Labeller(LABELS, activation, 3).best(new float[] {1, Float.NaN, 3}))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("not finite");
        }
    }

    @Test
    void otherNumberOfScores_shouldThrow() {
        assertThatThrownBy(() -> new Labeller(LABELS, Activation.NONE, 3).best(new float[2]))
                .isInstanceOf(IllegalStateException.class);
    }
}
