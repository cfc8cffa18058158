package flotilla.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import flotilla.config.InferenceEngine;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * On the engines themselves, with tiny networks: for PyTorch those of {@code src/test/resources/models}, for ONNX Runtime those of {@link
 * OnnxNetworks}.
 */
class DjlClassifierFactoryIT {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource
    void tinyModel_shouldGiveTheMeansOfItsChannels(InferenceEngine engine) throws IOException {
        try (ClassifierFactory factory = open(engine, tiny(engine, "means"));
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

    /** Machines would otherwise measure anew after an upgrade that changes nothing for them. */
    @Test
    void whatWasMeasuredBeforeThereWereTwoEngines_shouldStayKnown() {
        NetworkEngine engine = NetworkEngine.of(InferenceEngine.PYTORCH);
        engine.start();

        assertThat(engine.stamp()).isEqualTo(Engine.getEngine("PyTorch").getVersion());
    }

    @ParameterizedTest
    @EnumSource
    void brokenImage_shouldFailAsAValueAndLeaveTheClassifierAtWork(InferenceEngine engine) throws IOException {
        byte[] png = flatPng(51, 204, 102);
        try (ClassifierFactory factory = open(engine, tiny(engine, "means"));
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

    @ParameterizedTest
    @EnumSource
    void scoresThatAreNoNumbers_shouldThrow(InferenceEngine engine) throws IOException {
        try (ClassifierFactory factory = open(engine, tiny(engine, "nan"));
                ImageClassifier classifier = factory.create()) {
            assertThatThrownBy(() -> classifier.classify(new EncodedImage("x.png", flatPng(1, 2, 3))))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("not finite");
        }
    }

    @ParameterizedTest
    @EnumSource
    void labelsThatDoNotFitTheNetwork_shouldBeNamedAtStart(InferenceEngine engine) throws IOException {
        copyTiny(engine, "means");
        Files.writeString(folder.resolve("labels.txt"), "Violet\n", StandardOpenOption.APPEND);

        assertThatThrownBy(() -> open(engine, ModelFolder.at(folder, folder.toString())))
                .isInstanceOf(SettingsException.class)
                .hasMessageContainingAll(folder.resolve("labels.txt").toString(), "4 labels", "3 scores");
    }

    @ParameterizedTest
    @EnumSource
    void networkThatDoesNotFitTheConfiguration_shouldBeNamedAtStart(InferenceEngine engine) throws IOException {
        for (String name : List.of("picky", "flat")) {
            ModelFolder model = tiny(engine, name);
            assertThatThrownBy(() -> open(engine, model))
                    .isInstanceOf(SettingsException.class)
                    .hasMessageContainingAll(model.path(ModelFolder.network(engine)), "model.conf")
                    .hasMessageMatching("[^\\n]*");
        }
    }

    @ParameterizedTest
    @EnumSource
    void fileThatIsNoNetwork_shouldBeNamedAtStart(InferenceEngine engine) throws IOException {
        copyTiny(engine, "means");
        Path network = folder.resolve(ModelFolder.network(engine));
        Files.writeString(network, "no network");

        assertThatThrownBy(() -> open(engine, ModelFolder.at(folder, folder.toString())))
                .isInstanceOf(SettingsException.class)
                .hasMessageContainingAll(
                        network.toString(),
                        engine == InferenceEngine.PYTORCH ? "TorchScript" : "models/optimize.py --onnx")
                .hasMessageMatching("[^\\n]*");
    }

    @ParameterizedTest
    @EnumSource
    void classifiersInParallel_shouldGiveTheSameAnswers(InferenceEngine engine) throws Exception {
        List<byte[]> images = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            images.add(TestImages.png(TestImages.pattern(30 + i, 60 - i)));
        }
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (ClassifierFactory factory = open(engine, tiny(engine, "means"))) {
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

    private ModelFolder tiny(InferenceEngine engine, String name) throws IOException {
        return engine == InferenceEngine.PYTORCH
                ? ModelFolder.onClassPath("models/" + name)
                : OnnxNetworks.folder(Files.createDirectory(folder.resolve(name)), name, OnnxNetworks.like(name));
    }

    private static ClassifierFactory open(InferenceEngine engine, ModelFolder model) {
        return DjlClassifierFactory.open(model, DjlSettings.on(engine), 1_000_000);
    }

    private void copyTiny(InferenceEngine engine, String name) throws IOException {
        OnnxNetworks.folder(folder, name, OnnxNetworks.like(name));
        if (engine == InferenceEngine.PYTORCH) {
            Files.copy(Path.of("src/test/resources/models", name, "model.pt"), folder.resolve("model.pt"));
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
