package flotilla.aws.s3;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.aws.Await;
import flotilla.config.StorageSettings;
import flotilla.config.StorageSettings.Layout;
import flotilla.domain.ClassificationResult;
import flotilla.domain.FailureCode;
import flotilla.domain.FileName;
import flotilla.domain.Outcome;
import flotilla.domain.Prediction;
import flotilla.domain.RequestId;
import flotilla.protocol.Expiry.Swept;
import flotilla.protocol.ResultStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Objects are written now and swept at a later time. */
@Tag("slow")
class S3ExpiryTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration FOR_EVER = Duration.ZERO;

    private final Random random = new Random(1);
    private final Instant now = Instant.now();
    private S3Server server;
    private ResultStore results;

    @BeforeEach
    void start() throws Exception {
        server = new S3Server();
        results = server.results(Layout.BY_NAME);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private RequestId stored(Instant acceptedAt) {
        RequestId id = RequestId.create(acceptedAt, random);
        put("input", id + "/a.jpg");
        return id;
    }

    private void put(String bucket, String name) {
        Await.result(
                server.objects().put(bucket, "pre/" + name, ContentTypes.TEXT_PLAIN_UTF8, ByteString.fromString(name)));
    }

    private void answer(RequestId id, Outcome outcome) {
        Await.result(results.putIfAbsent(new ClassificationResult(
                id, new FileName("a.jpg"), outcome, Optional.empty(), Optional.empty(), Map.of())));
    }

    private static Outcome label() {
        return new Outcome.Labelled("m", List.of(new Prediction("Cat", 0, 1)));
    }

    private static Outcome quarantined() {
        return new Outcome.Failed(FailureCode.QUARANTINED, "two workers died");
    }

    private Swept sweep(Duration inputs, Duration lifetimeOfResults, Duration later) {
        return Await.result(server.expiry(inputs, lifetimeOfResults).sweep(now.plus(later)));
    }

    @Test
    void inputs_shouldGoOnceTheyAreAnsweredOrNoMessageCanAskForThem() {
        RequestId answered = stored(now);
        RequestId waiting = stored(now);
        RequestId kept = stored(now);
        answer(answered, label());
        answer(kept, quarantined());
        put("input", "a.jpg");

        assertThat(sweep(HOUR, FOR_EVER, Duration.ofMinutes(59))).isEqualTo(new Swept(0, 0, 0, 0));
        assertThat(sweep(HOUR, FOR_EVER, Duration.ofHours(2))).isEqualTo(new Swept(1, 0, 0, 0));
        assertThat(server.keys("input", "pre/"))
                .containsExactlyInAnyOrder("pre/" + waiting + "/a.jpg", "pre/" + kept + "/a.jpg", "pre/a.jpg");
        assertThat(sweep(HOUR, FOR_EVER, Duration.ofDays(16))).isEqualTo(new Swept(1, 0, 0, 0));
        assertThat(server.keys("input", "pre/"))
                .as("what a redrive may ask for, and a copy by name")
                .containsExactlyInAnyOrder("pre/" + kept + "/a.jpg", "pre/a.jpg");
        assertThat(server.keys("output", "pre/")).hasSize(3);
    }

    @Test
    void results_shouldGoWithAllTheirGenerationsAndProvisionalOnesLater() {
        RequestId done = RequestId.create(now, random);
        RequestId redriven = RequestId.create(now, random);
        RequestId provisional = RequestId.create(now, random);
        answer(done, label());
        answer(redriven, quarantined());
        answer(redriven, label());
        answer(provisional, quarantined());

        assertThat(sweep(HOUR, HOUR, Duration.ofHours(2)).results()).isEqualTo(3);
        assertThat(server.keys("output", "pre/"))
                .as("and the copy of a label")
                .containsExactlyInAnyOrder("pre/" + provisional + ".json", "pre/a");
        assertThat(sweep(HOUR, HOUR, Duration.ofDays(16)).results()).isEqualTo(1);
    }

    /** The first one goes first, so that nobody is told what it says again. */
    @Test
    void laterGenerationThatABrokenSweepHasLeft_shouldGoAlone() {
        RequestId left = RequestId.create(now, random);
        RequestId whole = RequestId.create(now, random);
        answer(whole, quarantined());
        answer(whole, label());
        put("output", left + ".2.json");

        assertThat(sweep(HOUR, HOUR, Duration.ofMinutes(30)).results()).isZero();
        assertThat(sweep(HOUR, HOUR, Duration.ofHours(2)).results()).isEqualTo(3);
        assertThat(server.keys("output", "pre/")).containsExactly("pre/a");
    }

    @Test
    void whatBelongsToResults_shouldGoWithThem() {
        for (String name : List.of(
                "quarantine/x.json",
                "unreadable/x.txt",
                "batches/x.json",
                "callbacks/given-up/x.json",
                "callbacks/told/x.json",
                "attempts/x/p.json",
                "idempotency/x.json",
                "callbacks/open/x.json",
                "decisions/x.json")) {
            put("output", name);
        }

        assertThat(sweep(HOUR, FOR_EVER, Duration.ofDays(400))).isEqualTo(new Swept(0, 0, 0, 0));
        assertThat(sweep(HOUR, HOUR, Duration.ofHours(2))).isEqualTo(new Swept(0, 0, 4, 0));
        assertThat(sweep(HOUR, HOUR, Duration.ofHours(25))).isEqualTo(new Swept(0, 0, 1, 0));
        assertThat(sweep(HOUR, HOUR, Duration.ofDays(16))).isEqualTo(new Swept(0, 0, 2, 0));
        assertThat(server.keys("output", "pre/")).containsExactly("pre/callbacks/open/x.json", "pre/decisions/x.json");
    }

    @Test
    void youngResultOfAnOldId_shouldStayUntilItIsOldItself() {
        RequestId old = RequestId.create(now.minus(Duration.ofDays(3)), random);
        answer(old, label());

        assertThat(sweep(HOUR, Duration.ofDays(1), HOUR).results()).isZero();
        assertThat(sweep(HOUR, Duration.ofDays(1), Duration.ofHours(25)).results())
                .isEqualTo(1);
    }

    @Test
    void objectThatIsNoResult_shouldBePassedOverAndHoldUpNothing() {
        RequestId forged = stored(now);
        put("output", forged + ".json");
        RequestId answered = stored(now);
        answer(answered, label());
        put("output", "batches/x.json");

        Swept swept = sweep(HOUR, HOUR, Duration.ofHours(2));

        assertThat(swept).isEqualTo(new Swept(1, 1, 1, 1));
        assertThat(server.keys("input", "pre/")).containsExactly("pre/" + forged + "/a.jpg");
        assertThat(server.keys("output", "pre/")).containsExactlyInAnyOrder("pre/" + forged + ".json", "pre/a");
    }

    @Test
    void inputsThatMayStay_shouldKeepTheirResultsAndNothingElse() {
        answer(RequestId.create(now, random), label());
        put("output", "unreadable/x.txt");
        StorageSettings noInputs =
                new StorageSettings("nowhere", "output", "pre/", Layout.BY_ID, HOUR, HOUR, List.of());

        Swept swept = Await.result(
                new S3Expiry(server.system(), server.clients(), noInputs).sweep(now.plus(Duration.ofHours(2))));

        assertThat(swept).isEqualTo(new Swept(0, 0, 1, 2));
    }

    @Test
    void idOfTheFuture_shouldBeNoReasonToGoOn() {
        RequestId due = stored(now);
        RequestId young = stored(now.plus(Duration.ofHours(3)));
        answer(due, label());
        answer(young, label());

        // S3's time of both is now: what is not listed is what is kept.
        assertThat(sweep(HOUR, HOUR, Duration.ofHours(2))).isEqualTo(new Swept(1, 1, 0, 0));
        assertThat(server.keys("input", "pre/")).containsExactly("pre/" + young + "/a.jpg");
    }
}
