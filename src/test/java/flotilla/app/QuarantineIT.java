package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import flotilla.drill.FreePort;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images that end their workers, with processes: cloud, gateway and workers that are started by hand, one after the other. */
class QuarantineIT {
    private static final Duration ENDS_WITHIN = Duration.ofMinutes(5);

    @TempDir
    private static Path folder;

    private static FlotillaProcess cloud;
    private static FlotillaProcess gateway;
    private static GatewayClient client;
    private static String seeds;

    /** Where the workers of one test note what is inside them. */
    @TempDir
    private Path state;

    private final List<FlotillaProcess> workers = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        String clusterPort = Integer.toString(FreePort.next());
        cloud = FlotillaProcess.start(
                folder,
                "cloud",
                "--data",
                folder.resolve("data").toString(),
                "--set",
                "flotilla.classifier.kind=delay");
        cloud.awaitLine("cloud ready");
        // A port of its own: when workers die one after the other the gateway may start anew within its process.
        gateway = FlotillaProcess.start(
                folder,
                with("gateway", "flotilla.cluster.port=" + clusterPort, "flotilla.http.port=" + FreePort.next()));
        client = new GatewayClient(gateway.awaitLine("ready "));
        seeds = "flotilla.cluster.seed-nodes=127.0.0.1:" + clusterPort;
    }

    @AfterEach
    void stopWorkers() {
        FlotillaProcess.closeAll(workers);
    }

    @AfterAll
    static void stop() {
        gateway.close();
        cloud.close();
    }

    private static String[] with(String command, String... pairs) {
        List<String> all = new ArrayList<>(List.of(command));
        List<String> sets = new ArrayList<>(List.of(
                "flotilla.aws.endpoints-file=" + folder.resolve("data/endpoints.json"),
                "flotilla.fleet.mode=static",
                "flotilla.queue.receive-wait=1s",
                "flotilla.queue.visibility-timeout=10s"));
        sets.addAll(List.of(pairs));
        sets.forEach(pair -> all.addAll(List.of("--set", pair)));
        return all.toArray(String[]::new);
    }

    private FlotillaProcess worker(String... pairs) throws IOException {
        return worker(state, pairs);
    }

    /** A worker of another machine. */
    private FlotillaProcess worker(Path state, String... pairs) throws IOException {
        List<String> sets = new ArrayList<>(List.of(
                seeds,
                "flotilla.classifier.kind=delay",
                "flotilla.classifier.parallelism=1",
                "flotilla.worker.state-folder=" + state,
                "flotilla.worker.id=hand-" + (workers.size() + 1)));
        sets.addAll(List.of(pairs));
        FlotillaProcess started = FlotillaProcess.start(folder, with("worker", sets.toArray(String[]::new)));
        workers.add(started);
        return started;
    }

    /** Waits until an image is inside the classifier of the worker that was started last. */
    private void awaitInside(String id) {
        awaitInside(state, List.of(id));
    }

    private void awaitInside(Path state, List<String> ids) {
        String process = ".hand-" + workers.size() + "-";
        Eventually.until(
                ids + " inside " + process, () -> inside(state, process, ids).size() == ids.size());
    }

    /** Those of some images that a process has inside its classifiers. */
    private static List<String> inside(Path state, String process, List<String> ids) throws IOException {
        List<String> inside = new ArrayList<>();
        for (Path file : marks(state, process)) {
            String marks = Files.readString(file, StandardCharsets.US_ASCII);
            ids.stream().filter(id -> marks.contains(id + "\n")).forEach(inside::add);
        }
        return inside;
    }

    private static List<Path> marks(Path state, String process) throws IOException {
        try (Stream<Path> files = Files.list(state)) {
            return files.filter(one -> one.toString().endsWith(".marks"))
                    .filter(one -> one.toString().contains(process))
                    .toList();
        }
    }

    /** What the command prints. */
    private static String redrive(String... arguments) {
        List<String> all = new ArrayList<>(List.of(with("redrive")));
        all.addAll(List.of(arguments));
        return CommandOutput.of(all.toArray(String[]::new));
    }

    /** What another test may have left in the queue is not meant. */
    private long mentions(String id, String text) {
        return workers.stream()
                .flatMap(one -> one.err().lines())
                .filter(line -> line.contains(id) && line.contains(text))
                .count();
    }

    @Test
    void imageThatKillsItsWorkerTwice_shouldBeQuarantinedAloneAndAnsweredOnceItIsRedriven() throws Exception {
        String slow = "flotilla.classifier.delay=10s";
        String killer = client.accept("killer.png", GatewayClient.TINY_PNG);
        List<String> neighbours = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            neighbours.add(client.accept("neighbour-" + i + ".png", GatewayClient.TINY_PNG));
        }

        for (int kills = 0; kills < 2; kills++) {
            FlotillaProcess victim = worker(slow);
            awaitInside(killer);
            victim.kill();
        }
        worker();

        Eventually.until(
                "the caller hears of it",
                () -> client.result(killer).path("error").path("code").asText().equals("quarantined"));
        for (int i = 0; i < neighbours.size(); i++) {
            String id = neighbours.get(i);
            JsonNode result = Eventually.value(
                    "an answer to " + id,
                    () -> Stream.of(client.result(id))
                            .filter(one -> one.path("status").asText().equals("done"))
                            .findFirst());
            assertThat(result.path("label").asText()).isEqualTo("neighbour-" + i);
        }
        assertThat(mentions(killer, "is tried alone")).as("suspects, once").isEqualTo(1);
        assertThat(mentions(killer, "goes to quarantine")).isEqualTo(1);

        assertThat(redrive())
                .contains(killer, "killer.png: it was inside the classifier of 2 workers", " in quarantine");
        assertThat(redrive(killer)).contains("1 put back");
        JsonNode answer = Eventually.value(
                "the answer after the redrive",
                () -> Stream.of(client.result(killer))
                        .filter(one -> one.path("status").asText().equals("done"))
                        .findFirst());
        assertThat(answer.path("label").asText()).isEqualTo("killer");
        assertThat(redrive()).doesNotContain(killer);
        JsonNode story = client.timeline(killer);
        assertThat(story.path("events").findValuesAsText("event"))
                .containsSubsequence("leased", "leased", "given-up", "redriven", "leased", "predicted", "answered");
        assertThat(story.path("workers").findValuesAsText("worker")).containsExactly("hand-1", "hand-2", "hand-3");
    }

    @Test
    void imageThatWasBesideAKillerWheneverItsWorkersDied_shouldBeAnswered(@TempDir Path other) throws Exception {
        String[] two = {"flotilla.classifier.delay=1h", "flotilla.classifier.parallelism=2"};
        List<String> ids = List.of(
                client.accept("one.png", GatewayClient.TINY_PNG), client.accept("another.png", GatewayClient.TINY_PNG));
        FlotillaProcess first = worker(two);
        awaitInside(state, ids);
        first.kill();
        // On another machine, so that nobody knows of the first death when the leases end; then both are found at the
        // same time.
        FlotillaProcess second = worker(other, two);
        awaitInside(other, ids);
        for (Path file : marks(state, ".hand-1-")) {
            Files.move(file, other.resolve(file.getFileName()));
        }
        second.kill();

        FlotillaProcess third = worker(other, two);
        String process = ".hand-3-";
        Eventually.until("one of them alone", () -> inside(other, process, ids).size() == 1);
        String killer = inside(other, process, ids).get(0);
        String innocent = ids.get(1 - ids.indexOf(killer));
        third.kill();
        worker(other, "flotilla.classifier.parallelism=2");

        Eventually.until(
                "an answer",
                () -> client.result(innocent).path("status").asText().equals("done"));
        Eventually.until(
                "the other one is given up",
                () -> client.result(killer).path("error").path("code").asText().equals("quarantined"));
        assertThat(mentions(innocent, "goes to quarantine")).isZero();
        assertThat(redrive()).contains(killer, "it was inside the classifier of 3 workers");
    }

    @Test
    void workerThatIsAskedToEndWithAnImageInside_shouldGiveItBackAndBlameNobody() throws Exception {
        FlotillaProcess slow = worker("flotilla.classifier.delay=1h", "flotilla.worker.shutdown-grace=1s");
        String id = client.accept("long.png", GatewayClient.TINY_PNG);
        awaitInside(id);

        slow.terminate();

        try (Stream<Path> left = Files.list(state)) {
            assertThat(left).isEmpty();
        }
        worker();
        Eventually.until(
                "an answer", () -> client.result(id).path("label").asText().equals("long"));
        assertThat(mentions(id, "is tried alone")).isZero();
        assertThat(mentions("", "given back unfinished=1")).isEqualTo(1);
    }

    @Test
    void workerThatIsAskedToEndWithASuspectInside_shouldNotConvictIt() throws Exception {
        FlotillaProcess killed = worker("flotilla.classifier.delay=1h");
        String id = client.accept("suspect.png", GatewayClient.TINY_PNG);
        awaitInside(id);
        killed.kill();
        FlotillaProcess asked = worker("flotilla.classifier.delay=1h", "flotilla.worker.shutdown-grace=1s");
        awaitInside(id);

        asked.terminate();
        worker();

        Eventually.until(
                "an answer", () -> client.result(id).path("label").asText().equals("suspect"));
        assertThat(mentions(id, "is tried alone")).isEqualTo(2);
        assertThat(mentions("", "given back unfinished=1")).isEqualTo(1);
        assertThat(mentions(id, "goes to quarantine")).isZero();
    }

    @Test
    void imageThatHangsTwice_shouldEndItsWorkersAndBe422ToTheCallerWhoWaits() throws Exception {
        String[] hangs = {
            "flotilla.classifier.delay=1h", "flotilla.classifier.decode-limit=1s", "flotilla.worker.hang-after=2s"
        };
        CompletableFuture<JsonNode> answer = client.classify("hangs.png", GatewayClient.TINY_PNG);

        for (int i = 0; i < 2; i++) {
            assertThat(worker(hangs).awaitExit(ENDS_WITHIN)).isEqualTo(1);
        }
        worker(hangs);

        JsonNode problem = answer.join();
        assertThat(problem.path("status").asInt()).isEqualTo(422);
        assertThat(problem.path("code").asText()).isEqualTo("quarantined");
        assertThat(mentions("", "were inside a classifier for")).isEqualTo(2);
    }
}
