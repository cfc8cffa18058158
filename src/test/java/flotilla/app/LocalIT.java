package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole system over real processes, with a classifier that takes time but no PyTorch. */
class LocalIT {
    private static final String[] SLOW_FLEET = {
        "--set", "flotilla.classifier.kind=delay",
        "--set", "flotilla.classifier.delay=150ms",
        "--set", "flotilla.classifier.parallelism=1",
        "--set", "flotilla.scaling.interval=500ms",
        "--set", "flotilla.scaling.history=10000",
        "--set", "flotilla.scaling.max-instances=2",
        "--set", "flotilla.scaling.messages-per-instance=10",
        "--set", "flotilla.scaling.silent-after=5s",
        "--set", "flotilla.local.boot-delay=200ms",
        "--set", "flotilla.queue.visibility-timeout=5s",
        "--set", "flotilla.queue.receive-wait=1s",
        "--set", "flotilla.worker.self-fence=20s"
    };

    private static FlotillaProcess local(Path folder, Path data) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("local", "--port", "0", "--data", data.toString()));
        arguments.addAll(List.of(SLOW_FLEET));
        return FlotillaProcess.start(folder, arguments.toArray(String[]::new));
    }

    @Test
    void workerKilledInTheMiddle_shouldLoseNoImage(@TempDir Path folder) throws Exception {
        Path data = folder.resolve("data");
        try (FlotillaProcess local = local(folder, data)) {
            GatewayClient client = new GatewayClient(local.awaitLine("ready "));
            assertThat(Files.readString(data.resolve("endpoints.json")))
                    .contains("\"http\"", "\"sqs\"", "\"s3\"", "\"ec2\"");
            Map<String, CompletableFuture<JsonNode>> answers = new LinkedHashMap<>();
            for (int i = 0; i < 40; i++) {
                answers.put("image-" + i, client.classify("image-" + i + ".png", GatewayClient.TINY_PNG));
            }
            Eventually.until("two workers in the middle of their images", () -> {
                // More come until the slower one has booted.
                String name = "image-" + answers.size();
                answers.put(name, client.classify(name + ".png", GatewayClient.TINY_PNG));
                return client.fleet().stream()
                                .filter(instance -> instance.path("images").asInt() > 0
                                        && instance.path("busy").asInt() > 0)
                                .count()
                        == 2;
            });
            ProcessHandle victim = local.workers().get(0);

            victim.destroyForcibly();

            Set<String> workers = new HashSet<>();
            answers.forEach((name, answer) -> {
                JsonNode result = answer.join();
                assertThat(result.path("status").asText()).as(result.toString()).isEqualTo("done");
                assertThat(result.path("label").asText()).isEqualTo(name);
                workers.add(result.path("workerId").asText());
            });
            assertThat(workers).hasSizeGreaterThan(1);
            Eventually.until("an empty fleet", () -> client.fleet().isEmpty());
            assertEveryTerminationWasSafe(client.decisions());
            List<ProcessHandle> below = local.descendants();
            local.terminate();
            assertThat(below).as("left running").noneMatch(ProcessHandle::isAlive);
        }
    }

    @Test
    void wholeSystemKilledWithMessagesInTheQueue_shouldAnswerThemAfterARestart(@TempDir Path folder) throws Exception {
        Path data = folder.resolve("data");
        Map<String, String> names = new LinkedHashMap<>();
        try (FlotillaProcess first = local(folder, data)) {
            GatewayClient client = new GatewayClient(first.awaitLine("ready "));
            for (int i = 0; i < 30; i++) {
                names.put(client.accept("image-" + i + ".png", GatewayClient.TINY_PNG), "image-" + i);
            }
            Eventually.until(
                    "some answers",
                    () -> client.fleet().stream()
                            .anyMatch(instance -> instance.path("images").asInt() > 0));
            List<ProcessHandle> below = first.descendants();

            first.kill();

            Eventually.until("no process left", () -> below.stream().noneMatch(ProcessHandle::isAlive));
        }
        try (FlotillaProcess second = local(folder, data)) {
            GatewayClient client = new GatewayClient(second.awaitLine("ready "));
            names.forEach((id, name) -> {
                JsonNode result = Eventually.value(
                        "an answer to " + name,
                        () -> Optional.of(client.result(id))
                                .filter(now -> !now.path("status").asText().equals("pending")));
                assertThat(result.path("label").asText()).as(result.toString()).isEqualTo(name);
            });
            Eventually.until("an empty fleet", () -> client.fleet().isEmpty());
        }
    }

    /** An instance is terminated only after its worker drained, or because it was proven dead. */
    private static void assertEveryTerminationWasSafe(List<JsonNode> decisions) {
        Set<String> asked = new HashSet<>();
        for (JsonNode decision : decisions) {
            for (JsonNode action : decision.path("actions")) {
                String instance = action.path("instanceId").asText();
                switch (action.path("kind").asText()) {
                    case "drain" -> asked.add(instance);
                    case "cancel-drain" -> asked.remove(instance);
                    case "terminate" ->
                        assertThat(asked.contains(instance)
                                                && action.path("why").asText().equals("drained")
                                        || action.path("why").asText().equals("silent"))
                                .as(decision.toString())
                                .isTrue();
                    default -> assertThat(action.path("kind").asText()).isEqualTo("launch");
                }
            }
        }
        assertThat(asked).isNotEmpty();
    }
}
