package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import flotilla.config.FlotillaSettings;
import flotilla.config.SettingsException;
import flotilla.config.SettingsLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerUserDataTest {
    @Test
    void modelFolder_shouldBeHandedAsAnAbsolutePath() {
        Config handed = handed("flotilla.model.path=models/mine", "flotilla.model.zoo=zoo");

        assertThat(handed.getString("flotilla.model.path"))
                .isEqualTo(Path.of("models/mine").toAbsolutePath().toString());
        assertThat(handed.getString("flotilla.model.zoo"))
                .isEqualTo(Path.of("zoo").toAbsolutePath().toString());
    }

    @Test
    void modelElsewhere_shouldBeHandedAsItIs() {
        assertThat(handed("flotilla.model.path=s3://models/cats/v1").getString("flotilla.model.path"))
                .isEqualTo("s3://models/cats/v1");
        assertThat(handed("flotilla.model.path=djl://ai.djl.pytorch/resnet").getString("flotilla.model.path"))
                .isEqualTo("djl://ai.djl.pytorch/resnet");
        assertThat(handed().getString("flotilla.model.path")).isEmpty();
    }

    @Test
    void keysOfTheModelsConf_shouldBeHandedAndUnderstood() {
        Config handed = handed("flotilla.model.conf={ input.mean = [0, 0.5, 0] }");
        FlotillaSettings settings = FlotillaSettings.from(
                SettingsLoader.load(Optional.empty(), Optional.of(handed.root().render()), List.of()));

        assertThat(settings.model().conf().getDoubleList("input.mean")).containsExactly(0.0, 0.5, 0.0);
    }

    @Test
    void stateFolder_shouldBeHandedOnlyWhenItIsGiven() {
        assertThat(handed("flotilla.worker.state-folder=state").getString("flotilla.worker.state-folder"))
                .isEqualTo(Path.of("state").toAbsolutePath().toString());
        assertThat(handed().hasPath("flotilla.worker.state-folder")).isFalse();
    }

    @Test
    void metrics_shouldBeHandedAndTheirAddressOnlyWhenItIsGiven() {
        Config handed = handed("flotilla.metrics.port=9400");

        assertThat(handed.getInt("flotilla.metrics.port")).isEqualTo(9400);
        assertThat(handed("flotilla.metrics.enabled=false").getBoolean("flotilla.metrics.enabled"))
                .isFalse();
        assertThat(handed.hasPath("flotilla.metrics.host")).isFalse();
        assertThat(handed("flotilla.metrics.host=10.0.0.7").getString("flotilla.metrics.host"))
                .isEqualTo("10.0.0.7");
    }

    @Test
    void tracingAndTheLogsFormat_shouldBeHanded() {
        Config handed = handed(
                "flotilla.tracing.otlp-endpoint=\"http://10.0.0.9:4318\"",
                "flotilla.tracing.sampling=0.5",
                "flotilla.log.format=json");

        assertThat(handed.getString("flotilla.tracing.otlp-endpoint")).isEqualTo("http://10.0.0.9:4318");
        assertThat(handed.getDouble("flotilla.tracing.sampling")).isEqualTo(0.5);
        assertThat(handed.getString("flotilla.log.format")).isEqualTo("json");
        assertThat(handed.hasPath("flotilla.log.results")).isFalse();
    }

    @Test
    void olderImage_shouldNotBeHandedKeysThatItWouldRefuseUnlessTheyAreChanged() {
        Config defaults = handed().getConfig("flotilla");
        Config set = handed(
                        "flotilla.metrics.port=-1", "flotilla.worker.notice-interval=5s", "flotilla.worker.patience=2m")
                .getConfig("flotilla");

        for (Config one : List.of(defaults, set)) {
            assertThat(one.hasPath("metrics")).isFalse();
            assertThat(one.hasPath("tracing")).isFalse();
            assertThat(one.hasPath("log")).isFalse();
            assertThat(one.hasPath("classifier.engine")).isFalse();
            assertThat(one.hasPath("classifier.kind")).isTrue();
            assertThat(one.hasPath("worker.notice-interval")).isFalse();
            assertThat(one.hasPath("worker.patience")).isFalse();
            assertThat(one.getDuration("worker.self-fence")).isEqualTo(Duration.ofMinutes(2));
        }
        assertThat(handed("flotilla.worker.notice-interval=2s").getDuration("flotilla.worker.notice-interval"))
                .isEqualTo(Duration.ofSeconds(2));
        assertThat(handed("flotilla.classifier.engine=onnxruntime").getString("flotilla.classifier.engine"))
                .isEqualTo("onnxruntime");
    }

    @Test
    void clusterTls_shouldBeHandedAsPathsOnly(@TempDir Path folder) throws IOException {
        Path key = Files.writeString(folder.resolve("node.key"), "-----BEGIN PRIVATE KEY-----\nc2VjcmV0");
        Config handed =
                handed("flotilla.cluster.tls={ certificate = \"node.crt\", key = \"" + key + "\", ca = /ca.crt }");

        assertThat(handed.getConfig("flotilla.cluster.tls").root().unwrapped())
                .containsOnly(
                        Map.entry(
                                "certificate",
                                Path.of("node.crt").toAbsolutePath().toString()),
                        Map.entry("key", key.toString()),
                        Map.entry("ca", "/ca.crt"));
        assertThat(handed.root().render()).doesNotContain("c2VjcmV0");
        assertThat(handed().hasPath("flotilla.cluster.tls")).isFalse();
    }

    @Test
    void secrets_shouldNotBeHanded() {
        Config handed = handed(
                "flotilla.aws.credentials={ access-key-id = FAKEACCESSKEYID, secret-access-key = fake-secret-key }",
                "flotilla.push.secrets=[\"whsec_ZmFrZS1zZWNyZXQtZmFrZS1zZWNyZXQtZmFrZQ==\"]",
                "flotilla.http.api-keys=[{ name = a, roles = [admin], sha256 = " + "f".repeat(64) + " }]",
                "flotilla.fleet.worker-settings={ worker.prefetch = 3s }");

        assertThat(handed.root().render())
                .doesNotContain("FAKEACCESSKEYID", "fake-secret-key", "ZmFrZS1zZWNyZXQ", "ffffffff");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "aws.credentials.secret-access-key = fake",
                "push { secrets = [fake] }",
                "http.api-keys = [{ name = fake }]"
            })
    void secretsInWorkerSettings_shouldBeRefused(String secret) {
        assertThatThrownBy(() -> handed("flotilla.fleet.worker-settings={ " + secret + " }"))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("flotilla.fleet.worker-settings must not have")
                .hasMessageNotContaining("fake")
                .hasMessageNotContaining("\n");
    }

    private static Config handed(String... sets) {
        Config config = SettingsLoader.load(Optional.empty(), Optional.empty(), List.of(sets));
        return ConfigFactory.parseString(
                WorkerUserData.render(config, FlotillaSettings.from(config), List.of("127.0.0.1:1")));
    }
}
