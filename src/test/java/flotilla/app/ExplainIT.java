package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.drill.FreePort;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Decisions as people and programs get them from real processes: explained, as a stream, and in the ledger. */
class ExplainIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static String why(String... arguments) {
        List<String> all = new ArrayList<>(List.of("why"));
        all.addAll(List.of(arguments));
        return CommandOutput.of(all.toArray(String[]::new));
    }

    private static Iterator<String> follow(String url) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/v1/scaling/decisions/stream"))
                .build();
        return HTTP.send(request, HttpResponse.BodyHandlers.ofLines()).body().iterator();
    }

    /** Reads on until the next decision, and returns its number. */
    private static long next(Iterator<String> stream) {
        while (true) {
            String line = stream.next();
            if (line.startsWith("id: ")) {
                return Long.parseLong(line.substring("id: ".length()));
            }
        }
    }

    @Test
    void wholeLifeOfAWorker_shouldBeExplainedAndKept(@TempDir Path folder) throws Exception {
        Path data = folder.resolve("data");
        List<JsonNode> decisions;
        try (FlotillaProcess local = FlotillaProcess.start(
                folder,
                "local",
                "--port",
                "0",
                "--data",
                data.toString(),
                "--set",
                "flotilla.classifier.kind=delay",
                "--set",
                "flotilla.classifier.delay=50ms",
                "--set",
                "flotilla.scaling.shadow=[step]",
                "--set",
                "flotilla.scaling.interval=500ms",
                "--set",
                "flotilla.scaling.history=10000",
                "--set",
                "flotilla.local.boot-delay=200ms")) {
            String url = local.awaitLine("ready ");
            GatewayClient client = new GatewayClient(url);
            List<CompletableFuture<JsonNode>> answers = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                answers.add(client.classify("image-" + i + ".png", GatewayClient.TINY_PNG));
            }
            answers.forEach(CompletableFuture::join);
            Eventually.until(
                    "a terminated worker",
                    () -> client.decisions().stream()
                            .anyMatch(one -> one.path("decision").asText().equals("terminate")));

            decisions = client.decisions();
            JsonNode launch = first(decisions, "launch");
            String story = why("--url", url, launch.path("n").asText());
            String newest = why("--url", url);

            assertThat(story)
                    .contains(launch.path("summary").asText())
                    .contains("Cold start: launched a machine (app-tier id 1), because ")
                    .contains("What the policy message-count computed")
                    .contains("Launched a machine (app-tier id 1 on i-")
                    .contains("Step would have wanted 1 machine, and would have started 1 machine.")
                    .contains("was expected, with 1 machine booting and at work.");
            assertThat(newest)
                    .contains("Terminated a machine (app-tier id 1 on i-")
                    .contains("whose worker had drained. EC2 agreed.");
            Iterator<String> stream = follow(url);
            next(stream);

            local.terminate();

            stream.forEachRemaining(line -> {});
        }
        Set<String> kept = new HashSet<>();
        try (Stream<Path> files = Files.walk(data.resolve("s3/flotilla-output/decisions"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                for (String line : Files.readAllLines(file)) {
                    kept.add(JSON.readTree(line).path("n").asText());
                }
            }
        }
        assertThat(kept)
                .as("the process ended within a minute, so all was written at its end")
                .contains(first(decisions, "launch").path("n").asText())
                .contains(first(decisions, "terminate").path("n").asText());
    }

    private static JsonNode first(List<JsonNode> decisions, String kind) {
        return decisions.stream()
                .filter(one -> one.path("decision").asText().equals(kind))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void supervisorThatMoves_shouldBeFollowedByAStreamAtAnotherGateway(@TempDir Path folder) throws Exception {
        int clusterPort = FreePort.next();
        try (FlotillaProcess cloud = FlotillaProcess.start(
                folder, "cloud", "--data", folder.resolve("data").toString())) {
            cloud.awaitLine("cloud ready");
            try (FlotillaProcess first =
                    gateway(folder, clusterPort, "flotilla.cluster.seed-nodes=127.0.0.1:" + clusterPort)) {
                first.awaitLine("ready ");
                try (FlotillaProcess second =
                        gateway(folder, 0, "flotilla.cluster.seed-nodes=127.0.0.1:" + clusterPort)) {
                    String url = second.awaitLine("ready ");
                    Iterator<String> stream = follow(url);
                    long last = next(stream);
                    long another = next(stream);
                    assertThat(another).as("the first gateway's supervisor").isEqualTo(last + 1);

                    first.terminate();

                    Set<Long> seen = new HashSet<>(List.of(last, another));
                    long newest = another;
                    GatewayClient client = new GatewayClient(url);
                    long successors = Eventually.value(
                            "decisions of the second gateway's supervisor",
                            () -> client.decisions().stream()
                                    .findFirst()
                                    .map(one -> one.path("n").asLong())
                                    .filter(n -> second.err().contains("supervisor started")));
                    while (newest < successors + 2) {
                        long n = next(stream);
                        assertThat(n).isGreaterThan(newest);
                        newest = n;
                        seen.add(n);
                    }
                    assertThat(seen)
                            .as("nothing of the successor's is missed")
                            .contains(successors, successors + 1, successors + 2);
                    second.terminate();
                }
            }
        }
    }

    private static FlotillaProcess gateway(Path folder, int clusterPort, String pair) throws IOException {
        return FlotillaProcess.start(
                folder,
                "gateway",
                "--set",
                "flotilla.aws.endpoints-file=" + folder.resolve("data/endpoints.json"),
                "--set",
                "flotilla.fleet.mode=static",
                "--set",
                "flotilla.scaling.interval=500ms",
                "--set",
                "flotilla.http.port=0",
                "--set",
                "flotilla.cluster.port=" + clusterPort,
                "--set",
                pair);
    }
}
