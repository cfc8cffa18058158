package flotilla.push;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import flotilla.config.SettingsLoader;
import flotilla.domain.BatchId;
import flotilla.domain.ClassificationResult;
import flotilla.domain.FailureCode;
import flotilla.domain.FileName;
import flotilla.domain.ImageRef;
import flotilla.domain.Outcome;
import flotilla.domain.Prediction;
import flotilla.domain.RequestId;
import flotilla.protocol.Batch;
import flotilla.push.Carrier.Attempt;
import flotilla.testing.HandClock;
import flotilla.testing.MemoryStores;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.LoggingTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.http.javadsl.Http;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PusherTest {
    private static final ActorTestKit KIT = ActorTestKit.create(ManualTime.config()
            .withFallback(ConfigFactory.parseString("pekko.loglevel = INFO"))
            .withFallback(SettingsLoader.load(Optional.empty(), Optional.empty(), List.of())));
    private static final ManualTime TIME = ManualTime.get(KIT.system());
    private static final Instant START = Instant.parse("2026-11-24T10:00:00Z");
    private static final Duration SECOND = Duration.ofSeconds(1);

    /** One attempt, whose outcome the test says. */
    private record Carried(Wish wish, Message message, CompletableFuture<Attempt> outcome) {}

    private final HandClock clock = new HandClock(START);
    private final Random random = new Random(1);
    private final MemoryWishes store = new MemoryWishes();
    private final MemoryStores.Results results = new MemoryStores.Results();
    private final MemoryStores.Batches batches = new MemoryStores.Batches();
    private final Queue<Carried> carried = new ConcurrentLinkedQueue<>();
    private ActorRef<Pusher.Command> pusher;

    @AfterEach
    void stopPusher() {
        KIT.stop(pusher);
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private CompletionStage<Attempt> carry(Wish wish, Message message) {
        Carried one = new Carried(wish, message, new CompletableFuture<>());
        carried.add(one);
        return one.outcome();
    }

    private void start(Carrier carrier) {
        pusher = KIT.spawn(Pusher.create(
                new Pusher.Ports(store, new News(KIT.system(), results, batches), carrier),
                PushFixture.RETRY,
                () -> new Outbox(100, 2),
                clock,
                random));
    }

    private void start() {
        start(this::carry);
    }

    private RequestId id() {
        return RequestId.create(clock.instant(), random);
    }

    private Wish wished(Wish.About about, String id, String target) {
        Wish wish = Wish.of(about, id, target, clock.instant());
        store.add(wish);
        return wish;
    }

    private Wish wished(RequestId id) {
        return wished(Wish.About.CLASSIFICATION, id.value(), "https://hooks.example.org/done");
    }

    private void answer(RequestId id, Outcome outcome) {
        results.results.put(
                id,
                new ClassificationResult(
                        id, new FileName("a.png"), outcome, Optional.empty(), Optional.empty(), Map.of()));
    }

    private static Outcome label(String label) {
        return new Outcome.Labelled("model", List.of(new Prediction(label, 0, 1)));
    }

    private void pass(Duration time) {
        clock.pass(time);
        TIME.timePasses(SECOND);
    }

    private Carried attempt() {
        return KIT.createTestProbe().awaitAssert(Duration.ofSeconds(10), () -> {
            assertThat(carried).isNotEmpty();
            return carried.remove();
        });
    }

    private void eventually(Runnable assertion) {
        KIT.createTestProbe().awaitAssert(Duration.ofSeconds(10), () -> {
            assertion.run();
            return true;
        });
    }

    /** A wish whose attempt is under way. */
    private Carried underWay() {
        RequestId id = id();
        wished(id);
        answer(id, label("Cat"));
        start();
        return attempt();
    }

    private void fails(Carried attempt, int count, Optional<Duration> retryAfter) {
        attempt.outcome().complete(new Attempt.Failed("status 503", retryAfter));
        eventually(() ->
                assertThat(store.wish(attempt.wish().name()).failures().count()).isEqualTo(count));
    }

    @Test
    void answerAfterTheWish_shouldBeDeliveredOnceAndForgotten() {
        start();
        RequestId id = id();
        Wish wish = wished(id);
        pusher.tell(new Pusher.Wished(wish));
        pusher.tell(new Pusher.Wished(wish));
        answer(id, label("Cat"));

        pusher.tell(new Pusher.Answered(id.value()));

        Carried attempt = attempt();
        assertThat(attempt.wish()).isEqualTo(wish);
        assertThat(attempt.message().type()).isEqualTo("classification.done");
        assertThat(attempt.message().body())
                .startsWith("{\"type\":\"classification.done\",\"data\":{\"id\":\"" + id + "\"")
                .contains("\"label\":\"Cat\"");
        attempt.outcome().complete(new Attempt.Taken());
        eventually(() -> assertThat(store.open).isEmpty());
        pass(Duration.ofHours(1));
        assertThat(carried).isEmpty();
        assertThat(store.givenUp).isEmpty();
    }

    @Test
    void failedClassification_shouldBeDeliveredToo() {
        RequestId id = id();
        wished(id);
        answer(id, new Outcome.Failed(FailureCode.DAMAGED, "send it again"));

        start();

        assertThat(attempt().message().type()).isEqualTo("classification.failed");
    }

    @Test
    void answerWhoseNoticeWasLost_shouldBeFound() {
        start();
        RequestId id = id();
        pusher.tell(new Pusher.Wished(wished(id)));
        answer(id, label("Cat"));

        KIT.createTestProbe().awaitAssert(Duration.ofSeconds(10), () -> {
            pass(Duration.ofMinutes(5));
            assertThat(carried).isNotEmpty();
            return true;
        });
    }

    @Test
    void failedAttempt_shouldBeNotedAndRepeatedUnderTheSameIdWhenItIsDue() {
        Carried first = underWay();
        fails(first, 1, Optional.empty());
        Instant next = store.wish(first.wish().name()).failures().next().orElseThrow();
        assertThat(next).isBetween(START.plusSeconds(2), START.plusSeconds(4));

        pass(Duration.ofMillis(1500));
        assertThat(carried).isEmpty();
        pass(Duration.ofMillis(2500));

        Carried second = attempt();
        assertThat(second.wish().name()).isEqualTo(first.wish().name());
        assertThat(second.message()).isEqualTo(first.message());
        second.outcome().completeExceptionally(new IOException("connection reset"));
        eventually(() ->
                assertThat(store.wish(first.wish().name()).failures().last()).isEqualTo("connection reset"));
    }

    @Test
    void receiverThatAsksForTime_shouldGetIt() {
        Carried first = underWay();
        fails(first, 1, Optional.of(Duration.ofSeconds(90)));

        pass(Duration.ofSeconds(89));
        assertThat(carried).isEmpty();
        pass(SECOND);
        attempt();
    }

    @Test
    void receiverThatAsksForMoreTimeThanThereIs_shouldGetALastAttemptAtItsEnd() {
        Carried first = underWay();
        fails(first, 1, Optional.of(Duration.ofDays(3)));

        pass(PushFixture.RETRY.giveUpAfter());
        attempt().outcome().complete(new Attempt.Failed("status 503"));
        eventually(() -> assertThat(store.givenUp).hasSize(1));
    }

    @Test
    void receiverThatIsGone_shouldBeGivenUpAtOnce() {
        Carried first = underWay();

        LoggingTestKit.warn("push=given-up")
                .expect(KIT.system(), () -> first.outcome().complete(new Attempt.Gone()));

        eventually(() -> {
            assertThat(store.givenUp).containsOnlyKeys(first.wish().name());
            // The store removes it here only after it has put it there.
            assertThat(store.open).isEmpty();
        });
    }

    @Test
    void receiverThatNeverTakesIt_shouldBeGivenUpAfterTheTime() {
        Carried attempt = underWay();
        List<Carried> all = new ArrayList<>(List.of(attempt));
        while (store.givenUp.isEmpty()) {
            Carried last = all.get(all.size() - 1);
            int count = all.size();
            last.outcome().complete(new Attempt.Failed("status 500"));
            eventually(() -> assertThat(!store.givenUp.isEmpty()
                            || store.wish(last.wish().name()).failures().count() == count)
                    .isTrue());
            if (store.givenUp.isEmpty()) {
                pass(Duration.ofSeconds(60));
                all.add(attempt());
            }
        }

        assertThat(Duration.between(START, clock.instant()))
                .isBetween(Duration.ofMinutes(9), PushFixture.RETRY.giveUpAfter());
        assertThat(store.givenUp.get(attempt.wish().name())).contains("attempts were in vain", "status 500");
        // The store removes it here only after it has put it there.
        eventually(() -> assertThat(store.open).isEmpty());
    }

    @Test
    void storeAwayWhenItIsOver_shouldBeToldLaterAndNothingDeliveredAgain() {
        Carried first = underWay();
        store.away = true;
        LoggingTestKit.warn("the store")
                .expect(KIT.system(), () -> first.outcome().complete(new Attempt.Taken()));
        store.away = false;

        eventually(() -> {
            // Again, for when it is due it reckons only after the line was logged.
            pass(Duration.ofSeconds(10));
            assertThat(store.open).isEmpty();
        });
        assertThat(carried).isEmpty();
    }

    @Test
    void batch_shouldBeDeliveredWhenItsLastImageHasAResult() {
        RequestId one = id();
        RequestId two = id();
        BatchId id = new BatchId(id().value());
        batches.put(new Batch(
                id,
                START,
                List.of(
                        Batch.Item.taken("a.png", one, new ImageRef("b", "k"), Optional.empty()),
                        Batch.Item.refused("b.txt", "unsupported-type", "no"),
                        Batch.Item.taken("c.png", two, new ImageRef("b", "k"), Optional.empty()))));
        wished(Wish.About.BATCH, id.value(), "https://hooks.example.org/");
        answer(one, label("Cat"));
        start();
        pass(Duration.ofSeconds(2));
        assertThat(carried).isEmpty();

        answer(two, new Outcome.Failed(FailureCode.DAMAGED, "no"));

        KIT.createTestProbe().awaitAssert(Duration.ofSeconds(10), () -> {
            pass(Duration.ofSeconds(30));
            assertThat(carried).isNotEmpty();
            return true;
        });
        assertThat(attempt().message().body())
                .contains("\"type\":\"batch.done\"", "\"total\":3,\"done\":1,\"failed\":1,\"refused\":1,\"pending\":0");
    }

    /** Over a real connection: the receiver is down, the gateway ends, and its successor delivers. */
    @Test
    void gatewayThatEndsBetweenTwoAttempts_shouldLeaveTheDeliveryToItsSuccessor() throws IOException {
        AtomicInteger calls = new AtomicInteger();
        try (Receiver receiver = Receiver.http()) {
            receiver.on(
                    "/done",
                    exchange -> Receiver.status(calls.incrementAndGet() == 1 ? 503 : 200)
                            .to(exchange));
            Carrier webhook = new Webhook(
                    KIT.system(),
                    PushFixture.settings(true, true, "localhost"),
                    host -> CompletableFuture.completedFuture(List.of(InetAddress.getLoopbackAddress())),
                    Http.get(KIT.system()).defaultClientHttpsContext(),
                    clock);
            RequestId id = id();
            Wish wish = wished(Wish.About.CLASSIFICATION, id.value(), "http://localhost:" + receiver.port() + "/done");
            answer(id, label("Cat"));
            start(webhook);
            eventually(
                    () -> assertThat(store.wish(wish.name()).failures().last()).isEqualTo("status 503"));

            KIT.stop(pusher);
            start(webhook);
            pass(Duration.ofSeconds(4));

            // No time passes meanwhile, in which a delivery that takes long would be given up.
            eventually(() -> assertThat(store.open).isEmpty());
            assertThat(receiver.told()).hasSize(2);
            assertThat(receiver.told())
                    .extracting(told -> told.header("webhook-id"))
                    .containsOnly(wish.name());
            assertThat(receiver.told()).extracting(Receiver.Told::body).allMatch(body -> body.contains("Cat"));
        }
    }

    @Test
    void answerAfterAProvisionalFailure_shouldBeDeliveredUnderAnIdOfItsOwn() {
        RequestId id = id();
        Wish wish = wished(id);
        answer(id, new Outcome.Failed(FailureCode.QUARANTINED, "two workers died"));
        start();
        Carried failure = attempt();
        assertThat(failure.message().type()).isEqualTo("classification.failed");
        assertThat(failure.wish().delivery()).isEqualTo(wish.name());
        failure.outcome().complete(new Attempt.Taken());
        eventually(() -> {
            assertThat(store.told).containsOnlyKeys(wish.name());
            // The store removes it here only after it has put it there.
            assertThat(store.open).isEmpty();
        });
        pusher.tell(new Pusher.Answered(id.value()));
        pass(Duration.ofMinutes(10));
        assertThat(carried).as("the same failure again").isEmpty();

        // In this order: a look that is still under way must not take the failure for news of the second generation.
        answer(id, label("Cat"));
        results.generations.put(id, 2);
        KIT.createTestProbe().awaitAssert(Duration.ofSeconds(10), () -> {
            pusher.tell(new Pusher.Answered(id.value()));
            pass(SECOND);
            assertThat(carried).isNotEmpty();
            return true;
        });

        Carried answer = attempt();
        assertThat(answer.message().label()).contains("Cat");
        assertThat(answer.wish().delivery()).isEqualTo(wish.name() + ".2");
        answer.outcome().complete(new Attempt.Taken());
        eventually(() -> assertThat(store.told).isEmpty());
        pass(Duration.ofHours(1));
        assertThat(carried).isEmpty();
        assertThat(store.open).isEmpty();
    }

    @Test
    void answerAfterAProvisionalFailureWhoseNoticeWasLost_shouldBeFoundByTheSuccessor() {
        RequestId id = id();
        wished(id);
        answer(id, new Outcome.Failed(FailureCode.UNDELIVERABLE, "no worker could answer"));
        start();
        attempt().outcome().complete(new Attempt.Taken());
        eventually(() -> assertThat(store.told).hasSize(1));
        KIT.stop(pusher);
        results.generations.put(id, 2);
        answer(id, label("Cat"));

        start();

        assertThat(attempt().message().label()).contains("Cat");
    }
}
