package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.drill.FreePort;
import flotilla.drill.ServiceProxy;
import flotilla.testing.Scrape;
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
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Embedded cloud, gateway and worker {@code one}, which only waits, as processes; S3 and SQS are behind a proxy each. Images are
 * named by a prefix and a number, and their label is that.
 */
final class ProxiedSystem implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Path folder;
    private final List<String> settings;
    private final List<FlotillaProcess> processes = new ArrayList<>();
    private final List<ServiceProxy> proxies = new ArrayList<>();
    private ServiceProxy s3;
    private ServiceProxy sqs;
    private FlotillaProcess gateway;
    private FlotillaProcess worker;
    private URI url;
    private GatewayClient client;

    private ProxiedSystem(Path folder, List<String> settings) {
        this.folder = folder;
        this.settings = settings;
    }

    /**
     * Starts everything and waits until the gateway has the worker in sight.
     *
     * @param settings of gateway and worker, as {@code --set} takes them
     */
    static ProxiedSystem start(Path folder, String... settings) throws Exception {
        ProxiedSystem system = new ProxiedSystem(folder, List.of(settings));
        try {
            system.start();
        } catch (Exception | AssertionError e) {
            system.close();
            throw e;
        }
        return system;
    }

    private void start() throws Exception {
        FlotillaProcess cloud = FlotillaProcess.cloud(folder);
        processes.add(cloud);
        cloud.awaitLine("cloud ready");
        JsonNode endpoints = JSON.readTree(Files.readString(folder.resolve("data/endpoints.json")));
        s3 = proxy(endpoints.path("s3").asText());
        sqs = proxy(endpoints.path("sqs").asText());
        int clusterPort = FreePort.next();
        gateway = begin("gateway", "flotilla.http.port=0", "flotilla.cluster.port=" + clusterPort);
        processes.add(0, gateway);
        url = URI.create(gateway.awaitLine("ready "));
        client = new GatewayClient(url.toString());
        worker = begin(
                "worker",
                "flotilla.worker.id=one",
                "flotilla.worker.prefetch=20s",
                "flotilla.cluster.seed-nodes=127.0.0.1:" + clusterPort);
        processes.add(0, worker);
        Eventually.until("the worker is in sight", () -> {
            assertThat(worker.isAlive()).as(worker.err()).isTrue();
            return client.fleet().size() == 1;
        });
    }

    private ServiceProxy proxy(String service) throws IOException {
        ServiceProxy proxy = ServiceProxy.before(
                0,
                new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), URI.create(service).getPort()));
        proxies.add(proxy);
        return proxy;
    }

    /** Starts one more process behind the proxies; whoever asks for it ends it. */
    FlotillaProcess begin(String command, String... pairs) throws IOException {
        List<String> sets = new ArrayList<>(List.of(
                "flotilla.aws.endpoints-file=" + folder.resolve("data/endpoints.json"),
                "flotilla.aws.endpoint.s3=http://127.0.0.1:" + s3.port(),
                "flotilla.aws.endpoint.sqs=http://127.0.0.1:" + sqs.port(),
                "flotilla.fleet.mode=static",
                "flotilla.classifier.kind=delay",
                "flotilla.classifier.parallelism=2",
                "flotilla.queue.receive-wait=1s"));
        sets.addAll(settings);
        sets.addAll(List.of(pairs));
        return FlotillaProcess.start(
                folder,
                Stream.concat(Stream.of(command), sets.stream().flatMap(pair -> Stream.of("--set", pair)))
                        .toArray(String[]::new));
    }

    ServiceProxy s3() {
        return s3;
    }

    ServiceProxy sqs() {
        return sqs;
    }

    FlotillaProcess gateway() {
        return gateway;
    }

    FlotillaProcess worker() {
        return worker;
    }

    /** Both services as they should be. */
    void heal() {
        s3.heal();
        sqs.heal();
    }

    /** Images that the worker has classified since its start. */
    long classified() {
        return Eventually.value(
                "the worker in sight",
                () -> client.fleet().stream()
                        .filter(instance -> instance.path("instanceId").asText().equals("one"))
                        .map(instance -> instance.path("images").asLong())
                        .findFirst());
    }

    /** One upload, which does not wait for its answer. */
    CompletableFuture<HttpResponse<String>> upload(String stem) {
        return http.sendAsync(
                HttpRequest.newBuilder(url.resolve("/v1/classifications?file=" + stem + ".png"))
                        .header("Prefer", "respond-async")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(GatewayClient.TINY_PNG))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** Uploads at the same time; what was said of each, by label. */
    Map<String, HttpResponse<String>> uploadTogether(String prefix, int images) {
        Map<String, CompletableFuture<HttpResponse<String>>> underWay = new TreeMap<>();
        IntStream.range(0, images).mapToObj(i -> prefix + "-" + i).forEach(stem -> underWay.put(stem, upload(stem)));
        Map<String, HttpResponse<String>> said = new TreeMap<>();
        underWay.forEach((stem, response) -> said.put(stem, response.join()));
        return said;
    }

    /** Uploads images one after the other, each again while it is refused; their ids by label. */
    Map<String, String> accepted(String prefix, int images) {
        Map<String, String> ids = new TreeMap<>();
        for (int i = 0; i < images; i++) {
            String stem = prefix + "-" + i;
            ids.put(stem, Eventually.value(stem + " is accepted", () -> {
                HttpResponse<String> response = upload(stem).join();
                assertThat(response.statusCode()).isIn(202, 503);
                return Optional.of(response)
                        .filter(answer -> answer.statusCode() == 202)
                        .map(ProxiedSystem::id);
            }));
        }
        return ids;
    }

    /** The id that an upload was told. */
    static String id(HttpResponse<String> response) {
        return json(response).path("id").asText();
    }

    /** What a response says, as JSON. */
    static JsonNode json(HttpResponse<String> response) {
        try {
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw new AssertionError("not JSON: " + response.body(), e);
        }
    }

    /** Whether the gateway does not ask a service at present: {@code image-store} or {@code request-queue}. */
    boolean isBreakerOpen(String service) {
        HttpResponse<String> metrics = http.sendAsync(
                        HttpRequest.newBuilder(url.resolve("/metrics")).build(), HttpResponse.BodyHandlers.ofString())
                .join();
        return Scrape.of(metrics.body()).value("flotilla_gateway_breaker_open", "service", service) == 1;
    }

    /** Waits until each image has its answer from the one process of the worker. */
    void shouldAnswer(Map<String, String> ids) {
        ids.forEach((label, id) -> {
            JsonNode result = Eventually.value(
                    "an answer to " + label,
                    () -> Optional.of(client.result(id))
                            .filter(one -> one.path("status").asText().equals("done")));
            assertThat(result.path("label").asText()).isEqualTo(label);
            assertThat(result.path("workerId").asText()).as(result.toString()).isEqualTo("one");
        });
        assertThat(gateway.isAlive()).isTrue();
        assertThat(worker.isAlive()).isTrue();
        assertThat(worker.err()).doesNotContain("the pipeline ended");
        assertThat(worker.err().lines().filter(line -> line.contains("receiving as worker=one")))
                .hasSize(1);
    }

    @Override
    public void close() throws IOException {
        // The cloud last: the others say goodbye through it.
        FlotillaProcess.closeAll(processes.subList(0, Math.max(0, processes.size() - 1)));
        processes.forEach(FlotillaProcess::close);
        for (ServiceProxy proxy : proxies) {
            proxy.close();
        }
    }
}
