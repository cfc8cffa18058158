package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import flotilla.config.FlotillaSettings;
import flotilla.config.HttpSettings;
import flotilla.config.SettingsLoader;
import flotilla.domain.ClassificationResult;
import flotilla.domain.GatewayId;
import flotilla.domain.Outcome;
import flotilla.domain.Prediction;
import flotilla.inference.ImageHeaders;
import flotilla.protocol.ClassificationRequest;
import flotilla.protocol.DecisionArchive;
import flotilla.protocol.ResultNotice;
import flotilla.protocol.ResultPush;
import flotilla.protocol.SupervisorCommand;
import flotilla.protocol.Tracing;
import flotilla.protocol.WireFormat;
import flotilla.testing.Images;
import flotilla.testing.MemoryQueue;
import flotilla.testing.MemoryStores;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A gateway over real sockets; workers and services are played by the test. */
abstract class HttpFixture {
    static final Config CONFIG = SettingsLoader.load(Optional.empty(), Optional.empty(), List.of());
    /** For all classes of tests; its threads do not keep the process. */
    static final ActorTestKit KIT =
            ActorTestKit.create(ConfigFactory.parseString("""
                    pekko.daemonic = on
                    # A breaker that has opened stays so: how it closes is BreakerTest's matter.
                    pekko.circuit-breaker.flotilla-request-queue { reset-timeout = 1h, max-reset-timeout = 1h }
                    pekko.circuit-breaker.flotilla-image-store { reset-timeout = 1h, max-reset-timeout = 1h }
                    """).withFallback(CONFIG));

    static final ObjectMapper JSON = new ObjectMapper();
    static final byte[] PNG = Images.png(4, 3);
    static final int MAX_SIZE = 100_000;
    static final int MAX_BACKLOG = 150;
    static final int MAX_UPLOADS = 4;

    final MemoryQueue requests = new MemoryQueue();
    final MemoryQueue responses = new MemoryQueue();
    /** Images up to this size travel in their message. */
    static final long INLINE = 1000;

    final MemoryQueue deadLetters = new MemoryQueue();
    final MemoryStores.Images images = new MemoryStores.Images(KIT.system());
    final MemoryStores.Results results = new MemoryStores.Results();
    final MemoryStores.Keys keys = new MemoryStores.Keys();
    final MemoryStores.Batches batches = new MemoryStores.Batches();
    final MemoryStores.Quarantine quarantine = new MemoryStores.Quarantine();
    final MemoryStores.Attempts attempts = new MemoryStores.Attempts();
    /** Zero for ever. */
    Duration resultLifetime = Duration.ZERO;

    Tracing tracing = Tracing.OFF;
    DecisionArchive archive = DecisionArchive.NONE;
    ResultPush push = ResultPush.off();
    HttpGateway.Metrics metrics = HttpGateway.Metrics.NONE;
    final TestProbe<SupervisorCommand> supervisor = KIT.createTestProbe();
    final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    ActorRef<HttpGateway.Command> gateway;
    String url;
    int answeredRequests;

    @BeforeEach
    void start() {
        start(Duration.ofSeconds(60));
    }

    void start(Duration syncWait) {
        HttpSettings defaults = FlotillaSettings.from(CONFIG).http();
        start(settings(defaults, syncWait, Optional.empty(), defaults.access()));
    }

    static HttpSettings settings(
            HttpSettings defaults, Duration syncWait, Optional<HttpSettings.Tls> tls, HttpSettings.Access access) {
        return settings(defaults, syncWait, 1000, tls, access, defaults.limits());
    }

    static HttpSettings settings(
            HttpSettings defaults,
            Duration syncWait,
            int maxConnections,
            Optional<HttpSettings.Tls> tls,
            HttpSettings.Access access,
            HttpSettings.Limits limits) {
        return new HttpSettings(
                "127.0.0.1",
                0,
                syncWait,
                MAX_SIZE,
                defaults.maxPixels(),
                MAX_UPLOADS,
                defaults.uploadWait(),
                5,
                6,
                MAX_BACKLOG,
                Duration.ofMillis(200),
                List.of("/process"),
                maxConnections,
                tls,
                access,
                limits);
    }

    void start(HttpSettings settings) {
        TestProbe<HttpGateway.Started> started = KIT.createTestProbe();
        gateway = KIT.spawn(HttpGateway.create(
                new GatewayId("gateway-1"),
                new HttpGateway.Ports(
                        requests,
                        responses,
                        deadLetters,
                        images,
                        results,
                        keys,
                        batches,
                        quarantine,
                        push,
                        new ImageHeaders(settings.maxPixels()),
                        metrics,
                        new HttpGateway.Stories(tracing, attempts, archive)),
                settings,
                INLINE,
                resultLifetime,
                false,
                supervisor(),
                Clock.systemUTC(),
                new Random(7),
                started.getRef()));
        url = "http://127.0.0.1:"
                + started.expectMessageClass(HttpGateway.Started.Serving.class, Duration.ofSeconds(20))
                        .address()
                        .getPort();
    }

    /** Whom the gateway asks about instances and decisions. */
    ActorRef<SupervisorCommand> supervisor() {
        return supervisor.getRef();
    }

    @AfterEach
    void stop() {
        TestProbe<Done> stopped = KIT.createTestProbe();
        gateway.tell(new HttpGateway.Stop(Duration.ofMillis(200), stopped.getRef()));
        stopped.receiveMessage(Duration.ofSeconds(20));
    }

    record Part(String field, String file, byte[] bytes) {}

    static HttpRequest.BodyPublisher form(Part... parts) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (Part part : parts) {
            String name = part.file() == null ? "" : "; filename=\"" + part.file() + "\"";
            body.writeBytes(("--b\r\nContent-Disposition: form-data; name=\"" + part.field() + "\"" + name + "\r\n\r\n")
                    .getBytes(StandardCharsets.UTF_8));
            body.writeBytes(part.bytes());
            body.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        body.writeBytes("--b--\r\n".getBytes(StandardCharsets.US_ASCII));
        return HttpRequest.BodyPublishers.ofByteArray(body.toByteArray());
    }

    CompletableFuture<HttpResponse<String>> postForm(String path, Map<String, String> headers, Part... parts) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                .header("Content-Type", "multipart/form-data; boundary=b")
                .POST(form(parts));
        headers.forEach(request::header);
        return http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    CompletableFuture<HttpResponse<String>> classic(Part... parts) {
        return postForm("/", Map.of(), parts);
    }

    HttpResponse<String> postRaw(byte[] body, Map<String, String> headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + "/v1/classifications?file=cat.png"))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        headers.forEach(request::header);
        return http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString())
                .join();
    }

    CompletableFuture<HttpResponse<String>> get(String path) {
        return http.sendAsync(
                HttpRequest.newBuilder(URI.create(url + path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    static JsonNode json(HttpResponse<String> response) throws Exception {
        return JSON.readTree(response.body());
    }

    void shouldBeProblem(HttpResponse<String> response, int status, String code) throws Exception {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type").orElse("")).startsWith("application/problem+json");
        JsonNode problem = json(response);
        assertThat(problem.path("code").asText()).isEqualTo(code);
        assertThat(problem.path("status").asInt()).isEqualTo(status);
        assertThat(problem.path("title").asText()).isNotBlank().doesNotContain("\n");
        assertThat(problem.path("detail").asText()).isNotBlank().doesNotContain("\n");
    }

    /** Waits for so many new messages in the request queue. */
    List<ClassificationRequest> accepted(int count) throws Exception {
        List<String> sent = KIT.createTestProbe().awaitAssert(Duration.ofSeconds(20), () -> {
            assertThat(requests.sent()).hasSizeGreaterThanOrEqualTo(answeredRequests + count);
            return requests.sent();
        });
        List<ClassificationRequest> fresh = new ArrayList<>();
        for (String body : sent.subList(answeredRequests, answeredRequests + count)) {
            fresh.add(WireFormat.readRequest(body));
        }
        answeredRequests += count;
        return fresh;
    }

    static ClassificationResult result(ClassificationRequest request, Outcome outcome) {
        return new ClassificationResult(
                request.id(), request.file(), outcome, Optional.empty(), Optional.empty(), Map.of());
    }

    static Outcome label(String label) {
        return new Outcome.Labelled("model", List.of(new Prediction(label, 0, 1)));
    }

    /** A worker answers: result stored, notice sent. */
    void answer(ClassificationRequest request, Outcome outcome) {
        ClassificationResult result = result(request, outcome);
        results.results.put(request.id(), result);
        responses.deliver(WireFormat.write(new ResultNotice(request.gateway(), result)), 1);
    }
}
