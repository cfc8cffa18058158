package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.testing.FreePort;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway with a heap of 128 MB and one worker, asked for many times what they can do. */
@Tag("alone")
class OverloadIT {
    private static final int CLIENTS = 32;
    /** The flood ends with so many refusals, however long that takes. */
    private static final int REFUSALS = 1_500;

    private static final int MAX_BACKLOG = 100;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Test
    void manyTimesTheCapacity_shouldBeRefusedWithAnHonestTimeAndCostNoAcceptedImage(@TempDir Path folder)
            throws Exception {
        int clusterPort = FreePort.next();
        Path data = folder.resolve("data");
        String[] common = {
            "--set", "flotilla.classifier.kind=delay",
            "--set", "flotilla.classifier.delay=100ms",
            "--set", "flotilla.classifier.parallelism=2",
            "--set", "flotilla.aws.endpoints-file=" + data.resolve("endpoints.json"),
            "--set", "flotilla.fleet.mode=static",
            "--set", "flotilla.queue.receive-wait=1s",
            "--set", "flotilla.http.max-backlog=" + MAX_BACKLOG
        };
        try (FlotillaProcess cloud = FlotillaProcess.start(
                folder, "cloud", "--data", data.toString(), "--set", "flotilla.classifier.kind=delay")) {
            cloud.awaitLine("cloud ready");
            try (FlotillaProcess gateway = FlotillaProcess.startWith(
                            List.of("-Xmx128m"),
                            folder,
                            with(common, "gateway", "flotilla.http.port=0", "flotilla.cluster.port=" + clusterPort));
                    FlotillaProcess worker = FlotillaProcess.start(
                            folder,
                            with(
                                    common,
                                    "worker",
                                    "flotilla.worker.id=one",
                                    "flotilla.cluster.seed-nodes=127.0.0.1:" + clusterPort))) {
                URI url = URI.create(gateway.awaitLine("ready "));
                Map<String, String> accepted = new ConcurrentHashMap<>();
                Map<Integer, Integer> statuses = new HashMap<>();
                AtomicBoolean over = new AtomicBoolean();
                List<Integer> health = new CopyOnWriteArrayList<>();
                CompletableFuture<Void> asking = CompletableFuture.runAsync(() -> ask(url, over, health));

                flood(url, accepted, statuses);

                int answersMeanwhile = health.size();
                over.set(true);
                assertThat(statuses.keySet()).as(statuses.toString()).isSubsetOf(202, 429);
                asking.join();
                assertThat(answersMeanwhile).as("answers of /healthz meanwhile").isPositive();
                assertThat(health).as("answers of /healthz").containsOnly(200);
                for (Map.Entry<String, String> image : accepted.entrySet()) {
                    JsonNode result = Eventually.value("an answer to " + image.getKey(), () -> {
                        JsonNode now = JSON.readTree(get(url, "/v1/classifications/" + image.getValue() + "?wait=20")
                                .body());
                        return Stream.of(now)
                                .filter(node -> !node.path("status").asText().equals("pending"))
                                .findFirst();
                    });
                    assertThat(result.path("label").asText()).isEqualTo(image.getKey());
                }
                assertThat(upload(url, "after").statusCode())
                        .as("recovered at once")
                        .isEqualTo(202);
                assertThat(worker.isAlive()).isTrue();
                assertThat(gateway.out() + gateway.err()).doesNotContain("OutOfMemoryError");
                FlotillaProcess.closeAll(worker, gateway);
            }
        }
    }

    /** Many clients that do not heed what they are told. */
    private void flood(URI url, Map<String, String> accepted, Map<Integer, Integer> statuses) throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        AtomicInteger next = new AtomicInteger();
        AtomicInteger refusals = new AtomicInteger();
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            all.add(CompletableFuture.runAsync(
                    () -> {
                        while (refusals.get() < REFUSALS) {
                            int n = next.getAndIncrement();
                            HttpResponse<String> response = upload(url, "image-" + n);
                            synchronized (statuses) {
                                statuses.merge(response.statusCode(), 1, Integer::sum);
                            }
                            if (response.statusCode() == 202) {
                                accepted.put(
                                        "image-" + n, read(response).path("id").asText());
                            } else {
                                refusals.incrementAndGet();
                                assertThat(response.headers().firstValue("Retry-After"))
                                        .hasValueSatisfying(seconds -> assertThat(Integer.parseInt(seconds))
                                                .isPositive());
                            }
                        }
                    },
                    clients));
        }
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).join();
        clients.shutdown();
    }

    /** Asks for the gateway's health until it is over. */
    private void ask(URI url, AtomicBoolean over, List<Integer> answers) {
        while (!over.get()) {
            answers.add(get(url, "/healthz").statusCode());
        }
    }

    private HttpResponse<String> get(URI url, String path) {
        return send(HttpRequest.newBuilder(url.resolve(path)).timeout(Duration.ofSeconds(60)));
    }

    private HttpResponse<String> upload(URI url, String stem) {
        return send(HttpRequest.newBuilder(url.resolve("/v1/classifications?file=" + stem + ".png"))
                .header("Prefer", "respond-async")
                .POST(HttpRequest.BodyPublishers.ofByteArray(GatewayClient.TINY_PNG)));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        return http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString())
                .join();
    }

    private static JsonNode read(HttpResponse<String> response) {
        try {
            return JSON.readTree(response.body());
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new AssertionError("not JSON: " + response.body(), e);
        }
    }

    private static String[] with(String[] common, String command, String... pairs) {
        return Stream.concat(
                        Stream.concat(Stream.of(command), Stream.of(common)),
                        Stream.of(pairs).flatMap(pair -> Stream.of("--set", pair)))
                .collect(Collectors.toList())
                .toArray(String[]::new);
    }
}
