package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.config.ApiKeySettings;
import flotilla.config.ApiKeySettings.Role;
import flotilla.config.FlotillaSettings;
import flotilla.config.HttpSettings;
import flotilla.domain.FailureCode;
import flotilla.domain.Outcome;
import flotilla.gateway.OpenApi.Operation;
import flotilla.metrics.NodeMetrics;
import flotilla.protocol.ClassificationRequest;
import flotilla.protocol.Costs;
import flotilla.protocol.DecisionReport;
import flotilla.protocol.FleetReport;
import flotilla.protocol.SupervisorCommand;
import flotilla.testing.Images;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import org.apache.pekko.actor.testkit.typed.javadsl.FishingOutcomes;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every request that is described, with every answer that is described for it, held against the description: status, type,
 * headers, and the body by its schema.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Tag("slow")
class HttpContractTest extends HttpFixture {
    private static final OpenApi API = OpenApi.served();
    private static final Set<String> SEEN = new ConcurrentSkipListSet<>();
    private static final Instant AT = Instant.parse("2026-11-24T12:00:00Z");
    private static final String NOBODY = "01a205f0-4de1-7ee5-8467-340da8ad4ddf";

    /** What only a client that stalls for half a minute is told. */
    private static final String STALLED = "408";

    private void conforms(String method, String path, HttpResponse<String> answer, int status) {
        Operation operation = API.operation(method, path);
        assertThat(answer.statusCode()).as(operation + ": " + answer.body()).isEqualTo(status);
        assertThat(API.differences(operation, answer)).isEmpty();
        SEEN.add(operation + " " + status);
    }

    private void conforms(String method, String path, HttpResponse<String> answer, int status, String code)
            throws Exception {
        shouldBeProblem(answer, status, code);
        conforms(method, path, answer, status);
    }

    private CompletableFuture<HttpResponse<String>> send(
            String method, String path, Map<String, String> headers, byte[] body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                .method(method, HttpRequest.BodyPublishers.ofByteArray(body));
        headers.forEach(request::header);
        return http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> ask(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString())
                .join();
    }

    private CompletableFuture<HttpResponse<String>> upload(String path, String... headers) {
        return upload(path, PNG, headers);
    }

    private CompletableFuture<HttpResponse<String>> upload(String path, byte[] image, String... headers) {
        Map<String, String> all = new java.util.HashMap<>();
        for (int i = 0; i < headers.length; i += 2) {
            all.put(headers[i], headers[i + 1]);
        }
        return postForm(path, all, new Part("myfile", "a.png", image));
    }

    private void restart(HttpSettings.Access access) {
        stop();
        start(settings(FlotillaSettings.from(CONFIG).http(), Duration.ofSeconds(60), Optional.empty(), access));
    }

    @Test
    void images_shouldBeAnsweredInEachForm() throws Exception {
        CompletableFuture<HttpResponse<String>> text = upload("/");
        CompletableFuture<HttpResponse<String>> json = upload("/", "Accept", "application/json");
        CompletableFuture<HttpResponse<String>> modern = upload("/v1/classifications");
        CompletableFuture<HttpResponse<String>> several = postForm(
                "/v1/classifications",
                Map.of("Prefer", "wait=60"),
                new Part("f", "a.png", PNG),
                new Part("f", "b.txt", new byte[9]));
        CompletableFuture<HttpResponse<String>> lines = postForm(
                "/", Map.of("Accept", "application/json"), new Part("f", "a.png", PNG), new Part("f", "b.png", PNG));
        List<ClassificationRequest> all = accepted(6);
        all.forEach(request -> answer(request, label("Cat")));

        conforms("POST", "/", text.join(), 200);
        conforms("POST", "/", json.join(), 200);
        conforms("POST", "/", lines.join(), 200);
        conforms("POST", "/v1/classifications", modern.join(), 200);
        conforms("POST", "/v1/classifications", several.join(), 200);
    }

    @Test
    void imagesWithoutAnAnswer_shouldBeToldWhereItWillBe() throws Exception {
        conforms("POST", "/api/v1/upload", upload("/api/v1/upload").join(), 200);
        conforms(
                "POST",
                "/api/v1/upload",
                postForm("/api/v1/upload", Map.of(), new Part("f", "a.png", PNG), new Part("f", "b.txt", new byte[9]))
                        .join(),
                200);
        HttpResponse<String> pending =
                upload("/v1/classifications", "Prefer", "respond-async").join();
        conforms("POST", "/v1/classifications", pending, 202);
        conforms(
                "POST",
                "/v1/classifications",
                postForm(
                                "/v1/classifications",
                                Map.of("Prefer", "respond-async"),
                                new Part("f", "a.png", PNG),
                                new Part("f", "b.png", PNG))
                        .join(),
                202);
        String location = pending.headers().firstValue("Location").orElseThrow();
        conforms("GET", "/v1/classifications/{id}", ask(location), 202);
        conforms("GET", "/v1/classifications/{id}", ask(location + "?wait=x"), 400, "bad-wait");
    }

    @Test
    void waitOfAClassicUploadThatRunsOut_shouldBe504() throws Exception {
        stop();
        start(Duration.ofSeconds(1));

        HttpResponse<String> late = upload("/").join();

        conforms("POST", "/", late, 504, "no-answer-yet");
        assertThat(json(late).path("id").asText())
                .isEqualTo(accepted(1).get(0).id().value());
    }

    @Test
    void result_shouldBeAnsweredOrKnownOrUnknown() throws Exception {
        upload("/api/v1/upload").join();
        upload("/api/v1/upload").join();
        List<ClassificationRequest> both = accepted(2);
        answer(both.get(0), label("Cat"));
        answer(both.get(1), new Outcome.Failed(FailureCode.DAMAGED, "send it again"));
        String path = "/v1/classifications/{id}";
        String location = "/v1/classifications/" + both.get(0).id();

        HttpResponse<String> done = ask(location);

        conforms("GET", path, done, 200);
        conforms("GET", path, ask("/v1/classifications/" + both.get(1).id()), 200);
        conforms("GET", path, ask(location, "Accept", "text/event-stream"), 200);
        conforms(
                "GET",
                path,
                ask(location, "If-None-Match", done.headers().firstValue("ETag").orElseThrow()),
                304);
        conforms("GET", path, ask("/v1/classifications/" + NOBODY), 404, "unknown-id");
        conforms("GET", path, ask("/v1/classifications/no-id"), 404, "unknown-id");
    }

    @Test
    void resultStream_shouldTellOfEachImageOrRefuse() throws Exception {
        upload("/api/v1/upload").join();
        ClassificationRequest request = accepted(1).get(0);
        answer(request, label("Cat"));
        String path = "/v1/classifications/stream";

        HttpResponse<String> told =
                send("POST", path, Map.of(), idsOf(request.id().value())).join();

        conforms("POST", path, told, 200);
        assertThat(told.body()).contains("event: result", "\"label\":\"Cat\"", "event: done");
        conforms("POST", path, send("POST", path, Map.of(), idsOf("no-id")).join(), 400, "bad-ids");
    }

    private static byte[] idsOf(String id) {
        return ("{\"ids\":[\"" + id + "\"]}").getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void expiredResult_shouldBeGone() throws Exception {
        stop();
        resultLifetime = Duration.ofHours(1);
        start();

        conforms("GET", "/v1/classifications/{id}", ask("/v1/classifications/" + NOBODY), 410, "expired");
        conforms(
                "GET",
                "/v1/classifications/{id}/timeline",
                ask("/v1/classifications/" + NOBODY + "/timeline"),
                410,
                "expired");
    }

    @Test
    void timeline_shouldBeToldOrUnknown() throws Exception {
        String path = "/v1/classifications/{id}/timeline";
        upload("/api/v1/upload").join();
        ClassificationRequest request = accepted(1).get(0);
        String timeline = "/v1/classifications/" + request.id() + "/timeline";
        conforms("GET", path, ask(timeline), 200);

        answer(request, new Outcome.Failed(FailureCode.DAMAGED, "send it again"));
        conforms("GET", path, ask(timeline), 200);

        conforms("GET", path, ask("/v1/classifications/" + NOBODY + "/timeline"), 404, "unknown-id");
        conforms("GET", path, ask("/v1/classifications/no-id/timeline"), 404, "unknown-id");
        attempts.away = true;
        conforms("GET", path, ask(timeline), 503, "unavailable");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/api/v1/upload", "/v1/classifications"})
    void refusedUpload_shouldBeAProblemOnEveryPath(String path) throws Exception {
        byte[] large = Arrays.copyOf(PNG, MAX_SIZE + 1);
        HttpResponse<String> noFile =
                postForm(path, Map.of(), new Part("text", null, PNG)).join();
        conforms("POST", path, noFile, 400, "no-file");
        conforms("POST", path, upload(path, new byte[0]).join(), 400, "empty");
        HttpResponse<String> badName =
                postForm(path, Map.of(), new Part("f", "../a.png", PNG)).join();
        conforms("POST", path, badName, 400, "bad-file-name");
        conforms("POST", path, upload(path, "Idempotency-Key", " ").join(), 400, "bad-idempotency-key");
        conforms("POST", path, upload(path, large).join(), 413, "too-large");
        byte[] text = "no image".getBytes(StandardCharsets.UTF_8);
        conforms("POST", path, upload(path, text).join(), 415, "unsupported-type");
        byte[] huge = Images.pngClaiming(40_000, 40_000);
        conforms("POST", path, upload(path, huge).join(), 422, "too-many-pixels");

        images.away = true;
        conforms("POST", path, upload(path).join(), 503, "unavailable");
        images.away = false;
        requests.refuse(body -> true);
        conforms("POST", path, upload(path).join(), 503, "unavailable");
        requests.refuse(body -> false);
        assertThat(requests.sent()).isEmpty();

        for (int i = 0; i < MAX_BACKLOG; i++) {
            upload("/api/v1/upload").join();
        }
        conforms("POST", path, upload(path).join(), 429, "backlog-full");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/v1/classifications"})
    void failureThatOnlyTheWorkerFinds_shouldBe422ToThoseWhoWait(String path) throws Exception {
        for (FailureCode code : FailureCode.values()) {
            CompletableFuture<HttpResponse<String>> response = upload(path);
            ClassificationRequest request = accepted(1).get(0);
            answer(request, new Outcome.Failed(code, "this is why"));

            int status = code == FailureCode.UNSUPPORTED_TYPE ? 415 : 422;
            conforms("POST", path, response.join(), status, code.text());
            assertThat(json(response.join()).path("id").asText())
                    .isEqualTo(request.id().value());
        }
    }

    @Test
    void batches_shouldBeMadeWatchedReadAndCancelled() throws Exception {
        HttpResponse<String> created = postForm(
                        "/v1/batches", Map.of(), new Part("f", "a.png", PNG), new Part("f", "b.txt", new byte[9]))
                .join();
        String location = created.headers().firstValue("Location").orElseThrow();
        conforms("POST", "/v1/batches", created, 202);
        conforms("GET", "/v1/batches/{id}", ask(location), 200);
        conforms("GET", "/v1/batches/{id}/results", ask(location + "/results"), 200);
        conforms("GET", "/v1/batches/{id}/results", ask(location + "/results?format=csv"), 200);
        conforms("GET", "/v1/batches/{id}/results", ask(location + "/results", "Accept", "text/csv"), 200);
        conforms("GET", "/v1/batches/{id}/results", ask(location + "/results?format=xml"), 400, "bad-format");
        conforms("DELETE", "/v1/batches/{id}", delete(location), 200);
        conforms("GET", "/v1/batches/{id}", ask(location, "Accept", "text/event-stream"), 200);

        conforms(
                "POST",
                "/v1/batches",
                postForm("/v1/batches", Map.of(), new Part("text", null, PNG)).join(),
                400,
                "empty-batch");
        for (String id : List.of(NOBODY, "no-id")) {
            conforms("GET", "/v1/batches/{id}", ask("/v1/batches/" + id), 404, "unknown-id");
            conforms("DELETE", "/v1/batches/{id}", delete("/v1/batches/" + id), 404, "unknown-id");
            conforms("GET", "/v1/batches/{id}/results", ask("/v1/batches/" + id + "/results"), 404, "unknown-id");
        }
        batches.away = true;
        conforms("POST", "/v1/batches", upload("/v1/batches").join(), 503, "unavailable");
        conforms("GET", "/v1/batches/{id}", ask(location), 503, "unavailable");
        conforms("DELETE", "/v1/batches/{id}", delete(location), 503, "unavailable");
        conforms("GET", "/v1/batches/{id}/results", ask(location + "/results"), 503, "unavailable");
    }

    @Test
    void callbacks_shouldBeTakenOrRefusedAndTold() throws Exception {
        Wishes wishes = new Wishes();
        stop();
        push = wishes;
        start();
        String elsewhere = "?callback=https%3A%2F%2Fevil.example.net%2F";
        conforms("POST", "/v1/batches", upload("/v1/batches" + elsewhere).join(), 422, "callback-not-allowed");
        for (String path : List.of("/v1/classifications", "/v1/batches")) {
            String callbacks = path + "/" + NOBODY + "/callbacks";
            wishes.away = false;
            conforms("GET", path + "/{id}/callbacks", ask(callbacks), 200);
            wishes.away = true;
            conforms("GET", path + "/{id}/callbacks", ask(callbacks), 503, "unavailable");
        }
    }

    @Test
    void addressesAndHeadersBeyondTheLimits_shouldBeRefusedOnEveryPath() throws Exception {
        String long9000 = "x".repeat(9000);
        for (Operation operation : API.operations()) {
            String method = operation.method().toUpperCase(java.util.Locale.ROOT);
            String path = operation.path().replaceAll("\\{\\w+}", "x");
            conforms(
                    method,
                    operation.path(),
                    with(method, path + "?q=" + long9000, Map.of()),
                    414,
                    "malformed-request");
            conforms(method, operation.path(), with(method, path, Map.of("X-A", long9000)), 431, "malformed-request");
        }
    }

    private HttpResponse<String> delete(String path) {
        return send("DELETE", path, Map.of(), new byte[0]).join();
    }

    @Test
    void fleetAndDecisions_shouldBeAsTheSupervisorSaysAlsoWhenItKnowsNothing() throws Exception {
        DecisionReport.Decision blind = new DecisionReport.Decision(
                7,
                AT,
                "message-count",
                "hold",
                "depth-unknown",
                -1,
                -1,
                -1,
                -1,
                -1,
                -1,
                -1,
                -1,
                -1,
                List.of(new DecisionReport.Action("launch", 0, "", "", "no capacity")),
                DecisionReport.Vote.NOT_ASKED,
                List.of("max-instances 4"),
                List.of("instance i-2 has no app-tier id"),
                List.of(new DecisionReport.Shadow(
                        "step", "launch", "backlog", 1, 1, 0, new DecisionReport.Vote(1, Map.of("backlog", 3.0)))),
                Optional.of(new DecisionReport.Forecast(AT, 3.5, 4)),
                Optional.empty());
        FleetReport fleet = new FleetReport(List.of(
                new FleetReport.Line("i-1", 1, "running", 2, 17, AT, "silent"),
                new FleetReport.Line("by-hand", 0, "draining", 0, 0, AT, "")));
        DecisionReport one = new DecisionReport(List.of(blind));

        conforms("GET", "/v1/fleet", answered("/v1/fleet", fleet, one), 200);
        conforms("GET", "/v1/cost", answered("/v1/cost?since=24h", fleet, one), 200);
        conforms("GET", "/v1/cost", ask("/v1/cost?since=yesterday"), 400, "bad-since");
        conforms("GET", "/v1/scaling/decisions", answered("/v1/scaling/decisions", fleet, one), 200);
        conforms("GET", "/v1/scaling/decisions/{n}", answered("/v1/scaling/decisions/7", fleet, one), 200);
        conforms(
                "GET",
                "/v1/scaling/decisions/{n}",
                answered("/v1/scaling/decisions/8", fleet, new DecisionReport(List.of())),
                404,
                "unknown-decision");
        conforms("GET", "/v1/scaling/decisions/{n}", ask("/v1/scaling/decisions/x"), 400, "bad-number");
    }

    private HttpResponse<String> answered(String path, FleetReport fleet, DecisionReport decisions) {
        CompletableFuture<HttpResponse<String>> answer = get(path);
        supervisor.fishForMessage(Duration.ofSeconds(10), message -> {
            if (message instanceof SupervisorCommand.GetFleet question) {
                question.replyTo().tell(fleet);
            } else if (message instanceof SupervisorCommand.GetCost question) {
                question.replyTo().tell(Costs.report());
            } else if (message instanceof SupervisorCommand.GetDecisions question) {
                question.replyTo().tell(decisions);
            } else if (message instanceof SupervisorCommand.GetDecision question) {
                question.replyTo().tell(decisions);
            } else {
                return FishingOutcomes.continueAndIgnore();
            }
            return FishingOutcomes.complete();
        });
        return answer.join();
    }

    @Test
    void supervisorThatDoesNotAnswer_shouldBe503() throws Exception {
        CompletableFuture<HttpResponse<String>> fleet = get("/v1/fleet");
        CompletableFuture<HttpResponse<String>> decisions = get("/v1/scaling/decisions");
        CompletableFuture<HttpResponse<String>> decision = get("/v1/scaling/decisions/7");
        CompletableFuture<HttpResponse<String>> cost = get("/v1/cost");

        conforms("GET", "/v1/fleet", fleet.join(), 503, "unavailable");
        conforms("GET", "/v1/scaling/decisions", decisions.join(), 503, "unavailable");
        conforms("GET", "/v1/scaling/decisions/{n}", decision.join(), 503, "unavailable");
        conforms("GET", "/v1/cost", cost.join(), 503, "unavailable");
    }

    @Test
    void decisionStream_shouldBeEvents() throws Exception {
        HttpResponse<InputStream> stream = http.send(
                HttpRequest.newBuilder(URI.create(url + "/v1/scaling/decisions/stream"))
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream body = stream.body()) {
            assertThat(stream.statusCode()).isEqualTo(200);
            assertThat(stream.headers().firstValue("Content-Type").orElse("")).startsWith("text/event-stream");
            assertThat(body.read()).isEqualTo('r');
        }
        SEEN.add(API.operation("GET", "/v1/scaling/decisions/stream") + " 200");
    }

    @Test
    void probesAndPages_shouldBeThere() throws Exception {
        conforms("GET", "/", ask("/"), 200);
        conforms("GET", "/", ask("/", "Accept", "text/html"), 200);
        conforms("GET", "/healthz", ask("/healthz"), 200);
        conforms("GET", "/readyz", ask("/readyz"), 200);
        for (Map.Entry<String, String> file : Map.of(
                        "/openapi.json",
                        "/openapi.json",
                        "/page/main.js",
                        "/page/{file}",
                        "/page/page.css",
                        "/page/{file}",
                        "/docs",
                        "/docs",
                        "/docs/swagger-ui.css",
                        "/docs/{file}",
                        "/docs/swagger-ui-bundle.js",
                        "/docs/{file}")
                .entrySet()) {
            HttpResponse<String> fresh = ask(file.getKey());
            conforms("GET", file.getValue(), fresh, 200);
            String tag = fresh.headers().firstValue("ETag").orElseThrow();
            conforms("GET", file.getValue(), ask(file.getKey(), "If-None-Match", tag), 304);
        }
        conforms("GET", "/docs/{file}", ask("/docs/other"), 404, "not-found");
        conforms("GET", "/page/{file}", ask("/page/index.html"), 404, "not-found");
    }

    @Test
    void storeThatIsAway_shouldBeToldByProbesAndResults() throws Exception {
        images.away = true;
        conforms("GET", "/readyz", ask("/readyz"), 503, "unavailable");
        conforms("GET", "/v1/classifications/{id}", ask("/v1/classifications/" + NOBODY), 503, "unavailable");
    }

    @Test
    void metrics_shouldBeToldInBothFormsOrThatThereAreNone() throws Exception {
        conforms("GET", "/metrics", ask("/metrics"), 404, "metrics-off");
        try (NodeMetrics node = NodeMetrics.open("gateway", "1")) {
            stop();
            metrics = new HttpGateway.Metrics(node.gateway(Clock.systemUTC()), Optional.of(node));
            start();

            conforms("GET", "/metrics", ask("/metrics"), 200);
            conforms("GET", "/metrics", ask("/metrics", "Accept", "application/openmetrics-text"), 200);
        }
    }

    @Test
    void keys_shouldBeAskedForWhereItIsDescribed() throws Exception {
        List<ApiKeySettings> keys = new ArrayList<>();
        for (Role role : Role.values()) {
            String secret = role.name();
            keys.add(new ApiKeySettings(secret, AccessControl.sha256(secret), Set.of(role), 0, 0));
        }
        keys.add(new ApiKeySettings("tired", AccessControl.sha256("tired"), Set.of(Role.ADMIN), 0.0001, 0));
        restart(new HttpSettings.Access(keys, false, List.of()));
        ask("/v1/batches/x", "X-API-Key", "tired");

        for (Operation operation : API.operations()) {
            if (!operation.node().path("responses").has("401")) {
                continue;
            }
            String method = operation.method().toUpperCase(java.util.Locale.ROOT);
            String path = operation.path().replaceAll("\\{\\w+}", "x");
            boolean reads = method.equals("GET") || path.equals("/v1/classifications/stream");
            conforms(method, operation.path(), with(method, path, Map.of()), 401, "key-missing");
            conforms(method, operation.path(), with(method, path, Map.of("X-API-Key", "?")), 401, "key-unknown");
            Map<String, String> wrong = Map.of("X-API-Key", reads ? Role.SUBMIT.name() : Role.READ.name());
            conforms(method, operation.path(), with(method, path, wrong), 403, "key-not-allowed");
            Map<String, String> tired = Map.of("Authorization", "Bearer tired");
            conforms(method, operation.path(), with(method, path, tired), 429, "key-limit");
        }
    }

    private HttpResponse<String> with(String method, String path, Map<String, String> headers) {
        return send(method, path, headers, new byte[0]).join();
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void everyAnswerThatIsDescribed_shouldHaveBeenSeen() {
        Set<String> described = new TreeSet<>();
        API.operations()
                .forEach(operation -> operation
                        .node()
                        .path("responses")
                        .fieldNames()
                        .forEachRemaining(status -> described.add(operation + " " + status)));
        described.removeIf(answer -> answer.endsWith(" " + STALLED));

        assertThat(SEEN).containsAll(described);
    }
}
