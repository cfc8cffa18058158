package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import flotilla.drill.FreePort;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Gateway and workers started by hand beside an embedded cloud, each a process of its own. */
class StaticFleetIT {
    @Test
    void gatewayKilledOrStoppedAndStartedAgain_shouldBeAnsweredByTheSameWorkers(@TempDir Path folder) throws Exception {
        String clusterPort = Integer.toString(FreePort.next());
        String[] common = {
            "--set", "flotilla.aws.endpoints-file=" + folder.resolve("data/endpoints.json"),
            "--set", "flotilla.fleet.mode=static",
            "--set", "flotilla.classifier.kind=delay",
            "--set", "flotilla.classifier.delay=100ms",
            "--set", "flotilla.classifier.parallelism=1",
            "--set", "flotilla.queue.receive-wait=1s",
            "--set", "pekko.cluster.split-brain-resolver.stable-after=2s"
        };
        String[] gateway = with(common, "gateway", "flotilla.cluster.port=" + clusterPort, "flotilla.http.port=0");
        String seeds = "flotilla.cluster.seed-nodes=127.0.0.1:" + clusterPort;
        try (FlotillaProcess cloud = FlotillaProcess.start(
                folder,
                "cloud",
                "--data",
                folder.resolve("data").toString(),
                "--set",
                "flotilla.classifier.kind=delay")) {
            cloud.awaitLine("cloud ready");
            FlotillaProcess first = FlotillaProcess.start(folder, gateway);
            try (FlotillaProcess one =
                            FlotillaProcess.start(folder, with(common, "worker", seeds, "flotilla.worker.id=hand-1"));
                    FlotillaProcess two =
                            FlotillaProcess.start(folder, with(common, "worker", seeds, "flotilla.worker.id=hand-2"))) {
                GatewayClient before = new GatewayClient(first.awaitLine("ready "));
                Eventually.until("both workers in sight", () -> before.fleet().size() == 2);
                awaitAnswersOfBoth(before);
                assertThat(before.decisions()).allMatch(decision -> onlyWishes(decision));

                first.kill();
                try (FlotillaProcess again = FlotillaProcess.start(folder, gateway)) {
                    GatewayClient after = new GatewayClient(again.awaitLine("ready "));
                    assertThat(answerers(after)).isSubsetOf("hand-1", "hand-2").isNotEmpty();
                    Eventually.until(
                            "both workers in sight again", () -> after.fleet().size() == 2);
                    awaitAnswersOfBoth(after);
                    again.terminate();
                }
                try (FlotillaProcess afterAStop = FlotillaProcess.start(folder, gateway)) {
                    GatewayClient after = new GatewayClient(afterAStop.awaitLine("ready "));
                    Eventually.until(
                            "both workers in sight after a stop in good order",
                            () -> after.fleet().size() == 2);
                    awaitAnswersOfBoth(after);
                    assertThat(one.isAlive() && two.isAlive()).isTrue();
                    FlotillaProcess.closeAll(one, two, afterAStop);
                }
            } finally {
                first.close();
            }
        }
    }

    /** One of them may be too slow for some while to get any of the images that are sent together. */
    private static void awaitAnswersOfBoth(GatewayClient client) {
        Set<String> workers = new HashSet<>();
        Eventually.until("answers of both workers", () -> {
            workers.addAll(answerers(client));
            return workers.size() > 1;
        });
        assertThat(workers).containsExactlyInAnyOrder("hand-1", "hand-2");
    }

    /** Sends images until both could have had some; every label must be right. */
    private static Set<String> answerers(GatewayClient client) {
        List<CompletableFuture<JsonNode>> answers = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            answers.add(client.classify("image-" + i + ".png", GatewayClient.TINY_PNG));
        }
        Set<String> workers = new HashSet<>();
        for (int i = 0; i < answers.size(); i++) {
            JsonNode result = answers.get(i).join();
            assertThat(result.path("label").asText()).as(result.toString()).isEqualTo("image-" + i);
            workers.add(result.path("workerId").asText());
        }
        return workers;
    }

    private static boolean onlyWishes(JsonNode decision) {
        for (JsonNode action : decision.path("actions")) {
            if (!action.path("outcome").asText().equals("workers are started by hand")) {
                return false;
            }
        }
        return true;
    }

    private static String[] with(String[] common, String command, String... pairs) {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(List.of(common));
        for (String pair : pairs) {
            all.addAll(List.of("--set", pair));
        }
        return all.toArray(String[]::new);
    }
}
