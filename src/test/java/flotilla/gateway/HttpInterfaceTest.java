package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.ConfigFactory;
import flotilla.config.ApiKeySettings;
import flotilla.config.ApiKeySettings.Role;
import flotilla.config.FlotillaSettings;
import flotilla.config.HttpSettings;
import flotilla.gateway.MetricsText.Form;
import flotilla.metrics.NodeMetrics;
import flotilla.protocol.ClassificationRequest;
import flotilla.protocol.FleetReport;
import flotilla.protocol.SupervisorCommand;
import flotilla.testing.Images;
import flotilla.testing.Scrape;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients of good HTTP services expect besides the answer itself. */
class HttpInterfaceTest extends HttpFixture {
    private static final byte[] OTHER = Images.png(5, 3);

    private HttpResponse<String> send(String method, String path, Map<String, String> headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url + path)).method(method, HttpRequest.BodyPublishers.noBody());
        headers.forEach(request::header);
        return http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString())
                .join();
    }

    private void restart(HttpSettings.Access access) {
        stop();
        start(settings(FlotillaSettings.from(CONFIG).http(), Duration.ofSeconds(60), Optional.empty(), access));
    }

    private static ApiKeySettings key(String secret, Role role, double perSecond, int concurrent) {
        return new ApiKeySettings(secret, AccessControl.sha256(secret), Set.of(role), perSecond, concurrent);
    }

    @Test
    void sameKeyAndSameImage_shouldBeOneRequest() throws Exception {
        Map<String, String> headers = Map.of("Prefer", "respond-async", "Idempotency-Key", "upload-1");
        HttpResponse<String> first = postRaw(PNG, headers);
        ClassificationRequest request = accepted(1).get(0);
        HttpResponse<String> second = postRaw(PNG, headers);
        answer(request, label("Cat"));
        HttpResponse<String> third = postRaw(PNG, Map.of("Idempotency-Key", "upload-1"));

        assertThat(json(second).path("id")).isEqualTo(json(first).path("id"));
        assertThat(json(third).path("label").asText()).isEqualTo("Cat");
        assertThat(json(third).path("id").asText()).isEqualTo(request.id().value());
        assertThat(requests.sent()).hasSize(1);
        assertThat(images.objects).hasSize(1);
    }

    @Test
    void sameKeyAndAnotherImage_shouldBe422() throws Exception {
        Map<String, String> headers = Map.of("Prefer", "respond-async", "Idempotency-Key", "upload-1");
        postRaw(PNG, headers);

        shouldBeProblem(postRaw(OTHER, headers), 422, "idempotency-key-reused");
        assertThat(requests.sent()).hasSize(1);
        assertThat(images.objects).hasSize(1);
    }

    @Test
    void keyWhoseMessageWasNotSent_shouldBeSentByTheNextTry() throws Exception {
        Map<String, String> headers = Map.of("Prefer", "respond-async", "Idempotency-Key", "upload-1");
        requests.refuse(body -> true);
        shouldBeProblem(postRaw(PNG, headers), 503, "unavailable");
        requests.refuse(body -> false);

        HttpResponse<String> again = postRaw(PNG, headers);

        assertThat(again.statusCode()).isEqualTo(202);
        ClassificationRequest request = accepted(1).get(0);
        assertThat(json(again).path("id").asText()).isEqualTo(request.id().value());
        untilTold(1, 1, 0);
        answer(request, label("Cat"));
        untilTold(1, 0, 1);
    }

    /** The second try comes before the first one has noted that its message is sent. */
    @Test
    void triesOfOneKeyAtTheSameMoment_shouldCountAsOneImage() throws Exception {
        Map<String, String> headers = Map.of("Prefer", "respond-async", "Idempotency-Key", "upload-1");
        postRaw(PNG, headers);
        keys.sent.clear();
        postRaw(PNG, headers);
        List<ClassificationRequest> both = accepted(2);
        assertThat(both.get(1).id()).isEqualTo(both.get(0).id());
        untilTold(1, 1, 0);

        postRaw(OTHER, Map.of("Prefer", "respond-async"));
        untilTold(2, 2, 0);
        both.forEach(request -> answer(request, label("Cat")));
        untilTold(2, 1, 1);
    }

    private void untilTold(long accepted, long unanswered, long answered) {
        ToldSupervisor.await(supervisor, accepted, unanswered, 0, answered);
    }

    @Test
    void queueThatFailsAgainAndAgain_shouldNoLongerBeAskedNorImagesStored() throws Exception {
        requests.refuse(body -> true);
        for (int i = 0; i < 8; i++) {
            shouldBeProblem(postRaw(PNG, Map.of("Prefer", "respond-async")), 503, "unavailable");
        }
        int stored = images.objects.size();

        HttpResponse<String> refused = postRaw(PNG, Map.of("Prefer", "respond-async"));

        shouldBeProblem(refused, 503, "unavailable");
        assertThat(refused.headers().firstValue("Retry-After")).contains("5");
        assertThat(images.objects).hasSize(stored);
    }

    /** Uploads that the store is slow to take. */
    private List<CompletableFuture<HttpResponse<String>>> takeAllTurnsUntil(CompletableFuture<Done> gate) {
        images.gate = gate;
        images.writesBegun.set(0);
        List<CompletableFuture<HttpResponse<String>>> slow = new ArrayList<>();
        for (int i = 0; i < MAX_UPLOADS; i++) {
            slow.add(
                    postForm("/v1/classifications", Map.of("Prefer", "respond-async"), new Part("f", "slow.png", PNG)));
        }
        KIT.createTestProbe().awaitAssert(Duration.ofSeconds(20), () -> {
            assertThat(images.writesBegun).hasValue(MAX_UPLOADS);
            return null;
        });
        return slow;
    }

    @Test
    void fullBacklogWhileAllTurnsAreTaken_shouldBe429WithoutATurn() throws Exception {
        upload(MAX_BACKLOG - MAX_UPLOADS);
        CompletableFuture<Done> gate = new CompletableFuture<>();
        List<CompletableFuture<HttpResponse<String>>> slow = takeAllTurnsUntil(gate);

        HttpResponse<String> refused = postRaw(PNG, Map.of("Prefer", "respond-async"));

        shouldBeProblem(refused, 429, "backlog-full");
        assertThat(slow).noneMatch(CompletableFuture::isDone);
        gate.complete(Done.getInstance());
        slow.forEach(upload -> assertThat(upload.join().statusCode()).isEqualTo(202));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/v1/classifications"})
    void uploadWhoseTurnDoesNotCome_shouldBe503AndLeaveNothing(String path) throws Exception {
        stop();
        HttpSettings impatient = FlotillaSettings.from(ConfigFactory.parseString("flotilla.http.upload-wait = 200ms")
                        .withFallback(CONFIG))
                .http();
        start(settings(impatient, Duration.ofSeconds(60), Optional.empty(), impatient.access()));
        CompletableFuture<Done> gate = new CompletableFuture<>();
        List<CompletableFuture<HttpResponse<String>>> slow = takeAllTurnsUntil(gate);

        HttpResponse<String> refused =
                postForm(path, Map.of(), new Part("f", "late.png", PNG)).join();
        HttpResponse<String> several = postForm(
                        path,
                        Map.of("Accept", "application/json"),
                        new Part("f", "late.png", PNG),
                        new Part("f", "later.png", PNG))
                .join();

        shouldBeProblem(refused, 503, "unavailable");
        for (JsonNode one : json(several)) {
            assertThat(one.path("error").path("code").asText()).isEqualTo("unavailable");
        }
        assertThat(json(several)).hasSize(2);
        assertThat(refused.headers().firstValue("Retry-After")).contains("5");
        gate.complete(Done.getInstance());
        slow.forEach(upload -> assertThat(upload.join().statusCode()).isEqualTo(202));
        assertThat(images.objects.keySet()).hasSize(MAX_UPLOADS).allMatch(key -> key.endsWith("slow.png"));
        assertThat(postRaw(PNG, Map.of("Prefer", "respond-async")).statusCode()).isEqualTo(202);
    }

    @Test
    void keyOfAForm_shouldStandForEachOfItsImages() throws Exception {
        Map<String, String> headers = Map.of("Idempotency-Key", "form", "Accept", "application/json");
        Part[] parts = {new Part("f", "a.png", PNG), new Part("f", "b.png", OTHER)};
        CompletableFuture<HttpResponse<String>> first = postForm("/", headers, parts);
        accepted(2).forEach(request -> answer(request, label("Cat")));
        first.join();

        HttpResponse<String> second = postForm("/", headers, parts).join();

        assertThat(json(second)).isEqualTo(json(first.join()));
        assertThat(requests.sent()).hasSize(2);
    }

    @Test
    void unusableKey_shouldBe400() throws Exception {
        shouldBeProblem(postRaw(PNG, Map.of("Idempotency-Key", "x".repeat(256))), 400, "bad-idempotency-key");
    }

    @Test
    void classicAsynchronousUpload_shouldAnswerAtOnce() throws Exception {
        HttpResponse<String> one = postForm("/api/v1/upload", Map.of(), new Part("myfile", "a.png", PNG))
                .join();
        ClassificationRequest request = accepted(1).get(0);
        HttpResponse<String> two = postForm(
                        "/api/v1/upload",
                        Map.of(),
                        new Part("myfile", "a.png", PNG),
                        new Part("myfile", "b.txt", new byte[9]))
                .join();

        assertThat(one.statusCode()).isEqualTo(200);
        assertThat(json(one).path("response").asText()).isEqualTo("success");
        assertThat(json(one).path("message").asText()).isNotBlank();
        assertThat(json(one).path("id").asText()).isEqualTo(request.id().value());
        assertThat(json(one).path("location").asText()).isEqualTo("/v1/classifications/" + request.id());
        assertThat(json(two).path("files")).hasSize(2);
        assertThat(json(two).path("files").get(1).path("status").asText()).isEqualTo("refused");
        shouldBeProblem(
                postForm("/api/v1/upload", Map.of(), new Part("myfile", "b.txt", new byte[9]))
                        .join(),
                415,
                "unsupported-type");
    }

    @ParameterizedTest
    @CsvSource({"myfile, image", "inputFile, image", "file, image", "image_file, image"})
    void knownFieldWithoutAFileName_shouldBeTaken(String field, String name) throws Exception {
        CompletableFuture<HttpResponse<String>> response = postForm("/process", Map.of(), new Part(field, null, PNG));
        ClassificationRequest request = accepted(1).get(0);
        answer(request, label("Cat"));

        assertThat(request.file().value()).isEqualTo(name);
        assertThat(response.join().statusCode()).isEqualTo(200);
    }

    @Test
    void textFieldBeforeTheFile_shouldNameIt() throws Exception {
        CompletableFuture<HttpResponse<String>> response = classic(
                new Part("filename", null, "test_7.jpg".getBytes(StandardCharsets.UTF_8)),
                new Part("image_file", null, PNG));
        ClassificationRequest request = accepted(1).get(0);
        answer(request, label("Cat"));

        assertThat(request.file().value()).isEqualTo("test_7.jpg");
        assertThat(response.join().body()).isEqualTo("Cat");
    }

    @Test
    void fieldNamedAsItsFile_shouldBeTaken() throws Exception {
        CompletableFuture<HttpResponse<String>> response = classic(new Part("test_3.jpg", "test_3.jpg", PNG));
        answer(accepted(1).get(0), label("Cat"));

        assertThat(response.join().body()).isEqualTo("Cat");
    }

    @Test
    void knownResult_shouldNotBeSentAgain() throws Exception {
        HttpResponse<String> upload = postRaw(PNG, Map.of("Prefer", "respond-async"));
        String location = upload.headers().firstValue("Location").orElseThrow();
        answer(accepted(1).get(0), label("Cat"));
        HttpResponse<String> first = get(location + "?wait=20").join();
        String tag = first.headers().firstValue("ETag").orElseThrow();

        HttpResponse<String> again = send("GET", location, Map.of("If-None-Match", "\"x\", " + tag));

        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
        assertThat(again.headers().firstValue("ETag")).contains(tag);
        assertThat(send("GET", location, Map.of("If-None-Match", "\"x\"")).statusCode())
                .isEqualTo(200);
        assertThat(send("HEAD", location, Map.of()).statusCode()).isEqualTo(200);
    }

    @Test
    void eventsOfAClassification_shouldEndWithItsResult() throws Exception {
        HttpResponse<String> upload = postRaw(PNG, Map.of("Prefer", "respond-async"));
        String location = upload.headers().firstValue("Location").orElseThrow();
        HttpRequest events = HttpRequest.newBuilder(URI.create(url + location))
                .header("Accept", "text/event-stream")
                .build();
        HttpResponse<java.util.stream.Stream<String>> stream = http.send(events, HttpResponse.BodyHandlers.ofLines());
        Iterator<String> lines = stream.body().iterator();
        assertThat(stream.headers().firstValue("Content-Type").orElse("")).startsWith("text/event-stream");
        assertThat(lines.next()).isEqualTo("event: pending");

        answer(accepted(1).get(0), label("Cat"));

        List<String> rest = new ArrayList<>();
        lines.forEachRemaining(rest::add);
        assertThat(rest).contains("event: result");
        String data = rest.stream()
                .filter(line -> line.startsWith("data: ") && line.contains("\"done\""))
                .findFirst()
                .orElseThrow();
        assertThat(JSON.readTree(data.substring(6)).path("label").asText()).isEqualTo("Cat");
    }

    @Test
    void otherPages_shouldBeKeptOutUnlessTheirOriginIsListed() {
        assertThat(send("GET", "/healthz", Map.of("Origin", "https://a.example"))
                        .headers()
                        .firstValue("Access-Control-Allow-Origin"))
                .isEmpty();

        restart(new HttpSettings.Access(List.of(), false, List.of("https://a.example")));

        HttpResponse<String> listed = send("GET", "/healthz", Map.of("Origin", "https://a.example"));
        HttpResponse<String> preflight = send(
                "OPTIONS",
                "/v1/classifications",
                Map.of("Origin", "https://a.example", "Access-Control-Request-Method", "POST"));
        assertThat(listed.headers().firstValue("Access-Control-Allow-Origin")).contains("https://a.example");
        assertThat(preflight.statusCode()).isEqualTo(204);
        assertThat(preflight
                        .headers()
                        .firstValue("Access-Control-Allow-Methods")
                        .orElse(""))
                .contains("POST");
        assertThat(send("GET", "/healthz", Map.of("Origin", "https://b.example"))
                        .headers()
                        .firstValue("Access-Control-Allow-Origin"))
                .isEmpty();
    }

    @Test
    void keys_shouldDecideWhoMayDoWhat() throws Exception {
        restart(new HttpSettings.Access(
                List.of(
                        key("reader", Role.READ, 0, 0),
                        key("sender", Role.SUBMIT, 0, 0),
                        key("boss", Role.ADMIN, 0, 0)),
                false,
                List.of()));

        assertThat(send("GET", "/healthz", Map.of()).statusCode()).isEqualTo(200);
        shouldBeProblem(send("GET", "/v1/fleet", Map.of()), 401, "key-missing");
        shouldBeProblem(send("GET", "/v1/fleet", Map.of("X-API-Key", "nobody")), 401, "key-unknown");
        shouldBeProblem(send("GET", "/v1/fleet", Map.of("X-API-Key", "sender")), 403, "key-not-allowed");
        shouldBeProblem(postRaw(PNG, Map.of("Authorization", "Bearer reader")), 403, "key-not-allowed");
        Map<String, String> sender = Map.of("Authorization", "bearer sender", "Prefer", "respond-async");
        assertThat(postRaw(PNG, sender).statusCode()).isEqualTo(202);
        CompletableFuture<HttpResponse<String>> fleet = http.sendAsync(
                HttpRequest.newBuilder(URI.create(url + "/v1/fleet"))
                        .header("X-API-Key", "boss")
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        supervisor.fishForMessage(Duration.ofSeconds(10), message -> {
            if (message instanceof SupervisorCommand.GetFleet question) {
                question.replyTo().tell(new FleetReport(List.of()));
                return org.apache.pekko.actor.testkit.typed.javadsl.FishingOutcomes.complete();
            }
            return org.apache.pekko.actor.testkit.typed.javadsl.FishingOutcomes.continueAndIgnore();
        });
        assertThat(fleet.join().statusCode()).isEqualTo(200);
    }

    @Test
    void limitsOfAKey_shouldBe429WithRetryAfter() throws Exception {
        restart(new HttpSettings.Access(
                List.of(key("slow", Role.SUBMIT, 0.01, 0), key("narrow", Role.SUBMIT, 0, 1)), false, List.of()));
        Map<String, String> slow = Map.of("X-API-Key", "slow", "Prefer", "respond-async");

        assertThat(postRaw(PNG, slow).statusCode()).isEqualTo(202);
        HttpResponse<String> tooSoon = postRaw(PNG, slow);
        shouldBeProblem(tooSoon, 429, "key-limit");
        assertThat(Integer.parseInt(tooSoon.headers().firstValue("Retry-After").orElseThrow()))
                .isBetween(50, 100);
        accepted(1);

        CompletableFuture<HttpResponse<String>> waiting =
                postForm("/", Map.of("X-API-Key", "narrow"), new Part("f", "a.png", PNG));
        ClassificationRequest request = accepted(1).get(0);
        shouldBeProblem(postRaw(PNG, Map.of("X-API-Key", "narrow")), 429, "key-limit");
        answer(request, label("Cat"));
        assertThat(waiting.join().statusCode()).isEqualTo(200);
        assertThat(postRaw(PNG, Map.of("X-API-Key", "narrow", "Prefer", "respond-async"))
                        .statusCode())
                .isEqualTo(202);
    }

    @Test
    void jsonForAClientThatTakesGzip_shouldBeCompressed() throws Exception {
        HttpResponse<byte[]> response = http.sendAsync(
                        HttpRequest.newBuilder(URI.create(url + "/openapi.json"))
                                .header("Accept-Encoding", "gzip")
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray())
                .join();

        assertThat(response.headers().firstValue("Content-Encoding")).contains("gzip");
        byte[] plain = new GZIPInputStream(new ByteArrayInputStream(response.body())).readAllBytes();
        assertThat(JSON.readTree(plain).path("openapi").asText()).startsWith("3.1");
    }

    @Test
    void http2_shouldBeSpokenToClientsThatBeginWithIt() {
        HttpClient modern =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
        HttpResponse<String> response = modern.sendAsync(
                        HttpRequest.newBuilder(URI.create(url + "/healthz")).build(),
                        HttpResponse.BodyHandlers.ofString())
                .join();

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
    }

    @Test
    void uploadByAClientThatOffersHttp2_shouldBeAnswered() throws Exception {
        HttpClient modern = HttpClient.newHttpClient();
        for (int i = 0; i < 3; i++) {
            CompletableFuture<HttpResponse<String>> response = modern.sendAsync(
                    HttpRequest.newBuilder(URI.create(url + "/"))
                            .header("Content-Type", "multipart/form-data; boundary=b")
                            .POST(form(new Part("f", "a.png", PNG)))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            answer(accepted(1).get(0), label("Cat"));

            assertThat(response.join().body()).isEqualTo("Cat");
        }
    }

    @Test
    void description_shouldNameEveryEndpointAndNoOther() throws Exception {
        JsonNode paths = json(get("/openapi.json").join()).path("paths");
        Set<String> described = new TreeSet<>();
        paths.properties()
                .forEach(path -> path.getValue()
                        .fieldNames()
                        .forEachRemaining(method ->
                                described.add(method.toUpperCase(java.util.Locale.ROOT) + " " + path.getKey())));
        Set<String> served = new TreeSet<>();
        HttpGateway.endpoints(
                        null,
                        null,
                        null,
                        new TimelineApi(null, null, null),
                        new BatchApi(null, null, null, null),
                        new FleetApi(null, null),
                        new MetricsApi(Optional.empty()),
                        () -> null,
                        Duration.ZERO,
                        List.of(),
                        1)
                .forEach(endpoint -> served.add(endpoint.method() + " " + endpoint.path()));

        assertThat(described).isEqualTo(served);
        Set<String> ids = new HashSet<>();
        paths.forEach(path -> path.forEach(operation ->
                assertThat(ids.add(operation.path("operationId").asText())).isTrue()));
    }

    @Test
    void documentation_shouldComeFromHere() {
        HttpResponse<String> page = get("/docs").join();

        assertThat(page.body()).contains("/docs/swagger-ui-bundle.js").doesNotContain("http://", "https://");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
                .startsWith("default-src 'none'; script-src 'self' 'sha256-")
                .contains("connect-src 'self'");
        assertThat(get("/docs/swagger-ui-bundle.js").join().statusCode()).isEqualTo(200);
        assertThat(get("/docs/swagger-ui.css").join().statusCode()).isEqualTo(200);
        assertThat(get("/docs/other").join().statusCode()).isEqualTo(404);
    }

    @Test
    void page_shouldComeFromHereAndRunNothingElse() {
        HttpResponse<String> page = http.sendAsync(
                        HttpRequest.newBuilder(URI.create(url + "/"))
                                .header("Accept", "text/html")
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .join();

        assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
                .startsWith(
                        "default-src 'none'; script-src 'self'; style-src 'self'; require-trusted-types-for 'script';")
                .doesNotContain("unsafe");
        assertThat(page.body()).doesNotContain("<script>", "<style", " style=", " onclick=");
        Matcher files = Pattern.compile("\"(/page/[^\"]+)\"").matcher(page.body());
        while (files.find()) {
            assertThat(get(files.group(1)).join().statusCode())
                    .as(files.group(1))
                    .isEqualTo(200);
        }
        assertThat(get("/page/main.js").join().body()).contains("import");
        assertThat(get("/page/other.js").join().statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    respond-async                 | 202 | respond-async
                    Respond-Async                 | 202 | respond-async
                    respond-async; x=1, wait=1    | 202 | wait=1
                    wait=1                        | 202 | wait=1
                    wait = "1"                    | 202 | wait=1
                    wait=0                        | 202 | wait=0
                    wait=1, wait=900              | 202 | wait=1
                    foo, respond-async            | 202 | respond-async
                    """)
    void preference_shouldBeFollowedAndNamed(String prefer, int status, String applied) {
        HttpResponse<String> response = postRaw(PNG, Map.of("Prefer", prefer));

        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("Preference-Applied")).contains(applied);
    }

    @ParameterizedTest
    @CsvSource({"wait=soon", "wait=", "wait=-1", "wait=1.5", "wait"})
    void waitThatIsNoNumberOfSeconds_shouldBe400(String prefer) throws Exception {
        shouldBeProblem(postRaw(PNG, Map.of("Prefer", prefer)), 400, "bad-wait");
        shouldBeProblem(
                get("/v1/classifications/01a205f0-4de1-7ee5-8467-340da8ad4ddf?" + prefer)
                        .join(),
                400,
                "bad-wait");
    }

    @Test
    void waitBeyondTheLongest_shouldBeCutToIt() throws Exception {
        stop();
        start(Duration.ofSeconds(1));
        HttpResponse<String> response = postRaw(PNG, Map.of("Prefer", "wait=999999999"));
        assertThat(response.statusCode()).isEqualTo(202);
        assertThat(response.headers().firstValue("Preference-Applied")).contains("wait=1");

        String location = response.headers().firstValue("Location").orElseThrow();
        assertThat(get(location + "?wait=999999999").join().statusCode()).isEqualTo(202);
    }

    @Test
    void pollForWhatWasNeverAccepted_shouldNotWait() throws Exception {
        shouldBeProblem(
                get("/v1/classifications/01a205f0-4de1-7ee5-8467-340da8ad4ddf?wait=600")
                        .join(),
                404,
                "unknown-id");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/                           | GET, HEAD, OPTIONS, POST",
                "/v1/classifications         | OPTIONS, POST",
                "/v1/classifications/x       | GET, HEAD, OPTIONS",
                "/v1/batches/x               | DELETE, GET, HEAD, OPTIONS",
                "/healthz                    | GET, HEAD, OPTIONS"
            })
    void methods_shouldBeToldToThoseWhoAskAndToThoseWhoErr(String path, String allowed) throws Exception {
        HttpResponse<String> asked = send("OPTIONS", path, Map.of());
        HttpResponse<String> wrong = send("PATCH", path, Map.of());

        assertThat(asked.statusCode()).isEqualTo(204);
        assertThat(asked.headers().firstValue("Allow")).contains(allowed);
        shouldBeProblem(wrong, 405, "method-not-allowed");
        assertThat(wrong.headers().firstValue("Allow")).contains(allowed);
        assertThat(send("OPTIONS", "/nope", Map.of()).statusCode()).isEqualTo(404);
    }

    @Test
    void headOfAPage_shouldBeItsGetWithoutTheBody() {
        HttpResponse<String> get = get("/openapi.json").join();
        HttpResponse<String> head = send("HEAD", "/openapi.json", Map.of());

        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(head.headers().firstValue("Content-Length"))
                .isEqualTo(get.headers().firstValue("Content-Length"));
        assertThat(head.headers().firstValue("ETag")).isEqualTo(get.headers().firstValue("ETag"));
    }

    @ParameterizedTest
    @CsvSource({"/openapi.json", "/docs", "/docs/swagger-ui.css", "/page/main.js", "/page/uplot.js"})
    void fileOfTheSite_shouldNotBeSentAgain(String path) {
        String tag = get(path).join().headers().firstValue("ETag").orElseThrow();

        HttpResponse<String> again = send("GET", path, Map.of("If-None-Match", "W/" + tag));

        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.headers().firstValue("Vary").orElse("")).contains("Accept-Encoding");
    }

    /** More than the sockets hold, so that a body that nobody reads would keep the answer from being heard. */
    @ParameterizedTest
    @CsvSource({
        "POST, /nope, 404, not-found",
        "PUT, /v1/classifications, 405, method-not-allowed",
        "POST, /, 400, no-file",
        "POST, /v1/classifications, 400, bad-wait"
    })
    void refusedRequestWithALongBody_shouldHearWhy(String method, String path, int status, String code)
            throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + path))
                .header("Prefer", "wait=soon")
                .method(method, HttpRequest.BodyPublishers.ofByteArray(new byte[MAX_SIZE * 8]))
                .build();

        for (int i = 0; i < 5; i++) {
            shouldBeProblem(
                    http.sendAsync(request, HttpResponse.BodyHandlers.ofString())
                            .join(),
                    status,
                    code);
        }
    }

    @Test
    void refusedKeyWithALongBody_shouldHearWhyAndWhatToSend() throws Exception {
        restart(new HttpSettings.Access(List.of(key("reader", Role.READ, 0, 0)), false, List.of()));

        HttpResponse<String> missing = postRaw(new byte[MAX_SIZE * 8], Map.of());

        shouldBeProblem(missing, 401, "key-missing");
        assertThat(missing.headers().firstValue("WWW-Authenticate")).contains("Bearer realm=\"flotilla\"");
        shouldBeProblem(postRaw(new byte[MAX_SIZE * 8], Map.of("X-API-Key", "reader")), 403, "key-not-allowed");
    }

    @Test
    void callersWhoWaitWhenTheGatewayStops_shouldBeToldWhereTheirAnswerWillBe() throws Exception {
        stop();
        NodeMetrics node = NodeMetrics.open("gateway", "1");
        metrics = new HttpGateway.Metrics(node.gateway(Clock.systemUTC()), Optional.of(node));
        start();
        CompletableFuture<HttpResponse<String>> classic = classic(new Part("f", "a.png", PNG));
        HttpRequest preferring = HttpRequest.newBuilder(URI.create(url + "/v1/classifications?file=b.png"))
                .header("Prefer", "wait=60")
                .POST(HttpRequest.BodyPublishers.ofByteArray(PNG))
                .build();
        CompletableFuture<HttpResponse<String>> modern =
                http.sendAsync(preferring, HttpResponse.BodyHandlers.ofString());
        List<ClassificationRequest> both = accepted(2);
        String location = "/v1/classifications/" + both.get(0).id();
        CompletableFuture<HttpResponse<String>> poll = get(location + "?wait=60");
        assertThat(get(location).join().statusCode()).isEqualTo(202);
        // The poll is on its way over a connection of its own.
        KIT.createTestProbe()
                .awaitAssert(
                        Duration.ofSeconds(20),
                        () -> assertThat(
                                        Scrape.of(node.text(Form.PROMETHEUS)).value("flotilla_gateway_waiting_callers"))
                                .isEqualTo(3));
        TestProbe<Done> stopped = KIT.createTestProbe();

        gateway.tell(new HttpGateway.Stop(Duration.ofSeconds(4), stopped.getRef()));

        shouldBeProblem(classic.join(), 504, "no-answer-yet");
        assertThat(modern.join().statusCode()).isEqualTo(202);
        assertThat(modern.join().headers().firstValue("Location")).isPresent();
        assertThat(poll.join().statusCode()).isEqualTo(202);
        stopped.receiveMessage(Duration.ofSeconds(20));
        node.close();
        metrics = HttpGateway.Metrics.NONE;
        start();
    }

    @Test
    void requestInFlightWhenTheGatewayStops_shouldGetItsAnswer() throws Exception {
        CompletableFuture<HttpResponse<String>> classic = classic(new Part("f", "a.png", PNG));
        ClassificationRequest request = accepted(1).get(0);
        TestProbe<Done> stopped = KIT.createTestProbe();

        gateway.tell(new HttpGateway.Stop(Duration.ofSeconds(60), stopped.getRef()));
        answer(request, label("Cat"));

        assertThat(classic.join().body()).isEqualTo("Cat");
        stopped.receiveMessage(Duration.ofSeconds(20));
        start();
    }

    @Test
    void answersOnTheirWayWhenTheGatewayStops_shouldAllArrive() throws Exception {
        List<CompletableFuture<HttpResponse<String>>> waiting = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            waiting.add(classic(new Part("f", "a.png", PNG)));
        }
        List<ClassificationRequest> all = accepted(waiting.size());
        TestProbe<Done> stopped = KIT.createTestProbe();

        all.forEach(request -> answer(request, label("Cat")));
        gateway.tell(new HttpGateway.Stop(Duration.ofSeconds(60), stopped.getRef()));

        for (CompletableFuture<HttpResponse<String>> one : waiting) {
            assertThat(one.join().body()).isEqualTo("Cat");
        }
        stopped.receiveMessage(Duration.ofSeconds(20));
        start();
    }

    @Test
    void eventsWhenTheGatewayStops_shouldEndInGoodOrder() throws Exception {
        upload(2);
        List<ClassificationRequest> both = accepted(2);
        List<Iterator<String>> streams = new ArrayList<>();
        for (ClassificationRequest request : both) {
            HttpRequest events = HttpRequest.newBuilder(URI.create(url + "/v1/classifications/" + request.id()))
                    .header("Accept", "text/event-stream")
                    .build();
            Iterator<String> lines = http.send(events, HttpResponse.BodyHandlers.ofLines())
                    .body()
                    .iterator();
            assertThat(lines.next()).isEqualTo("event: pending");
            streams.add(lines);
        }
        TestProbe<Done> stopped = KIT.createTestProbe();

        gateway.tell(new HttpGateway.Stop(Duration.ofSeconds(8), stopped.getRef()));
        answer(both.get(0), label("Cat"));

        List<String> answered = new ArrayList<>();
        streams.get(0).forEachRemaining(answered::add);
        assertThat(answered).contains("event: result");
        List<String> unanswered = new ArrayList<>();
        streams.get(1).forEachRemaining(unanswered::add);
        assertThat(unanswered).contains("event: timeout");
        stopped.receiveMessage(Duration.ofSeconds(20));
        start();
    }

    private void upload(int images) {
        for (int i = 0; i < images; i++) {
            assertThat(postRaw(PNG, Map.of("Prefer", "respond-async")).statusCode())
                    .isEqualTo(202);
        }
    }
}
