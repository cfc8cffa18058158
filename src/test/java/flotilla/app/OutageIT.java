package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.drill.ServiceProxy;
import flotilla.testing.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * S3 and SQS slow, failing or gone for gateway and worker, with work in hand: every image that is accepted gets its one
 * answer from the one process of the worker, which classifies none of them twice.
 */
class OutageIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int IMAGES = 12;
    /** Fewer, because each is uploaded alone and takes some seconds. */
    private static final int SLOW_IMAGES = 3;

    @TempDir
    private static Path folder;

    private static FlotillaProcess cloud;
    private static FlotillaProcess gateway;
    private static FlotillaProcess worker;
    private static ServiceProxy s3;
    private static ServiceProxy sqs;
    private static URI url;
    private static GatewayClient client;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private long classifiedBefore;

    @BeforeAll
    static void startAll() throws Exception {
        Path data = folder.resolve("data");
        cloud = FlotillaProcess.start(
                folder, "cloud", "--data", data.toString(), "--set", "flotilla.classifier.kind=delay");
        cloud.awaitLine("cloud ready");
        JsonNode endpoints = JSON.readTree(Files.readString(data.resolve("endpoints.json")));
        s3 = proxy(endpoints.path("s3").asText());
        sqs = proxy(endpoints.path("sqs").asText());
        int clusterPort = FreePort.next();
        gateway = FlotillaProcess.start(
                folder, with("gateway", "flotilla.http.port=0", "flotilla.cluster.port=" + clusterPort));
        url = URI.create(gateway.awaitLine("ready "));
        client = new GatewayClient(url.toString());
        worker = FlotillaProcess.start(
                folder,
                with(
                        "worker",
                        "flotilla.worker.id=one",
                        "flotilla.worker.prefetch=20s",
                        "flotilla.cluster.seed-nodes=127.0.0.1:" + clusterPort));
        Eventually.until("the worker is in sight", () -> {
            assertThat(worker.isAlive()).as(worker.err()).isTrue();
            return client.fleet().size() == 1;
        });
    }

    private static ServiceProxy proxy(String service) throws IOException {
        return ServiceProxy.before(
                0,
                new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), URI.create(service).getPort()));
    }

    private static String[] with(String command, String... pairs) {
        List<String> sets = new ArrayList<>(List.of(
                "flotilla.aws.endpoints-file=" + folder.resolve("data/endpoints.json"),
                "flotilla.aws.endpoint.s3=http://127.0.0.1:" + s3.port(),
                "flotilla.aws.endpoint.sqs=http://127.0.0.1:" + sqs.port(),
                "flotilla.fleet.mode=static",
                "flotilla.classifier.kind=delay",
                "flotilla.classifier.delay=2s",
                "flotilla.classifier.parallelism=2",
                "flotilla.queue.receive-wait=1s"));
        sets.addAll(List.of(pairs));
        return Stream.concat(Stream.of(command), sets.stream().flatMap(pair -> Stream.of("--set", pair)))
                .toArray(String[]::new);
    }

    @AfterAll
    static void stopAll() throws IOException {
        worker.close();
        gateway.close();
        cloud.close();
        s3.close();
        sqs.close();
    }

    @BeforeEach
    void count() {
        classifiedBefore = classified();
    }

    @AfterEach
    void heal() {
        s3.heal();
        sqs.heal();
    }

    /** Images that the worker has classified since its start. */
    private static long classified() {
        return Eventually.value(
                "the worker in sight",
                () -> client.fleet().stream()
                        .filter(instance -> instance.path("instanceId").asText().equals("one"))
                        .map(instance -> instance.path("images").asLong())
                        .findFirst());
    }

    /** One upload, which does not wait for its answer. */
    private HttpResponse<String> upload(String stem) throws Exception {
        return http.send(
                HttpRequest.newBuilder(url.resolve("/v1/classifications?file=" + stem + ".png"))
                        .header("Prefer", "respond-async")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(GatewayClient.TINY_PNG))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** Uploads images, each again while it is refused; their ids by label. */
    private Map<String, String> accepted(String prefix, int images) throws Exception {
        Map<String, String> ids = new TreeMap<>();
        for (int i = 0; i < images; i++) {
            String stem = prefix + "-" + i;
            ids.put(stem, Eventually.value(stem + " is accepted", () -> {
                HttpResponse<String> response = upload(stem);
                assertThat(response.statusCode()).isIn(202, 503);
                return Optional.of(response)
                        .filter(answer -> answer.statusCode() == 202)
                        .map(OutageIT::id);
            }));
        }
        return ids;
    }

    private static String id(HttpResponse<String> response) {
        try {
            return JSON.readTree(response.body()).path("id").asText();
        } catch (IOException e) {
            throw new AssertionError("not JSON: " + response.body(), e);
        }
    }

    private void shouldBeRefused(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(503);
        assertThat(response.headers().firstValue("Retry-After")).isPresent();
    }

    private void shouldBeAnsweredByOneClassificationEach(Map<String, String> ids) {
        ids.forEach((label, id) -> {
            JsonNode result = Eventually.value(
                    "an answer to " + label,
                    () -> Optional.of(client.result(id))
                            .filter(one -> one.path("status").asText().equals("done")));
            assertThat(result.path("label").asText()).isEqualTo(label);
            assertThat(result.path("workerId").asText()).as(result.toString()).isEqualTo("one");
        });
        Eventually.until("as many classifications as images", () -> classified() - classifiedBefore >= ids.size());
        assertThat(classified() - classifiedBefore).isEqualTo(ids.size());
        assertThat(worker.isAlive()).isTrue();
        assertThat(worker.err()).doesNotContain("the pipeline ended", "goes back to the queue");
        assertThat(worker.err().lines().filter(line -> line.contains("receiving as worker=one")))
                .hasSize(1);
    }

    private static long troubles() {
        return worker.err()
                .lines()
                .filter(line -> line.contains("trouble with stores and queues, trying again"))
                .count();
    }

    /** Uploads while all is well, and takes a service away when the worker has begun. */
    private void goneWithWorkInHand(String prefix, ServiceProxy service) throws Exception {
        long before = troubles();
        Map<String, String> ids = accepted(prefix, IMAGES);
        Eventually.until("the worker has begun", () -> classified() > classifiedBefore);

        service.gone();
        Eventually.until("the worker notices", () -> troubles() > before);
        shouldBeRefused(upload("refused"));
        service.heal();

        shouldBeAnsweredByOneClassificationEach(ids);
        Eventually.until(
                "uploads are taken again", () -> upload("after-" + prefix).statusCode() == 202);
        Eventually.until("that one is classified too", () -> classified() - classifiedBefore > IMAGES);
    }

    @Test
    void storeThatIsGoneForAWhile_shouldCostNothingThatIsInHand() throws Exception {
        goneWithWorkInHand("s3", s3);
    }

    @Test
    void queueThatIsGoneForAWhile_shouldCostNothingThatIsInHand() throws Exception {
        goneWithWorkInHand("sqs", sqs);
    }

    @Test
    void workerThatStartsWhileServicesAreGone_shouldWaitForThem() throws Exception {
        s3.gone();
        sqs.gone();
        try (FlotillaProcess late = FlotillaProcess.start(folder, with("worker", "flotilla.worker.id=late"))) {
            Eventually.until("it waits", () -> late.err().contains("the start waits, tries=1: "));
            s3.heal();
            sqs.heal();

            Eventually.until("it works", () -> late.err().contains("receiving as worker=late"));
            assertThat(late.isAlive()).isTrue();
        }
    }

    @Test
    void halfOfAllCallsFailing_shouldCostNoImage() throws Exception {
        s3.failing();
        sqs.failing();

        shouldBeAnsweredByOneClassificationEach(accepted("failing", IMAGES));
    }

    @Test
    void servicesThatTakeTwoSecondsMore_shouldOnlyTakeLonger() throws Exception {
        s3.slow();
        sqs.slow();

        shouldBeAnsweredByOneClassificationEach(accepted("slow", SLOW_IMAGES));
    }
}
