package flotilla.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import flotilla.config.SettingsException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelFolderTest {
    private static final String CONF = """
            name = "small"
            input  { width = 224, height = 200, resize = "shorter-256", crop = "center", mean = [0.5, 0, 0], std = [1, 2, 1] }
            output { activation = "softmax", top-k = 5 }
            """;

    @TempDir
    private Path folder;

    @BeforeEach
    void writeFolder() throws IOException {
        Files.writeString(folder.resolve("model.conf"), CONF);
        Files.writeString(folder.resolve("labels.txt"), "cat\r\nstreet sign\n dog \n");
        Files.writeString(folder.resolve("model.pt"), "network");
    }

    @Test
    void wholeFolder_shouldBeRead() throws IOException {
        ModelFolder model = ModelFolder.at(folder, folder.toString());

        assertThat(model.spec())
                .isEqualTo(new ModelSpec(
                        "small",
                        new ModelSpec.Input(
                                224,
                                200,
                                new ModelSpec.Resize.ShorterThenCentre(256),
                                List.of(0.5, 0.0, 0.0),
                                List.of(1.0, 2.0, 1.0)),
                        new ModelSpec.Output(Activation.SOFTMAX, 5)));
        assertThat(model.labels()).containsExactly("cat", "street sign", "dog");
        try (InputStream network = model.openNetwork(ModelFolder.NETWORK)) {
            assertThat(network).hasContent("network");
        }
    }

    @Test
    void folderOnTheClassPath_shouldBeRead() throws IOException {
        ModelFolder model = ModelFolder.onClassPath("models/means");

        assertThat(model.labels()).containsExactly("Red", "Green", "Blue");
        try (InputStream network = model.openNetwork(ModelFolder.NETWORK)) {
            assertThat(network.read()).isNotNegative();
        }
    }

    @Test
    void missingModelOnTheClassPath_shouldBeNamed() {
        assertThatThrownBy(() -> ModelFolder.onClassPath("models/none"))
                .isInstanceOf(SettingsException.class)
                .hasMessageContainingAll("models/none", "set flotilla.model.path");
    }

    @Test
    void missingFolder_shouldBeNamedWithTheKey() {
        assertThatThrownBy(() -> ModelFolder.at(folder.resolve("none"), "where it should be"))
                .isInstanceOf(SettingsException.class)
                .hasMessageContainingAll("where it should be", "flotilla.model.path");
    }

    @Test
    void overrides_shouldWinOverTheConf() {
        ModelFolder model = ModelFolder.at(folder, folder.toString())
                .with(ConfigFactory.parseString("name = other, input.resize = stretch, output.top-k = 1"));

        assertThat(model.spec().name()).isEqualTo("other");
        assertThat(model.spec().input().resize()).isEqualTo(new ModelSpec.Resize.Stretch());
        assertThat(model.spec().input().width()).isEqualTo(224);
        assertThat(model.spec().output().topK()).isEqualTo(1);
    }

    @Test
    void wrongOverride_shouldBeNamedWithItsPlace() {
        ModelFolder model = ModelFolder.at(folder, folder.toString());

        assertThatThrownBy(() -> model.with(ConfigFactory.parseString("inpt.width = 3")))
                .isInstanceOf(SettingsException.class)
                .hasMessageContainingAll("flotilla.model.conf", "unknown key inpt.width")
                .hasMessageMatching("[^\\n]*");
    }

    @ParameterizedTest
    @CsvSource({"model.conf", "labels.txt", "model.pt"})
    void missingFile_shouldBeNamed(String file) throws IOException {
        Files.delete(folder.resolve(file));

        assertThatThrownBy(() -> ModelFolder.at(folder, folder.toString()).openNetwork(ModelFolder.NETWORK))
                .isInstanceOf(SettingsException.class)
                .hasMessageContainingAll(folder.resolve(file).toString(), "missing");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "width = 224 | width = 0 | input.width",
                "width = 224 | width = many | input.width",
                "width = 224, | | input.width",
                "shorter-256 | shortest | input.resize",
                "shorter-256 | shorter-223 | input.resize",
                "\"center\" | \"top\" | input.crop",
                "\"center\" | \"none\" | input.crop",
                "[0.5, 0, 0] | [0, 0] | input.mean",
                "[1, 2, 1] | [1, 0, 1] | input.std",
                "softmax | relu | output.activation",
                "top-k = 5 | top-k = 0 | output.top-k",
                "top-k = 5 | top-k = 5, tok-p = 3 | unknown key output.tok-p",
                "name = \"small\" | name = \"\" | name",
                "output { | output [ | model.conf",
            })
    void brokenConf_shouldNameFileAndKey(String from, String to, String part) throws IOException {
        Files.writeString(folder.resolve("model.conf"), CONF.replace(from, to == null ? "" : to));

        assertThatThrownBy(() -> ModelFolder.at(folder, folder.toString()))
                .isInstanceOf(SettingsException.class)
                .hasMessageContainingAll(folder.resolve("model.conf").toString(), part)
                .hasMessageMatching("[^\\n]*");
    }

    @Test
    void brokenLabels_shouldBeNamed() throws IOException {
        Files.writeString(folder.resolve("labels.txt"), "cat\n\ndog\n");
        assertThatThrownBy(() -> ModelFolder.at(folder, folder.toString()))
                .hasMessageContainingAll("labels.txt", "line 2");

        Files.writeString(folder.resolve("labels.txt"), "");
        assertThatThrownBy(() -> ModelFolder.at(folder, folder.toString()))
                .hasMessageContainingAll("labels.txt", "empty");
    }
}
