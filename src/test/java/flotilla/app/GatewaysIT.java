package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three gateways that find each other, with workers that they launch; each a process of its own. */
@Tag("alone")
class GatewaysIT {
    private static final int IMAGES = 30;

    private static String[] gateway(Path folder) {
        List<String> all = new ArrayList<>(List.of("gateway"));
        for (String pair : List.of(
                "aws.endpoints-file=" + folder.resolve("data/endpoints.json"),
                "cluster.port=0",
                "http.port=0",
                "classifier.kind=delay",
                "classifier.delay=100ms",
                "classifier.parallelism=1",
                "scaling.policy=message-count",
                "scaling.messages-per-instance=20",
                "scaling.max-instances=2",
                "scaling.min-instances=1",
                "scaling.interval=1s",
                "scaling.settle=0s",
                "queue.receive-wait=1s",
                "queue.visibility-timeout=10s")) {
            all.addAll(List.of("--set", "flotilla." + pair));
        }
        return all.toArray(String[]::new);
    }

    @Test
    void threeGateways_shouldAnswerForEachOtherAndReplaceTheOneThatDies(@TempDir Path folder) throws Exception {
        try (FlotillaProcess cloud = FlotillaProcess.cloud(folder)) {
            cloud.awaitLine("cloud ready");
            FlotillaProcess first = FlotillaProcess.start(folder, gateway(folder));
            try {
                GatewayClient one = new GatewayClient(first.awaitLine("ready "));
                Eventually.until("the first acts", () -> first.err().contains("lease=held"));
                try (FlotillaProcess second = FlotillaProcess.start(folder, gateway(folder));
                        FlotillaProcess third = FlotillaProcess.start(folder, gateway(folder))) {
                    GatewayClient two = new GatewayClient(second.awaitLine("ready "));
                    GatewayClient three = new GatewayClient(third.awaitLine("ready "));
                    Eventually.until(
                            "a worker at work, seen by all", () -> worker(one) && worker(two) && worker(three));
                    assertThat(second.err() + third.err())
                            .as("all are in the first one's cluster")
                            .doesNotContain("starting a cluster", "supervisor started");

                    eachShouldAnswerForEveryId(List.of(one, two, three));

                    Map<String, String> accepted = accept(one);
                    first.kill();
                    Instant killed = Instant.now();
                    callersShouldBeAnsweredElsewhere(accepted, two, three);
                    Instant acting = Eventually.value(
                            "a new supervisor",
                            () -> SupervisorLog.of(second).stream()
                                    .filter(line -> !line.hasNoLease())
                                    .map(SupervisorLog.Line::at)
                                    .findFirst()
                                    .or(() -> SupervisorLog.of(third).stream()
                                            .filter(line -> !line.hasNoLease())
                                            .map(SupervisorLog.Line::at)
                                            .findFirst()));
                    MovedSupervisor.shouldHaveMoved("killed", killed, acting);

                    shouldHandOverInGoodOrder(second, third);
                }
            } finally {
                first.close();
            }
        }
    }

    private static boolean worker(GatewayClient gateway) {
        return gateway.fleet().stream()
                .anyMatch(instance -> instance.path("state").asText().equals("running"));
    }

    /** What one has accepted, the next is asked for, some while it is open and some later. */
    private static void eachShouldAnswerForEveryId(List<GatewayClient> gateways) {
        Map<String, String> accepted = new LinkedHashMap<>();
        List<CompletableFuture<JsonNode>> waiting = new ArrayList<>();
        for (int i = 0; i < IMAGES; i++) {
            String id = gateways.get(i % 3).accept("image-" + i + ".png", GatewayClient.TINY_PNG);
            accepted.put(id, "image-" + i);
            waiting.add(gateways.get((i + 1) % 3).awaitResult(id, 120));
        }
        waiting.forEach(one -> {
            JsonNode result = one.join();
            assertThat(result.path("label").asText())
                    .as(result.toString())
                    .isEqualTo(accepted.get(result.path("id").asText()));
        });
        accepted.forEach((id, label) -> gateways.forEach(
                gateway -> assertThat(gateway.result(id).path("label").asText()).isEqualTo(label)));
    }

    private static Map<String, String> accept(GatewayClient gateway) {
        List<CompletableFuture<JsonNode>> answers = new ArrayList<>();
        for (int i = 0; i < IMAGES; i++) {
            answers.add(gateway.keyed("late-" + i + ".png", "key-" + i, GatewayClient.TINY_PNG, 0));
        }
        Map<String, String> accepted = new LinkedHashMap<>();
        for (int i = 0; i < IMAGES; i++) {
            String id = answers.get(i).join().path("id").asText();
            assertThat(id).isNotEmpty();
            accepted.put(id, "late-" + i);
        }
        return accepted;
    }

    private static void callersShouldBeAnsweredElsewhere(
            Map<String, String> accepted, GatewayClient two, GatewayClient three) {
        List<CompletableFuture<JsonNode>> byId =
                accepted.keySet().stream().map(id -> two.awaitResult(id, 120)).toList();
        List<CompletableFuture<JsonNode>> byKey = new ArrayList<>();
        for (int i = 0; i < IMAGES; i++) {
            byKey.add(three.keyed("late-" + i + ".png", "key-" + i, GatewayClient.TINY_PNG, 120));
        }
        byId.forEach(answer -> shouldBeRight(answer.join(), accepted));
        byKey.forEach(answer -> shouldBeRight(answer.join(), accepted));
    }

    private static void shouldBeRight(JsonNode result, Map<String, String> accepted) {
        assertThat(result.path("label").asText())
                .as(result.toString())
                .isEqualTo(accepted.get(result.path("id").asText()))
                .isNotEmpty();
    }

    /** The supervisor's gateway is stopped: the last one acts as soon as the lease is laid down. */
    private static void shouldHandOverInGoodOrder(FlotillaProcess second, FlotillaProcess third) throws Exception {
        boolean secondActs = second.err().contains("lease=held");
        FlotillaProcess leaving = secondActs ? second : third;
        FlotillaProcess staying = secondActs ? third : second;

        leaving.terminate();

        Eventually.until("the last one acts", () -> staying.err().contains("lease=held"));
        assertThat(staying.err()).as("it need not wait for anybody's term").doesNotContain("held by");
    }
}
