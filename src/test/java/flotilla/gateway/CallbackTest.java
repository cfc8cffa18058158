package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.RequestId;
import flotilla.protocol.ClassificationRequest;
import flotilla.protocol.MessageAction;
import flotilla.protocol.ResultPush;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The option {@code callback} of uploads and batches. */
class CallbackTest extends HttpFixture {
    private static final String URL = Wishes.URL;
    private static final String QUERY = "callback=https%3A%2F%2Fhooks.example.org%2Fdone";
    private static final String MALFORMED = "callback=nowhere";
    private static final String ELSEWHERE = "callback=https%3A%2F%2Fevil.example.net%2F";

    private final Wishes wishes = new Wishes();

    @BeforeEach
    @Override
    void start() {
        push = wishes;
        super.start();
    }

    private HttpResponse<String> post(String path, String type, byte[] body) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + path))
                .header("Content-Type", type)
                .header("Prefer", "respond-async")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        return http.sendAsync(request, HttpResponse.BodyHandlers.ofString()).join();
    }

    private HttpResponse<String> raw(String query) {
        return post("/v1/classifications?file=a.png&" + query, "image/png", PNG);
    }

    private static Part field(String text) {
        return new Part("callback", null, text.getBytes(StandardCharsets.UTF_8));
    }

    private static Part image(String name) {
        return new Part("f", name, PNG);
    }

    private HttpResponse<String> form(String path, Part... parts) {
        return postForm(path, Map.of("Prefer", "respond-async"), parts).join();
    }

    @Test
    void callbackOfARawImage_shouldBeStoredBeforeThePromise() throws Exception {
        HttpResponse<String> response = raw(QUERY);

        assertThat(response.statusCode()).isEqualTo(202);
        assertThat(wishes.wishes).containsExactly(json(response).path("id").asText() + " " + URL);
    }

    @Test
    void callbackThatCannotBeStored_shouldBe503() throws Exception {
        wishes.away = true;

        shouldBeProblem(raw(QUERY), 503, "unavailable");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/classifications", "/api/v1/upload"})
    void callbackOfAForm_shouldStandForEachOfItsImages(String path) throws Exception {
        assertThat(form(path + "?" + QUERY, image("a.png"), image("b.png")).statusCode())
                .isIn(200, 202);
        assertThat(form(path, image("c.png"), field(URL)).statusCode()).isIn(200, 202);

        assertThat(wishes.wishes)
                .containsExactlyElementsOf(accepted(3).stream()
                        .map(request -> request.id() + " " + URL)
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/classifications", "/api/v1/upload", "/v1/batches"})
    void refusedCallback_shouldBeAProblemAndNoImageTaken(String path) throws Exception {
        shouldBeProblem(form(path + "?" + MALFORMED, image("a.png")), 400, "bad-callback");
        shouldBeProblem(form(path + "?" + ELSEWHERE, image("a.png")), 422, "callback-not-allowed");
        shouldBeProblem(form(path, field("nowhere"), image("a.png")), 400, "bad-callback");
        shouldBeProblem(form(path, field("https://evil.example.net"), image("a.png")), 422, "callback-not-allowed");
        shouldBeProblem(form(path, field("x".repeat(5000)), image("a.png")), 400, "bad-callback");
        if (path.equals("/v1/classifications")) {
            shouldBeProblem(raw(MALFORMED), 400, "bad-callback");
        }

        assertThat(requests.sent()).isEmpty();
        assertThat(images.objects).isEmpty();
        assertThat(wishes.wishes).isEmpty();
    }

    @Test
    void formWithACallbackAndNoImage_shouldHaveNoFile() throws Exception {
        shouldBeProblem(form("/v1/classifications", field(URL)), 400, "no-file");
        shouldBeProblem(form("/v1/batches", field(URL)), 400, "empty-batch");
    }

    @Test
    void classicForm_shouldPassOverAFieldOfThatName() throws Exception {
        CompletableFuture<HttpResponse<String>> response = classic(field("nowhere"), image("a.png"));
        answer(accepted(1).get(0), label("Cat"));

        assertThat(response.join().body()).isEqualTo("Cat");
        assertThat(wishes.wishes).isEmpty();
    }

    @Test
    void callbackOfABatch_shouldBeStoredWhereverItStands() throws Exception {
        images.objects.put("a.png", ByteString.fromArray(PNG));
        List<HttpResponse<String>> created = List.of(
                form("/v1/batches?" + QUERY, image("a.png")),
                form("/v1/batches", field(URL), image("a.png")),
                post(
                        "/v1/batches",
                        "application/json",
                        ("{\"images\":[\"s3://bucket/a.png\"],\"callback\":\"" + URL + "\"}")
                                .getBytes(StandardCharsets.UTF_8)));

        for (int i = 0; i < created.size(); i++) {
            assertThat(created.get(i).statusCode()).as(created.get(i).body()).isEqualTo(202);
            assertThat(wishes.wishes.get(i))
                    .isEqualTo("batch " + json(created.get(i)).path("id").asText() + " " + URL);
        }
    }

    @Test
    void refusedCallbackInJson_shouldBeAProblemAndNoImageTaken() throws Exception {
        images.objects.put("a.png", ByteString.fromArray(PNG));

        shouldBeProblem(
                post(
                        "/v1/batches",
                        "application/json",
                        "{\"images\":[\"s3://bucket/a.png\"],\"callback\":7}".getBytes(StandardCharsets.UTF_8)),
                400,
                "bad-callback");
        assertThat(requests.sent()).isEmpty();
    }

    @Test
    void batchWithoutCallback_shouldStillBeToldOf() {
        form("/v1/batches", image("a.png"));

        assertThat(wishes.wishes)
                .singleElement()
                .asString()
                .startsWith("batch ")
                .endsWith(" -");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/classifications", "/v1/batches"})
    void callbacksThatWereNotTaken_shouldBeShown(String path) throws Exception {
        String id = RequestId.create(Instant.now(), new Random(1)).value();

        assertThat(get(path + "/" + id + "/callbacks").join().body())
                .isEqualTo(("{'callbacks':[{'webhookId':'ID-1','receiver':'h','status':'open','attempts':0},"
                                + "{'webhookId':'ID-2','receiver':'h','status':'open','attempts':3,"
                                + "'lastError':'status 500','nextAttempt':'1970-01-01T00:00:00Z'},"
                                + "{'webhookId':'ID-3','receiver':'h','status':'given-up','attempts':9,"
                                + "'lastError':'status 410','reason':'gone'}]}")
                        .replace('\'', '"')
                        .replace("ID", id));
        assertThat(get(path + "/no-id/callbacks").join().body()).isEqualTo("{\"callbacks\":[]}");
    }

    @Test
    void gatewayThatCallsNobody_shouldSaySo() throws Exception {
        stop();
        push = ResultPush.off();
        super.start();

        HttpResponse<String> response = raw(QUERY);

        shouldBeProblem(response, 422, "callback-not-allowed");
        assertThat(json(response).path("detail").asText()).contains("flotilla.push.allowed-hosts");
        assertThat(form("/v1/batches", image("a.png")).statusCode()).isEqualTo(202);
    }

    @Test
    void noticeThatCannotBeHandedOn_shouldComeAgainAndItsCallerBeAnsweredAllTheSame() throws Exception {
        CompletableFuture<HttpResponse<String>> response = classic(image("a.png"));
        ClassificationRequest request = accepted(1).get(0);
        wishes.away = true;
        answer(request, label("Cat"));

        assertThat(response.join().body()).isEqualTo("Cat");
        KIT.createTestProbe().awaitAssert(Duration.ofSeconds(20), () -> {
            assertThat(responses.acknowledged()).singleElement().isInstanceOf(MessageAction.Ignore.class);
            return true;
        });
        assertThat(wishes.answered).hasSize(1);
    }
}
