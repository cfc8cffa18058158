package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import flotilla.drill.FreePort;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The terminate queues over real processes that die. Images take so long that workers hold still while the number of messages
 * is changed: a purge takes away all of them, those in workers' hands included, and the workers go on with what they have.
 * {@link WorkedExamplesIT} has the figures that the protocol is known by.
 */
class DrainQueuesIT {
    private static final String REQUESTS = "flotilla-request";
    private static final String TERMINATE_REQUESTS = "flotilla-terminate-request";

    private static final String[] SETTINGS = {
        "--set", "flotilla.drain.channel=queues",
        "--set", "flotilla.classifier.kind=delay",
        "--set", "flotilla.worker.prefetch-limit=0",
        "--set", "flotilla.worker.self-fence=2m",
        "--set", "flotilla.scaling.policy=message-count",
        "--set", "flotilla.scaling.messages-per-instance=1",
        "--set", "flotilla.scaling.interval=1s",
        "--set", "flotilla.scaling.silent-after=30s",
        "--set", "flotilla.queue.receive-wait=1s",
        "--set", "flotilla.queue.visibility-timeout=10s",
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
                    String outcome = action.path("outcome").asText();
                    boolean cancel = action.path("kind").asText().equals("cancel-request");
                    assertThat(outcome.equals("ok") || cancel && outcome.startsWith("only "))
                            .as(decision.toString())
                            .isTrue();
                    String why = action.path("why").asText();
                    switch (action.path("kind").asText()) {
                        case "request-drain" -> asked += Integer.parseInt(why);
                        case "cancel-request" -> takenBack += takenBack(why, outcome);
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

        /** Those of an earlier supervisor do not count. */
        private static int takenBack(String why, String outcome) {
            if (why.equals("all")) {
                return 0;
            }
            return Integer.parseInt(outcome.equals("ok") ? why : outcome.split(" ")[1]);
        }
    }

    /** A worker holds two images of which one takes longer, so that it can be met between them. */
    @Test
    void supervisorKilledAndThenAWorkerWithItsRequest_shouldLeaveNoRequestBehind(@TempDir Path folder)
            throws Exception {
        Path data = folder.resolve("data");
        String[] settings = {
            "flotilla.aws.endpoints-file=" + data.resolve("endpoints.json"),
            "flotilla.cluster.port=" + FreePort.next(),
            "flotilla.http.port=0",
            "flotilla.scaling.settle=0s",
            "flotilla.scaling.history=10000",
            "flotilla.classifier.delay=80s",
            "flotilla.classifier.parallelism=2"
        };
        try (FlotillaProcess cloud = start(folder, List.of("cloud", "--data", data.toString()))) {
            cloud.awaitLine("cloud ready");
            try (QueueClient queues = new QueueClient(data);
                    FlotillaProcess first = start(folder, List.of("gateway"), settings)) {
                GatewayClient client = new GatewayClient(first.awaitLine("ready "));
                send(client, 1);
                awaitBusy(client, 1);
                queues.purge(REQUESTS);
                awaitOpen(client, 1);
                assertThat(queues.depth(TERMINATE_REQUESTS)).isEqualTo(new QueueClient.Depth(1, 0));
                first.kill();

                try (FlotillaProcess second = start(folder, List.of("gateway"), settings)) {
                    GatewayClient again = new GatewayClient(second.awaitLine("ready "));
                    // The old request is taken back, and when the worker has reported it is asked anew.
                    awaitOpen(again, 1);
                    assertThat(queues.depth(TERMINATE_REQUESTS)).isEqualTo(new QueueClient.Depth(1, 0));
                    send(again, 1);
                    awaitOpen(again, 0);
                    queues.purge(REQUESTS);
                    awaitOpen(again, 1);
                    Eventually.until(
                            "the request taken after the first image",
                            () -> queues.depth(TERMINATE_REQUESTS).equals(new QueueClient.Depth(0, 1)));
                    Eventually.until(
                            "a draining worker",
                            () -> again.fleet().get(0).path("state").asText().equals("draining"));

                    cloud.workers().forEach(ProcessHandle::destroyForcibly);

                    awaitOpen(again, 0);
                    Eventually.until("an empty fleet", () -> again.fleet().isEmpty());
                    Eventually.until(
                            "no request left",
                            () -> queues.depth(TERMINATE_REQUESTS).equals(new QueueClient.Depth(0, 0)));
                    Account end = Account.of(again.decisions());
                    assertThat(end.launched()).isZero();
                    assertThat(end.terminated()).isZero();
                    second.terminate();
                }
            }
            cloud.terminate();
        }
    }

    private static FlotillaProcess start(Path folder, List<String> command, String... settings) throws IOException {
        List<String> arguments = new ArrayList<>(command);
        arguments.addAll(List.of(SETTINGS));
        for (String setting : settings) {
            arguments.addAll(List.of("--set", setting));
        }
        return FlotillaProcess.start(folder, arguments.toArray(String[]::new));
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

    /** Waits until so many requests were sent and not taken back; those that were taken by a worker count for ever. */
    private static void awaitOpen(GatewayClient client, int count) {
        Eventually.until(
                count + " open requests", () -> Account.of(client.decisions()).open() == count);
    }
}
