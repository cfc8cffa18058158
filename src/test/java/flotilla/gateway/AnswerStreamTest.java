package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import flotilla.config.ApiKeySettings;
import flotilla.config.FlotillaSettings;
import flotilla.config.HttpSettings;
import flotilla.domain.ClassificationResult;
import flotilla.domain.FailureCode;
import flotilla.domain.Outcome;
import flotilla.domain.RequestId;
import flotilla.protocol.ClassificationRequest;
import flotilla.protocol.InfrastructureException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.SinkQueueWithCancel;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Answers to many images as one stream of events. */
class AnswerStreamTest extends HttpFixture {
    private static final String NOBODY = "01a205f0-4de1-7ee5-8467-340da8ad4ddf";

    private static String body(String... ids) {
        return Stream.of(ids).collect(Collectors.joining("\",\"", "{\"ids\":[\"", "\"]}"));
    }

    private Iterator<String> follow(String... ids) throws Exception {
        HttpResponse<Stream<String>> response = http.send(
                HttpRequest.newBuilder(URI.create(url + "/v1/classifications/stream"))
                        .POST(HttpRequest.BodyPublishers.ofString(body(ids)))
                        .build(),
                HttpResponse.BodyHandlers.ofLines());
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type").orElse("")).startsWith("text/event-stream");
        return response.body().iterator();
    }

    /** The next event's name and data. */
    private static String next(Iterator<String> lines) {
        String name = "";
        while (true) {
            String line = lines.next();
            if (line.startsWith("event: ")) {
                name = line.substring("event: ".length());
            } else if (line.startsWith("data: ")) {
                return name + " " + line.substring("data: ".length());
            }
        }
    }

    private ClassificationRequest upload() throws Exception {
        assertThat(postRaw(PNG, Map.of("Prefer", "respond-async")).statusCode()).isEqualTo(202);
        return accepted(1).get(0);
    }

    @Test
    void answers_shouldComeInTheirOwnOrderThenTheEnd() throws Exception {
        ClassificationRequest first = upload();
        ClassificationRequest second = upload();
        ClassificationRequest third = upload();
        answer(third, label("Dog"));
        Iterator<String> events = follow(
                first.id().value(),
                second.id().value(),
                third.id().value(),
                first.id().value());

        assertThat(next(events)).startsWith("result ").contains(third.id().value(), "\"label\":\"Dog\"");
        answer(second, new Outcome.Failed(FailureCode.DAMAGED, "it ends early"));
        assertThat(next(events)).startsWith("result ").contains(second.id().value(), "it ends early");
        answer(first, label("Cat"));
        assertThat(next(events)).startsWith("result ").contains(first.id().value(), "\"label\":\"Cat\"");
        assertThat(next(events)).startsWith("done ");
        events.forEachRemaining(line -> assertThat(line).isBlank());
    }

    static Stream<String> wrong() {
        String tooMany = IntStream.rangeClosed(0, AnswerStream.MOST_IDS)
                .mapToObj(i -> NOBODY.substring(0, 32) + String.format("%04x", i))
                .collect(Collectors.joining("\",\"", "{\"ids\":[\"", "\"]}"));
        return Stream.of(
                "",
                "no json",
                "[]",
                "{\"ids\":[]}",
                "{\"ids\":[\"../x\"]}",
                "{\"ids\":\"" + NOBODY + "\"}",
                body(NOBODY, ""),
                tooMany,
                "x".repeat(100_000));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void whatAreNoIds_shouldBeRefused(String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/v1/classifications/stream"))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();

        shouldBeProblem(
                http.sendAsync(request, HttpResponse.BodyHandlers.ofString()).join(), 400, "bad-ids");
    }

    /** A stream whose waits are over soon, with callers who wait played by the test. */
    private SinkQueueWithCancel<ByteString> opened(
            ActorRef<PendingReplies.Command> pending, Answers.Lookup lookup, String... ids) {
        AnswerStream stream = new AnswerStream(
                KIT.system(),
                new Answers(KIT.system(), pending, lookup),
                new PacedBody(FlotillaSettings.from(CONFIG).http().limits()),
                new OpenStreams(),
                Duration.ofMinutes(5),
                Duration.ofSeconds(5),
                new Random(3));
        return stream.open(org.apache.pekko.http.javadsl.model.HttpRequest.POST("/")
                        .withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, body(ids))))
                .toCompletableFuture()
                .join()
                .entity()
                .getDataBytes()
                .runWith(Sink.queue(), KIT.system());
    }

    /** Counts how often it is asked what becomes of an image, and fails the first times. */
    private static final class Stored implements Answers.Lookup {
        private final Unanswered state;
        private final int failures;
        private final AtomicInteger asked = new AtomicInteger();

        Stored(Unanswered state) {
            this(state, 0);
        }

        Stored(Unanswered state, int failures) {
            this.state = state;
            this.failures = failures;
        }

        @Override
        public CompletionStage<Optional<ClassificationResult>> find(RequestId id) {
            return Answers.done(Optional.empty());
        }

        @Override
        public CompletionStage<Unanswered> unanswered(RequestId id) {
            return asked.incrementAndGet() > failures
                    ? Answers.done(state)
                    : CompletableFuture.failedFuture(new InfrastructureException("503 Slow Down", null));
        }
    }

    private static PendingReplies.Await nextWait(TestProbe<PendingReplies.Command> pending) {
        return pending.expectMessageClass(PendingReplies.Await.class, Duration.ofSeconds(20));
    }

    private static void waitOver(TestProbe<PendingReplies.Command> pending) {
        nextWait(pending).replyTo().tell(new PendingReplies.Reply(Optional.empty()));
    }

    private static List<String> rest(SinkQueueWithCancel<ByteString> events) {
        List<String> all = new ArrayList<>();
        Optional<ByteString> next = events.pull().toCompletableFuture().join();
        while (next.isPresent()) {
            all.add(next.get().utf8String());
            next = events.pull().toCompletableFuture().join();
        }
        return all;
    }

    @ParameterizedTest
    @CsvSource({"UNKNOWN, unknown", "EXPIRED, expired"})
    void imageWhoseAnswerDoesNotCome_shouldBeToldAfterOneWait(Unanswered state, String name) {
        TestProbe<PendingReplies.Command> pending = KIT.createTestProbe();
        SinkQueueWithCancel<ByteString> events = opened(pending.getRef(), new Stored(state), NOBODY);

        waitOver(pending);

        assertThat(rest(events))
                .anyMatch(event -> event.equals("event: " + name + "\ndata: {\"id\":\"" + NOBODY + "\"}\n\n"))
                .last()
                .isEqualTo("event: done\ndata: {}\n\n");
    }

    @Test
    void acceptedImage_shouldBeWaitedForUntilItsAnswerAndLookedUpOnce() {
        TestProbe<PendingReplies.Command> pending = KIT.createTestProbe();
        Stored stored = new Stored(Unanswered.PENDING);
        SinkQueueWithCancel<ByteString> events = opened(pending.getRef(), stored, NOBODY);
        waitOver(pending);
        waitOver(pending);
        waitOver(pending);

        cat(pending);

        assertThat(rest(events)).anyMatch(event -> event.startsWith("event: result\n"));
        assertThat(stored.asked).hasValue(1);
    }

    private static void cat(TestProbe<PendingReplies.Command> pending) {
        ClassificationResult result = new ClassificationResult(
                new RequestId(NOBODY),
                new flotilla.domain.FileName("a.png"),
                label("Cat"),
                Optional.empty(),
                Optional.empty(),
                Map.of());
        nextWait(pending).replyTo().tell(new PendingReplies.Reply(Optional.of(result)));
    }

    @Test
    void lookThatFails_shouldBeRepeatedAndNotEndTheStream() {
        TestProbe<PendingReplies.Command> pending = KIT.createTestProbe();
        Stored stored = new Stored(Unanswered.PENDING, 2);
        SinkQueueWithCancel<ByteString> events = opened(pending.getRef(), stored, NOBODY);

        waitOver(pending);
        waitOver(pending);
        waitOver(pending);
        cat(pending);

        assertThat(rest(events))
                .anyMatch(event -> event.startsWith("event: result\n"))
                .last()
                .isEqualTo("event: done\ndata: {}\n\n");
        assertThat(stored.asked).hasValue(3);
    }

    @Test
    void answerBetweenLooksThatFail_shouldBeTold() {
        TestProbe<PendingReplies.Command> pending = KIT.createTestProbe();
        SinkQueueWithCancel<ByteString> events =
                opened(pending.getRef(), new Stored(Unanswered.PENDING, Integer.MAX_VALUE), NOBODY);

        waitOver(pending);
        waitOver(pending);
        cat(pending);

        assertThat(rest(events)).anyMatch(event -> event.startsWith("event: result\n"));
    }

    @Test
    void clientWhoGoes_shouldHaveItsWaitsWithdrawnAndNothingLookedFor() {
        TestProbe<PendingReplies.Command> pending = KIT.createTestProbe();
        Stored stored = new Stored(Unanswered.PENDING);
        SinkQueueWithCancel<ByteString> events = opened(pending.getRef(), stored, NOBODY);
        PendingReplies.Await wait = nextWait(pending);

        events.cancel();

        assertThat(pending.receiveMessage(Duration.ofSeconds(20)))
                .isEqualTo(new PendingReplies.NoLonger(wait.id(), wait.replyTo()));
        wait.replyTo().tell(new PendingReplies.Reply(Optional.empty()));
        pending.expectNoMessage(Duration.ofMillis(200));
        assertThat(stored.asked).hasValue(0);
    }

    private static ApiKeySettings key(String secret, int atATime) {
        return new ApiKeySettings(secret, AccessControl.sha256(secret), Set.of(ApiKeySettings.Role.READ), 0, atATime);
    }

    private void restart(int maxStreams, ApiKeySettings... keys) {
        stop();
        HttpSettings settings = FlotillaSettings.from(
                        ConfigFactory.parseString("flotilla.http.max-streams = " + maxStreams)
                                .withFallback(CONFIG))
                .http();
        start(settings(
                settings,
                Duration.ofSeconds(60),
                Optional.empty(),
                new HttpSettings.Access(List.of(keys), false, List.of())));
    }

    private HttpResponse<InputStream> decisions(String key) {
        return http.sendAsync(
                        HttpRequest.newBuilder(URI.create(url + "/v1/scaling/decisions/stream"))
                                .header("X-API-Key", key)
                                .build(),
                        HttpResponse.BodyHandlers.ofInputStream())
                .join();
    }

    private int statusOfDecisions(String key) throws IOException {
        HttpResponse<InputStream> response = decisions(key);
        response.body().close();
        return response.statusCode();
    }

    private HttpResponse<String> answers(String key) {
        return http.sendAsync(
                        HttpRequest.newBuilder(URI.create(url + "/v1/classifications/stream"))
                                .header("X-API-Key", key)
                                .POST(HttpRequest.BodyPublishers.ofString(body(NOBODY)))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .join();
    }

    @Test
    void streamsOfAKey_shouldBe429AboveTheirNumberUntilOneHasEnded() throws Exception {
        restart(2, key("one", 0), key("other", 0));
        HttpResponse<InputStream> first = decisions("one");
        HttpResponse<InputStream> second = decisions("one");
        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(second.statusCode()).isEqualTo(200);

        HttpResponse<String> third = answers("one");

        shouldBeProblem(third, 429, "too-many-streams");
        assertThat(third.headers().firstValue("Retry-After")).isPresent();
        assertThat(statusOfDecisions("other")).isEqualTo(200);
        first.body().close();
        KIT.createTestProbe()
                .awaitAssert(
                        Duration.ofSeconds(60),
                        () -> assertThat(statusOfDecisions("one")).isEqualTo(200));
        second.body().close();
    }

    @Test
    void streamsWithoutKeys_shouldBeCountedForAllClientsTogether() throws Exception {
        restart(1);
        try (InputStream open = decisions("any").body()) {
            assertThat(open.read()).isEqualTo('r');
            shouldBeProblem(answers("another"), 429, "too-many-streams");
        }
    }

    @Test
    void requestsOfAKeyAtATime_shouldIncludeItsStreamsUntilTheyEnd() throws Exception {
        restart(10, key("narrow", 1));
        HttpResponse<InputStream> open = decisions("narrow");
        assertThat(open.statusCode()).isEqualTo(200);

        shouldBeProblem(answers("narrow"), 429, "key-limit");

        open.body().close();
        KIT.createTestProbe()
                .awaitAssert(
                        Duration.ofSeconds(60),
                        () -> assertThat(statusOfDecisions("narrow")).isEqualTo(200));
    }

    @Test
    void clientWhoHasGone_shouldBeWaitedForNoMore() {
        AtomicInteger asked = new AtomicInteger();
        ActorRef<PendingReplies.Command> pending = KIT.spawn(Behaviors.receiveMessage(message -> {
            if (message instanceof PendingReplies.Await await) {
                asked.incrementAndGet();
                await.replyTo().tell(new PendingReplies.Reply(Optional.empty()));
            }
            return Behaviors.same();
        }));
        SinkQueueWithCancel<ByteString> events = opened(pending, new Stored(Unanswered.PENDING), NOBODY);
        TestProbe<Object> quiet = KIT.createTestProbe();
        quiet.awaitAssert(Duration.ofSeconds(20), () -> assertThat(asked).hasValueGreaterThan(2));

        events.cancel();

        quiet.awaitAssert(Duration.ofSeconds(20), () -> {
            int before = asked.get();
            quiet.expectNoMessage(Duration.ofMillis(200));
            return assertThat(asked).hasValue(before);
        });
    }
}
