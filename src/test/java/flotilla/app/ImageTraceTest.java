package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import flotilla.config.FlotillaSettings;
import flotilla.config.SettingsLoader;
import flotilla.config.TracingSettings;
import flotilla.domain.GatewayId;
import flotilla.domain.Outcome;
import flotilla.domain.Prediction;
import flotilla.domain.WorkerId;
import flotilla.gateway.HttpGateway;
import flotilla.inference.ImageHeaders;
import flotilla.metrics.NodeMetrics;
import flotilla.protocol.ClassifierFactory;
import flotilla.protocol.DecisionArchive;
import flotilla.protocol.EncodedImage;
import flotilla.protocol.ImageClassifier;
import flotilla.protocol.ResultPush;
import flotilla.protocol.SupervisorCommand;
import flotilla.testing.Images;
import flotilla.testing.MemoryQueue;
import flotilla.testing.MemoryStores;
import flotilla.testing.OtlpServer;
import flotilla.testing.OtlpServer.Received;
import flotilla.worker.AttemptMarks;
import flotilla.worker.RunningTime;
import flotilla.worker.Worker;
import flotilla.worker.WorkerIdentity;
import flotilla.worker.WorkerMeters;
import flotilla.worker.WorkerNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A whole gateway and a whole worker with queues in memory between them, which tell one collector. */
@Tag("slow")
class ImageTraceTest {
    private static final Config CONFIG = ConfigFactory.parseString(
                    WorkerNode.CLASSIFIER_DISPATCHER
                            + " { type = Dispatcher, executor = thread-pool-executor, thread-pool-executor.fixed-pool-size = 1 }")
            .withFallback(SettingsLoader.load(
                    Optional.empty(), Optional.empty(), List.of("flotilla.http.port=0", "flotilla.worker.id=w")));
    private static final FlotillaSettings SETTINGS = FlotillaSettings.from(CONFIG);
    private static final String CLIENTS_TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String CLIENTS_SPAN = "b7ad6b7169203331";

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final ActorTestKit kit = ActorTestKit.create(CONFIG);
    private final MemoryQueue requests = new MemoryQueue();
    private final MemoryQueue responses = new MemoryQueue();
    private final MemoryStores.Images images = new MemoryStores.Images(kit.system());
    private final MemoryStores.Results results = new MemoryStores.Results();
    /** It is counted besides. */
    private final NodeMetrics node = NodeMetrics.open("worker", "1");

    private OtlpServer collector;

    @BeforeEach
    void start() throws Exception {
        collector = OtlpServer.start();
        requests.onSent(body -> requests.deliver(body, 1));
        responses.onSent(body -> responses.deliver(body, 1));
    }

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
        collector.close();
        node.close();
    }

    private static NodeTracing open(Optional<URI> endpoint, String role) {
        return NodeTracing.open(new TracingSettings(endpoint, 1), role, role + "-1");
    }

    private String gateway(NodeTracing tracing) {
        TestProbe<HttpGateway.Started> started = kit.createTestProbe();
        kit.spawn(HttpGateway.create(
                new GatewayId("gateway-1"),
                new HttpGateway.Ports(
                        requests,
                        responses,
                        new MemoryQueue(),
                        images,
                        results,
                        new MemoryStores.Keys(),
                        new MemoryStores.Batches(),
                        new MemoryStores.Quarantine(),
                        ResultPush.off(),
                        new ImageHeaders(SETTINGS.http().maxPixels()),
                        HttpGateway.Metrics.NONE,
                        new HttpGateway.Stories(tracing.tracing(), new MemoryStores.Attempts(), DecisionArchive.NONE)),
                SETTINGS.http(),
                0,
                Duration.ZERO,
                false,
                kit.<SupervisorCommand>createTestProbe().getRef(),
                Clock.systemUTC(),
                new Random(7),
                started.getRef()));
        return "http://127.0.0.1:"
                + started.expectMessageClass(HttpGateway.Started.Serving.class, Duration.ofSeconds(20))
                        .address()
                        .getPort();
    }

    private ActorRef<Worker.Command> worker(NodeTracing tracing) {
        WorkerIdentity identity = new WorkerIdentity(new WorkerId("w"), Optional.empty(), 1);
        return kit.spawn(WorkerNode.create(
                identity,
                CompletableFuture.completedStage(new WorkerNode.Blame(
                        AttemptMarks.unkept(identity.process(), RunningTime.every(Duration.ofSeconds(1))),
                        new MemoryStores.Attempts(),
                        new MemoryQueue()::send)),
                CompletableFuture.completedStage(node.worker()
                        .around(new WorkerNode.Equipment(
                                new WorkerNode.Queues(requests, responses, Optional.empty()),
                                images,
                                results,
                                new WorkerNode.Classifiers(new Stepping(), 1),
                                new WorkerNode.Watchers(WorkerMeters.NONE, tracing.tracing())))),
                SETTINGS.worker(),
                SETTINGS.queue(),
                Clock.systemUTC(),
                () -> {}));
    }

    private static HttpResponse<String> classify(String url, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + "/v1/classifications?file=a.png"))
                .header("Prefer", "wait=300")
                .POST(HttpRequest.BodyPublishers.ofByteArray(Images.png(4, 3)));
        if (headers.length > 0) {
            request.headers(headers);
        }
        HttpResponse<String> response = HTTP.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString())
                .join();
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response;
    }

    private Stream<String> names(String service) {
        return collector.spans().stream()
                .filter(span -> span.service().equals(service))
                .map(Received::name);
    }

    private Received named(String name) {
        return collector.spans().stream()
                .filter(span -> span.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void image_shouldBeOneTraceFromItsUploadToItsAnswer() throws Exception {
        try (NodeTracing ofGateway = open(Optional.of(collector.url()), "gateway");
                NodeTracing ofWorker = open(Optional.of(collector.url()), "worker")) {
            String url = gateway(ofGateway);
            worker(ofWorker);

            classify(url, "traceparent", "00-" + CLIENTS_TRACE + "-" + CLIENTS_SPAN + "-01");
            // The last spans end after the answer.
            kit.createTestProbe().awaitAssert(Duration.ofSeconds(20), () -> {
                assertThat(names("flotilla-gateway"))
                        .containsExactlyInAnyOrder("upload", "store image", "send request", "receive answer");
                assertThat(names("flotilla-worker"))
                        .containsExactlyInAnyOrder(
                                "process image",
                                "fetch image",
                                "wait for classifier",
                                "classify",
                                "decode",
                                "predict",
                                "store result",
                                "send response");
                return null;
            });
        }

        assertThat(collector.spans()).allMatch(span -> span.traceId().equals(CLIENTS_TRACE));
        assertThat(named("upload").parentId()).isEqualTo(CLIENTS_SPAN);
        for (String name : List.of("process image", "receive answer")) {
            assertThat(named(name).parentId())
                    .as(name)
                    .isEqualTo(named("upload").spanId());
        }
        assertThat(named("process image").attributes())
                .containsEntry("flotilla.worker", "w")
                .containsEntry("flotilla.outcome", "labelled")
                .containsEntry("messaging.aws_sqs.delivery", "1");
        assertThat(results.results.values()).singleElement().satisfies(result -> {
            assertThat(result.trace().orElseThrow().traceId()).isEqualTo(CLIENTS_TRACE);
            assertThat(result.timings())
                    .containsOnlyKeys("queue", "fetch", "wait", "classify", "decode", "predict", "total");
        });
    }

    @Test
    void nodesWithoutACollector_shouldTellNobodyAndPassTheClientsContextOn() throws Exception {
        try (NodeTracing ofGateway = open(Optional.empty(), "gateway");
                NodeTracing ofWorker = open(Optional.empty(), "worker")) {
            String url = gateway(ofGateway);
            worker(ofWorker);

            classify(url);
            classify(url, "traceparent", "00-" + CLIENTS_TRACE + "-" + CLIENTS_SPAN + "-01");
        }

        assertThat(collector.spans()).isEmpty();
        assertThat(results.results.values().stream()
                        .flatMap(result -> result.trace().stream())
                        .map(Object::toString))
                .containsExactly("00-" + CLIENTS_TRACE + "-" + CLIENTS_SPAN + "-01");
        assertThat(requests.sent().get(0)).doesNotContain("trace");
    }

    /** A classifier with steps. */
    private static final class Stepping implements ClassifierFactory {
        @Override
        public String model() {
            return "stepping";
        }

        @Override
        public ImageClassifier create() {
            return new ImageClassifier() {
                @Override
                public List<Outcome> classify(List<EncodedImage> all) {
                    return all.stream()
                            .<Outcome>map(image ->
                                    new Outcome.Labelled("stepping", List.of(new Prediction(image.fileName(), 0, 1))))
                            .toList();
                }

                @Override
                public Optional<Steps> lastSteps() {
                    return Optional.of(new Steps(List.of(0.25), 0.5));
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public void close() {}
    }
}
