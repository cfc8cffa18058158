package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ec2.model.InstanceStateName;

/** Every fleet mode over real processes: from no worker to some and back. */
class FleetModesIT {
    private static final String[] COMMON = {
        "flotilla.classifier.kind=delay",
        "flotilla.classifier.delay=200ms",
        "flotilla.classifier.parallelism=2",
        "flotilla.scaling.policy=message-count",
        "flotilla.scaling.interval=500ms",
        "flotilla.scaling.history=10000",
        "flotilla.scaling.silent-after=1m",
        "flotilla.scaling.messages-per-instance=10",
        "flotilla.local.boot-delay=0s",
        "flotilla.local.worker-jvm-options=[\"-Xmx160m\",\"-Xss512k\",\"-XX:+UseSerialGC\",\"-XX:TieredStopAtLevel=1\"]",
        "flotilla.queue.receive-wait=1s",
        "flotilla.worker.report-interval=500ms"
    };

    private static FlotillaProcess local(Path folder, String... settings) throws IOException {
        List<String> arguments = new ArrayList<>(
                List.of("local", "--port", "0", "--data", folder.resolve("data").toString()));
        for (String pair : COMMON) {
            arguments.addAll(List.of("--set", pair));
        }
        for (String pair : settings) {
            arguments.addAll(List.of("--set", pair));
        }
        return FlotillaProcess.start(folder, arguments.toArray(String[]::new));
    }

    /** Sends images at once and checks every answer. */
    private static void burst(GatewayClient client, int images) {
        Map<String, CompletableFuture<JsonNode>> answers = new LinkedHashMap<>();
        for (int i = 0; i < images; i++) {
            answers.put("image-" + i, client.classify("image-" + i + ".png", GatewayClient.TINY_PNG));
        }
        answers.forEach((name, answer) ->
                assertThat(answer.join().path("label").asText()).isEqualTo(name));
    }

    private static List<String> states(GatewayClient client) {
        return client.fleet().stream()
                .map(instance -> instance.path("state").asText())
                .toList();
    }

    /** Every action that was carried out, oldest first, as {@code kind why instance outcome}. */
    private static List<JsonNode> actions(GatewayClient client) {
        List<JsonNode> actions = new ArrayList<>();
        client.decisions().forEach(decision -> decision.path("actions").forEach(actions::add));
        return actions;
    }

    private static List<String> kinds(List<JsonNode> actions) {
        return actions.stream()
                .map(action -> action.path("kind").asText())
                .distinct()
                .toList();
    }

    private static List<String> instancesOf(List<JsonNode> actions, String kind) {
        return actions.stream()
                .filter(action -> action.path("kind").asText().equals(kind))
                .map(action -> action.path("instanceId").asText())
                .toList();
    }

    /** No instance was ended before its worker, asked by name, had said that it is drained. */
    private static void assertEveryEndWasConfirmed(List<JsonNode> actions) {
        Set<String> asked = new HashSet<>();
        for (JsonNode action : actions) {
            String instance = action.path("instanceId").asText();
            switch (action.path("kind").asText()) {
                case "drain" -> asked.add(instance);
                case "cancel-drain" -> asked.remove(instance);
                case "stop", "terminate" -> {
                    assertThat(asked).as(action.toString()).contains(instance);
                    assertThat(action.path("why").asText()).isEqualTo("drained");
                    assertThat(action.path("outcome").asText()).isEqualTo("ok");
                }
                default -> {}
            }
        }
    }

    @Test
    void setForStartStop_shouldBeStartedStoppedAndStartedAgain(@TempDir Path folder) throws Exception {
        try (FlotillaProcess local =
                local(folder, "flotilla.fleet.mode=start-stop", "flotilla.scaling.max-instances=2")) {
            GatewayClient client = new GatewayClient(local.awaitLine("ready "));
            Eventually.until("two stopped instances", () -> states(client).equals(List.of("stopped", "stopped")));
            assertThat(local.workers()).as("booted for nothing").isEmpty();
            Set<String> set = new HashSet<>();
            client.fleet()
                    .forEach(instance -> set.add(instance.path("instanceId").asText()));

            burst(client, 40);
            Eventually.until("all stopped again", () -> states(client).stream().allMatch("stopped"::equals));
            assertThat(instancesOf(actions(client), "start")).containsAll(set);
            int before = actions(client).size();
            burst(client, 20);
            Eventually.until(
                    "all stopped once more", () -> states(client).stream().allMatch("stopped"::equals));

            List<JsonNode> actions = actions(client);
            assertThat(kinds(actions)).isSubsetOf("start", "drain", "cancel-drain", "stop");
            assertEveryEndWasConfirmed(actions);
            assertThat(instancesOf(actions.subList(before, actions.size()), "start"))
                    .isNotEmpty()
                    .allMatch(set::contains);
            assertThat(client.fleet())
                    .extracting(instance -> instance.path("appTierId").asInt())
                    .containsExactlyInAnyOrder(1, 2);
        }
    }

    @Test
    void autoScalingGroup_shouldGrowAndShrinkByName(@TempDir Path folder) throws Exception {
        try (FlotillaProcess local =
                local(folder, "flotilla.fleet.mode=auto-scaling-group", "flotilla.scaling.max-instances=2")) {
            GatewayClient client = new GatewayClient(local.awaitLine("ready "));
            try (CloudClient cloud = new CloudClient(folder.resolve("data"))) {
                assertThat(cloud.group().desiredCapacity()).isZero();
                assertThat(cloud.group().maxSize()).isEqualTo(2);

                CompletableFuture<Void> answers = CompletableFuture.runAsync(() -> burst(client, 40));
                Eventually.until(
                        "both protected members in service",
                        () -> cloud.group().instances().stream()
                                        .filter(member -> member.protectedFromScaleIn()
                                                && member.lifecycleStateAsString()
                                                        .equals("InService"))
                                        .count()
                                == 2);
                answers.join();
                Eventually.until("an empty fleet", () -> client.fleet().isEmpty());

                assertThat(cloud.group().desiredCapacity()).isZero();
                Eventually.until("no member", () -> cloud.group().instances().isEmpty());
                assertThat(cloud.instances())
                        .hasSize(2)
                        .allMatch(one -> one.state().name() == InstanceStateName.TERMINATED)
                        .allMatch(one ->
                                one.tags().stream().anyMatch(tag -> tag.value().startsWith("app-tier-instance-")));
                List<JsonNode> actions = actions(client);
                assertThat(kinds(actions))
                        .isSubsetOf("set-capacity", "assign-id", "drain", "cancel-drain", "terminate")
                        .contains("set-capacity", "assign-id", "drain", "terminate");
                assertEveryEndWasConfirmed(actions);
                assertThat(instancesOf(actions, "terminate")).hasSize(2).doesNotHaveDuplicates();
            }
        }
    }

    @Test
    void stoppedWarmPool_shouldBeStartedBeforeALaunchAndLaunchesTakeWhatTypeThereIs(@TempDir Path folder)
            throws Exception {
        try (FlotillaProcess local = local(
                folder,
                "flotilla.fleet.warm-pool.size=1",
                "flotilla.fleet.warm-pool.state=stopped",
                "flotilla.fleet.instance-types=[\"c7i.large\",\"c6i.large\"]",
                "flotilla.scaling.max-instances=2")) {
            GatewayClient client = new GatewayClient(local.awaitLine("ready "));
            Eventually.until("a stopped spare", () -> states(client).equals(List.of("stopped")));
            String spare = client.fleet().get(0).path("instanceId").asText();
            int before = actions(client).size();
            try (CloudClient cloud = new CloudClient(folder.resolve("data"))) {
                cloud.fail("Action=RunInstances&Code=InsufficientInstanceCapacity&Count=1000&InstanceType=c7i.large");
                burst(client, 40);
                Eventually.until(
                        "a stopped spare and nothing else", () -> states(client).equals(List.of("stopped")));

                List<JsonNode> sinceTheBurst =
                        actions(client).stream().skip(before).toList();
                assertThat(sinceTheBurst.get(0).path("kind").asText()).isEqualTo("start");
                assertThat(sinceTheBurst.get(0).path("instanceId").asText()).isEqualTo(spare);
                assertThat(kinds(sinceTheBurst)).contains("launch", "stop", "terminate");
                assertThat(instancesOf(sinceTheBurst, "launch"))
                        .as("launches of %s", sinceTheBurst)
                        // Those that came to nothing, as on a busy machine, name no instance.
                        .filteredOn(id -> !id.isEmpty())
                        .isNotEmpty()
                        .allSatisfy(id -> assertThat(cloud.type(id)).isEqualTo("c6i.large"));
                assertThat(cloud.type(spare)).isEqualTo("c7i.large");
            }
            assertEveryEndWasConfirmed(actions(client));
        }
    }

    @Test
    void nothingToBeHad_shouldShowInTheDecisionsUntilThereIsSome(@TempDir Path folder) throws Exception {
        try (FlotillaProcess local = local(
                folder,
                "flotilla.fleet.instance-types=[\"c7i.large\",\"c6i.large\"]",
                "flotilla.scaling.max-instances=1")) {
            GatewayClient client = new GatewayClient(local.awaitLine("ready "));
            try (CloudClient cloud = new CloudClient(folder.resolve("data"))) {
                cloud.fail("Action=RunInstances&Code=InsufficientInstanceCapacity&Count=1000");
                CompletableFuture<Void> answer = CompletableFuture.runAsync(() -> burst(client, 1));
                Eventually.until("a refused launch, and a decision to wait", () -> {
                    List<JsonNode> decisions = client.decisions();
                    JsonNode last = decisions.get(decisions.size() - 1);
                    return refusals(client) > 0
                            && last.path("decision").asText().equals("hold")
                            && last.path("desired").asInt() == 1
                            && last.path("clamps").toString().contains("1 x InsufficientInstanceCapacity");
                });
                assertThat(client.fleet()).isEmpty();
                assertThat(cloud.instances()).isEmpty();
                cloud.clearFaults();

                answer.join();
                assertThat(instancesOf(actions(client), "launch")).last().isNotEqualTo("");
            }
        }
    }

    /** Launches that were refused for every type. */
    private static long refusals(GatewayClient client) {
        return actions(client).stream()
                .map(action -> action.path("outcome").asText())
                .filter(outcome -> outcome.contains("InsufficientInstanceCapacity")
                        && outcome.contains("c7i.large")
                        && outcome.contains("c6i.large"))
                .count();
    }

    @Test
    void runningWarmPool_shouldWorkAndStay(@TempDir Path folder) throws Exception {
        try (FlotillaProcess local = local(
                folder,
                "flotilla.fleet.warm-pool.size=1",
                "flotilla.fleet.warm-pool.state=running",
                "flotilla.scaling.max-instances=1")) {
            GatewayClient client = new GatewayClient(local.awaitLine("ready "));
            Eventually.until("a running spare", () -> states(client).equals(List.of("running")));

            burst(client, 10);
            Eventually.until("a decision that nothing is needed", () -> {
                List<JsonNode> decisions = client.decisions();
                JsonNode last = decisions.get(decisions.size() - 1);
                return last.path("visible").asInt() == 0
                        && last.path("inFlight").asInt() == 0
                        && last.path("decision").asText().equals("hold");
            });

            assertThat(states(client)).containsExactly("running");
            assertThat(kinds(actions(client))).containsExactly("launch");
        }
    }
}
