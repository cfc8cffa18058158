package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import flotilla.domain.AppTierId;
import flotilla.domain.ClassificationResult;
import flotilla.domain.FailureCode;
import flotilla.domain.Journey;
import flotilla.domain.Outcome;
import flotilla.domain.WorkerId;
import flotilla.protocol.ClassificationRequest;
import flotilla.protocol.DecisionReport;
import flotilla.protocol.DecisionReport.Decision;
import flotilla.protocol.Decisions;
import flotilla.protocol.HolderReport;
import flotilla.protocol.QuarantineStore;
import flotilla.protocol.ResultNotice;
import flotilla.protocol.SupervisorCommand;
import flotilla.protocol.SupervisorCommand.FindHolder;
import flotilla.protocol.SupervisorCommand.GetSupplier;
import flotilla.protocol.WireFormat;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.testkit.typed.javadsl.FishingOutcomes;
import org.apache.pekko.japi.function.Creator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One image's story over real sockets; worker and supervisor are played by the test. */
@Tag("slow")
class TimelineTest extends HttpFixture {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final Decision LAUNCH = Decisions.because("backlog")
            .number(8)
            .queue(26, 0)
            .wanted(1)
            .actions(Decisions.ok("launch", 2, ""))
            .decision();

    private ClassificationRequest upload(Map<String, String> headers) throws Exception {
        assertThat(postRaw(PNG, headers).statusCode()).isEqualTo(202);
        return accepted(1).get(0);
    }

    private ClassificationRequest upload() throws Exception {
        return upload(Map.of("Prefer", "respond-async", "traceparent", "00-" + TRACE + "-b7ad6b7169203331-01"));
    }

    private CompletableFuture<HttpResponse<String>> ask(ClassificationRequest request) {
        return get("/v1/classifications/" + request.id() + "/timeline");
    }

    /** A worker answers, in the second delivery. */
    private void answerAs(String worker, ClassificationRequest request) {
        Instant leased = Instant.now();
        ClassificationResult result = new ClassificationResult(
                request.id(),
                request.file(),
                label("Cat"),
                Optional.of(new WorkerId(worker)),
                Optional.of(new AppTierId(2)),
                Map.of("classify", 1.0),
                Optional.of(request.journey(new Journey.Work(
                        request.acceptedAt(), leased, leased, 2, 1, leased.minusSeconds(60), List.of("by-hand-17")))));
        results.results.put(request.id(), result);
        responses.deliver(WireFormat.write(new ResultNotice(request.gateway(), result)), 1);
    }

    private static List<String> events(JsonNode timeline) {
        List<String> names = new ArrayList<>();
        timeline.path("events").forEach(event -> names.add(event.path("event").asText()));
        return names;
    }

    /** Answers when the supervisor is asked who supplied a worker. */
    private void supplied(Optional<Decision> decision) {
        supervisor.fishForMessage(Duration.ofSeconds(20), message -> {
            if (message instanceof SupervisorCommand && message instanceof GetSupplier question) {
                assertThat(question.instance().value()).isEqualTo("i-2");
                question.replyTo().tell(new DecisionReport(decision.stream().toList()));
                return FishingOutcomes.complete();
            }
            return FishingOutcomes.continueAndIgnore();
        });
    }

    /** A timeline that is asked for until the supervisor was heard within the second or so that it gets. */
    private static JsonNode inTime(Creator<JsonNode> asked) {
        return KIT.createTestProbe().awaitAssert(Duration.ofSeconds(20), asked);
    }

    /** The timeline once the answer was heard of. */
    private JsonNode answered(ClassificationRequest request) throws Exception {
        get("/v1/classifications/" + request.id() + "?wait=20").join();
        CompletableFuture<HttpResponse<String>> response = ask(request);
        return json(response.join());
    }

    @Test
    void pendingImage_shouldHaveItsStepsSoFarAndItsClientsTrace() throws Exception {
        ClassificationRequest request = upload();

        JsonNode timeline = json(ask(request).join());

        assertThat(timeline.path("status").asText()).isEqualTo("pending");
        assertThat(timeline.path("traceId").asText()).isEqualTo(TRACE);
        assertThat(events(timeline)).containsExactly("uploaded", "stored", "queued");
        assertThat(timeline.path("events").findValuesAsText("at")).hasSize(3);
        assertThat(request.traceParent())
                .hasValueSatisfying(sent -> assertThat(sent.traceId()).isEqualTo(TRACE));
    }

    @Test
    void imageThatAWorkerHas_shouldTellWhich() throws Exception {
        ClassificationRequest request = upload();

        JsonNode timeline = inTime(() -> {
            CompletableFuture<HttpResponse<String>> response = ask(request);
            held(request);
            JsonNode told = json(response.join());
            assertThat(events(told)).containsExactly("uploaded", "stored", "queued", "leased");
            return told;
        });
        assertThat(timeline.path("events").get(3).path("by").asText()).isEqualTo("by-hand");
        assertThat(timeline.path("workers").findValuesAsText("worker")).containsExactly("by-hand");
    }

    @Test
    void redrivenImageThatAWorkerHas_shouldTellOfBothThoughItsOldFailureStands() throws Exception {
        ClassificationRequest request = upload();
        Instant now = Instant.now();
        results.putIfAbsent(new ClassificationResult(
                request.id(),
                request.file(),
                new Outcome.Failed(FailureCode.QUARANTINED, "two workers died"),
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                Optional.of(request.journey(
                        new Journey.GivenUp(now, OptionalInt.of(2), List.of("by-hand-17", "by-hand-18"))))));
        quarantine.note(new QuarantineStore.Redriven(request.id(), 2, now.plusSeconds(60)));

        JsonNode timeline = inTime(() -> {
            CompletableFuture<HttpResponse<String>> response = ask(request);
            held(request);
            JsonNode told = json(response.join());
            assertThat(events(told))
                    .containsExactly(
                            "uploaded", "stored", "queued", "leased", "leased", "given-up", "redriven", "leased");
            return told;
        });
        assertThat(timeline.path("status").asText()).as("as its result has it").isEqualTo("failed");
        assertThat(timeline.path("events").get(7).path("by").asText()).isEqualTo("by-hand");
    }

    /** Answers, as its worker, when the supervisor is asked who has an image. */
    private void held(ClassificationRequest request) {
        supervisor.fishForMessage(Duration.ofSeconds(20), message -> {
            if (message instanceof SupervisorCommand && message instanceof FindHolder question) {
                assertThat(question.id()).isEqualTo(request.id());
                question.replyTo().tell(new HolderReport("by-hand", 1, Duration.ofSeconds(2), true));
                return FishingOutcomes.complete();
            }
            return FishingOutcomes.continueAndIgnore();
        });
    }

    @Test
    void headerThatCannotBeRead_shouldBeNone() throws Exception {
        ClassificationRequest request = upload(Map.of("Prefer", "respond-async", "traceparent", "00-xyz"));

        assertThat(request.trace()).isEmpty();
        assertThat(json(ask(request).join()).has("traceId")).isFalse();
    }

    @Test
    void answeredImage_shouldTellWhoHadItAndWhichDecisionSuppliedThem() throws Exception {
        ClassificationRequest request = upload();
        answerAs("i-2", request);
        get("/v1/classifications/" + request.id() + "?wait=20").join();

        JsonNode timeline = inTime(() -> {
            CompletableFuture<HttpResponse<String>> response = ask(request);
            supplied(Optional.of(LAUNCH));
            JsonNode told = json(response.join());
            assertThat(told.path("workers").get(1).has("suppliedBy")).isTrue();
            return told;
        });
        assertThat(timeline.path("status").asText()).isEqualTo("done");
        assertThat(timeline.path("answer").asText()).isEqualTo("Cat");
        assertThat(events(timeline))
                .containsExactly(
                        "uploaded",
                        "stored",
                        "queued",
                        "leased",
                        "leased",
                        "fetched",
                        "batched",
                        "predicted",
                        "result-stored",
                        "answered");
        assertThat(timeline.path("workers").findValuesAsText("worker")).containsExactly("by-hand", "i-2");
        JsonNode last = timeline.path("workers").get(1);
        assertThat(last.path("appTierId").asInt()).isEqualTo(2);
        assertThat(last.path("suppliedBy").path("n").asLong()).isEqualTo(8);
        assertThat(last.path("suppliedBy").path("kind").asText()).isEqualTo("launch");
        assertThat(last.path("suppliedBy").path("summary").asText()).contains("26 images were waiting");
    }

    @Test
    void decisionThatTheSupervisorForgot_shouldComeFromTheLedger() throws Exception {
        stop();
        archive = (instance, before) -> CompletableFuture.completedStage(
                instance.value().equals("i-2") ? Optional.of(LAUNCH) : Optional.empty());
        start();
        ClassificationRequest request = upload();
        answerAs("i-2", request);

        CompletableFuture<HttpResponse<String>> response = ask(request);
        supplied(Optional.empty());

        assertThat(json(response.join())
                        .path("workers")
                        .get(1)
                        .path("suppliedBy")
                        .path("n")
                        .asLong())
                .isEqualTo(8);
    }

    @Test
    void supervisorAndLedgerThatAreAway_shouldCostOnlyTheSupply() throws Exception {
        stop();
        archive = (instance, before) -> CompletableFuture.failedStage(new IllegalStateException("the store is away"));
        start();
        ClassificationRequest request = upload();
        answerAs("i-2", request);

        JsonNode timeline = answered(request);

        assertThat(timeline.path("status").asText()).isEqualTo("done");
        assertThat(timeline.path("workers").get(1).has("suppliedBy")).isFalse();
    }

    @Test
    void idThatWasNeverGiven_shouldBeUnknown() throws Exception {
        shouldBeProblem(
                get("/v1/classifications/01a205f0-4de1-7ee5-8467-340da8ad4ddf/timeline")
                        .join(),
                404,
                "unknown-id");
        shouldBeProblem(get("/v1/classifications/x/timeline").join(), 404, "unknown-id");
    }
}
