package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import flotilla.drill.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole system with the bundled model on ONNX Runtime: the gateway's setting goes to the workers that it launches. */
class OnnxRuntimeWorkerIT {
    private static final Path MAPS = Path.of("/proc/self/maps");
    /** 128 and the signal's number. */
    private static final int BY_SIGTERM = 143;

    private static final Duration ENDED = Duration.ofSeconds(1);

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

    /** ONNX Runtime frees what its networks use as soon as the JVM begins to end. */
    @Test
    void workerThatIsAskedToEnd_shouldFinishTheImagesInsideAndEndInGoodOrder(@TempDir Path folder) throws Exception {
        String clusterPort = Integer.toString(FreePort.next());
        String endpoints = "flotilla.aws.endpoints-file=" + folder.resolve("data/endpoints.json");
        try (FlotillaProcess cloud = FlotillaProcess.cloud(folder)) {
            cloud.awaitLine("cloud ready");
            try (FlotillaProcess gateway = start(
                            folder,
                            "gateway",
                            endpoints,
                            "flotilla.fleet.mode=static",
                            "flotilla.cluster.port=" + clusterPort,
                            "flotilla.http.port=0",
                            "flotilla.scaling.interval=500ms");
                    FlotillaProcess worker = start(
                            folder,
                            "worker",
                            endpoints,
                            "flotilla.fleet.mode=static",
                            "flotilla.cluster.seed-nodes=127.0.0.1:" + clusterPort,
                            "flotilla.worker.id=hand",
                            "flotilla.queue.receive-wait=1s",
                            "flotilla.worker.shutdown-grace=45s",
                            "flotilla.classifier.engine=onnxruntime",
                            "flotilla.classifier.parallelism=2",
                            "flotilla.classifier.delay=10s")) {
                GatewayClient client = new GatewayClient(gateway.awaitLine("ready "));
                byte[] photograph = Files.readAllBytes(Path.of("samples/chelsea.png"));
                List<CompletableFuture<JsonNode>> answers =
                        List.of(client.classify("one.png", photograph), client.classify("two.png", photograph));
                Eventually.until(
                        "both images inside the worker's classifiers",
                        () -> client.fleet().stream()
                                .anyMatch(one -> one.path("busy").asInt() == 2));

                worker.terminate();

                assertThat(worker.awaitExit(ENDED)).as(worker.err()).isEqualTo(BY_SIGTERM);
                assertThat(answers).allSatisfy(answer -> {
                    JsonNode result = answer.join();
                    assertThat(result.path("label").asText())
                            .as(result.toString())
                            .isEqualTo("Cat");
                    assertThat(result.path("workerId").asText()).isEqualTo("hand");
                });
                try (Stream<Path> files = Files.list(folder)) {
                    assertThat(files)
                            .noneMatch(file -> file.getFileName().toString().startsWith("hs_err"));
                }
            }
        }
    }

    private static FlotillaProcess start(Path folder, String command, String... settings) throws IOException {
        return FlotillaProcess.start(
                folder,
                Stream.concat(
                                Stream.of(command),
                                Arrays.stream(settings).flatMap(setting -> Stream.of("--set", setting)))
                        .toArray(String[]::new));
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
