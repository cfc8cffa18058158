package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The terminate queues over real processes, by the figures that the protocol is known by, scaled to what a small machine
 * bears. Images take so long that workers hold still while the number of messages is changed: a purge takes away all of
 * them, those in workers' hands included, and the workers go on with what they have.
 */
class DrainQueuesIT {
    private static final String REQUESTS = "flotilla-request";
    private static final String TERMINATE_REQUESTS = "flotilla-terminate-request";
    private static final String TERMINATE_CONFIRMATIONS = "flotilla-terminate-confirm";

    private static final String[] SETTINGS = {
        "--set", "flotilla.drain.channel=queues",
        "--set", "flotilla.classifier.kind=delay",
        "--set", "flotilla.classifier.delay=30s",
        "--set", "flotilla.classifier.parallelism=1",
        "--set", "flotilla.worker.prefetch-limit=0",
        "--set", "flotilla.worker.self-fence=2m",
        "--set", "flotilla.scaling.policy=message-count",
        "--set", "flotilla.scaling.messages-per-instance=1",
        "--set", "flotilla.scaling.interval=1s",
        "--set", "flotilla.scaling.silent-after=30s",
        "--set", "flotilla.queue.receive-wait=1s",
        "--set", "flotilla.queue.visibility-timeout=20s",
        "--set", "flotilla.local.boot-delay=0s",
        "--set",
                "flotilla.local.worker-jvm-options=[-Xmx96m, -Xss512k, \"-XX:+UseSerialGC\", \"-XX:TieredStopAtLevel=1\"]"
    };

    /** What the supervisor asked for and took back since the start, as its decisions tell it. */
    private record Account(int asked, int takenBack, int launched, int terminated) {
        int open() {
            return asked - takenBack;
        }

        static Account of(List<JsonNode> decisions) {
            int asked = 0;
            int takenBack = 0;
            int launched = 0;
            int terminated = 0;
            for (JsonNode decision : decisions) {
                for (JsonNode action : decision.path("actions")) {
                    assertThat(action.path("outcome").asText())
                            .as(decision.toString())
                            .isEqualTo("ok");
                    String why = action.path("why").asText();
                    switch (action.path("kind").asText()) {
                        case "request-drain" -> asked += Integer.parseInt(why);
                        case "cancel-request" -> takenBack += why.equals("all") ? 0 : Integer.parseInt(why);
                        case "launch" -> launched++;
                        case "terminate" -> {
                            assertThat(why).as(decision.toString()).isEqualTo("drained");
                            terminated++;
                        }
                        default -> throw new AssertionError("what is " + decision);
                    }
                }
            }
            return new Account(asked, takenBack, launched, terminated);
        }
    }

    @Test
    void newWorkWhileWorkersAreAskedToEnd_shouldTakeBackExactlyTheRequestsThatItNeeds(@TempDir Path folder)
            throws Exception {
        Path data = folder.resolve("data");
        List<String> arguments = new ArrayList<>(List.of("local", "--port", "0", "--data", data.toString()));
        arguments.addAll(List.of(SETTINGS));
        try (FlotillaProcess local = FlotillaProcess.start(folder, arguments.toArray(String[]::new))) {
            GatewayClient client = new GatewayClient(local.awaitLine("ready "));
            try (QueueClient queues = new QueueClient(data)) {
                send(client, 6);
                awaitBusy(client, 6);

                // Six running, three asked, messages 3 -> 5: two requests are taken back, one instance still ends.
                askThree(client, queues, 3);
                Account before = Account.of(client.decisions());
                send(client, 2);
                awaitOpen(client, 1);
                Account after = Account.of(client.decisions());
                assertThat(after.takenBack() - before.takenBack()).isEqualTo(2);
                assertThat(queues.depth(TERMINATE_REQUESTS)).isEqualTo(new QueueClient.Depth(1, 0));
                Eventually.until("one instance gone", () -> client.fleet().size() == 5);
                assertThat(Account.of(client.decisions()))
                        .isEqualTo(new Account(after.asked(), after.takenBack(), 6, 1));

                // Five running, three asked, messages 2 -> 7: all three are taken back, two instances are launched.
                awaitBusy(client, 5);
                askThree(client, queues, 2);
                before = Account.of(client.decisions());
                send(client, 5);
                awaitOpen(client, 1);
                Eventually.until(
                        "two launches", () -> Account.of(client.decisions()).launched() == 8);
                after = Account.of(client.decisions());
                assertThat(after.takenBack() - before.takenBack()).isEqualTo(3);
                assertThat(after.asked()).isEqualTo(before.asked());
                assertThat(queues.depth(TERMINATE_REQUESTS)).isEqualTo(new QueueClient.Depth(0, 0));

                // No message left: the last one ends too.
                queues.purge(REQUESTS);
                Eventually.until("an empty fleet", () -> client.fleet().isEmpty());
                Account end = Account.of(client.decisions());
                assertThat(end.terminated()).isEqualTo(8);
                assertThat(end.launched()).isEqualTo(8);
                assertThat(end.open()).isEqualTo(8);
                assertThat(queues.depth(TERMINATE_REQUESTS)).isEqualTo(new QueueClient.Depth(0, 0));
                assertThat(queues.depth(TERMINATE_CONFIRMATIONS)).isEqualTo(new QueueClient.Depth(0, 0));
            }
            List<ProcessHandle> below = local.descendants();
            local.terminate();
            assertThat(below).as("left running").noneMatch(ProcessHandle::isAlive);
        }
    }

    private static void send(GatewayClient client, int count) {
        for (int i = 0; i < count; i++) {
            client.accept("image-" + i + ".png", GatewayClient.TINY_PNG);
        }
    }

    private static void awaitBusy(GatewayClient client, int count) {
        Eventually.until(
                count + " busy workers",
                () -> client.fleet().stream()
                                .filter(instance -> instance.path("busy").asInt() == 1)
                                .count()
                        == count);
    }

    /** Makes the number of messages fall to {@code messages}, three below the number of workers, all of which are busy. */
    private static void askThree(GatewayClient client, QueueClient queues, int messages) {
        int ended = Account.of(client.decisions()).terminated();
        queues.purge(REQUESTS);
        send(client, messages);
        awaitOpen(client, ended + 3);
        assertThat(queues.depth(TERMINATE_REQUESTS)).isEqualTo(new QueueClient.Depth(3, 0));
    }

    /** Waits until so many requests were sent and not taken back; those that were taken by a worker count for ever. */
    private static void awaitOpen(GatewayClient client, int count) {
        Eventually.until(
                count + " open requests", () -> Account.of(client.decisions()).open() == count);
    }
}
