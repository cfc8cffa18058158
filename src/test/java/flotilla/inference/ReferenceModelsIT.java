package flotilla.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import flotilla.config.InferenceEngine;
import flotilla.domain.Outcome;
import flotilla.domain.Prediction;
import flotilla.protocol.ClassifierFactory;
import flotilla.protocol.EncodedImage;
import flotilla.protocol.ImageClassifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Real models and photographs against probabilities that PyTorch and PIL gave in Python. They hold only when decode,
 * resize, crop and normalisation all agree.
 */
class ReferenceModelsIT {
    private static final Path SAMPLES = Path.of("samples");

    /** Another folder than this: {@code -Dflotilla.test.mobilenet=DIR}. */
    private static final Path MOBILENET =
            Path.of(System.getProperty("flotilla.test.mobilenet", "../shared/models/mobilenet-v2-imagenet"));

    private static final double TOLERANCE = 0.03;

    @ParameterizedTest
    @EnumSource
    void bundledModel_shouldGiveItsReferenceProbabilities(InferenceEngine engine) throws IOException {
        assumeTrue(
                ModelFolder.class.getClassLoader().getResource(ModelFolder.BUNDLED + "/model.conf") != null,
                "this build carries no bundled model");
        assumeTrue(Files.isDirectory(SAMPLES), "there is no folder " + SAMPLES.toAbsolutePath());
        try (ClassifierFactory factory =
                        DjlClassifierFactory.open(ModelFolder.bundled(), DjlSettings.on(engine), 50_000_000);
                ImageClassifier classifier = factory.create()) {
            assertBest(classifier, "chelsea.png", "Cat", Map.of("Cat", 0.85, "Boot", 0.11));
            assertBest(classifier, "coffee.png", "Coffee cup", Map.of("Coffee cup", 0.56, "Mug", 0.25));
            assertBest(classifier, "astronaut.png", "Person", Map.of("Person", 0.59, "Bottle", 0.30));
            assertBest(classifier, "rocket.jpg", "Table", Map.of("Table", 0.11));
        }
    }

    @Test
    void mobileNet_shouldGiveItsReferenceProbabilities() throws IOException {
        assumeTrue(Files.isDirectory(MOBILENET), "there is no folder " + MOBILENET.toAbsolutePath());
        assumeTrue(Files.isDirectory(SAMPLES), "there is no folder " + SAMPLES.toAbsolutePath());
        try (ClassifierFactory factory = DjlClassifierFactory.open(
                        ModelFolder.at(MOBILENET, MOBILENET.toString()), DjlSettings.FP32, 50_000_000);
                ImageClassifier classifier = factory.create()) {
            assertBest(
                    classifier,
                    "chelsea.png",
                    "Egyptian cat",
                    Map.of("Egyptian cat", 0.605, "tiger cat", 0.173, "tabby, tabby cat", 0.151));
            assertBest(
                    classifier,
                    "coffee.png",
                    "espresso",
                    Map.of("espresso", 0.690, "consomme", 0.152, "chocolate sauce, chocolate syrup", 0.017));
            assertBest(
                    classifier,
                    "rocket.jpg",
                    "missile",
                    Map.of("missile", 0.476, "projectile, missile", 0.235, "drilling platform, offshore rig", 0.039));
            assertBest(
                    classifier,
                    "astronaut.png",
                    "jersey, T-shirt, tee shirt",
                    Map.of("jersey, T-shirt, tee shirt", 0.103, "wine bottle", 0.055));
        }
    }

    private static void assertBest(
            ImageClassifier classifier, String file, String label, Map<String, Double> probabilities)
            throws IOException {
        EncodedImage image = new EncodedImage(file, Files.readAllBytes(SAMPLES.resolve(file)));
        Outcome.Labelled labelled = (Outcome.Labelled) classifier.classify(image);

        assertThat(labelled.label()).as(file).isEqualTo(label);
        probabilities.forEach((name, probability) -> assertThat(labelled.predictions())
                .as("%s, %s", file, name)
                .filteredOn(prediction -> prediction.label().equals(name))
                .singleElement()
                .extracting(Prediction::probability)
                .satisfies(actual -> assertThat(actual).isCloseTo(probability, within(TOLERANCE))));
    }
}
