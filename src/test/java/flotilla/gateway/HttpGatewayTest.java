package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.config.FlotillaSettings;
import flotilla.config.HttpSettings;
import flotilla.domain.FailureCode;
import flotilla.domain.FileName;
import flotilla.domain.GatewayId;
import flotilla.domain.ImageRef;
import flotilla.domain.Outcome;
import flotilla.domain.RequestId;
import flotilla.protocol.ClassificationRequest;
import flotilla.protocol.DecisionReport;
import flotilla.protocol.FleetReport;
import flotilla.protocol.MessageAction;
import flotilla.protocol.PaceReport;
import flotilla.protocol.QuarantineStore;
import flotilla.protocol.QueueMessage;
import flotilla.protocol.ResultNotice;
import flotilla.protocol.SupervisorCommand;
import flotilla.protocol.WireFormat;
import flotilla.scaling.Pace;
import flotilla.testing.Images;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.testkit.typed.javadsl.FishingOutcomes;
import org.apache.pekko.http.javadsl.settings.ServerSettings;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The HTTP interface over real sockets; workers and services are played by the test. */
@Tag("slow")
class HttpGatewayTest extends HttpFixture {
    @ParameterizedTest
    @CsvSource({"inputFile, test_000:Cat", "myfile, Cat", "anything, Cat"})
    void classicUpload_shouldWaitForItsAnswer(String field, String body) throws Exception {
        CompletableFuture<HttpResponse<String>> response = classic(new Part(field, "test_000.jpg", PNG));
        ClassificationRequest request = accepted(1).get(0);
        assertThat(images.objects.get(request.image().key()).toArray()).isEqualTo(PNG);
        assertThat(response).isNotDone();

        answer(request, label("Cat"));

        assertThat(response.join().statusCode()).isEqualTo(200);
        assertThat(response.join().headers().firstValue("Content-Type").orElse(""))
                .startsWith("text/plain");
        assertThat(response.join().body()).isEqualTo(body);
        // While an image waits the gateway asks for the pace, too.
        supervisor.fishForMessage(
                Duration.ofSeconds(10),
                message -> message instanceof SupervisorCommand.WorkArrived
                        ? FishingOutcomes.complete()
                        : FishingOutcomes.continueAndIgnore());
    }

    @Test
    void classicUploadThatWantsJson_shouldGetTheResult() throws Exception {
        CompletableFuture<HttpResponse<String>> response =
                postForm("/", Map.of("Accept", "application/json"), new Part("f", "a.png", PNG));
        answer(accepted(1).get(0), label("Cat"));

        assertThat(json(response.join()).path("status").asText()).isEqualTo("done");
        assertThat(json(response.join()).path("label").asText()).isEqualTo("Cat");
    }

    @Test
    void severalFiles_shouldBeALineEachAndReportedEach() throws Exception {
        CompletableFuture<HttpResponse<String>> response = classic(
                new Part("text", null, "not a file".getBytes(StandardCharsets.UTF_8)),
                new Part("f", "a.png", PNG),
                new Part("f", "b.jpg", "no image".getBytes(StandardCharsets.UTF_8)),
                new Part("f", "../c.png", PNG),
                new Part("f", "d.png", PNG));
        List<ClassificationRequest> both = accepted(2);
        answer(both.get(1), new Outcome.Failed(FailureCode.DAMAGED, "send it again"));
        answer(both.get(0), label("Cat"));

        assertThat(response.join().body().lines())
                .satisfiesExactly(
                        line -> assertThat(line).isEqualTo("a.png:Cat"),
                        line -> assertThat(line).startsWith("b.jpg:error: "),
                        line -> assertThat(line).startsWith("../c.png:error: "),
                        line -> assertThat(line).isEqualTo("d.png:error: send it again"));
    }

    @Test
    void aHundredWaitingCallersAnsweredInReverse_shouldEachGetTheirOwn() throws Exception {
        List<CompletableFuture<HttpResponse<String>>> callers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            String extension = i % 2 == 0 ? "jpg" : "JPEG";
            callers.add(classic(new Part("inputFile", "test_" + i / 2 + "." + extension, PNG)));
        }
        List<ClassificationRequest> all = new ArrayList<>(accepted(100));
        Collections.reverse(all);

        all.forEach(request -> answer(request, label(request.file().value())));

        for (int i = 0; i < 100; i++) {
            String stem = "test_" + i / 2;
            assertThat(callers.get(i).join().body()).isEqualTo(stem + ":" + stem + "." + (i % 2 == 0 ? "jpg" : "JPEG"));
        }
    }

    @Test
    void answerWhoseNoticeWasLost_shouldBeFoundInTheStore() throws Exception {
        CompletableFuture<HttpResponse<String>> response = classic(new Part("f", "a.png", PNG));
        ClassificationRequest request = accepted(1).get(0);

        results.results.put(request.id(), result(request, label("Cat")));

        assertThat(response.join().body()).isEqualTo("Cat");
    }

    @Test
    void strangeNotices_shouldBeDroppedAndDeleted() throws Exception {
        ClassificationRequest unknown = new ClassificationRequest(
                RequestId.create(Instant.now(), new Random()),
                new ImageRef("b", "k"),
                new FileName("x.png"),
                new GatewayId("another"),
                Instant.now(),
                Optional.empty());
        responses.deliver("no json", 1);
        responses.deliver(WireFormat.write(new ResultNotice(unknown.gateway(), result(unknown, label("x")))), 1);
        CompletableFuture<HttpResponse<String>> response = classic(new Part("f", "a.png", PNG));
        ClassificationRequest request = accepted(1).get(0);
        answer(request, label("Cat"));
        answer(request, label("Cat"));

        assertThat(response.join().body()).isEqualTo("Cat");
        KIT.createTestProbe().awaitAssert(() -> {
            assertThat(responses.acknowledged()).hasSize(4).allMatch(MessageAction.Delete.class::isInstance);
            return null;
        });
    }

    @Test
    void smallImage_shouldBeStoredAndTravelInItsMessage() throws Exception {
        postRaw(PNG, Map.of("Prefer", "respond-async"));

        ClassificationRequest request = accepted(1).get(0);

        assertThat(request.size()).contains((long) PNG.length);
        assertThat(request.content()).contains(ByteString.fromArray(PNG));
        assertThat(images.objects).containsEntry(request.image().key(), ByteString.fromArray(PNG));
    }

    @Test
    void imageThatTheQueueTakesInNoMessage_shouldBePointedTo() throws Exception {
        postRaw(PNG, Map.of("Prefer", "respond-async"));
        requests.takeUpTo(requests.sent().get(0).length() - 1);

        for (int i = 0; i < 12; i++) {
            assertThat(postRaw(PNG, Map.of("Prefer", "respond-async")).statusCode())
                    .as("what is refused for good is no trouble of the queue")
                    .isEqualTo(202);
        }

        List<ClassificationRequest> all = accepted(13);
        assertThat(all.subList(1, 13)).allMatch(request -> request.content().isEmpty());
        assertThat(images.objects).containsKey(all.get(12).image().key());
    }

    @Test
    void largerImage_shouldBeStoredAlone() throws Exception {
        byte[] large = Arrays.copyOf(PNG, (int) INLINE + 1);
        postRaw(large, Map.of("Prefer", "respond-async"));

        ClassificationRequest request = accepted(1).get(0);

        assertThat(request.size()).contains((long) large.length);
        assertThat(request.content()).isEmpty();
        assertThat(images.objects).containsKey(request.image().key());
    }

    @Test
    void asyncUpload_shouldBePendingUntilItIsAnswered() throws Exception {
        HttpResponse<String> response = postRaw(PNG, Map.of("Prefer", "respond-async"));
        ClassificationRequest request = accepted(1).get(0);
        String location = response.headers().firstValue("Location").orElseThrow();
        assertThat(response.statusCode()).isEqualTo(202);
        assertThat(location).isEqualTo("/v1/classifications/" + request.id());
        assertThat(request.file().value()).isEqualTo("cat.png");
        assertThat(get(location).join().statusCode()).isEqualTo(202);
        CompletableFuture<HttpResponse<String>> poll = get(location + "?wait=30");

        answer(request, new Outcome.Failed(FailureCode.DAMAGED, "send it again"));

        assertThat(poll.join().statusCode()).isEqualTo(200);
        assertThat(json(poll.join()).path("status").asText()).isEqualTo("failed");
        assertThat(json(poll.join()).path("error").path("code").asText()).isEqualTo("damaged");
        assertThat(get(location).join().statusCode()).isEqualTo(200);
    }

    @Test
    void waitThatRunsOut_shouldBe202WithALocation() throws Exception {
        HttpResponse<String> response = postRaw(PNG, Map.of("Prefer", "wait=1"));

        assertThat(response.statusCode()).isEqualTo(202);
        assertThat(json(response).path("status").asText()).isEqualTo("pending");
        assertThat(response.headers().firstValue("Location")).isPresent();
    }

    @Test
    void classicWaitThatRunsOut_shouldBe504() throws Exception {
        stop();
        start(Duration.ofSeconds(1));

        shouldBeProblem(classic(new Part("f", "a.png", PNG)).join(), 504, "no-answer-yet");
    }

    @Test
    void failureFoundByTheWorker_shouldBe422ToAWaitingPost() throws Exception {
        CompletableFuture<HttpResponse<String>> response = classic(new Part("inputFile", "a.png", PNG));
        answer(accepted(1).get(0), new Outcome.Failed(FailureCode.DAMAGED, "send it again"));

        shouldBeProblem(response.join(), 422, "damaged");
    }

    @Test
    void badUploads_shouldBeRefusedAndLeaveNothing() throws Exception {
        byte[] text = "hello".getBytes(StandardCharsets.UTF_8);
        shouldBeProblem(classic(new Part("f", "a.jpg", text)).join(), 415, "unsupported-type");
        shouldBeProblem(classic(new Part("f", "a.jpg", new byte[0])).join(), 400, "empty");
        shouldBeProblem(classic(new Part("f", null, PNG)).join(), 400, "no-file");
        shouldBeProblem(classic(new Part("f", "../a.png", PNG)).join(), 400, "bad-file-name");
        shouldBeProblem(
                classic(new Part("f", "a.png", Images.pngClaiming(40_000, 40_000)))
                        .join(),
                422,
                "too-many-pixels");
        shouldBeProblem(postRaw(new byte[0], Map.of()), 400, "empty");
        shouldBeProblem(postRaw(PNG, Map.of("Prefer", "wait=soon")), 400, "bad-wait");
        HttpResponse<String> noForm = http.sendAsync(
                        HttpRequest.newBuilder(URI.create(url + "/"))
                                .POST(HttpRequest.BodyPublishers.ofByteArray(PNG))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .join();
        shouldBeProblem(noForm, 400, "no-file");
        HttpResponse<String> brokenForm = http.sendAsync(
                        HttpRequest.newBuilder(URI.create(url + "/"))
                                .header("Content-Type", "multipart/form-data; boundary=other")
                                .POST(form(new Part("f", "a.png", PNG)))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .join();
        shouldBeProblem(brokenForm, 400, "broken-body");

        assertThat(images.objects).isEmpty();
        assertThat(requests.sent()).isEmpty();
    }

    @Test
    void uploadOverTheLimit_shouldBe413AndLeaveNothingAndNotHarmItsNeighbours() throws Exception {
        byte[] large = new byte[MAX_SIZE * 5];
        System.arraycopy(PNG, 0, large, 0, PNG.length);

        shouldBeProblem(postRaw(large, Map.of()), 413, "too-large");
        HttpResponse<String> chunked = http.sendAsync(
                        HttpRequest.newBuilder(URI.create(url + "/v1/classifications"))
                                .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large)))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .join();
        shouldBeProblem(chunked, 413, "too-large");
        shouldBeProblem(classic(new Part("f", "a.png", large)).join(), 413, "too-large");
        assertThat(images.objects).isEmpty();

        CompletableFuture<HttpResponse<String>> mixed =
                classic(new Part("f", "large.png", large), new Part("f", "small.png", PNG));
        answer(accepted(1).get(0), label("Cat"));
        assertThat(mixed.join().body().lines())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("large.png:error: the image is too large"),
                        line -> assertThat(line).isEqualTo("small.png:Cat"));
    }

    @Test
    void tooManyFiles_shouldRefuseTheOnesBeyondTheLimit() throws Exception {
        Part[] parts = new Part[7];
        Arrays.fill(parts, new Part("f", "a.png", PNG));
        CompletableFuture<HttpResponse<String>> response = classic(parts);
        accepted(5).forEach(request -> answer(request, label("Cat")));

        assertThat(response.join().body().lines().filter("a.png:Cat"::equals)).hasSize(5);
        assertThat(response.join().body().lines().filter(line -> line.startsWith("a.png:error: too many")))
                .hasSize(2);
    }

    @Test
    void serviceThatIsAway_shouldBe503WithRetryAfter() throws Exception {
        images.away = true;
        HttpResponse<String> noStore = postRaw(PNG, Map.of());
        images.away = false;
        requests.refuse(body -> true);
        HttpResponse<String> noQueue = postRaw(PNG, Map.of());

        shouldBeProblem(noStore, 503, "unavailable");
        shouldBeProblem(noQueue, 503, "unavailable");
        assertThat(noQueue.headers().firstValue("Retry-After")).isPresent();
    }

    @Test
    void backlogAtItsLimit_shouldBe429UntilAnAnswerComes() throws Exception {
        for (int i = 0; i < MAX_BACKLOG; i++) {
            assertThat(postRaw(PNG, Map.of("Prefer", "respond-async")).statusCode())
                    .isEqualTo(202);
        }
        HttpResponse<String> refused = postRaw(PNG, Map.of("Prefer", "respond-async"));
        shouldBeProblem(refused, 429, "backlog-full");
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();

        answer(accepted(1).get(0), label("Cat"));

        KIT.createTestProbe().awaitAssert(() -> {
            assertThat(postRaw(PNG, Map.of("Prefer", "respond-async")).statusCode())
                    .isEqualTo(202);
            return null;
        });
    }

    @Test
    void retryAfter_shouldBeThePaceOfTheFleet() throws Exception {
        for (int i = 0; i < MAX_BACKLOG; i++) {
            postRaw(PNG, Map.of("Prefer", "respond-async"));
        }
        tellPace(new Pace(200, 0.5, 2, List.of()));

        KIT.createTestProbe().awaitAssert(() -> {
            HttpResponse<String> refused = postRaw(PNG, Map.of("Prefer", "respond-async"));
            shouldBeProblem(refused, 429, "backlog-full");
            assertThat(refused.headers().firstValue("Retry-After")).contains("5");
            return null;
        });
        HttpResponse<String> pending =
                get("/v1/classifications/" + accepted(1).get(0).id()).join();
        assertThat(pending.statusCode()).isEqualTo(202);
        assertThat(pending.headers().firstValue("Retry-After")).contains("10");
    }

    private void tellPace(Pace pace) {
        supervisor.fishForMessage(Duration.ofSeconds(10), message -> {
            if (message instanceof SupervisorCommand.GetPace question) {
                question.replyTo().tell(new PaceReport(Optional.of(pace)));
                return FishingOutcomes.complete();
            }
            return FishingOutcomes.continueAndIgnore();
        });
    }

    @Test
    void unknownAddresses_shouldBeProblems() throws Exception {
        shouldBeProblem(get("/nope").join(), 404, "not-found");
        shouldBeProblem(get("/v1/classifications/nope").join(), 404, "unknown-id");
        shouldBeProblem(
                get("/v1/classifications/01a205f0-4de1-7ee5-8467-340da8ad4ddf").join(), 404, "unknown-id");
        HttpResponse<String> deleted = http.sendAsync(
                        HttpRequest.newBuilder(URI.create(url + "/v1/fleet"))
                                .DELETE()
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .join();
        shouldBeProblem(deleted, 405, "method-not-allowed");
    }

    /** The next question of a kind; between them the gateway tells of its images. */
    private <T extends SupervisorCommand> T asked(Class<T> question) {
        SupervisorCommand told = supervisor.receiveMessage();
        while (told instanceof SupervisorCommand.WorkArrived) {
            told = supervisor.receiveMessage();
        }
        assertThat(told).isInstanceOf(question);
        return question.cast(told);
    }

    @Test
    void fleetAndDecisions_shouldBeTheSupervisorsWords() throws Exception {
        Instant at = Instant.parse("2026-11-22T12:00:00Z");
        CompletableFuture<HttpResponse<String>> fleet = get("/v1/fleet");
        asked(SupervisorCommand.GetFleet.class)
                .replyTo()
                .tell(new FleetReport(List.of(
                        new FleetReport.Line("i-1", 1, "running", 2, 17, at, "silent"),
                        new FleetReport.Line("i-2", 2, "terminated", 0, 9, at, ""))));
        assertThat(fleet.join().body())
                .isEqualTo("{\"instances\":[{\"instanceId\":\"i-1\",\"appTierId\":1,\"state\":\"running\",\"busy\":2,"
                        + "\"images\":17,\"since\":\"2026-11-22T12:00:00Z\",\"countedAs\":\"silent\"},"
                        + "{\"instanceId\":\"i-2\",\"appTierId\":2,\"state\":\"terminated\",\"busy\":0,"
                        + "\"images\":9,\"since\":\"2026-11-22T12:00:00Z\",\"countedAs\":null}]}");

        CompletableFuture<HttpResponse<String>> decisions = get("/v1/scaling/decisions?limit=5");
        SupervisorCommand.GetDecisions question = asked(SupervisorCommand.GetDecisions.class);
        assertThat(question.limit()).isEqualTo(5);
        question.replyTo()
                .tell(new DecisionReport(List.of(new DecisionReport.Decision(
                        1,
                        at,
                        "message-count",
                        "hold",
                        "depth-unknown",
                        -1,
                        -1,
                        0,
                        1,
                        0,
                        -1,
                        -1,
                        -1,
                        -1,
                        List.of(),
                        new DecisionReport.Vote(-1, Map.of()),
                        List.of(),
                        List.of(),
                        List.of(),
                        Optional.empty(),
                        Optional.empty()))));
        assertThat(decisions.join().body())
                .isEqualTo("{\"decisions\":[{\"n\":1,\"at\":\"2026-11-22T12:00:00Z\",\"policy\":\"message-count\","
                        + "\"decision\":\"hold\",\"reason\":\"depth-unknown\",\"visible\":null,\"inFlight\":null,"
                        + "\"pending\":0,\"running\":1,\"draining\":0,\"desired\":null,\"accepted\":null,"
                        + "\"answered\":null,\"unanswered\":null,\"actions\":[],\"vote\":null,\"clamps\":[],"
                        + "\"findings\":[],\"shadows\":[],\"forecast\":null,\"hindsight\":null,\"summary\":\"Did nothing: the"
                        + " queue's depth could not be read, and no data is never taken for no work.\"}]}");
    }

    @Test
    void home_shouldBeAPageForBrowsersAndJsonForOthers() throws Exception {
        assertThat(json(get("/").join()).path("response").asText()).isEqualTo("success");
        HttpResponse<String> page = http.sendAsync(
                        HttpRequest.newBuilder(URI.create(url + "/"))
                                .header("Accept", "text/html,*/*")
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .join();
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains("<!doctype html>", "type=\"file\"");
        assertThat(get("/healthz").join().statusCode()).isEqualTo(200);
        assertThat(get("/readyz").join().statusCode()).isEqualTo(200);
    }

    @Test
    void deadLetter_shouldBecomeAFailureThatTheCallerHears() throws Exception {
        CompletableFuture<HttpResponse<String>> response = classic(new Part("f", "a.png", PNG));
        ClassificationRequest request = accepted(1).get(0);

        deadLetters.deliver(WireFormat.write(request), 1);
        deadLetters.deliver("no json", 1);

        shouldBeProblem(response.join(), 422, "undeliverable");
        KIT.createTestProbe().awaitAssert(() -> {
            assertThat(deadLetters.acknowledged()).hasSize(2).allMatch(MessageAction.Delete.class::isInstance);
            assertThat(results.unreadable).containsValue("no json");
            return null;
        });
    }

    @Test
    void quarantinedRequest_shouldBe422ToItsCallerAndKeptForARedrive() throws Exception {
        CompletableFuture<HttpResponse<String>> response = classic(new Part("f", "a.png", PNG));
        ClassificationRequest request = accepted(1).get(0);
        QueueMessage letter = deadLetters.deliver(WireFormat.write(request.quarantined("two workers died")), 1);

        eventually(() -> assertThat(deadLetters.acknowledged()).containsExactly(new MessageAction.Delete(letter)));
        responses.deliver(responses.sent().get(0), 1);
        shouldBeProblem(response.join(), 422, "quarantined");
        QuarantineStore.Quarantined kept = quarantine.kept.get(request.id());
        assertThat(kept.code()).isEqualTo(FailureCode.QUARANTINED);
        assertThat(kept.reason()).isEqualTo("two workers died");
        assertThat(kept.request().id()).isEqualTo(request.id());
    }

    @Test
    void provisionalFailure_shouldBeAskedForAnewUntilItIsSuperseded() throws Exception {
        postRaw(PNG, Map.of("Prefer", "respond-async"));
        ClassificationRequest request = accepted(1).get(0);
        deadLetters.deliver(WireFormat.write(request.quarantined("two workers died")), 1);
        eventually(() -> assertThat(results.results).containsKey(request.id()));
        String path = "/v1/classifications/" + request.id();

        HttpResponse<String> failed = get(path).join();
        assertThat(failed.statusCode()).isEqualTo(200);
        assertThat(json(failed).path("status").asText()).isEqualTo("failed");
        assertThat(json(failed).path("error").path("code").asText()).isEqualTo("quarantined");
        assertThat(failed.headers().firstValue("Cache-Control")).contains("private, no-cache");
        String tag = failed.headers().firstValue("ETag").orElseThrow();
        assertThat(tag).isNotEqualTo("\"" + request.id() + "\"");
        assertThat(conditional(path, tag).statusCode()).isEqualTo(304);

        results.putIfAbsent(result(request, label("Cat")), 2);

        HttpResponse<String> done = conditional(path, tag);
        assertThat(json(done).path("label").asText()).isEqualTo("Cat");
        assertThat(done.headers().firstValue("Cache-Control")).contains("private, max-age=3600");
        assertThat(done.headers().firstValue("ETag")).contains("\"" + request.id() + "\"");
    }

    @Test
    void deadLetterThatCannotBeBuried_shouldComeAgainAndHoldUpNoOther() throws Exception {
        postRaw(PNG, Map.of("Prefer", "respond-async"));
        postRaw(PNG, Map.of("Prefer", "respond-async"));
        List<ClassificationRequest> both = accepted(2);
        responses.refuse(body -> body.contains(both.get(0).id().value()));

        QueueMessage refused = deadLetters.deliver(WireFormat.write(both.get(0)), 1);
        QueueMessage other = deadLetters.deliver(WireFormat.write(both.get(1)), 1);

        eventually(() -> assertThat(deadLetters.acknowledged())
                .containsExactlyInAnyOrder(new MessageAction.Ignore(refused), new MessageAction.Delete(other)));
    }

    private HttpResponse<String> conditional(String path, String tag) {
        return http.sendAsync(
                        HttpRequest.newBuilder(URI.create(url + path))
                                .header("If-None-Match", tag)
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .join();
    }

    private static void eventually(Runnable assertion) {
        KIT.createTestProbe().awaitAssert(Duration.ofSeconds(20), () -> {
            assertion.run();
            return null;
        });
    }

    @Test
    void deadLetterOfAnAnsweredRequest_shouldLeaveTheAnswer() throws Exception {
        HttpResponse<String> response = postRaw(PNG, Map.of("Prefer", "respond-async"));
        ClassificationRequest request = accepted(1).get(0);
        results.results.put(request.id(), result(request, label("Cat")));

        deadLetters.deliver(WireFormat.write(request), 1);

        KIT.createTestProbe().awaitAssert(() -> {
            assertThat(deadLetters.acknowledged()).hasSize(1);
            return null;
        });
        assertThat(quarantine.kept).isEmpty();
        assertThat(json(get(response.headers().firstValue("Location").orElseThrow())
                                .join())
                        .path("label")
                        .asText())
                .isEqualTo("Cat");
    }

    @Test
    void responseQueueThatWasLost_shouldBeReadAgain() throws Exception {
        eventually(() -> assertThat(responses.runs()).isEqualTo(1));
        responses.fail(new IllegalStateException("the queue is away"));
        CompletableFuture<HttpResponse<String>> response = classic(new Part("f", "a.png", PNG));
        ClassificationRequest request = accepted(1).get(0);

        answer(request, label("Cat"));

        assertThat(response.join().body()).isEqualTo("Cat");
        KIT.createTestProbe().awaitAssert(Duration.ofSeconds(10), () -> {
            assertThat(responses.acknowledged()).hasSize(1);
            return null;
        });
    }

    @Test
    void serverTimeouts_shouldLeaveEveryWaitItsTime() {
        HttpSettings defaults = FlotillaSettings.from(CONFIG).http();
        Duration wait = defaults.syncWait();
        ServerSettings.Timeouts timeouts = ServerTimeouts.settings(
                        KIT.system(), settings(defaults, wait, Optional.empty(), defaults.access()))
                .getTimeouts();

        assertThat(timeouts.requestTimeout().toMillis()).isGreaterThan(wait.toMillis());
        assertThat(timeouts.idleTimeout().toMillis())
                .isGreaterThan(timeouts.requestTimeout().toMillis());
    }

    @ParameterizedTest
    @CsvSource({"1, 65", "256, 320", "4096, 5120", "2147483647, 2147483647"})
    void serversConnections_shouldBeMoreThanRequestsInProgress(int inProgress, int connections) {
        HttpSettings defaults = FlotillaSettings.from(CONFIG).http();
        HttpSettings http = settings(
                defaults, defaults.syncWait(), inProgress, Optional.empty(), defaults.access(), defaults.limits());

        assertThat(ServerTimeouts.settings(KIT.system(), http).getMaxConnections())
                .isEqualTo(connections);
    }
}
