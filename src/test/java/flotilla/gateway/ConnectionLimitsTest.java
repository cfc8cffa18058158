package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import flotilla.config.FlotillaSettings;
import flotilla.config.HttpSettings;
import flotilla.gateway.RawConnection.Response;
import flotilla.metrics.NodeMetrics;
import flotilla.protocol.ClassificationRequest;
import flotilla.testing.Scrape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.pekko.dispatch.ThreadPoolConfig;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client may ask of a connection: how slowly, how long, how many. */
@Tag("slow")
class ConnectionLimitsTest extends HttpFixture {
    /** Also on a slow machine a request that is sent at once is read within it. */
    private static final Duration HEADER_TIMEOUT = Duration.ofSeconds(2);

    private static final Duration UPLOAD_STALL = Duration.ofSeconds(2);
    private static final int CONNECTIONS = 3;
    private static final HttpSettings.Limits LIMITS =
            new HttpSettings.Limits(HEADER_TIMEOUT, UPLOAD_STALL, 100_000, 3, 20, 1000, 100);

    @Override
    @BeforeEach
    void start() {
        startWithLimits(LIMITS);
    }

    private void startWithLimits(HttpSettings.Limits limits) {
        HttpSettings defaults = FlotillaSettings.from(CONFIG).http();
        start(settings(defaults, Duration.ofSeconds(60), CONNECTIONS, Optional.empty(), defaults.access(), limits));
    }

    private static String upload(String path, int length) {
        return "POST " + path + " HTTP/1.1\r\nHost: h\r\nContent-Length: " + length + "\r\n"
                + "Content-Type: multipart/form-data; boundary=b\r\n\r\n";
    }

    private static String part(String disposition) {
        return "--b\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n";
    }

    private static void shouldBe(Response response, int status, String code) throws IOException {
        assertThat(response.status()).as(response.text()).isEqualTo(status);
        assertThat(response.header("content-type")).isEqualTo("application/problem+json");
        assertThat(JSON.readTree(response.body()).path("code").asText()).isEqualTo(code);
        assertThat(JSON.readTree(response.body()).path("status").asInt()).isEqualTo(status);
    }

    @ParameterizedTest
    @ValueSource(strings = {"G", "GET /healthz HTTP/1.1\r\nHost: h\r\nX-A: 1", "POST / HTTP/1.1\r\nUpgrade: h2c\r\n"})
    void headerThatDoesNotEnd_shouldBe408AndTheEndOfTheConnection(String begun) throws Exception {
        try (RawConnection connection = RawConnection.open(url).send(begun)) {
            shouldBe(connection.response(), 408, "header-too-slow");
            assertThat(connection.isClosedByPeer()).isTrue();
        }
    }

    @Test
    void connectionWithoutARequest_shouldBeClosedWithoutAWord() throws Exception {
        try (RawConnection silent = RawConnection.open(url);
                RawConnection afterOne = RawConnection.open(url)) {
            afterOne.send("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n");
            assertThat(afterOne.response().status()).isEqualTo(200);

            assertThat(silent.isClosedByPeer()).isTrue();
            assertThat(afterOne.isClosedByPeer()).isTrue();
        }
    }

    @Test
    void callerWhoWaits_shouldNotBeCutOffHoweverLong() throws Exception {
        String body = part("name=\"f\"; filename=\"a.png\"");
        String end = "\r\n--b--\r\n";
        try (RawConnection waiting = RawConnection.open(url)) {
            waiting.send(upload("/", body.length() + PNG.length + end.length()) + body)
                    .send(PNG)
                    .send(end);
            ClassificationRequest request = accepted(1).get(0);
            // Two connections in a row outlive the time-out of one that has no request.
            for (int i = 0; i < 2; i++) {
                try (RawConnection silent = RawConnection.open(url)) {
                    assertThat(silent.isClosedByPeer()).isTrue();
                }
            }

            answer(request, label("Cat"));

            assertThat(waiting.response().text()).isEqualTo("Cat");
        }
    }

    @Test
    void streamOfEvents_shouldNotBeCutOff() throws Exception {
        HttpResponse<String> pending = postRaw(PNG, Map.of("Prefer", "respond-async"));
        String location = pending.headers().firstValue("Location").orElseThrow();
        try (RawConnection events = RawConnection.open(url);
                RawConnection silent = RawConnection.open(url)) {
            events.send("GET " + location + " HTTP/1.1\r\nHost: h\r\nAccept: text/event-stream\r\n"
                    + "Connection: close\r\n\r\n");
            assertThat(silent.isClosedByPeer()).isTrue();
            try (RawConnection another = RawConnection.open(url)) {
                assertThat(another.isClosedByPeer()).isTrue();
            }

            answer(accepted(1).get(0), label("Cat"));

            assertThat(events.response().text()).contains("event: pending", "event: result", "\"Cat\"");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/api/v1/upload", "/v1/classifications", "/v1/batches"})
    void bodyThatStops_shouldBe408AndLeaveNothing(String path) throws Exception {
        try (RawConnection connection = RawConnection.open(url)) {
            connection
                    .send(upload(path, 5000) + part("name=\"f\"; filename=\"a.png\""))
                    .send(PNG);

            shouldBe(connection.response(), 408, "upload-stalled");
            assertThat(connection.isClosedByPeer()).isTrue();
        }
        assertThat(images.objects).isEmpty();
        assertThat(requests.sent()).isEmpty();
    }

    @Test
    void bodyThatTrickles_shouldBe408ThoughItNeverStops() throws Exception {
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        try (RawConnection connection = RawConnection.open(url)) {
            connection
                    .send(upload("/", 1 << 20) + part("name=\"f\"; filename=\"a.png\""))
                    .send(PNG);
            // Ends with the first failure, which is the end of the connection.
            clock.scheduleWithFixedDelay(() -> trickle(connection), 0, 20, TimeUnit.MILLISECONDS);

            shouldBe(connection.response(), 408, "upload-stalled");
        } finally {
            clock.shutdownNow();
        }
    }

    private static void trickle(RawConnection connection) {
        try {
            connection.send("x");
        } catch (IOException closed) {
            throw new UncheckedIOException(closed);
        }
    }

    @Test
    void imageBeforeTheBodyStops_shouldBeAnsweredAndTheRestRefused() throws Exception {
        try (RawConnection connection = RawConnection.open(url)) {
            connection
                    .send(upload("/", 5000) + part("name=\"f\"; filename=\"a.png\""))
                    .send(PNG)
                    .send("\r\n" + part("name=\"f\"; filename=\"b.png\""))
                    .send(PNG)
                    .send("x".repeat(3000));
            answer(accepted(1).get(0), label("Cat"));

            assertThat(connection.response().text().lines())
                    .satisfiesExactly(
                            line -> assertThat(line).isEqualTo("a.png:Cat"),
                            line -> assertThat(line)
                                    .isEqualTo("b.png:error: the upload stalled, send the image again, faster"
                                            + " and without long pauses"));
        }
    }

    private static String refused(int length, String more) {
        return "POST /nope HTTP/1.1\r\nHost: h\r\nContent-Length: " + length + "\r\n" + more + "\r\n";
    }

    private void startWithPatience() {
        stop();
        startWithLimits(FlotillaSettings.from(CONFIG).http().limits());
    }

    @Test
    void answerThatNeedsNoBody_shouldWaitForItsEndAndKeepTheConnection() throws Exception {
        startWithPatience();
        try (RawConnection connection = RawConnection.open(url)) {
            connection.send(refused(20_000, "")).send("x".repeat(10_000));
            assertThat(connection.isSilentFor(Duration.ofMillis(300))).isTrue();

            connection.send("x".repeat(10_000)).send("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n");

            shouldBe(connection.response(), 404, "not-found");
            assertThat(connection.response().status()).isEqualTo(200);
        }
    }

    @Test
    void answerThatNeedsNoBody_shouldNotWaitForOneThatStops() throws Exception {
        try (RawConnection connection = RawConnection.open(url)) {
            connection.send(refused(20_000, "")).send("x".repeat(10_000));

            shouldBe(connection.response(), 404, "not-found");
            assertThat(connection.finish().isClosedByPeer()).isTrue();
        }
    }

    @Test
    void bodyOfHttp10_shouldBeReadThoughItComesAfterItsHeader() throws Exception {
        startWithPatience();
        String header = refused(20_000, "").replace("HTTP/1.1", "HTTP/1.0");
        try (RawConnection connection = RawConnection.open(url)) {
            connection.send(header).send("x".repeat(10_000));
            assertThat(connection.isSilentFor(Duration.ofMillis(300))).isTrue();

            connection.send("x".repeat(10_000));

            shouldBe(connection.response(), 404, "not-found");
        }
    }

    @Test
    void clientThatAsksFirst_shouldBeAnsweredWithoutItsBody() throws Exception {
        startWithPatience();
        try (RawConnection connection = RawConnection.open(url)) {
            connection.send(refused(20_000, "Expect: 100-continue\r\n"));

            shouldBe(connection.response(), 404, "not-found");
        }
    }

    /** More than is thrown away before the answer, and than the sockets hold. */
    @Test
    void clientThatSendsMoreThanAnybodyReads_shouldHearTheAnswer() throws Exception {
        int length = 32 << 20;
        try (RawConnection connection = RawConnection.open(url)) {
            connection.send(refused(length, "")).send(new byte[length]);

            shouldBe(connection.response(), 404, "not-found");
        }
    }

    /** Takes every place: each is a connection that waits for the answer to an image. */
    private List<RawConnection> takeAllPlaces() throws IOException {
        List<RawConnection> waiting = new ArrayList<>();
        String body = part("name=\"f\"; filename=\"a.png\"");
        String end = "\r\n--b--\r\n";
        String head = upload("/", body.length() + PNG.length + end.length()) + body;
        for (int i = 0; i < CONNECTIONS; i++) {
            waiting.add(RawConnection.open(url).send(head).send(PNG).send(end));
        }
        return waiting;
    }

    private static void closeAll(List<RawConnection> connections) throws IOException {
        for (RawConnection one : connections) {
            one.close();
        }
    }

    @Test
    void moreRequestsThanAllowed_shouldBe503AtOnceThoughProbesAreAnswered() throws Exception {
        startWithPatience();
        List<RawConnection> waiting = takeAllPlaces();
        try {
            List<ClassificationRequest> all = accepted(CONNECTIONS);

            // Neither waits for the body that it announces, nor goes unheard by one who sends it first.
            try (RawConnection silent = RawConnection.open(url).send(upload("/", 5000));
                    RawConnection sending = RawConnection.open(url).send(upload("/v1/classifications", 8 << 20))) {
                sending.send(new byte[8 << 20]);
                for (RawConnection one : List.of(silent, sending)) {
                    Response refused = one.response();
                    shouldBe(refused, 503, "too-many-requests-in-progress");
                    assertThat(refused.header("retry-after")).isEqualTo("5");
                    assertThat(refused.header("connection")).isEqualTo("close");
                }
            }
            shouldBe(raw("GET /v1/fleet HTTP/1.1\r\nHost: h\r\n\r\n"), 503, "too-many-requests-in-progress");
            assertThat(raw("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n").status()).isEqualTo(200);
            assertThat(raw("GET /readyz HTTP/1.1\r\nHost: h\r\n\r\n").status()).isEqualTo(200);
            shouldBe(raw("GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n"), 404, "metrics-off");

            all.forEach(request -> answer(request, label("Cat")));

            for (RawConnection one : waiting) {
                assertThat(one.response().text()).isEqualTo("Cat");
            }
            assertThat(raw("GET / HTTP/1.1\r\nHost: h\r\n\r\n").status()).isEqualTo(200);
        } finally {
            closeAll(waiting);
        }
    }

    /** Nothing is read of a connection that waits, so that nobody hears of its end by itself. */
    @Test
    void callersWhoHaveGone_shouldLeaveTheirPlacesToOthers() throws Exception {
        List<RawConnection> waiting = takeAllPlaces();
        accepted(CONNECTIONS);

        closeAll(waiting);

        KIT.createTestProbe()
                .awaitAssert(
                        Duration.ofSeconds(20),
                        () -> assertThat(get("/").join().statusCode()).isEqualTo(200));
    }

    @Test
    void streamThatIsOver_shouldLeaveItsPlaceToOthers() throws Exception {
        HttpResponse<String> pending = postRaw(PNG, Map.of("Prefer", "respond-async"));
        String location = pending.headers().firstValue("Location").orElseThrow();
        List<RawConnection> streams = new ArrayList<>();
        try {
            for (int i = 0; i < CONNECTIONS; i++) {
                streams.add(RawConnection.open(url)
                        .send("GET " + location + " HTTP/1.1\r\nHost: h\r\nAccept: text/event-stream\r\n\r\n"));
            }
            for (RawConnection one : streams) {
                assertThat(one.isSilentFor(Duration.ofSeconds(20))).isFalse();
            }
            shouldBeProblem(get("/").join(), 503, "too-many-requests-in-progress");

            answer(accepted(1).get(0), label("Cat"));

            for (RawConnection one : streams) {
                assertThat(one.response().text()).contains("event: result");
            }
            KIT.createTestProbe()
                    .awaitAssert(
                            Duration.ofSeconds(20),
                            () -> assertThat(get("/").join().statusCode()).isEqualTo(200));
        } finally {
            closeAll(streams);
        }
    }

    @Test
    void requestsOverOneConnectionOfHttp2_shouldCountEach() throws Exception {
        HttpClient modern = HttpClient.newHttpClient();
        HttpRequest probe = HttpRequest.newBuilder(URI.create(url + "/healthz")).build();
        HttpRequest upload = HttpRequest.newBuilder(URI.create(url + "/"))
                .header("Content-Type", "multipart/form-data; boundary=b")
                .POST(form(new Part("f", "a.png", PNG)))
                .build();
        // The first one changes over to HTTP/2.
        modern.send(probe, HttpResponse.BodyHandlers.ofString());
        List<CompletableFuture<HttpResponse<String>>> waiting = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            waiting.add(modern.sendAsync(upload, HttpResponse.BodyHandlers.ofString()));
        }
        List<ClassificationRequest> all = accepted(CONNECTIONS);

        HttpResponse<String> refused = modern.send(upload, HttpResponse.BodyHandlers.ofString());

        assertThat(refused.version()).isEqualTo(HttpClient.Version.HTTP_2);
        shouldBeProblem(refused, 503, "too-many-requests-in-progress");
        assertThat(modern.send(probe, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(200);
        all.forEach(request -> answer(request, label("Cat")));
        for (CompletableFuture<HttpResponse<String>> one : waiting) {
            assertThat(one.join().body()).isEqualTo("Cat");
        }
    }

    /** Many streams cost their client one connection: those that are answered but for a body that does not come take nothing from others. */
    @Test
    void bodiesThatNobodyWaitsFor_shouldTakeNoPlacesOverHttp2() throws Exception {
        startWithPatience();
        try (RawHttp2 client = RawHttp2.open(url)) {
            client.flood(CONNECTIONS, i -> RawHttp2.begunPost(2 * i + 1, "/nowhere"));
            int last = 2 * CONNECTIONS + 1;
            assertThat(client.isAnswered(last)).isTrue();

            KIT.createTestProbe()
                    .awaitAssert(
                            Duration.ofSeconds(20),
                            () -> assertThat(get("/").join().statusCode()).isEqualTo(200));
        }
    }

    @Test
    void requestsThatAreTooMany_shouldBeCountedAsOthersAre() throws Exception {
        stop();
        NodeMetrics node = NodeMetrics.open("gateway", "1");
        metrics = new HttpGateway.Metrics(node.gateway(Clock.systemUTC()), Optional.of(node));
        startWithLimits(LIMITS);
        List<RawConnection> waiting = takeAllPlaces();
        try {
            accepted(CONNECTIONS);
            shouldBe(raw("GET /v1/fleet HTTP/1.1\r\nHost: h\r\n\r\n"), 503, "too-many-requests-in-progress");

            Scrape scrape = Scrape.of(get("/metrics").join().body());

            assertThat(scrape.value("flotilla_gateway_problems_total", "code", "too-many-requests-in-progress"))
                    .isEqualTo(1);
            assertThat(scrape.value(
                            "flotilla_gateway_request_seconds_count",
                            "method",
                            "GET",
                            "endpoint",
                            "/v1/fleet",
                            "status",
                            "5xx"))
                    .isEqualTo(1);
        } finally {
            closeAll(waiting);
            node.close();
        }
    }

    /** Pekko gives a new connection five seconds to be taken up, and resets it after that. */
    @Test
    void connectionThatABusyMachineTakesUpLate_shouldBeAnswered() throws Exception {
        CompletableFuture<Void> free = new CompletableFuture<>();
        try {
            holdDispatcherUntil(free);
            try (RawConnection connection = RawConnection.open(url)) {
                connection.send("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n");
                assertThat(connection.isSilentFor(Duration.ofSeconds(7))).isTrue();
                free.complete(null);

                assertThat(connection.response().status()).isEqualTo(200);
            }
        } finally {
            free.complete(null);
        }
    }

    /** All its threads are busy when this is done. */
    private static void holdDispatcherUntil(CompletableFuture<Void> free) throws InterruptedException {
        Config pool = KIT.system().settings().config().getConfig("pekko.actor.default-dispatcher.fork-join-executor");
        int threads = ThreadPoolConfig.scaledPoolSize(
                pool.getInt("parallelism-min"), pool.getDouble("parallelism-factor"), pool.getInt("parallelism-max"));
        CountDownLatch held = new CountDownLatch(threads);
        for (int i = 0; i < threads; i++) {
            KIT.system().executionContext().execute(() -> {
                held.countDown();
                // Not told to the pool, which would start another thread.
                while (!free.isDone()) {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
                }
            });
        }
        assertThat(held.await(1, TimeUnit.MINUTES)).as("threads are busy").isTrue();
    }

    @Test
    void tooManyParts_shouldBePassedOverAndReportedOnce() throws Exception {
        List<Part> parts = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            parts.add(new Part("text", null, new byte[] {'x'}));
        }
        parts.add(new Part("f", "a.png", PNG));
        for (int i = 0; i < 2000; i++) {
            parts.add(new Part("text", null, new byte[] {'x'}));
        }

        HttpResponse<String> response = classicAnswered(parts);

        assertThat(response.body().lines())
                .satisfiesExactly(
                        line -> assertThat(line).isEqualTo("a.png:Cat"),
                        line -> assertThat(line).startsWith("rest of the form:error: too many parts"));
    }

    @Test
    void nothingButTextFields_shouldBe413() throws Exception {
        Part[] parts = new Part[200];
        java.util.Arrays.fill(parts, new Part("text", null, new byte[] {'x'}));

        shouldBeProblem(classic(parts).join(), 413, "too-many-files");
    }

    private HttpResponse<String> classicAnswered(List<Part> parts) throws Exception {
        CompletableFuture<HttpResponse<String>> response = classic(parts.toArray(Part[]::new));
        answer(accepted(1).get(0), label("Cat"));
        return response.join();
    }

    @Test
    void headersBeyondTheLimits_shouldBe431AndAnAddressBeyondThem414() throws Exception {
        String many = "X-A: 1\r\n".repeat(30);
        shouldBe(raw("GET / HTTP/1.1\r\nHost: h\r\n" + many + "\r\n"), 431, "malformed-request");
        shouldBe(raw("GET / HTTP/1.1\r\nHost: h\r\nX-A: " + "x".repeat(2000) + "\r\n\r\n"), 431, "malformed-request");
        shouldBe(raw("GET /" + "x".repeat(2000) + " HTTP/1.1\r\nHost: h\r\n\r\n"), 414, "malformed-request");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\0\1\2 no HTTP at all, whatever it is\r\n\r\n",
                "NONSENSE / HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET / HTTP/9.9\r\nHost: h\r\n\r\n",
                "GET / HTTP/1.1\r\n\r\n",
                "GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET /v1/scaling/decisions?limit=%zz HTTP/1.1\r\nHost: h\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx"
            })
    void requestThatCannotBeRead_shouldBe400(String request) throws Exception {
        shouldBe(raw(request), 400, "malformed-request");
    }

    @Test
    void shortestRequest_shouldBeAnswered() throws Exception {
        assertThat(raw("GET / HTTP/1.0\r\n\r\n").status()).isEqualTo(200);
    }

    @Test
    void connectionsThatAreOver_shouldBeForgotten() throws Exception {
        for (int i = 0; i < 5; i++) {
            raw("GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        }

        KIT.createTestProbe()
                .awaitAssert(() -> assertThat(ServerConnections.watches(KIT.system())
                                .open(URI.create(url).getPort()))
                        .isZero());
    }

    private Response raw(String request) throws IOException {
        try (RawConnection connection = RawConnection.open(url).send(request)) {
            return connection.response();
        }
    }
}
