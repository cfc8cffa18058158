package flotilla.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.config.FlotillaSettings;
import flotilla.config.SettingsException;
import flotilla.config.SettingsLoader;
import flotilla.testing.Listening;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalCloudTest {
    @TempDir
    private Path data;

    @Test
    void endpointsFile_shouldBeThereWhileItServesOnly() throws IOException {
        Path file = data.resolve("endpoints.json");
        try (LocalCloud cloud = LocalCloud.start(options(List.of()))) {
            JsonNode json = new ObjectMapper().readTree(file.toFile());

            assertThat(json.properties()).hasSize(3);
            assertThat(json.get("sqs").asText())
                    .isEqualTo(cloud.endpoints().sqs().toString())
                    .matches("http://127\\.0\\.0\\.1:\\d+");
            assertThat(json.get("s3").asText()).isEqualTo(cloud.endpoints().s3().toString());
            assertThat(json.get("ec2").asText())
                    .isEqualTo(cloud.endpoints().ec2().toString());

            assertThatThrownBy(() -> LocalCloud.start(options(List.of())))
                    .isInstanceOf(SettingsException.class)
                    .hasMessageContaining("another embedded cloud uses the data directory " + data)
                    .hasMessageContaining("--data");
            assertThat(file).exists();
        }
        assertThat(file).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"flotilla.local.sqs-port", "flotilla.local.s3-port", "flotilla.local.ec2-port"})
    void portInUse_shouldNameTheKey(String key) throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            LocalCloud.Options options = options(List.of(key + "=" + other.getLocalPort()));

            assertThatThrownBy(() -> LocalCloud.start(options))
                    .isInstanceOf(SettingsException.class)
                    .hasMessageContaining(key)
                    .hasMessageContaining("port " + other.getLocalPort() + " is in use")
                    .hasMessageNotContaining("\n");
        }
    }

    @Test
    void everyPort_shouldBeOpenOnLoopbackAlone() throws IOException {
        List<String> before = Listening.of(ProcessHandle.current().pid());
        try (LocalCloud cloud = LocalCloud.start(options(List.of()))) {
            List<String> opened =
                    new ArrayList<>(Listening.of(ProcessHandle.current().pid()));
            opened.removeAll(before);

            assertThat(opened).hasSizeGreaterThanOrEqualTo(3).allMatch(Listening::isLoopback);
            for (URI endpoint : List.of(
                    cloud.endpoints().sqs(),
                    cloud.endpoints().s3(),
                    cloud.endpoints().ec2())) {
                // All of 127.0.0.0/8 is this machine: a port that is open for every address would answer here too.
                assertThatThrownBy(() -> {
                            try (Socket socket = new Socket()) {
                                socket.connect(
                                        new InetSocketAddress(InetAddress.getByName("127.0.0.2"), endpoint.getPort()));
                            }
                        })
                        .isInstanceOf(ConnectException.class);
            }
        }
    }

    private LocalCloud.Options options(List<String> sets) {
        FlotillaSettings settings =
                FlotillaSettings.from(SettingsLoader.load(Optional.empty(), Optional.empty(), sets));
        return new LocalCloud.Options(
                data, settings.local(), settings.queue(), settings.storage(), List.of("sleep", "1000"), Map.of());
    }
}
