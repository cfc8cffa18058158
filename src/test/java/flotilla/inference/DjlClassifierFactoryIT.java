package flotilla.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import flotilla.config.SettingsException;
import flotilla.domain.FailureCode;
import flotilla.domain.Outcome;
import flotilla.domain.Prediction;
import flotilla.protocol.ClassifierFactory;
import flotilla.protocol.EncodedImage;
import flotilla.protocol.ImageClassifier;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On PyTorch itself, with the tiny networks of {@code src/test/resources/models}. */
class DjlClassifierFactoryIT {
    @TempDir
    private Path folder;

    @Test
    void tinyModel_shouldGiveTheMeansOfItsChannels() {
        try (ClassifierFactory factory = open(tiny("means"));
                ImageClassifier classifier = factory.create()) {
            Outcome.Labelled labelled =
                    (Outcome.Labelled) classifier.classify(new EncodedImage("x.png", flatPng(51, 204, 102)));

            assertThat(labelled.model()).isEqualTo("means");
            assertThat(labelled.predictions()).extracting(Prediction::label).containsExactly("Green", "Blue");
            assertThat(labelled.predictions().get(0).probability()).isCloseTo(0.8, within(1e-6));
            assertThat(labelled.predictions().get(1).probability()).isCloseTo(0.4, within(1e-6));
            assertThat(classifier.lastSteps()).hasValueSatisfying(steps -> {
                assertThat(steps.decodeMillis()).hasSize(1).allMatch(millis -> millis > 0);
                assertThat(steps.predictMillis()).isPositive();
            });
        }
    }

    @Test
    void brokenImage_shouldFailAsAValueAndLeaveTheClassifierAtWork() {
        byte[] png = flatPng(51, 204, 102);
        try (ClassifierFactory factory = open(tiny("means"));
                ImageClassifier classifier = factory.create()) {
            assertThat(classifier.classify(new EncodedImage("x.png", Arrays.copyOf(png, png.length - 30))))
                    .isInstanceOfSatisfying(
                            Outcome.Failed.class,
                            failed -> assertThat(failed.code()).isEqualTo(FailureCode.DAMAGED));
            assertThat(classifier.classify(new EncodedImage("x.jpg", "text".getBytes(StandardCharsets.UTF_8))))
                    .isInstanceOfSatisfying(
                            Outcome.Failed.class,
                            failed -> assertThat(failed.code()).isEqualTo(FailureCode.UNSUPPORTED_TYPE));
            assertThat(classifier.classify(new EncodedImage("x.png", png))).isInstanceOf(Outcome.Labelled.class);
        }
    }

    @Test
    void scoresThatAreNoNumbers_shouldThrow() {
        try (ClassifierFactory factory = open(tiny("nan"));
                ImageClassifier classifier = factory.create()) {
            assertThatThrownBy(() -> classifier.classify(new EncodedImage("x.png", flatPng(1, 2, 3))))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("not finite");
        }
    }

    @Test
    void labelsThatDoNotFitTheNetwork_shouldBeNamedAtStart() throws IOException {
        copyTiny("means");
        Files.writeString(folder.resolve("labels.txt"), "Violet\n", StandardOpenOption.APPEND);

        assertThatThrownBy(() -> open(ModelFolder.at(folder, folder.toString())))
                .isInstanceOf(SettingsException.class)
                .hasMessageContainingAll(folder.resolve("labels.txt").toString(), "4 labels", "3 scores");
    }

    @Test
    void networkThatDoesNotFitTheConfiguration_shouldBeNamedAtStart() {
        for (String name : List.of("picky", "flat")) {
            assertThatThrownBy(() -> open(tiny(name)))
                    .isInstanceOf(SettingsException.class)
                    .hasMessageContainingAll("models/" + name + "/model.pt", "model.conf")
                    .hasMessageMatching("[^\\n]*");
        }
    }

    @Test
    void fileThatIsNoNetwork_shouldBeNamedAtStart() throws IOException {
        copyTiny("means");
        Files.writeString(folder.resolve("model.pt"), "no network");

        assertThatThrownBy(() -> open(ModelFolder.at(folder, folder.toString())))
                .isInstanceOf(SettingsException.class)
                .hasMessageContainingAll(folder.resolve("model.pt").toString(), "TorchScript")
                .hasMessageMatching("[^\\n]*");
    }

    @Test
    void classifiersInParallel_shouldGiveTheSameAnswers() throws Exception {
        List<byte[]> images = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            images.add(TestImages.png(TestImages.pattern(30 + i, 60 - i)));
        }
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (ClassifierFactory factory = open(tiny("means"))) {
            List<Outcome> alone = classifyAll(factory, images);
            List<Future<List<Outcome>>> together = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                together.add(threads.submit(() -> classifyAll(factory, images)));
            }
            for (Future<List<Outcome>> one : together) {
                assertThat(one.get()).isEqualTo(alone);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static List<Outcome> classifyAll(ClassifierFactory factory, List<byte[]> images) {
        try (ImageClassifier classifier = factory.create()) {
            return images.stream()
                    .map(bytes -> classifier.classify(new EncodedImage("x.png", bytes)))
                    .toList();
        }
    }

    private static ModelFolder tiny(String name) {
        return ModelFolder.onClassPath("models/" + name);
    }

    private static ClassifierFactory open(ModelFolder model) {
        return DjlClassifierFactory.open(model, DjlSettings.FP32, 1_000_000);
    }

    private void copyTiny(String name) throws IOException {
        for (String file : List.of("model.conf", "labels.txt", "model.pt")) {
            Files.copy(Path.of("src/test/resources/models", name, file), folder.resolve(file));
        }
    }

    private static byte[] flatPng(int red, int green, int blue) {
        BufferedImage image = new BufferedImage(7, 5, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < 5; y++) {
            for (int x = 0; x < 7; x++) {
                image.setRGB(x, y, red << 16 | green << 8 | blue);
            }
        }
        return TestImages.png(image);
    }
}
