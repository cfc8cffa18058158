package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.testing.OtlpServer;
import flotilla.testing.OtlpServer.Received;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One image's story over real processes: its first worker is killed with it inside, and another one answers. */
class TraceIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> SETTINGS = List.of(
            "flotilla.classifier.kind=delay",
            "flotilla.classifier.delay=8s",
            "flotilla.classifier.parallelism=1",
            "flotilla.scaling.policy=message-count",
            "flotilla.scaling.interval=500ms",
            "flotilla.scaling.max-instances=1",
            "flotilla.scaling.silent-after=20s",
            "flotilla.local.boot-delay=200ms",
            "flotilla.queue.visibility-timeout=10s",
            "flotilla.queue.receive-wait=1s",
            "flotilla.worker.self-fence=20s",
            "flotilla.log.format=json");

    private static FlotillaProcess local(Path folder, OtlpServer collector) throws Exception {
        List<String> arguments = new ArrayList<>(
                List.of("local", "--port", "0", "--data", folder.resolve("data").toString()));
        List<String> sets = new ArrayList<>(SETTINGS);
        sets.add("flotilla.worker.state-folder=" + folder.resolve("state"));
        sets.add("flotilla.tracing.otlp-endpoint=\"" + collector.url() + "\"");
        sets.forEach(set -> arguments.addAll(List.of("--set", set)));
        return FlotillaProcess.start(folder, arguments.toArray(String[]::new));
    }

    private static boolean isInside(Path state, String id) throws Exception {
        if (!Files.isDirectory(state)) {
            return false;
        }
        try (Stream<Path> files = Files.list(state)) {
            for (Path file :
                    files.filter(one -> one.toString().endsWith(".marks")).toList()) {
                if (Files.readString(file, StandardCharsets.US_ASCII).contains(id + "\n")) {
                    return true;
                }
            }
            return false;
        }
    }

    private static String trace(String... arguments) {
        List<String> all = new ArrayList<>(List.of("trace"));
        all.addAll(List.of(arguments));
        return CommandOutput.of(all.toArray(String[]::new));
    }

    private static List<JsonNode> lines(Path log) throws Exception {
        List<JsonNode> all = new ArrayList<>();
        for (String line : Files.readAllLines(log)) {
            if (line.startsWith("{")) {
                all.add(JSON.readTree(line));
            }
        }
        return all;
    }

    @Test
    void imageWhoseWorkerIsKilled_shouldBeToldFromItsUploadToItsAnswer(@TempDir Path folder) throws Exception {
        try (OtlpServer collector = OtlpServer.start();
                FlotillaProcess local = local(folder, collector)) {
            String url = local.awaitLine("ready ");
            GatewayClient client = new GatewayClient(url);
            String id = client.accept("cat.png", GatewayClient.TINY_PNG);
            assertThat(client.timeline(id).path("status").asText()).isEqualTo("pending");
            Eventually.until("the image inside its first worker", () -> isInside(folder.resolve("state"), id));

            local.workers().forEach(ProcessHandle::destroyForcibly);

            Eventually.until(
                    "an answer", () -> client.result(id).path("status").asText().equals("done"));
            JsonNode timeline = Eventually.value(
                    "the whole story",
                    () -> Optional.of(client.timeline(id))
                            .filter(told -> told.path("workers")
                                            .findValues("suppliedBy")
                                            .size()
                                    == 2));
            assertThat(timeline.path("events").findValuesAsText("event"))
                    .startsWith("uploaded", "stored", "queued", "leased", "leased")
                    .containsSubsequence("fetched", "batched", "predicted")
                    .endsWith("result-stored", "answered");
            List<String> workers = timeline.path("workers").findValuesAsText("worker");
            assertThat(workers).hasSize(2).doesNotHaveDuplicates().allMatch(worker -> worker.startsWith("i-"));
            assertThat(timeline.path("workers").findValuesAsText("kind")).containsExactly("launch", "launch");

            assertThat(trace("--url", url, id))
                    .contains("Image " + id + ", cat.png: cat")
                    .contains("leased         by " + workers.get(0)
                            + " – whose process ended with the image inside a classifier")
                    .containsPattern("leased +by " + workers.get(1) + " \\(delivery [2-9]\\)")
                    .contains(workers.get(1) + " (app-tier id 1): launched by decision ");

            String traceId = timeline.path("traceId").asText();
            Eventually.until("spans of both sides in one trace", () -> {
                Set<String> told = collector.spans().stream()
                        .filter(span -> span.traceId().equals(traceId))
                        .map(Received::name)
                        .collect(Collectors.toSet());
                return told.containsAll(
                        Set.of("upload", "send request", "process image", "classify", "receive answer"));
            });
            assertThat(lines(folder.resolve("data/logs/" + workers.get(1) + ".log")))
                    .filteredOn(line -> line.path("message").asText().contains("it is tried alone"))
                    .isNotEmpty()
                    .allSatisfy(line -> {
                        assertThat(line.path("request").asText()).isEqualTo(id);
                        assertThat(line.path("trace").asText()).isEqualTo(traceId);
                    });
            assertThat(local.err().lines())
                    .as("no line for people")
                    .noneMatch(line -> line.matches("\\d{4}-.*(INFO|WARN|ERROR) .*"));
        }
    }
}
