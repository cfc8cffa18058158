package flotilla.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Model;
import flotilla.config.Precision;
import flotilla.config.SettingsException;
import flotilla.domain.Outcome;
import flotilla.domain.Prediction;
import flotilla.protocol.ClassifierFactory;
import flotilla.protocol.EncodedImage;
import flotilla.protocol.ImageClassifier;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The forms of a network that {@code models/optimize.py} writes, on PyTorch itself. */
class NetworkFormsIT {
    private static final Path MODEL = Path.of("models/openimages23");
    private static final Path SAMPLES = Path.of("samples");
    private static final List<String> PHOTOGRAPHS = List.of("chelsea.png", "coffee.png", "astronaut.png", "rocket.jpg");

    @TempDir
    private Path folder;

    @Test
    void bundledForms_shouldAgreeWithThePlainNetwork() throws Exception {
        FolderSource source = source(MODEL);
        TrialImages images = TrialImages.load(source.spec().input());
        float[][] plain = scores(source, "model.pt", Layout.PLANAR, images);

        assertThat(Agreement.of(Activation.SIGMOID, plain, scores(source, "model.fp32.pt", Layout.INTERLEAVED, images))
                        .largest())
                .isLessThan(1e-4);
        assertThat(Agreement.of(Activation.SIGMOID, plain, scores(source, "model.bf16.pt", Layout.INTERLEAVED, images))
                        .largest())
                .isLessThan(0.03);
    }

    @Test
    void imagesTogether_shouldGetTheAnswersThatTheyGetAlone() throws IOException {
        byte[] damaged = Arrays.copyOf(bytes("chelsea.png"), 5000);
        try (ClassifierFactory factory =
                        DjlClassifierFactory.open(ModelFolder.bundled(), DjlSettings.FP32, 50_000_000);
                ImageClassifier classifier = factory.create()) {
            List<EncodedImage> images =
                    List.of(image("chelsea.png"), new EncodedImage("damaged.png", damaged), image("coffee.png"));
            List<Outcome> together = classifier.classify(images);

            assertThat(factory.largestBatch()).isGreaterThan(1);
            assertThat(together).hasSize(3);
            assertThat(together.get(1)).isInstanceOf(Outcome.Failed.class);
            for (int i : List.of(0, 2)) {
                assertSame(classifier.classify(images.get(i)), together.get(i));
            }
        }
    }

    @Test
    void formThatCannotBeLoaded_shouldLeaveThePlainNetwork() throws IOException {
        copyModel();
        Files.writeString(folder.resolve("model.fp32.pt"), "no network");

        try (ClassifierFactory factory =
                        DjlClassifierFactory.open(ModelFolder.at(folder, "f"), DjlSettings.FP32, 50_000_000);
                ImageClassifier classifier = factory.create()) {
            assertThat(label(classifier.classify(image("chelsea.png")))).isEqualTo("Cat");
        }
    }

    @Test
    void formOfAnotherNetwork_shouldLeaveThePlainNetwork() throws IOException {
        copyModel();
        Files.copy(Path.of("src/test/resources/models/means/model.pt"), folder.resolve("model.fp32.pt"));

        try (ClassifierFactory factory =
                        DjlClassifierFactory.open(ModelFolder.at(folder, "f"), DjlSettings.FP32, 50_000_000);
                ImageClassifier classifier = factory.create()) {
            assertThat(label(classifier.classify(image("chelsea.png")))).isEqualTo("Cat");
        }
    }

    @Test
    void shortPrecision_shouldBeTakenWhereThereIsAForm() throws IOException {
        try (ClassifierFactory factory =
                        DjlClassifierFactory.open(ModelFolder.bundled(), DjlSettings.with(Precision.BF16), 50_000_000);
                ImageClassifier classifier = factory.create()) {
            for (String photograph : PHOTOGRAPHS) {
                assertThat(classifier.classify(image(photograph))).isInstanceOf(Outcome.Labelled.class);
            }
            assertThat(label(classifier.classify(image("chelsea.png")))).isEqualTo("Cat");
        }

        copyModel();
        assertThatThrownBy(() -> DjlClassifierFactory.open(
                        ModelFolder.at(folder, "f"), DjlSettings.with(Precision.BF16), 50_000_000))
                .isInstanceOf(SettingsException.class)
                .hasMessageContainingAll("f/model.pt", "model.bf16.pt", "models/optimize.py")
                .hasMessageMatching("[^\\n]*");
    }

    private static float[][] scores(FolderSource source, String form, Layout layout, TrialImages images)
            throws Exception {
        float[][] scores = new float[images.count()][];
        try (Model network = source.load(form);
                NetworkRunner runner = new NetworkRunner(network)) {
            for (int i = 0; i < scores.length; i++) {
                scores[i] = runner.scores(images.one(i, layout))[0];
            }
        }
        return scores;
    }

    private static FolderSource source(Path model) {
        return new FolderSource(ModelFolder.at(model, model.toString()), "PyTorch");
    }

    private void copyModel() throws IOException {
        for (String file : List.of("model.conf", "labels.txt", "model.pt")) {
            try (InputStream in = Files.newInputStream(MODEL.resolve(file))) {
                Files.copy(in, folder.resolve(file));
            }
        }
    }

    private static void assertSame(Outcome alone, Outcome together) {
        List<Prediction> right = ((Outcome.Labelled) alone).predictions();
        List<Prediction> other = ((Outcome.Labelled) together).predictions();
        assertThat(other)
                .extracting(Prediction::label)
                .isEqualTo(right.stream().map(Prediction::label).toList());
        for (int i = 0; i < right.size(); i++) {
            assertThat(other.get(i).probability()).isCloseTo(right.get(i).probability(), within(1e-3));
        }
    }

    private static String label(Outcome outcome) {
        return ((Outcome.Labelled) outcome).label();
    }

    private static EncodedImage image(String name) throws IOException {
        return new EncodedImage(name, bytes(name));
    }

    private static byte[] bytes(String name) throws IOException {
        return Files.readAllBytes(SAMPLES.resolve(name));
    }
}
