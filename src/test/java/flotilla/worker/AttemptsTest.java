package flotilla.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flotilla.domain.RequestId;
import flotilla.protocol.AttemptStore.Attempt;
import flotilla.testing.HandTimer;
import flotilla.testing.MemoryStores;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttemptsTest {
    private static final Duration LONGEST = Duration.ofMinutes(5);

    private final HandTimer timer = new HandTimer();
    private final RequestId id = RequestId.create(Instant.EPOCH, new Random(1));
    private final MemoryStores.Attempts store = new MemoryStores.Attempts();

    @TempDir
    private Path path;

    private AttemptMarks marks;
    private Attempts attempts;
    private LoneAttempts.Stay stay;

    @BeforeEach
    void open() throws Exception {
        marks = AttemptMarks.open(new MarkFolder(path, "scope"), "own", RunningTime.every(Duration.ofSeconds(1)));
        attempts = new Attempts(marks, store, Runnable::run, Duration.ofSeconds(30), LONGEST, timer);
        stay = attempts.alone(id);
    }

    @AfterEach
    void close() {
        marks.close();
    }

    private static Attempts.Record dead(String... processes) {
        return new Attempts.Record(List.of(processes), false, List.of());
    }

    private static Attempts.Record deadAlone(String... processes) {
        return new Attempts.Record(List.of(processes), true, List.of());
    }

    private static <T> T result(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    @Test
    void deadProcess_shouldBeReportedBeforeItsImageIsJudged() throws Exception {
        Path file = Files.writeString(path.resolve("scope.dead-1.marks"), id + "\n");

        assertThat(result(attempts.of(id))).isEqualTo(dead("dead-1"));

        assertThat(file).doesNotExist();
        assertThat(path.resolve("scope.dead-1.dead")).doesNotExist();
        assertThat(result(attempts.of(id))).isEqualTo(dead("dead-1"));
    }

    @Test
    void report_shouldTellWhetherTheImageWasAlone() throws Exception {
        RequestId other = RequestId.create(Instant.EPOCH, new Random(2));
        Files.writeString(path.resolve("scope.dead-1.marks"), id + "\n" + other + "\n");
        assertThat(result(attempts.of(id))).as("in company").isEqualTo(dead("dead-1"));

        Files.writeString(path.resolve("scope.dead-2.marks"), id + "\n");
        assertThat(result(attempts.of(id)))
                .as("another may have left just before, and it was not tried alone")
                .isEqualTo(dead("dead-1", "dead-2"));

        Files.writeString(path.resolve("scope.dead-3.marks"), "~" + id + id + "\n");
        assertThat(result(attempts.of(id))).isEqualTo(deadAlone("dead-1", "dead-2", "dead-3"));
        assertThat(result(attempts.of(other))).isEqualTo(dead("dead-1"));
    }

    @Test
    void reportThatFails_shouldBeMadeUpFor() throws Exception {
        Files.writeString(path.resolve("scope.dead-1.marks"), id + "\n");
        store.away = true;
        assertThatThrownBy(() -> result(attempts.of(id))).hasMessageContaining("away");
        assertThat(path.resolve("scope.dead-1.dead")).exists();

        store.away = false;

        assertThat(result(attempts.of(id))).isEqualTo(dead("dead-1"));
    }

    @Test
    void table_shouldTellDeathsFromProcessesThatMayLive() {
        List<Attempt> all = List.of(
                Attempt.alone("fresh", LONGEST),
                Attempt.alone("old", LONGEST.plusMillis(1)),
                Attempt.alone("own", LONGEST.multipliedBy(2)),
                Attempt.dead("dead"));

        assertThat(Attempts.record(all, "own", true, LONGEST))
                .isEqualTo(new Attempts.Record(List.of("old", "dead"), true, List.of("fresh", "own")));
        assertThat(Attempts.record(all, "own", false, LONGEST))
                .isEqualTo(new Attempts.Record(List.of("old", "dead"), true, List.of("fresh")));
        assertThat(Attempts.record(List.of(Attempt.dead("own")), "own", true, LONGEST))
                .isEqualTo(dead("own"));
        assertThat(Attempts.record(List.of(Attempt.dead("one"), Attempt.deadAlone("two")), "own", false, LONGEST))
                .isEqualTo(deadAlone("one", "two"));
        assertThat(Attempts.record(
                        List.of(Attempt.dead("one"), Attempt.alone("fresh", LONGEST)), "own", false, LONGEST))
                .as("what may live still has convicted nobody")
                .isEqualTo(new Attempts.Record(List.of("one"), false, List.of("fresh")));
    }

    @Test
    void imageThatEntersAlone_shouldBeKnownToBeInsideUntilItComesOut() {
        result(stay.enters());
        assertThat(store.alone.get(id)).containsOnlyKeys("own");
        assertThat(result(attempts.of(id))).isEqualTo(new Attempts.Record(List.of(), false, List.of("own")));

        result(stay.left());
        result(stay.left());

        assertThat(store.alone).isEmpty();
        assertThat(result(attempts.of(id))).isEqualTo(dead());
    }

    @Test
    void removalThatFails_shouldBeTriedUntilItSucceedsAndBlameNobodyMeanwhile() {
        result(stay.enters());
        store.away = true;
        assertThatThrownBy(() -> result(stay.left())).hasMessageContaining("away");
        timer.pass(Duration.ofSeconds(30));
        assertThat(store.alone).isNotEmpty();
        assertThatThrownBy(() -> result(attempts.of(id)))
                .as("no judgement before that")
                .hasMessageContaining("away");

        store.away = false;
        timer.pass(Duration.ofSeconds(10));

        assertThat(store.alone).isEmpty();
        marks.close();
        assertThat(path.resolve("scope.own.dead")).doesNotExist();
    }

    @Test
    void attemptThatIsWrittenLate_shouldBeRemovedAllTheSame() {
        CompletableFuture<Done> late = new CompletableFuture<>();
        store.gate = late;
        CompletionStage<Done> entry = stay.enters();
        CompletionStage<Done> out = stay.left();
        assertThat(entry.toCompletableFuture()).isNotDone();
        assertThat(out.toCompletableFuture()).isNotDone();

        late.complete(Done.getInstance());

        result(out);
        assertThat(store.alone).isEmpty();
    }

    @Test
    void imageThatEntersAgain_shouldNotLoseItsAttemptToALateRemoval() {
        result(stay.enters());
        store.away = true;
        assertThatThrownBy(() -> result(stay.left())).hasMessageContaining("away");
        store.away = false;

        result(stay.enters());
        timer.pass(Duration.ofMinutes(1));

        assertThat(store.alone.get(id)).containsOnlyKeys("own");
    }

    @Test
    void imageThatEntersForAnotherMessage_shouldNotLoseItsAttemptToTheFirstOne() {
        result(stay.enters());
        result(stay.left());
        LoneAttempts.Stay second = attempts.alone(id);
        result(second.enters());

        result(stay.left());

        assertThat(store.alone.get(id)).containsOnlyKeys("own");
        result(second.left());
        assertThat(store.alone).isEmpty();
    }

    @Test
    void processThatEndsWithAnImageInsideAlone_shouldTakeItsAttemptBack() {
        RequestId hung = RequestId.create(Instant.EPOCH, new Random(2));
        result(stay.enters());
        result(attempts.alone(hung).enters());

        result(attempts.forgiveAlone(List.of(hung)));

        assertThat(store.alone).containsOnlyKeys(hung);
    }

    @Test
    void processThatEndsWhileTheStoreIsAway_shouldLeaveItToTheNextOneToTakeItsAttemptBack() throws Exception {
        result(stay.enters());
        store.away = true;
        result(attempts.forgiveAlone(List.of()));
        marks.close();
        store.away = false;
        assertThat(store.alone).isNotEmpty();

        try (AttemptMarks nextMarks =
                AttemptMarks.open(new MarkFolder(path, "scope"), "next", RunningTime.every(Duration.ofSeconds(1)))) {
            Attempts next = new Attempts(nextMarks, store, Runnable::run, Duration.ofSeconds(30), LONGEST, timer);
            assertThat(result(next.of(id))).isEqualTo(dead());
        }

        assertThat(store.alone).isEmpty();
        assertThat(path.resolve("scope.own.dead")).doesNotExist();
    }

    @Test
    void whatMustNotFail_shouldNotFail() {
        result(stay.enters());
        store.away = true;

        result(attempts.forgiveAlone(List.of()));
        result(attempts.forgive(id));
    }

    @Test
    void hungImage_shouldBeBlamedAndTheOthersForgiven() {
        marks.enter(List.of(id));
        RequestId other = RequestId.create(Instant.EPOCH, new Random(2));
        marks.enter(List.of(other));

        result(attempts.blame(List.of(id)));
        attempts.forgiveOthers();

        assertThat(store.processes).containsOnlyKeys(id);
        assertThat(store.diedAlone).as("the other one may have kept it").isEmpty();
        assertThat(path.resolve("scope.own.marks")).doesNotExist();
    }

    @Test
    void imageThatHangsAlone_shouldStayBlamedAsAloneWhenItsAttemptIsRemoved() throws Exception {
        result(stay.enters());
        marks.enter(List.of(id));
        result(attempts.blame(List.of(id)));
        attempts.forgiveOthers();

        try (AttemptMarks nextMarks =
                AttemptMarks.open(new MarkFolder(path, "scope"), "next", RunningTime.every(Duration.ofSeconds(1)))) {
            Attempts next = new Attempts(nextMarks, store, Runnable::run, Duration.ofSeconds(30), LONGEST, timer);
            assertThat(result(next.of(id))).isEqualTo(deadAlone("own"));
        }
        assertThat(store.alone).isEmpty();
    }
}
