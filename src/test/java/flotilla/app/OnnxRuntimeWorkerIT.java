package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole system with the bundled model on ONNX Runtime: the gateway's setting goes to the workers that it launches. */
class OnnxRuntimeWorkerIT {
    private static final Path MAPS = Path.of("/proc/self/maps");

    @Test
    void photograph_shouldBeAnsweredByAWorkerThatHasNothingOfPyTorch(@TempDir Path folder) throws Exception {
        Path data = folder.resolve("data");
        try (FlotillaProcess local = FlotillaProcess.start(
                folder,
                "local",
                "--port",
                "0",
                "--data",
                data.toString(),
                "--set",
                "flotilla.classifier.engine=onnxruntime",
                "--set",
                "flotilla.scaling.interval=500ms")) {
            GatewayClient client = new GatewayClient(local.awaitLine("ready "));

            JsonNode result = client.classify("chelsea.png", Files.readAllBytes(Path.of("samples/chelsea.png")))
                    .join();

            assertThat(result.path("label").asText()).as(result.toString()).isEqualTo("Cat");
            assertThat(result.path("model").asText()).isEqualTo("openimages23");
            assertThat(logs(data)).contains("model=openimages23 engine=onnxruntime parallelism=");
            assumeTrue(Files.exists(MAPS), "this system does not tell what a process has loaded");
            assertThat(local.workers())
                    .isNotEmpty()
                    .allSatisfy(worker -> assertThat(
                                    Files.readString(Path.of("/proc", Long.toString(worker.pid()), "maps")))
                            .contains("libonnxruntime.so")
                            .doesNotContain("torch"));
        }
    }

    private static String logs(Path data) throws IOException {
        try (Stream<Path> files = Files.walk(data.resolve("logs"))) {
            return files.filter(Files::isRegularFile)
                    .map(OnnxRuntimeWorkerIT::read)
                    .collect(Collectors.joining("\n"));
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
