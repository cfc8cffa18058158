package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ec2.model.InstanceStateName;

/** What becomes of real workers and their images when EC2 takes their machines back, or says that it may. */
class MachineNoticesIT {
    private static final int FLEET = 2;
    private static final int IMAGES = 80;
    private static final List<String> SETTINGS = List.of(
            "flotilla.classifier.kind=delay",
            "flotilla.classifier.delay=500ms",
            "flotilla.classifier.parallelism=1",
            // So many that a worker that is taken back has some to give back.
            "flotilla.worker.prefetch=1m",
            "flotilla.worker.prefetch-limit=10",
            "flotilla.worker.report-interval=500ms",
            "flotilla.worker.notice-interval=200ms",
            "flotilla.scaling.policy=message-count",
            "flotilla.scaling.messages-per-instance=10000",
            "flotilla.scaling.min-instances=" + FLEET,
            "flotilla.scaling.max-instances=4",
            "flotilla.scaling.interval=500ms",
            "flotilla.scaling.settle=0s",
            "flotilla.scaling.history=10000",
            "flotilla.scaling.silent-after=1m",
            "flotilla.local.boot-delay=0s",
            "flotilla.local.worker-jvm-options=[-Xmx160m, -Xss512k, \"-XX:+UseSerialGC\", \"-XX:TieredStopAtLevel=1\"]",
            // Nobody dies here: no pause of this machine shall have an image done twice.
            "flotilla.queue.visibility-timeout=1m",
            "flotilla.queue.receive-wait=1s");
    private static final Pattern IN_HAND = Pattern.compile("EC2 takes this machine back at=\\S+ inHand=(\\d+)");
    private static final Pattern ANSWERED = Pattern.compile("drained epoch=\\d+ images=(\\d+)");

    private static FlotillaProcess local(Path folder, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(
                List.of("local", "--port", "0", "--data", folder.resolve("data").toString()));
        SETTINGS.forEach(pair -> arguments.addAll(List.of("--set", pair)));
        for (String pair : more) {
            arguments.addAll(List.of("--set", pair));
        }
        return FlotillaProcess.start(folder, arguments.toArray(String[]::new));
    }

    private static List<JsonNode> running(GatewayClient client) {
        return client.fleet().stream()
                .filter(one -> one.path("state").asText().equals("running"))
                .toList();
    }

    private static String instance(JsonNode node) {
        return node.path("instanceId").asText();
    }

    private static JsonNode firstDecision(GatewayClient client, String what, Predicate<JsonNode> which) {
        return Eventually.value(
                what, () -> client.decisions().stream().filter(which).findFirst());
    }

    private static Predicate<JsonNode> with(String kind, String instance) {
        return decision -> {
            for (JsonNode action : decision.path("actions")) {
                if (action.path("kind").asText().equals(kind)
                        && instance(action).equals(instance)) {
                    return true;
                }
            }
            return false;
        };
    }

    private static int number(Pattern pattern, String log) {
        Matcher matcher = pattern.matcher(log);
        assertThat(matcher.find()).as(pattern + " in " + log).isTrue();
        return Integer.parseInt(matcher.group(1));
    }

    @Test
    void spotInterruptionWithImagesInHand_shouldGiveThemBackAndBeReplacedAtOnce(@TempDir Path folder) throws Exception {
        Path data = folder.resolve("data");
        try (FlotillaProcess local = local(folder)) {
            GatewayClient client = new GatewayClient(local.awaitLine("ready "));
            try (CloudClient cloud = new CloudClient(data)) {
                Eventually.until("a whole fleet", () -> running(client).size() == FLEET);
                String victim = instance(running(client).get(0));
                Map<String, CompletableFuture<JsonNode>> answers = new LinkedHashMap<>();
                for (int i = 0; i < IMAGES; i++) {
                    answers.put("image-" + i, client.classify("image-" + i + ".png", GatewayClient.TINY_PNG));
                }
                Eventually.until(
                        "two busy workers",
                        () -> running(client).stream()
                                .allMatch(one -> one.path("busy").asInt() > 0));

                cloud.interrupt(victim, 120);

                JsonNode first = firstDecision(
                        client,
                        "a decision that knows of it",
                        decision -> decision.path("clamps").toString().contains("EC2 takes " + victim));
                assertThat(first.path("reason").asText()).isEqualTo("replacement");
                assertThat(first.path("decision").asText()).contains("launch");
                JsonNode end = firstDecision(client, "the end of the instance", with("terminate", victim));
                assertThat(end.path("actions").toString()).contains("\"why\":\"drained\"");
                answers.forEach((name, answer) ->
                        assertThat(answer.join().path("label").asText()).isEqualTo(name));

                String log = Files.readString(data.resolve("logs").resolve(victim + ".log"));
                assertThat(number(IN_HAND, log)).as("in hand when it was told").isGreaterThan(1);
                assertThat(answers.values().stream()
                                .filter(answer ->
                                        answer.join().path("workerId").asText().equals(victim)))
                        .hasSize(number(ANSWERED, log));
                Eventually.until("a whole fleet again", () -> running(client).size() == FLEET);
                assertThat(running(client)).noneMatch(one -> instance(one).equals(victim));
                try (QueueClient queues = new QueueClient(data)) {
                    Eventually.until(
                            "an empty queue",
                            () -> queues.depth("flotilla-request").equals(new QueueClient.Depth(0, 0)));
                }
            }
        }
    }

    @Test
    void rebalanceRecommendation_shouldReplaceFirstAndDrainThen(@TempDir Path folder) throws Exception {
        Path data = folder.resolve("data");
        try (FlotillaProcess local = local(folder, "flotilla.fleet.replace-at-risk=true")) {
            GatewayClient client = new GatewayClient(local.awaitLine("ready "));
            try (CloudClient cloud = new CloudClient(data)) {
                Eventually.until("a whole fleet", () -> running(client).size() == FLEET);
                String victim = instance(running(client).get(0));

                cloud.recommendRebalance(victim);

                JsonNode replaced = firstDecision(
                        client,
                        "a replacement",
                        decision -> decision.path("reason").asText().equals("replacement"));
                JsonNode drained = firstDecision(client, "the drain", with("drain", victim));
                firstDecision(client, "the end", with("terminate", victim));
                assertThat(replaced.path("n").asLong())
                        .isLessThan(drained.path("n").asLong());
                assertThat(client.decisions().stream()
                                .filter(decision -> decision.path("n").asLong()
                                        >= replaced.path("n").asLong()))
                        .allMatch(decision -> decision.path("running").asInt() >= FLEET);
                assertThat(cloud.instances().stream().filter(one -> one.state().name() == InstanceStateName.RUNNING))
                        .hasSize(FLEET);
            }
        }
    }

    @Test
    void memberThatIsTakenBack_shouldBeReplacedByItsGroupOnce(@TempDir Path folder) throws Exception {
        Path data = folder.resolve("data");
        try (FlotillaProcess local = local(folder, "flotilla.fleet.mode=auto-scaling-group")) {
            GatewayClient client = new GatewayClient(local.awaitLine("ready "));
            try (CloudClient cloud = new CloudClient(data)) {
                Eventually.until("a whole fleet", () -> running(client).size() == FLEET);
                String victim = instance(running(client).get(0));

                cloud.interrupt(victim, 120);

                JsonNode end = firstDecision(client, "the end of the instance", with("terminate", victim));
                assertThat(end.path("reason").asText()).isEqualTo("replacement");
                Eventually.until(
                        "a whole fleet again",
                        () -> running(client).size() == FLEET
                                && running(client).stream()
                                        .noneMatch(one -> instance(one).equals(victim)));
                assertThat(cloud.group().desiredCapacity()).isEqualTo(FLEET);
                assertThat(cloud.instances()).hasSize(FLEET + 1);
            }
        }
    }

    @Test
    void memberThatItsGroupEnds_shouldBeDrainedWhileAHookHoldsIt(@TempDir Path folder) throws Exception {
        Path data = folder.resolve("data");
        try (FlotillaProcess local = local(folder, "flotilla.fleet.mode=auto-scaling-group")) {
            GatewayClient client = new GatewayClient(local.awaitLine("ready "));
            try (CloudClient cloud = new CloudClient(data)) {
                cloud.holdTerminations();
                Eventually.until("a whole fleet", () -> running(client).size() == FLEET);
                String victim = instance(running(client).get(0));
                Map<String, CompletableFuture<JsonNode>> answers = new LinkedHashMap<>();
                for (int i = 0; i < IMAGES; i++) {
                    answers.put("image-" + i, client.classify("image-" + i + ".png", GatewayClient.TINY_PNG));
                }
                Eventually.until(
                        "two busy workers",
                        () -> running(client).stream()
                                .allMatch(one -> one.path("busy").asInt() > 0));

                cloud.replaceMember(victim);

                JsonNode drained = firstDecision(client, "the drain", with("drain", victim));
                assertThat(drained.path("clamps").toString()).contains("the Auto Scaling group ends " + victim);
                JsonNode end = firstDecision(client, "the end", with("terminate", victim));
                assertThat(end.path("actions").toString()).contains("\"why\":\"drained\"");
                answers.forEach((name, answer) ->
                        assertThat(answer.join().path("label").asText()).isEqualTo(name));
                Eventually.until(
                        "the end of the instance",
                        () -> cloud.instances().stream()
                                .filter(one -> one.instanceId().equals(victim))
                                .allMatch(one -> one.state().name() == InstanceStateName.TERMINATED));
                Eventually.until("a whole fleet again", () -> running(client).size() == FLEET);
                assertThat(cloud.group().desiredCapacity()).isEqualTo(FLEET);
            }
        }
    }
}
