package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A whole set of instances that was made before, with worker processes: from none to all of them and back to none. {@code
 * -Dflotilla.full=true} takes twenty; without it there are five.
 */
class StartStopIT {
    private static final int SET = Boolean.getBoolean("flotilla.full") ? 20 : 5;
    /** Up to twenty processes boot on the cores of one machine. */
    private static final Duration LONG_ENOUGH = Duration.ofMinutes(15);

    private static final String REQUESTS = "flotilla-request";

    private static final List<String> SETTINGS = List.of(
            "flotilla.fleet.mode=start-stop",
            "flotilla.scaling.policy=message-count",
            "flotilla.scaling.messages-per-instance=1",
            "flotilla.scaling.max-instances=" + SET,
            "flotilla.scaling.interval=1s",
            "flotilla.scaling.settle=0s",
            "flotilla.scaling.history=10000",
            "flotilla.scaling.silent-after=5m",
            "flotilla.scaling.boot-allowance=20m",
            "flotilla.worker.self-fence=10m",
            "flotilla.classifier.kind=delay",
            "flotilla.classifier.parallelism=1",
            "flotilla.queue.receive-wait=1s",
            "flotilla.local.boot-delay=0s",
            "flotilla.local.worker-jvm-options=[-Xmx112m, -Xss256k, \"-XX:+UseSerialGC\", \"-XX:TieredStopAtLevel=1\"]");

    private static void awaitAll(GatewayClient client, String state) {
        Eventually.until(SET + " instances " + state, LONG_ENOUGH, () -> {
            List<JsonNode> fleet = client.fleet();
            return fleet.size() == SET
                    && fleet.stream().allMatch(one -> one.path("state").asText().equals(state));
        });
    }

    private static List<JsonNode> actions(GatewayClient client) {
        List<JsonNode> actions = new ArrayList<>();
        client.decisions().forEach(decision -> decision.path("actions").forEach(actions::add));
        return actions;
    }

    private static List<String> instancesOf(GatewayClient client, String kind) {
        return actions(client).stream()
                .filter(action -> action.path("kind").asText().equals(kind))
                .map(action -> action.path("instanceId").asText())
                .toList();
    }

    private static boolean isWithoutInstances(GatewayClient client) {
        List<JsonNode> decisions = client.decisions();
        return decisions.get(decisions.size() - 1).path("reason").asText().equals("instances-unknown");
    }

    /** Messages that the test holds keep the whole set wanted, however fast the images are done. */
    @Test
    @Timeout(value = 1, unit = TimeUnit.HOURS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void wholeSet_shouldBeStartedAndStopped(@TempDir Path folder) throws Exception {
        Path data = folder.resolve("data");
        List<String> arguments = new ArrayList<>(List.of("local", "--port", "0", "--data", data.toString()));
        Stream.concat(WorkedExamplesIT.PATIENCE.stream(), SETTINGS.stream())
                .forEach(setting -> arguments.addAll(List.of("--set", setting)));
        Path config = Files.createDirectories(folder.resolve("home").resolve("config"));
        Files.write(config.resolve("worker.conf"), WorkedExamplesIT.PATIENCE);
        try (FlotillaProcess local = FlotillaProcess.start(
                folder, Map.of("FLOTILLA_HOME", folder.resolve("home").toString()), arguments.toArray(String[]::new))) {
            GatewayClient client = new GatewayClient(local.awaitLine("ready "));
            awaitAll(client, "stopped");
            assertThat(local.workers()).as("booted for nothing").isEmpty();
            Set<String> set = client.fleet().stream()
                    .map(one -> one.path("instanceId").asText())
                    .collect(Collectors.toSet());
            try (QueueClient queues = new QueueClient(data);
                    CloudClient cloud = new CloudClient(data)) {
                // No instance is started before the test has all of them, or its worker could take one.
                cloud.fail("Action=DescribeInstances&Code=UnauthorizedOperation&Count=1000000");
                Eventually.until("a decision without instances", () -> isWithoutInstances(client));
                List<String> held = new ArrayList<>();
                for (int i = 0; i < SET; i++) {
                    client.accept("held-" + i + ".png", GatewayClient.TINY_PNG);
                    held.addAll(queues.hold(REQUESTS, 1));
                }
                cloud.clearFaults();
                awaitAll(client, "running");
                assertThat(local.workers()).hasSize(SET);

                Map<String, CompletableFuture<JsonNode>> answers = new LinkedHashMap<>();
                for (int i = 0; i < 5 * SET; i++) {
                    answers.put("image-" + i, client.classify("image-" + i + ".png", GatewayClient.TINY_PNG));
                }
                answers.forEach((name, answer) ->
                        assertThat(answer.join().path("label").asText()).isEqualTo(name));
                queues.delete(REQUESTS, held);
                awaitAll(client, "stopped");
            }
            assertThat(instancesOf(client, "start")).hasSize(SET).containsOnlyOnceElementsOf(set);
            assertThat(instancesOf(client, "stop")).hasSize(SET).containsOnlyOnceElementsOf(set);
            assertThat(actions(client)).allSatisfy(action -> {
                assertThat(action.path("kind").asText()).isIn("start", "drain", "cancel-drain", "stop");
                assertThat(action.path("outcome").asText()).isEqualTo("ok");
            });
            Eventually.until("no worker process", () -> local.workers().isEmpty());
        }
    }
}
