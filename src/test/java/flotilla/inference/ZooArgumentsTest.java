package flotilla.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import flotilla.config.SettingsException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ZooArgumentsTest {
    private static final List<Double> MEAN = List.of(0.485, 0.456, 0.406);
    private static final List<Double> DEVIATION = List.of(0.229, 0.224, 0.225);
    private static final List<Double> ZEROS = List.of(0.0, 0.0, 0.0);
    private static final List<Double> ONES = List.of(1.0, 1.0, 1.0);

    @Test
    void nothingSaid_shouldBeWhatImageNetsNetworksTake() {
        assertThat(spec(Map.of()))
                .isEqualTo(new ModelSpec(
                        "net",
                        new ModelSpec.Input(224, 224, new ModelSpec.Resize.ShorterThenCentre(256), MEAN, DEVIATION),
                        new ModelSpec.Output(Activation.SOFTMAX, 5)));
    }

    /** As the zoo has it for ResNet. */
    @Test
    void stretchedAndNormalised_shouldBeTakenOver() {
        assertThat(spec(Map.of(
                        "width",
                        "224.0",
                        "height",
                        "224.0",
                        "resize",
                        "true",
                        "normalize",
                        "true",
                        "applySoftmax",
                        "true")))
                .isEqualTo(new ModelSpec(
                        "net",
                        new ModelSpec.Input(224, 224, new ModelSpec.Resize.Stretch(), MEAN, DEVIATION),
                        new ModelSpec.Output(Activation.SOFTMAX, 5)));
    }

    @Test
    void whatIsNotSaidBesideOtherThings_shouldMeanWhatItMeansToDjl() {
        assertThat(spec(Map.of("width", "299", "height", "320", "topK", "3")))
                .isEqualTo(new ModelSpec(
                        "net",
                        new ModelSpec.Input(299, 320, new ModelSpec.Resize.ShorterThenCentre(366), ZEROS, ONES),
                        new ModelSpec.Output(Activation.NONE, 3)));
    }

    @Test
    void shorterSide_shouldBeTakenOver() {
        assertThat(resize(Map.of("resizeShort", "256", "centerCrop", "true")))
                .isEqualTo(new ModelSpec.Resize.ShorterThenCentre(256));
        assertThat(resize(Map.of("resizeShort", "true"))).isEqualTo(new ModelSpec.Resize.ShorterThenCentre(224));
        assertThat(resize(Map.of("resize", "256", "centerCrop", "true")))
                .isEqualTo(new ModelSpec.Resize.ShorterThenCentre(256));
        assertThat(resize(Map.of("resize", "224, 224"))).isEqualTo(new ModelSpec.Resize.Stretch());
    }

    @Test
    void sixNumbers_shouldBeMeanAndDeviation() {
        ModelSpec.Input input =
                spec(Map.of("normalize", "0.5, 0.4, 0.3, 1, 2, 3")).input();

        assertThat(input.mean()).containsExactly(0.5, 0.4, 0.3);
        assertThat(input.std()).containsExactly(1.0, 2.0, 3.0);
    }

    @Test
    void overrides_shouldWin() {
        ModelSpec spec = ModelConf.read(
                ZooArguments.toConf("net", Map.of(), "djl://a/b"),
                "djl://a/b",
                ConfigFactory.parseString("name = mine, input.resize = stretch"));

        assertThat(spec.name()).isEqualTo("mine");
        assertThat(spec.input().resize()).isEqualTo(new ModelSpec.Resize.Stretch());
        assertThat(spec.input().mean()).isEqualTo(MEAN);
    }

    @Test
    void whatIsNotDoneHere_shouldBeRefused() {
        for (Map<String, String> arguments : List.of(
                Map.of("pad", "true"),
                Map.of("centerFit", "true"),
                Map.of("flag", "GRAYSCALE"),
                Map.of("range", "-1,1"),
                Map.of("normalize", "0.5, 0.5"),
                Map.of("width", "wide"))) {
            assertThatThrownBy(() -> spec(arguments))
                    .isInstanceOf(SettingsException.class)
                    .hasMessageContainingAll(
                            "djl://a/b", arguments.keySet().iterator().next(), "model folder");
        }
    }

    private static ModelSpec.Resize resize(Map<String, String> arguments) {
        return spec(arguments).input().resize();
    }

    private static ModelSpec spec(Map<String, String> arguments) {
        return ModelConf.read(ZooArguments.toConf("net", arguments, "djl://a/b"), "djl://a/b", ConfigFactory.empty());
    }
}
