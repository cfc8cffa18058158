package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import flotilla.config.FlotillaSettings;
import flotilla.config.SettingsLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A worker dies at work and EC2 does not say so. All that decides when it is missed has its default; the policy is one that wants a
 * machine for an image, whatever the machines here make it think of boots.
 */
@Tag("alone")
class DeadWorkerIT {
    private static final Duration SILENT_AFTER = FlotillaSettings.from(
                    SettingsLoader.load(Optional.empty(), Optional.empty(), List.of()))
            .scaling()
            .silentAfter();

    private static final Pattern SILENT =
            Pattern.compile("worker on (\\S+) \\(app-tier id \\d+\\) is silent since (\\S+)");

    /** The worker that a decision does not count, and when it was heard last. */
    private record Missed(JsonNode decision, String instance, Instant heard) {
        Instant at() {
            return Instant.parse(decision.path("at").asText());
        }
    }

    private static FlotillaProcess gateway(Path folder) throws Exception {
        return FlotillaProcess.start(
                folder,
                "gateway",
                "--set",
                "flotilla.aws.endpoints-file=" + folder.resolve("data/endpoints.json"),
                "--set",
                "flotilla.cluster.port=0",
                "--set",
                "flotilla.http.port=0",
                "--set",
                "flotilla.scaling.policy=message-count",
                "--set",
                "flotilla.classifier.kind=delay",
                "--set",
                "flotilla.classifier.delay=20s");
    }

    private static Missed firstMissed(GatewayClient client) {
        return Eventually.value(
                "a decision that misses a worker",
                () -> client.decisions().stream()
                        .flatMap(decision -> StreamSupport.stream(
                                        decision.path("clamps").spliterator(), false)
                                .map(clamp -> SILENT.matcher(clamp.asText()))
                                .filter(Matcher::matches)
                                .map(found -> new Missed(decision, found.group(1), Instant.parse(found.group(2)))))
                        .findFirst());
    }

    @Test
    void workerThatDiesAtWork_shouldBeMissedAndReplacedAndItsImageAnswered(@TempDir Path folder) throws Exception {
        try (FlotillaProcess cloud = FlotillaProcess.cloud(folder)) {
            cloud.awaitLine("cloud ready");
            try (FlotillaProcess gateway = gateway(folder);
                    CloudClient ec2 = new CloudClient(folder.resolve("data"))) {
                GatewayClient client = new GatewayClient(gateway.awaitLine("ready "));
                CompletableFuture<JsonNode> answer = client.classify("image.png", GatewayClient.TINY_PNG);
                String victim = Eventually.value(
                        "a worker at work",
                        () -> client.fleet().stream()
                                .filter(one -> one.path("busy").asInt() > 0)
                                .map(one -> one.path("instanceId").asText())
                                .findFirst());

                ec2.killUnnoticed(victim);
                Instant killed = Instant.now();

                Missed missed = firstMissed(client);
                assertThat(missed.instance()).isEqualTo(victim);
                assertThat(missed.decision().path("reason").asText()).isEqualTo("silence");
                assertThat(missed.decision().path("decision").asText()).isEqualTo("launch");
                Duration silence = Duration.between(missed.heard(), missed.at());
                System.out.printf(
                        "a worker is missed %s after its last report, %s after its death%n",
                        silence, Duration.between(killed, missed.at()));
                assertThat(silence).isBetween(SILENT_AFTER, SILENT_AFTER.plusSeconds(1));
                JsonNode result = answer.join();
                assertThat(result.path("label").asText()).as(result.toString()).isEqualTo("image");
                assertThat(result.path("workerId").asText()).isNotEqualTo(victim);
            }
        }
    }
}
