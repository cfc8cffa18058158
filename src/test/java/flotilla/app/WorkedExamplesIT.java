package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The worked examples of {@code message-count} over the terminate queues (docs/drain.md), by their own figures: up to twenty
 * worker processes, one fleet for all of them, each example beginning where the one before it has ended.
 *
 * <p>Three things make it independent of the machine's speed:
 *
 * <ul>
 *   <li>Messages are changed only while the supervisor cannot describe the instances and so does nothing. It is let go when a
 *       decision has shown it the new number of messages, so that the first decision after that is about exactly this number.
 *   <li>Messages that the test itself holds count as in flight, and no worker gets them: workers are idle then, and take a
 *       terminate request at once.
 *   <li>Images for workers that are to be busy are sent when all of them are idle, so that all begin at the same time, and take
 *       {@link #DELAY}, many times as long as a decision.
 * </ul>
 */
class WorkedExamplesIT {
    private static final String REQUESTS = "flotilla-request";
    private static final String TERMINATE_REQUESTS = "flotilla-terminate-request";
    private static final String TERMINATE_CONFIRMATIONS = "flotilla-terminate-confirm";
    private static final String DELAY = "45s";
    /** Twenty processes boot on the cores of one machine. */
    private static final Duration LONG_ENOUGH = Duration.ofMinutes(15);

    /** While they boot, a node may be silent for longer than a healthy one ever is, and not be given up. */
    private static final List<String> PATIENCE = List.of(
            "pekko.cluster.failure-detector.acceptable-heartbeat-pause=10m",
            "pekko.remote.artery.advanced.handshake-timeout=10m",
            "pekko.remote.artery.advanced.tcp.connection-timeout=1m",
            "pekko.remote.artery.advanced.outbound-max-restarts=100000",
            "pekko.remote.artery.advanced.inbound-max-restarts=100000");

    private static final List<String> SETTINGS = List.of(
            "flotilla.drain.channel=queues",
            "flotilla.scaling.policy=message-count",
            "flotilla.scaling.messages-per-instance=1",
            "flotilla.scaling.max-instances=20",
            "flotilla.scaling.interval=1s",
            "flotilla.scaling.settle=0s",
            "flotilla.scaling.history=10000",
            "flotilla.scaling.silent-after=5m",
            "flotilla.scaling.boot-allowance=20m",
            "flotilla.scaling.replacements.in-a-row=100",
            "flotilla.worker.self-fence=10m",
            "flotilla.worker.prefetch-limit=0",
            "flotilla.classifier.kind=delay",
            "flotilla.classifier.delay=" + DELAY,
            "flotilla.classifier.parallelism=1",
            "flotilla.queue.receive-wait=1s",
            "flotilla.local.boot-delay=0s",
            "flotilla.local.worker-jvm-options=[-Xmx64m, -Xss256k, \"-XX:+UseSerialGC\", \"-XX:TieredStopAtLevel=1\"]");

    @Test
    void workedExamples_shouldHoldByTheirOwnFigures(@TempDir Path folder) throws Exception {
        Path data = folder.resolve("data");
        List<String> arguments = new ArrayList<>(List.of("local", "--port", "0", "--data", data.toString()));
        Stream.concat(PATIENCE.stream(), SETTINGS.stream())
                .forEach(setting -> arguments.addAll(List.of("--set", setting)));
        // Workers read the file of their installation; what they are handed besides has no part for Pekko.
        Path config = Files.createDirectories(folder.resolve("home").resolve("config"));
        Files.write(config.resolve("worker.conf"), PATIENCE);
        try (FlotillaProcess local = FlotillaProcess.start(
                folder, Map.of("FLOTILLA_HOME", folder.resolve("home").toString()), arguments.toArray(String[]::new))) {
            GatewayClient client = new GatewayClient(local.awaitLine("ready "));
            try (QueueClient queues = new QueueClient(data);
                    CloudClient cloud = new CloudClient(data)) {
                new Examples(client, queues, cloud).run();
            }
            List<ProcessHandle> below = local.descendants();
            local.terminate();
            assertThat(below).as("left running").noneMatch(ProcessHandle::isAlive);
        }
    }

    /** Changes the number of messages. */
    private interface Change {
        void make() throws Exception;
    }

    /** One system, and the examples in an order in which each leaves what the next one needs. */
    private static final class Examples {
        private final GatewayClient client;
        private final QueueClient queues;
        private final CloudClient cloud;
        /** Receipts of the messages that the test holds. */
        private final List<String> held = new ArrayList<>();

        private int sent;

        Examples(GatewayClient client, QueueClient queues, CloudClient cloud) {
            this.client = client;
            this.queues = queues;
            this.cloud = cloud;
        }

        void run() throws Exception {
            // The first decision empties the queue of terminate requests.
            Eventually.until(
                    "a decision that does nothing", () -> actions(newest()).isEmpty());

            // 110 messages, no instance: 20 are launched.
            JsonNode decision = decisionOn(110, () -> sendAndHold(110));
            assertThat(state(decision)).isEqualTo("110 messages, 0 running, 0 asked");
            assertThat(actions(decision)).hasSize(20).containsOnly("launch ok");
            awaitIdle(20);

            // 20 running, none asked, 18 messages: two terminate requests.
            decision = decisionOn(18, () -> letGo(92));
            assertThat(state(decision)).isEqualTo("18 messages, 20 running, 0 asked");
            assertThat(actions(decision)).containsExactly("request-drain 2 ok");
            awaitIdle(18);

            // 15 running, 5 asked (10 active), messages 10 -> 17: all 5 are cancelled and 2 launched.
            decisionOn(15, () -> letGo(3));
            awaitIdle(15);
            askFiveOfFifteen();
            decision = decisionOn(17, () -> sendAndHold(7));
            assertThat(state(decision)).isEqualTo("17 messages, 10 running, 5 asked");
            assertThat(actions(decision)).containsExactly("cancel-request 5 ok", "launch ok", "launch ok");
            assertThat(queues.depth(TERMINATE_REQUESTS)).isEqualTo(new QueueClient.Depth(0, 0));
            awaitIdle(17);

            // The same, messages 10 -> 13: 3 requests are cancelled, 2 instances still end.
            decisionOn(15, () -> letGo(2));
            awaitIdle(15);
            askFiveOfFifteen();
            decision = decisionOn(13, () -> sendAndHold(3));
            assertThat(state(decision)).isEqualTo("13 messages, 10 running, 5 asked");
            assertThat(actions(decision)).containsExactly("cancel-request 3 ok");
            assertThat(queues.depth(TERMINATE_REQUESTS)).isEqualTo(new QueueClient.Depth(2, 0));
            awaitIdle(13);

            // No message left: the last instance ends too.
            decisionOn(1, () -> letGo(12));
            awaitIdle(1);
            decision = decisionOn(0, () -> letGo(1));
            assertThat(state(decision)).isEqualTo("0 messages, 1 running, 0 asked");
            assertThat(actions(decision)).containsExactly("request-drain 1 ok");
            Eventually.until("an empty fleet", () -> client.fleet().isEmpty());

            assertThat(actionsOfAll("terminate")).hasSize(22).containsOnly("terminate drained ok");
            assertThat(queues.depth(TERMINATE_REQUESTS)).isEqualTo(new QueueClient.Depth(0, 0));
            assertThat(queues.depth(TERMINATE_CONFIRMATIONS)).isEqualTo(new QueueClient.Depth(0, 0));
        }

        /** From fifteen idle workers to fifteen at images just begun, five of them asked to end. */
        private void askFiveOfFifteen() throws Exception {
            JsonNode decision = decisionOn(10, () -> {
                send(15);
                awaitFleet("15 busy instances", 15, 1);
                queues.purge(REQUESTS);
                held.clear();
                sendAndHold(10);
            });
            assertThat(state(decision)).isEqualTo("10 messages, 15 running, 0 asked");
            assertThat(actions(decision)).containsExactly("request-drain 5 ok");
            assertThat(queues.depth(TERMINATE_REQUESTS)).isEqualTo(new QueueClient.Depth(5, 0));
        }

        /** Makes a change behind the supervisor's back, and gives the first decision after it. */
        private JsonNode decisionOn(int messages, Change change) throws Exception {
            cloud.fail("Action=DescribeInstances&Code=UnauthorizedOperation&Count=1000000");
            awaitDecisionAfter(number(newest()), "without instances", decision -> !isInformed(decision));
            change.make();
            JsonNode seen = awaitDecisionAfter(
                    number(newest()),
                    "that sees " + messages + " messages",
                    decision -> !isInformed(decision) && messages(decision) == messages);
            cloud.clearFaults();
            return awaitDecisionAfter(number(seen), "with instances", Examples::isInformed);
        }

        private JsonNode awaitDecisionAfter(long number, String what, Predicate<JsonNode> matches) {
            return Eventually.value(
                    "a decision " + what,
                    () -> client.decisions().stream()
                            .filter(decision -> number(decision) > number && matches.test(decision))
                            .findFirst());
        }

        private JsonNode newest() {
            return Eventually.value(
                    "a decision", () -> client.decisions().stream().reduce((one, next) -> next));
        }

        private void send(int count) {
            for (int i = 0; i < count; i++) {
                client.accept("image-" + sent++ + ".png", GatewayClient.TINY_PNG);
            }
        }

        /** Nobody else takes them: there are no workers, or all are busy. */
        private void sendAndHold(int count) {
            send(count);
            held.addAll(queues.hold(REQUESTS, count));
        }

        private void letGo(int count) {
            List<String> first = held.subList(0, count);
            queues.delete(REQUESTS, first);
            first.clear();
        }

        private void awaitIdle(int count) {
            awaitFleet(count + " idle instances", count, 0);
        }

        private void awaitFleet(String what, int count, int busy) {
            Eventually.until(what, LONG_ENOUGH, () -> {
                List<JsonNode> fleet = client.fleet();
                return fleet.size() == count
                        && fleet.stream()
                                .allMatch(one -> one.path("state").asText().equals("running")
                                        && one.path("busy").asInt() == busy);
            });
        }

        private List<String> actionsOfAll(String kind) {
            return client.decisions().stream()
                    .flatMap(decision -> actions(decision).stream())
                    .filter(action -> action.startsWith(kind + " "))
                    .toList();
        }

        private static boolean isInformed(JsonNode decision) {
            return !decision.path("reason").asText().equals("instances-unknown");
        }

        private static long number(JsonNode decision) {
            return decision.path("n").asLong();
        }

        private static int messages(JsonNode decision) {
            return decision.path("visible").asInt() + decision.path("inFlight").asInt();
        }

        /** What a decision was told. */
        private static String state(JsonNode decision) {
            return messages(decision) + " messages, " + decision.path("running").asInt() + " running, "
                    + decision.path("draining").asInt() + " asked";
        }

        /** What it did, with how much and with what outcome. */
        private static List<String> actions(JsonNode decision) {
            return StreamSupport.stream(decision.path("actions").spliterator(), false)
                    .map(action -> Stream.of("kind", "why", "outcome")
                            .map(part -> action.path(part).asText())
                            .filter(text -> !text.isEmpty())
                            .collect(Collectors.joining(" ")))
                    .toList();
        }
    }
}
