package flotilla.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelLocationTest {
    @Test
    void nothing_shouldBeTheBundledModel() {
        assertThat(ModelLocation.of(" ")).isEqualTo(new ModelLocation.Bundled());
    }

    @Test
    void path_shouldBeAFolder() {
        assertThat(ModelLocation.of("models/mine"))
                .isEqualTo(new ModelLocation.Folder(Path.of("models/mine"), "models/mine"));
    }

    @Test
    void s3Url_shouldGiveBucketAndPrefix() {
        assertThat(ModelLocation.of("s3://bucket/models/v1")).isEqualTo(new ModelLocation.InS3("bucket", "models/v1"));
        assertThat(ModelLocation.of("s3://bucket/models/v1/"))
                .isEqualTo(new ModelLocation.InS3("bucket", "models/v1"))
                .hasToString("s3://bucket/models/v1");
    }

    @Test
    void zooUrl_shouldGiveItsParts() {
        assertThat(ModelLocation.of("djl://ai.djl.pytorch/resnet"))
                .isEqualTo(new ModelLocation.InZoo("ai.djl.pytorch", "resnet", Optional.empty(), Optional.empty()))
                .hasToString("djl://ai.djl.pytorch/resnet");
        assertThat(ModelLocation.of("djl://ai.djl.pytorch/resnet/0.0.1/traced_resnet18"))
                .isEqualTo(new ModelLocation.InZoo(
                        "ai.djl.pytorch", "resnet", Optional.of("0.0.1"), Optional.of("traced_resnet18")))
                .hasToString("djl://ai.djl.pytorch/resnet/0.0.1/traced_resnet18");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s3://bucket",
                "s3://bucket/",
                "s3:/bucket/x",
                "djl://ai.djl.pytorch",
                "djl://ai.djl.pytorch/resnet/newest",
                "https://example.com/model",
                "gs://bucket/model"
            })
    void otherUrls_shouldBeRefusedWithTheKey(String path) {
        assertThatThrownBy(() -> ModelLocation.of(path))
                .isInstanceOf(SettingsException.class)
                .hasMessageContainingAll("flotilla.model.path", path);
    }
}
