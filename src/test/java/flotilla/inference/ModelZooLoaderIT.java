package flotilla.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.util.Utils;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import flotilla.config.ModelLocation;
import flotilla.config.ModelSettings;
import flotilla.config.SettingsException;
import flotilla.domain.Outcome;
import flotilla.domain.Prediction;
import flotilla.protocol.ClassifierFactory;
import flotilla.protocol.EncodedImage;
import flotilla.protocol.ImageClassifier;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** DJL's own way from a URL to a network, through folders in the layout of its zoo; nothing goes over the network. */
class ModelZooLoaderIT {
    private static final String CACHE = "DJL_CACHE_DIR";
    private static final String ENGINES = "ENGINE_CACHE_DIR";
    private static final String LABELS = "n00000001 Red, as blood\nn00000002 Green\nBlue\n";
    private static final Map<String, Object> PLAIN = Map.of("width", 4, "height", 4, "resize", true);

    @TempDir
    private Path folder;

    private Path zoo;
    private final String offline = System.getProperty("ai.djl.offline");

    @BeforeEach
    void useACacheOfOurOwn() throws IOException {
        assumeTrue(System.getenv(CACHE) == null, CACHE + " is set in the environment, which wins over everything");
        System.setProperty(ENGINES, Utils.getEngineCacheDir().toString());
        System.setProperty(CACHE, Files.createDirectory(folder.resolve("cache")).toString());
        zoo = Files.createDirectory(folder.resolve("zoo"));
    }

    @AfterEach
    void restore() {
        System.clearProperty(CACHE);
        System.clearProperty(ENGINES);
        if (offline == null) {
            System.clearProperty("ai.djl.offline");
        } else {
            System.setProperty("ai.djl.offline", offline);
        }
    }

    @Test
    void modelInAZooFolder_shouldClassify() throws IOException {
        new ZooFolder(zoo, "flotilla.test", "colours").with("0.0.1", "means", LABELS, PLAIN);

        try (ClassifierFactory factory = open("djl://flotilla.test/colours", ConfigFactory.empty());
                ImageClassifier classifier = factory.create()) {
            Outcome.Labelled labelled = (Outcome.Labelled) classifier.classify(green());

            assertThat(labelled.model()).isEqualTo("means");
            assertThat(labelled.predictions())
                    .extracting(Prediction::label)
                    .containsExactly("Green", "Blue", "Red, as blood");
            assertThat(labelled.predictions().get(0).probability()).isCloseTo(0.8, within(1e-6));
        }
    }

    @Test
    void versionAndName_shouldChooseTheArtifact() throws IOException {
        new ZooFolder(zoo, "flotilla.test", "colours")
                .with("0.0.1", "first", LABELS, PLAIN)
                .with("0.0.2", "second", "Rouge\nVert\nBleu\n", PLAIN)
                .with("0.0.2", "third", "Rot\nGelb\nBlau\n", PLAIN);

        assertThat(label("djl://flotilla.test/colours/0.0.1")).isEqualTo("Green");
        assertThat(label("djl://flotilla.test/colours/0.0.2")).isEqualTo("Vert");
        assertThat(label("djl://flotilla.test/colours/0.0.2/third")).isEqualTo("Gelb");
    }

    @Test
    void overrides_shouldWinOverTheMetadata() throws IOException {
        new ZooFolder(zoo, "flotilla.test", "colours").with("0.0.1", "means", LABELS, PLAIN);
        Config overrides = ConfigFactory.parseString("name = mine, input.mean = [0, 0.8, 0], output.top-k = 1");

        try (ClassifierFactory factory = open("djl://flotilla.test/colours", overrides);
                ImageClassifier classifier = factory.create()) {
            Outcome.Labelled labelled = (Outcome.Labelled) classifier.classify(green());

            assertThat(labelled.model()).isEqualTo("mine");
            assertThat(labelled.predictions()).extracting(Prediction::label).containsExactly("Blue");
        }
    }

    @Test
    void modelThatIsNotThere_shouldBeNamed() throws IOException {
        new ZooFolder(zoo, "flotilla.test", "colours").with("0.0.1", "means", LABELS, PLAIN);

        for (String url : new String[] {
            "djl://flotilla.test/shapes", "djl://flotilla.test/colours/9", "djl://flotilla.test/colours/0.0.1/none"
        }) {
            assertThatThrownBy(() -> open(url, ConfigFactory.empty()))
                    .isInstanceOf(SettingsException.class)
                    .hasMessageContainingAll("there is no model " + url, zoo.toString(), "flotilla.model.zoo")
                    .hasMessageMatching("[^\\n]*");
        }
    }

    @Test
    void labelsThatDoNotFitTheNetwork_shouldBeNamed() throws IOException {
        new ZooFolder(zoo, "flotilla.test", "colours").with("0.0.1", "means", "Red\nGreen\n", PLAIN);

        assertThatThrownBy(() -> open("djl://flotilla.test/colours", ConfigFactory.empty()))
                .isInstanceOf(SettingsException.class)
                .hasMessageContainingAll("djl://flotilla.test/colours (synset)", "2 labels", "3 scores");
    }

    @Test
    void inputThatDoesNotFitTheNetwork_shouldBeNamed() throws IOException {
        new ZooFolder(zoo, "flotilla.test", "colours").with("0.0.1", "means", LABELS, PLAIN);
        Config overrides = ConfigFactory.parseString("input.resize = shorter-3");

        assertThatThrownBy(() -> open("djl://flotilla.test/colours", overrides))
                .isInstanceOf(SettingsException.class)
                .hasMessageContainingAll("djl://flotilla.test/colours", "flotilla.model.conf", "input.resize");
    }

    /** What DJL has in its cache is what it downloaded from its own zoo before; off line it takes that. */
    @Test
    void modelOfDjlsOwnZooInItsCache_shouldClassify() throws IOException {
        System.setProperty("ai.djl.offline", "true");
        Path repository = Files.createDirectories(folder.resolve("cache/cache/repo"));
        new ZooFolder(repository, "ai.djl.pytorch", "resnet").with("0.0.1", "traced_tiny", LABELS, PLAIN);
        Path artifact = Files.createDirectories(
                repository.resolve("model/cv/image_classification/ai/djl/pytorch/resnet/0.0.1/traced_tiny"));
        Files.copy(Path.of("src/test/resources/models/means/model.pt"), artifact.resolve("traced_tiny.pt"));
        Files.writeString(artifact.resolve("synset.txt"), LABELS);
        ModelSettings settings = settings("djl://ai.djl.pytorch/resnet", Optional.empty(), ConfigFactory.empty());

        try (ClassifierFactory factory = open(settings);
                ImageClassifier classifier = factory.create()) {
            assertThat(((Outcome.Labelled) classifier.classify(green())).label())
                    .isEqualTo("Green");
            assertThat(factory.model()).isEqualTo("traced_tiny");
        }
    }

    @Test
    void groupThatDjlDoesNotKnow_shouldBeNamed() {
        ModelSettings settings = settings("djl://com.example/resnet", Optional.empty(), ConfigFactory.empty());

        assertThatThrownBy(() -> open(settings))
                .isInstanceOf(SettingsException.class)
                .hasMessageContainingAll("there is no model djl://com.example/resnet in DJL's zoo");
    }

    private String label(String url) {
        try (ClassifierFactory factory = open(url, ConfigFactory.empty());
                ImageClassifier classifier = factory.create()) {
            return ((Outcome.Labelled) classifier.classify(green())).label();
        }
    }

    private ClassifierFactory open(String url, Config overrides) {
        return open(settings(url, Optional.of(zoo), overrides));
    }

    private static ClassifierFactory open(ModelSettings model) {
        return Classifiers.open(model, DjlSettings.FP32, 1_000_000);
    }

    private static ModelSettings settings(String url, Optional<Path> zoo, Config overrides) {
        return new ModelSettings(ModelLocation.of(url), zoo, overrides);
    }

    private static EncodedImage green() {
        BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(new Color(51, 204, 102));
        graphics.fillRect(0, 0, 8, 8);
        return new EncodedImage("green.png", TestImages.png(image));
    }
}
