package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import flotilla.config.StorageSettings;
import flotilla.domain.BatchId;
import flotilla.domain.ClassificationResult;
import flotilla.domain.FileName;
import flotilla.domain.ImageRef;
import flotilla.domain.RequestId;
import flotilla.protocol.Batch;
import flotilla.protocol.ClassificationRequest;
import flotilla.protocol.IdempotencyStore;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is told of requests whose results were removed, where results are kept for an hour. */
class ExpiredTest extends HttpFixture {
    private static final Map<String, String> KEY = Map.of("Prefer", "respond-async", "Idempotency-Key", "upload-1");

    private final Random random = new Random(11);

    @BeforeEach
    void keepResultsForAnHour() {
        stop();
        resultLifetime = Duration.ofHours(1);
        start();
    }

    private RequestId acceptedBefore(Duration age) {
        return RequestId.create(Instant.now().minus(age), random);
    }

    private RequestId storedBefore(Duration age) {
        RequestId id = acceptedBefore(age);
        images.objects.put(id + "/a.png", ByteString.fromArray(PNG));
        return id;
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "?wait=20", "/timeline"})
    void idOlderThanResultsAreKept_shouldBe410(String asked) throws Exception {
        RequestId id = acceptedBefore(Duration.ofHours(2));

        HttpResponse<String> response = get("/v1/classifications/" + id + asked).join();

        shouldBeProblem(response, 410, "expired");
        assertThat(json(response).path("id").asText()).isEqualTo(id.value());
        assertThat(response.headers().firstValue("Retry-After")).isEmpty();
    }

    @Test
    void idOlderThanResultsAreKept_shouldBe410ToWhoWantsEvents() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(url + "/v1/classifications/" + acceptedBefore(Duration.ofHours(2))))
                .header("Accept", "text/event-stream")
                .build();

        shouldBeProblem(
                http.sendAsync(request, HttpResponse.BodyHandlers.ofString()).join(), 410, "expired");
    }

    @Test
    void imageThatNoMessageCanAskForAnyMore_shouldNotMakeItsRequestPending() throws Exception {
        Duration message = StorageSettings.LONGEST_MESSAGE;

        shouldBeProblem(
                get("/v1/classifications/" + storedBefore(message.plusHours(2)) + "?wait=20")
                        .join(),
                410,
                "expired");
        assertThat(get("/v1/classifications/" + storedBefore(message)).join().statusCode())
                .isEqualTo(202);
    }

    @Test
    void youngIdWithoutAnything_shouldBe404() throws Exception {
        shouldBeProblem(
                get("/v1/classifications/" + acceptedBefore(Duration.ofMinutes(50)))
                        .join(),
                404,
                "unknown-id");
    }

    @Test
    void resultThatIsStillThere_shouldBeTold() {
        RequestId id = acceptedBefore(Duration.ofHours(2));
        results.results.put(
                id,
                new ClassificationResult(
                        id, new FileName("a.png"), label("Cat"), Optional.empty(), Optional.empty(), Map.of()));

        assertThat(get("/v1/classifications/" + id).join().body()).contains("\"label\":\"Cat\"");
    }

    @Test
    void batchWithAnExpiredResult_shouldBeDoneAndSayWhich() throws Exception {
        RequestId expired = acceptedBefore(Duration.ofHours(2));
        RequestId waiting = storedBefore(Duration.ofHours(2));
        BatchId id = new BatchId(acceptedBefore(Duration.ofMinutes(50)).value());
        batches.batches.put(
                id,
                new Batch(
                        id,
                        Instant.now(),
                        List.of(
                                Batch.Item.taken("a.png", expired, new ImageRef("input", "a"), Optional.empty()),
                                Batch.Item.taken("b.png", waiting, new ImageRef("input", "b"), Optional.empty()))));
        String location = "/v1/batches/" + id;

        JsonNode status = json(get(location).join());
        List<String> lines = get(location + "/results").join().body().lines().toList();
        List<String> csv =
                get(location + "/results?format=csv").join().body().lines().toList();

        assertThat(status.path("expired").asInt()).isEqualTo(1);
        assertThat(status.path("pending").asInt()).isEqualTo(1);
        assertThat(status.path("status").asText()).isEqualTo("running");
        assertThat(lines.get(0)).contains("\"status\":\"expired\"", expired.value());
        assertThat(lines.get(1)).contains("\"status\":\"pending\"");
        assertThat(csv.get(1)).isEqualTo("a.png," + expired + ",expired,,,");
        images.objects.clear();
        assertThat(json(get(location).join()).path("status").asText()).isEqualTo("done");
    }

    private ClassificationRequest uploadedAndAnswered() throws Exception {
        assertThat(postRaw(PNG, KEY).statusCode()).isEqualTo(202);
        ClassificationRequest request = accepted(1).get(0);
        answer(request, label("Cat"));
        return request;
    }

    private void expireAll() {
        images.objects.clear();
        results.results.clear();
    }

    @Test
    void keyWhoseRequestLeftNothing_shouldStandForTheImageThatComesNow() throws Exception {
        ClassificationRequest first = uploadedAndAnswered();
        expireAll();

        HttpResponse<String> again = postRaw(PNG, KEY);
        HttpResponse<String> onceMore = postRaw(PNG, KEY);

        assertThat(again.statusCode()).isEqualTo(202);
        ClassificationRequest second = accepted(1).get(0);
        assertThat(second.id()).isNotEqualTo(first.id());
        assertThat(images.objects).containsOnlyKeys(second.image().key());
        assertThat(json(again).path("id").asText()).isEqualTo(second.id().value());
        assertThat(json(onceMore).path("id").asText()).isEqualTo(second.id().value());
        assertThat(requests.sent()).hasSize(2);
        answer(second, label("Dog"));
        assertThat(json(postRaw(PNG, Map.of("Idempotency-Key", "upload-1")))
                        .path("label")
                        .asText())
                .isEqualTo("Dog");
    }

    @Test
    void keyWhoseMessageWasNeverSentAndWhoseImageIsGone_shouldStandForTheImageThatComesNow() throws Exception {
        requests.refuse(body -> true);
        shouldBeProblem(postRaw(PNG, KEY), 503, "unavailable");
        requests.refuse(body -> false);
        expireAll();

        HttpResponse<String> again = postRaw(PNG, KEY);

        assertThat(again.statusCode()).isEqualTo(202);
        ClassificationRequest request = accepted(1).get(0);
        assertThat(images.objects).containsOnlyKeys(request.image().key());
        assertThat(json(again).path("id").asText()).isEqualTo(request.id().value());
    }

    @Test
    void keyWhoseResultOutlivedItsImage_shouldGiveThatResult() throws Exception {
        ClassificationRequest first = uploadedAndAnswered();
        images.objects.clear();

        HttpResponse<String> again = postRaw(PNG, Map.of("Idempotency-Key", "upload-1"));

        assertThat(json(again).path("id").asText()).isEqualTo(first.id().value());
        assertThat(json(again).path("label").asText()).isEqualTo("Cat");
        assertThat(requests.sent()).hasSize(1);
        assertThat(images.objects).isEmpty();
    }

    @Test
    void keyOfAnImageThatStillWaits_shouldGiveItsIdHoweverOldItIs() throws Exception {
        RequestId waiting = storedBefore(Duration.ofHours(5));
        assertThat(postRaw(PNG, KEY).statusCode()).isEqualTo(202);
        ClassificationRequest standing = accepted(1).get(0);
        keys.claims.replaceAll((key, claim) -> new IdempotencyStore.Claim(
                waiting, claim.file(), claim.sha256(), new ImageRef("input", waiting + "/a.png")));
        keys.sent.replaceAll((key, id) -> waiting);

        HttpResponse<String> again = postRaw(PNG, KEY);

        assertThat(json(again).path("id").asText()).isEqualTo(waiting.value());
        assertThat(requests.sent()).hasSize(1);
        assertThat(images.objects)
                .containsOnlyKeys(waiting + "/a.png", standing.image().key());
    }

    @Test
    void keyThatLeftNothing_shouldStandForOneOfTwoUploadsAtOnce() throws Exception {
        ClassificationRequest first = uploadedAndAnswered();
        expireAll();
        CompletableFuture<Done> gate = new CompletableFuture<>();
        images.gate = gate;
        int begun = images.writesBegun.get();
        List<CompletableFuture<HttpResponse<String>>> both = List.of(
                CompletableFuture.supplyAsync(() -> postRaw(PNG, KEY)),
                CompletableFuture.supplyAsync(() -> postRaw(PNG, KEY)));
        KIT.createTestProbe().awaitAssert(Duration.ofSeconds(20), () -> {
            assertThat(images.writesBegun).hasValue(begun + 2);
            return null;
        });

        gate.complete(Done.getInstance());

        String id = json(both.get(0).join()).path("id").asText();
        assertThat(json(both.get(1).join()).path("id").asText())
                .isEqualTo(id)
                .isNotEqualTo(first.id().value());
        assertThat(images.objects).hasSize(1);
        assertThat(accepted(1).get(0).id().value()).isEqualTo(id);
        assertThat(requests.sent())
                .allSatisfy(
                        body -> assertThat(body).containsAnyOf(id, first.id().value()));
    }
}
