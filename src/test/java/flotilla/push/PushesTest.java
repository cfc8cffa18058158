package flotilla.push;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.aws.Await;
import flotilla.config.PushSettings;
import flotilla.config.SettingsLoader;
import flotilla.domain.BatchId;
import flotilla.domain.ClassificationResult;
import flotilla.domain.FileName;
import flotilla.domain.Outcome;
import flotilla.domain.Prediction;
import flotilla.domain.RequestId;
import flotilla.protocol.ResultPush.Callback;
import flotilla.push.Carrier.Attempt;
import flotilla.testing.HandClock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class PushesTest {
    private static final ActorTestKit KIT =
            ActorTestKit.create(SettingsLoader.load(Optional.empty(), Optional.empty(), List.of()));
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
    private static final String URL = "https://hooks.example.org/done";

    private final MemoryWishes store = new MemoryWishes();
    private final TestProbe<Pusher.Command> pusher = KIT.createTestProbe();
    private final List<String> published = new ArrayList<>();
    private final RequestId id = RequestId.create(NOW, new Random(1));
    private boolean topicAway;

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private Topic topic() {
        return (name, message) -> {
            if (topicAway) {
                return CompletableFuture.failedFuture(new IllegalStateException("the topic is away"));
            }
            published.add(name + " " + message.attributes());
            return CompletableFuture.completedFuture(Done.getInstance());
        };
    }

    private Pushes pushes(PushSettings settings, Optional<Topic> topic) {
        return new Pushes(KIT.system(), settings, store, topic, pusher.getRef(), new HandClock(NOW));
    }

    private Pushes pushes(Optional<Topic> topic) {
        return pushes(PushFixture.settings(false, false, "hooks.example.org"), topic);
    }

    private ClassificationResult result() {
        return new ClassificationResult(
                id,
                new FileName("a.png"),
                new Outcome.Labelled("m", List.of(new Prediction("Cat", 0, 1))),
                Optional.empty(),
                Optional.empty(),
                Map.of());
    }

    @Test
    void wish_shouldBeStoredBeforeThePusherHears() {
        Await.result(pushes(Optional.empty()).whenAnswered(List.of(id), URL));

        Wish wish = Wish.of(Wish.About.CLASSIFICATION, id.value(), URL, NOW);
        assertThat(store.wish(wish.name())).isEqualTo(wish);
        pusher.expectMessage(new Pusher.Wished(wish));
    }

    @Test
    void storeThatIsAway_shouldFailTheWish() {
        store.away = true;

        assertThat(Await.failure(pushes(Optional.empty()).whenAnswered(List.of(id), URL)))
                .hasMessage("the store is away");
        pusher.expectNoMessage();
    }

    @Test
    void sameWishAgain_shouldHaveTheSameName() {
        Pushes pushes = pushes(Optional.empty());
        Await.result(pushes.whenAnswered(List.of(id), URL));
        Await.result(pushes.whenAnswered(List.of(id), URL));
        Await.result(pushes.whenAnswered(List.of(id), URL + "?other"));

        assertThat(store.open).hasSize(2);
    }

    @Test
    void result_shouldBePublishedBeforeItsNoticeIsForgotten() {
        Await.result(pushes(Optional.of(topic())).answered(result()));

        assertThat(published)
                .containsExactly(Wish.of(Wish.About.CLASSIFICATION, id.value(), Wish.TOPIC, NOW)
                                .name()
                        + " {type=classification.done, status=done, label=Cat}");
        assertThat(store.open).isEmpty();
        pusher.expectMessage(new Pusher.Answered(id.value()));
    }

    @Test
    void topicThatIsAway_shouldGetTheResultLater() {
        topicAway = true;
        Pushes pushes = pushes(PushFixture.settings(false, false), Optional.of(topic()));

        Await.result(pushes.answered(result()));

        Wish wish = pusher.expectMessageClass(Pusher.Wished.class).wish();
        assertThat(wish.target()).isEqualTo(Wish.TOPIC);
        assertThat(store.open).containsOnlyKeys(wish.name());
        topicAway = false;
        Carrier carrier = Pushes.carrier((any, message) -> null, Optional.of(topic()));
        assertThat(Await.result(carrier.carry(wish, Message.of(result())))).isEqualTo(new Attempt.Taken());
        assertThat(published).hasSize(1);
    }

    @Test
    void topicAndStoreThatAreAway_shouldLeaveTheNotice() {
        topicAway = true;
        store.away = true;

        assertThat(Await.failure(pushes(Optional.of(topic())).answered(result())))
                .hasMessage("the store is away");
    }

    @Test
    void batch_shouldBeWishedForTheUrlAndForTheTopic() {
        BatchId batch = new BatchId(id.value());
        Await.result(pushes(Optional.of(topic())).whenFinished(batch, Optional.of(URL)));
        assertThat(store.open).hasSize(2);

        store.open.clear();
        Await.result(pushes(Optional.empty()).whenFinished(batch, Optional.empty()));
        assertThat(store.open).isEmpty();
    }

    @Test
    void callbacksThatWereNotTaken_shouldBeShownWithoutTheirUrls() {
        Wish waiting = Wish.of(Wish.About.CLASSIFICATION, id.value(), URL, NOW);
        Wish failing = Wish.of(Wish.About.CLASSIFICATION, id.value(), URL + "?1", NOW)
                .failed(NOW, NOW.plusSeconds(7), "status 500");
        Wish over = Wish.of(Wish.About.CLASSIFICATION, id.value(), Wish.TOPIC, NOW);
        Await.result(store.add(waiting));
        Await.result(store.add(failing));
        Await.result(store.giveUp(over.failed(NOW, NOW, "x"), "in vain"));

        assertThat(Await.result(pushes(Optional.empty()).callbacks(id.value())))
                .containsExactlyInAnyOrder(
                        new Callback(waiting.name(), "hooks.example.org", 0, "", Optional.empty(), Optional.empty()),
                        new Callback(
                                failing.name(),
                                "hooks.example.org",
                                1,
                                "status 500",
                                Optional.of(NOW.plusSeconds(7)),
                                Optional.empty()),
                        new Callback(over.name(), "topic", 1, "x", Optional.empty(), Optional.of("in vain")));
    }

    @Test
    void pushersMessages_shouldSurviveTheWayBetweenNodes() {
        Wish wish = Wish.of(Wish.About.BATCH, id.value(), URL, NOW);
        KIT.serializationTestKit().verifySerialization(new Pusher.Wished(wish), true);
        KIT.serializationTestKit()
                .verifySerialization(new Pusher.Wished(wish.failed(NOW, NOW.plusSeconds(1), "status 500")), true);
        KIT.serializationTestKit().verifySerialization(new Pusher.Answered(id.value()), true);
    }

    @Test
    void storedWish_shouldBeReadAsItWasWritten() {
        Wish wish = Wish.of(Wish.About.CLASSIFICATION, id.value(), URL, NOW);
        Wish failed = wish.failed(NOW, NOW.plusSeconds(7), "status 500");

        assertThat(WishFormat.read(WishFormat.write(wish))).contains(wish);
        assertThat(WishFormat.read(WishFormat.write(failed))).contains(failed);
        assertThat(WishFormat.read(WishFormat.write(failed, "in vain"))).contains(failed);
        assertThat(WishFormat.read(WishFormat.write(wish).replace(URL, "no URL")))
                .isEmpty();
        assertThat(WishFormat.read(WishFormat.write(wish).replace(id.value(), "1")))
                .isEmpty();
        assertThat(WishFormat.read("{}")).isEmpty();
        assertThat(WishFormat.read("no JSON")).isEmpty();
    }
}
