package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.drill.FreePort;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway with a heap of 128 MB and one worker, asked for many times what they can do. */
@Tag("alone")
class OverloadIT {
    private static final int CLIENTS = 32;
    /** The flood ends with so many refusals at least... */
    private static final int REFUSALS = 1_500;
    /** ...and when so many images have found room since it was known how fast the worker is, however long both take. */
    private static final int ROOMS = 30;
    /** One who asks for health over and over gets an answer at least where a client of the flood gets so many. */
    private static final int FAIR = 5;
    /** Images by which the supervisor knows that. */
    private static final int KNOWN = 20;

    private static final int MAX_BACKLOG = 100;
    /** Refused clients are told when a tenth of the backlog will be free. */
    private static final int TENTH = MAX_BACKLOG / 10;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    /** For the clients, those who ask for health and readiness, and who waits for the worker's pace. */
    private final ExecutorService threads = Executors.newFixedThreadPool(CLIENTS + 3);

    @AfterEach
    void endThreads() {
        threads.shutdown();
    }

    /** What was said during a flood; thread-safe. */
    private static final class Heard {
        private final Map<String, String> accepted = new ConcurrentHashMap<>();
        private final Map<Integer, Integer> statuses = new ConcurrentHashMap<>();
        private final AtomicInteger refusals = new AtomicInteger();
        private final AtomicBoolean isPaceKnown = new AtomicBoolean();
        /** When images found room, in nanoseconds, since the worker's pace is known. */
        private final Queue<Long> rooms = new ConcurrentLinkedQueue<>();
        /** Seconds that refused clients were told since then. */
        private final Queue<Integer> told = new ConcurrentLinkedQueue<>();

        boolean isEnough() {
            return refusals.get() >= REFUSALS && rooms.size() >= ROOMS && !told.isEmpty();
        }

        /** Answers of the flood that each of its clients got, in the mean. */
        int ofAClient() {
            return statuses.values().stream().mapToInt(Integer::intValue).sum() / CLIENTS;
        }

        /** Seconds that a tenth of the backlog took, by the times at which images found room. */
        double secondsForATenth() {
            long first = rooms.stream().mapToLong(Long::longValue).min().orElseThrow();
            long last = rooms.stream().mapToLong(Long::longValue).max().orElseThrow();
            return TENTH * (last - first) / 1e9 / (rooms.size() - 1);
        }

        int medianTold() {
            return told.stream().sorted().skip(told.size() / 2).findFirst().orElseThrow();
        }
    }

    /** What one who asks over and over was answered; thread-safe. */
    private static final class Probe {
        private final String path;
        private final Queue<Integer> answers = new ConcurrentLinkedQueue<>();
        private final AtomicInteger duringFlood = new AtomicInteger();

        Probe(String path) {
            this.path = path;
        }

        void endOfFlood() {
            duringFlood.set(answers.size());
        }

        /** Always with 200, and during the flood no less than a part as often as one of its clients. */
        void shouldHaveBeenAnswered(Heard heard) {
            System.out.printf(
                    "%d answers of %s during the flood, where each client of it got %d%n",
                    duringFlood.get(), path, heard.ofAClient());
            assertThat(answers).as("answers of " + path).containsOnly(200);
            assertThat(duringFlood.get())
                    .as("answers of %s during the flood, where each client of it got %d", path, heard.ofAClient())
                    .isGreaterThanOrEqualTo(heard.ofAClient() / FAIR);
        }
    }

    @Test
    void manyTimesTheCapacity_shouldBeRefusedWithAnHonestTimeAndCostNoAcceptedImage(@TempDir Path folder)
            throws Exception {
        int clusterPort = FreePort.next();
        String[] common = {
            "--set", "flotilla.classifier.kind=delay",
            "--set", "flotilla.classifier.delay=210ms",
            "--set", "flotilla.classifier.parallelism=1",
            "--set", "flotilla.aws.endpoints-file=" + folder.resolve("data/endpoints.json"),
            "--set", "flotilla.fleet.mode=static",
            "--set", "flotilla.scaling.interval=1s",
            "--set", "flotilla.queue.receive-wait=1s",
            "--set", "flotilla.http.result-poll=1s",
            "--set", "flotilla.http.max-backlog=" + MAX_BACKLOG
        };
        try (FlotillaProcess cloud = FlotillaProcess.cloud(folder)) {
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
                Heard heard = new Heard();
                AtomicBoolean over = new AtomicBoolean();
                Probe health = new Probe("/healthz");
                Probe readiness = new Probe("/readyz");
                List<CompletableFuture<Void>> asking = Stream.of(health, readiness)
                        .map(probe -> CompletableFuture.runAsync(() -> ask(url, over, probe), threads))
                        .toList();
                CompletableFuture<Void> learning = CompletableFuture.runAsync(() -> learn(url, heard), threads);

                flood(url, heard, learning);

                health.endOfFlood();
                readiness.endOfFlood();
                over.set(true);
                asking.forEach(CompletableFuture::join);
                learning.join();
                assertThat(heard.statuses.keySet())
                        .as(heard.statuses.toString())
                        .isSubsetOf(202, 429);
                health.shouldHaveBeenAnswered(heard);
                readiness.shouldHaveBeenAnswered(heard);
                shouldBeHonest(heard);
                heard.accepted.forEach((label, id) -> shouldBeAnswered(url, label, id));
                HttpResponse<String> after = upload(url, "after");
                assertThat(after.statusCode()).as("recovered at once").isEqualTo(202);
                shouldBeAnswered(url, "after", read(after).path("id").asText());
                assertThat(worker.isAlive()).isTrue();
                assertThat(gateway.out() + gateway.err()).doesNotContain("OutOfMemoryError");
                FlotillaProcess.closeAll(worker, gateway);
            }
        }
    }

    /** What most were told is no less than half of what it took, in whole seconds, and no more than three times that. */
    private static void shouldBeHonest(Heard heard) {
        double seconds = heard.secondsForATenth();

        assertThat(heard.medianTold())
                .as("Retry-After, where a tenth of the backlog took %.2f s", seconds)
                .isBetween((int) Math.floor(seconds / 2), (int) Math.ceil(3 * seconds));
    }

    private void shouldBeAnswered(URI url, String label, String id) {
        JsonNode result = Eventually.value(
                "an answer to " + label,
                () -> Optional.of(read(get(url, "/v1/classifications/" + id + "?wait=20")))
                        .filter(now -> !now.path("status").asText().equals("pending")));
        assertThat(result.path("label").asText()).isEqualTo(label);
    }

    /** Many clients that do not heed what they are told. */
    private void flood(URI url, Heard heard, CompletableFuture<Void> learning) {
        AtomicInteger next = new AtomicInteger();
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            all.add(CompletableFuture.runAsync(
                    () -> {
                        while (!heard.isEnough() && !learning.isCompletedExceptionally()) {
                            hear(url, "image-" + next.getAndIncrement(), heard);
                        }
                    },
                    threads));
        }
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).join();
    }

    /** One upload of the flood. */
    private void hear(URI url, String stem, Heard heard) {
        boolean counts = heard.isPaceKnown.get();
        HttpResponse<String> response = upload(url, stem);
        heard.statuses.merge(response.statusCode(), 1, Integer::sum);
        if (response.statusCode() == 202) {
            heard.accepted.put(stem, read(response).path("id").asText());
            if (counts) {
                heard.rooms.add(System.nanoTime());
            }
        } else {
            heard.refusals.incrementAndGet();
            int seconds = Integer.parseInt(
                    response.headers().firstValue("Retry-After").orElseThrow());
            assertThat(seconds).isPositive();
            if (counts) {
                heard.told.add(seconds);
            }
        }
    }

    /** Waits until the supervisor has heard of so many images that it knows the worker's pace. */
    private void learn(URI url, Heard heard) {
        Eventually.until("the worker's pace is known", () -> {
            JsonNode instances = read(get(url, "/v1/fleet")).path("instances");
            return instances.size() == 1 && instances.get(0).path("images").asInt() >= KNOWN;
        });
        heard.isPaceKnown.set(true);
    }

    /** Asks one after the other until it is over. */
    private void ask(URI url, AtomicBoolean over, Probe probe) {
        while (!over.get()) {
            probe.answers.add(get(url, probe.path).statusCode());
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
