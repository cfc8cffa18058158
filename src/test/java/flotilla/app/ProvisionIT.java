package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.drill.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code provision}, {@code doctor} and {@code destroy} beside a cloud, a gateway and its worker as processes, with names that the
 * embedded cloud does not make by itself.
 */
class ProvisionIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Path folder;
    private Path config;

    /** In this process, as the command line would: there are many of them, and each has its exit status from here. */
    private CommandOutput.Ran run(String command, String... arguments) {
        List<String> all = new ArrayList<>(List.of(command, "--config", config.toString()));
        all.addAll(List.of(arguments));
        if (command.equals("doctor")) {
            // A machine at its limit is no finding here.
            all.addAll(List.of("--timeout", "3m"));
        }
        return CommandOutput.run(all.toArray(String[]::new));
    }

    private void configure(Path temporary) throws IOException {
        folder = temporary;
        config = Files.writeString(folder.resolve("other.conf"), """
                flotilla {
                  cluster { name = "other", port = %d }
                  http.port = %d
                  aws.endpoints-file = "%s"
                  queue {
                    request = other-request, response = other-response, dead-letter = other-dlq
                    terminate-request = other-terminate-request, terminate-confirm = other-terminate-confirm
                    receive-wait = 1s
                  }
                  storage { input-bucket = other-input, output-bucket = other-output }
                  fleet.launch-template = other-worker
                  scaling { policy = message-count, interval = 1s, settle = 0s, max-instances = 1 }
                  classifier { kind = delay, delay = 50ms, parallelism = 1 }
                }
                """.formatted(
                        FreePort.next(), FreePort.next(), folder.resolve("data/endpoints.json")));
    }

    @Test
    void system_shouldBeMadeExaminedUsedAndRemovedAndEachOnlyOnce(@TempDir Path temporary) throws Exception {
        configure(temporary);
        try (FlotillaProcess cloud = FlotillaProcess.cloud(folder)) {
            cloud.awaitLine("cloud ready");
            nothingThere();
            made();
            try (FlotillaProcess gateway = FlotillaProcess.start(folder, "gateway", "--config", config.toString())) {
                GatewayClient client = new GatewayClient(gateway.awaitLine("ready "));
                JsonNode answer =
                        client.classify("cat.png", GatewayClient.TINY_PNG).join();
                assertThat(answer.path("label").asText()).as(answer.toString()).isEqualTo("cat");
                assertThat(answer.path("appTierId").asText()).isEqualTo("1");
                // It asks the gateway for some seconds only.
                Eventually.until(
                        "a gateway that is seen",
                        () -> run("doctor").out().contains("a gateway runs here (flotilla.http.port)"));
                drainedBesideTheGateway();
            }
            bucketsRemovedAfterIt();
            madeAndRemovedAgain();
        }
    }

    @Test
    void setOfStoppedInstances_shouldBeMadeFilledUpAndTerminated(@TempDir Path temporary) throws Exception {
        configure(temporary);
        try (FlotillaProcess cloud = FlotillaProcess.cloud(folder)) {
            cloud.awaitLine("cloud ready");
            assertThat(run("provision", ofTheSet(2, "--yes")).out())
                    .contains("created launch template other-worker")
                    .contains("created workers' instances app-tier-instance-1..2");
            assertThat(run("provision", ofTheSet(2, "--yes")).out())
                    .contains("nothing to do: everything is there and in order");
            CommandOutput.Ran more = run("provision", ofTheSet(3, "--yes"));
            assertThat(more.status()).as(more.err()).isZero();
            assertThat(more.out()).contains("instances 2 -> 3");
            // A gateway that has moved is made known to those that are there.
            String elsewhere = "flotilla.cluster.port=" + FreePort.next();
            assertThat(run("doctor", ofTheSet(3, "--set", elsewhere)).out())
                    .contains("outdated is 3, the settings want 0");
            assertThat(run("provision", ofTheSet(3, "--yes", "--set", elsewhere))
                            .out())
                    .contains("outdated 3 -> 0")
                    .contains("changed workers' instances");
            try (CloudClient ec2 = new CloudClient(folder.resolve("data"))) {
                assertThat(ec2.instances())
                        .hasSize(3)
                        .allMatch(one -> one.state().nameAsString().equals("stopped"));
            }
            CommandOutput.Ran doctor = run("doctor", ofTheSet(3, "--set", elsewhere));
            assertThat(doctor.status()).as(doctor.out()).isZero();
            assertThat(doctor.out()).contains("0 errors, 0 warnings");
            // Nobody may be told of an address that is another one at the next start.
            CommandOutput.Ran nowhere = run("provision", ofTheSet(4, "--yes", "--set", "flotilla.cluster.port=0"));
            assertThat(nowhere.status()).isEqualTo(1);
            assertThat(nowhere.err()).contains("flotilla.cluster.seed-nodes").doesNotContain("\tat ");

            CommandOutput.Ran gone = run("destroy", "--yes", "--untagged");
            assertThat(gone.status()).as(gone.out() + gone.err()).isZero();
            assertThat(gone.out()).contains("3 stopped");
            assertThat(run("destroy", "--yes").out()).contains("nothing to do: nothing of this system is left");
        }
    }

    private static String[] ofTheSet(int size, String... more) {
        List<String> all = new ArrayList<>(
                List.of("--set", "flotilla.fleet.mode=start-stop", "--set", "flotilla.scaling.max-instances=" + size));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private void nothingThere() throws Exception {
        CommandOutput.Ran doctor = run("doctor", "--json");
        assertThat(doctor.status()).as(doctor.out()).isEqualTo(1);
        JsonNode findings = JSON.readTree(doctor.out());
        List<String> errors = new ArrayList<>();
        findings.path("findings").forEach(one -> {
            if (one.path("status").asText().equals("error")) {
                errors.add(one.path("check").asText());
                assertThat(one.path("remedy").asText()).as(one.toString()).isNotEmpty();
            }
        });
        assertThat(errors)
                .contains(
                        "queue other-request",
                        "queue other-dlq",
                        "bucket other-input",
                        "bucket other-output",
                        "launch template other-worker")
                .doesNotContain("credentials", "model", "endpoint SQS");
        assertThat(findings.path("errors").asInt()).isEqualTo(errors.size());
        assertThat(doctor.err()).isEmpty();

        CommandOutput.Ran plan = run("provision");
        assertThat(plan.status()).as(plan.err()).isZero();
        assertThat(plan.out()).contains("nothing was done yet: 8 to do, --yes does it");
        assertThat(run("destroy", "--yes").out()).contains("nothing to do: nothing of this system is left");
    }

    private void made() throws Exception {
        CommandOutput.Ran first = run("provision", "--yes");
        assertThat(first.status()).as(first.err()).isZero();
        assertThat(first.out()).contains("done      8 of 8: created launch template other-worker");
        CommandOutput.Ran second = run("provision", "--yes");
        assertThat(second.status()).as(second.err()).isZero();
        assertThat(second.out()).contains("nothing to do: everything is there and in order");

        CommandOutput.Ran doctor = run("doctor");
        assertThat(doctor.status()).as(doctor.out()).isZero();
        assertThat(doctor.out()).contains("0 errors, 0 warnings").contains("EC2 would launch a worker (dry run)");

        // A queue that somebody has changed is put right.
        CommandOutput.Ran changed = run("provision", "--yes", "--set", "flotilla.queue.visibility-timeout=44s");
        assertThat(changed.out()).contains("VisibilityTimeout 30 -> 44").contains("changed queue other-request");
        assertThat(run("doctor").out())
                .contains("warning  queue other-request: VisibilityTimeout is 44, the settings want 30");
        assertThat(run("provision", "--yes").out()).contains("VisibilityTimeout 44 -> 30");
    }

    /** The gateway writes records as long as it lives: its buckets stay until it has ended. */
    private void drainedBesideTheGateway() {
        CommandOutput.Ran drained = run("destroy", "--yes", "--drain", "--wait", "10m", "--untagged");
        assertThat(drained.status()).as(drained.out() + drained.err()).isZero();
        assertThat(drained.out())
                .contains("waiting   nothing is left, by counts that are approximate")
                .contains("removed queue other-request")
                .contains("removed launch template other-worker")
                .contains("it holds objects; --empty-buckets deletes them with it");
    }

    private void bucketsRemovedAfterIt() {
        CommandOutput.Ran removed = run("destroy", "--yes", "--empty-buckets", "--untagged");
        assertThat(removed.status()).as(removed.out() + removed.err()).isZero();
        assertThat(removed.out()).contains("removed bucket other-input").contains("removed bucket other-output");
        CommandOutput.Ran again = run("destroy", "--yes", "--empty-buckets", "--untagged");
        assertThat(again.status()).as(again.err()).isZero();
        assertThat(again.out()).contains("nothing to do:");
    }

    private void madeAndRemovedAgain() throws Exception {
        assertThat(run("provision", "--yes").status()).isZero();
        assertThat(run("provision", "--yes").out()).contains("nothing to do: everything is there and in order");
        assertThat(run("doctor").status()).isZero();
        CommandOutput.Ran kept = run("destroy", "--yes");
        assertThat(kept.out()).contains("keeps no tags").contains("removed queue other-response");
        assertThat(run("destroy", "--yes", "--untagged", "--empty-buckets").out())
                .contains("removed bucket other-input");
        assertThat(run("destroy", "--yes", "--untagged").out())
                .contains("nothing to do: nothing of this system is left");
    }
}
