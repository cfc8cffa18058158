package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.testing.FakeGateway;
import flotilla.testing.FakeGateway.Said;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The workload generator as a process, against the whole system and against a server that never answers. */
class LoadIT {
    private static final int IMAGES = 100;
    private static final Duration ENDS_WITHIN = Duration.ofMinutes(10);

    @Test
    void thousandRequestsOverAHundredConnections_shouldAllBeRight(@TempDir Path folder) throws Exception {
        Path images = images(folder);
        Path predictions = folder.resolve("predictions.csv");
        try (FlotillaProcess local = FlotillaProcess.start(
                folder,
                "local",
                "--port",
                "0",
                "--data",
                folder.resolve("data").toString(),
                "--set",
                "flotilla.classifier.kind=table",
                "--set",
                "flotilla.classifier.table=" + predictions,
                "--set",
                "flotilla.scaling.max-instances=2",
                "--set",
                "flotilla.local.boot-delay=0s")) {
            String url = local.awaitLine("ready ");
            Path report = folder.resolve("report.html");
            try (FlotillaProcess load = FlotillaProcess.start(
                    folder,
                    "load",
                    "--url",
                    url,
                    "--num-requests",
                    "1000",
                    "--image-folder",
                    images.toString(),
                    "--prediction-file",
                    predictions.toString(),
                    "--concurrency",
                    "100",
                    "--report",
                    report.toString())) {
                int status = load.awaitExit(ENDS_WITHIN);

                assertThat(load.out()).contains("verdict     1000 right, 0 wrong, 0 missing");
                assertThat(status).isZero();
                assertThat(load.out()).contains("workers     #1 i-");
                assertThat(report).content().contains("\"right\":1000");
            }
        }
    }

    @Test
    void stoppedInTheMiddle_shouldPrintWhatWasMeasured(@TempDir Path folder) throws Exception {
        CompletableFuture<Void> second = new CompletableFuture<>();
        try (FakeGateway gateway = FakeGateway.start(asked -> {
                    if (asked.file().equals("test_001.png")) {
                        second.complete(null);
                        return new CompletableFuture<>();
                    }
                    return CompletableFuture.completedFuture(Said.text("test_000:Paul"));
                });
                FlotillaProcess load = FlotillaProcess.start(
                        folder,
                        "load",
                        "--url",
                        gateway.url(),
                        "--image-folder",
                        images(folder).toString(),
                        "--concurrency",
                        "1")) {
            second.join();

            load.terminate();

            assertThat(load.out()).contains("1 answered, 0 missing", "stopped with 1 under way");
        }
    }

    private static Path images(Path folder) throws IOException {
        Path images = Files.createDirectory(folder.resolve("images"));
        StringBuilder rows = new StringBuilder("Image,Results\n");
        for (int i = 0; i < IMAGES; i++) {
            String name = String.format("test_%03d", i);
            Files.write(images.resolve(name + ".png"), GatewayClient.TINY_PNG);
            rows.append(name).append(",person ").append(i % 7).append('\n');
        }
        Files.writeString(folder.resolve("predictions.csv"), rows);
        return images;
    }
}
