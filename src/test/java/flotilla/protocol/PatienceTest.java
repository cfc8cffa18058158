package flotilla.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.testing.HandTimer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PatienceTest {
    private static final Duration WITHIN = Duration.ofMinutes(2);

    private final HandTimer timer = new HandTimer();
    private final List<Boolean> reliefs = new ArrayList<>();
    private final Patience patience = new Patience(
            "the store",
            new ExponentialBackoff(Duration.ofMillis(200), Duration.ofSeconds(10)),
            WITHIN,
            timer,
            new Random(7),
            this::relieved);
    private int calls;
    private int troubles;

    private void relieved() {
        reliefs.add(patience.isTried());
    }

    private CompletionStage<String> gone() {
        calls++;
        return CompletableFuture.failedStage(new InfrastructureException("S3 GetObject failed", null));
    }

    /** Fails so many times, then succeeds. */
    private CompletionStage<String> goneFor(int failures) {
        return calls < failures ? gone() : CompletableFuture.completedStage("there");
    }

    private static Throwable failure(CompletableFuture<String> answer) {
        return answer.handle((value, failure) -> failure).join();
    }

    private CompletableFuture<String> asked(Supplier<CompletionStage<String>> call) {
        return patience.call(call, () -> troubles++).toCompletableFuture();
    }

    @Test
    void callThatSucceeds_shouldBeMadeOnce() {
        CompletableFuture<String> answer = asked(() -> goneFor(0));

        assertThat(answer).isCompletedWithValue("there");
        assertThat(patience.isTried()).isFalse();
        assertThat(reliefs).isEmpty();
    }

    @Test
    void serviceThatIsAway_shouldBeAskedUntilItIsBackWithGrowingPauses() {
        List<Long> tries = new ArrayList<>();
        CompletableFuture<String> answer = asked(() -> {
            tries.add(timer.nanoTime());
            return goneFor(8);
        });
        assertThat(patience.isTried()).isTrue();
        assertThat(answer).isNotDone();

        timer.pass(Duration.ofMinutes(1));

        assertThat(answer).isCompletedWithValue("there");
        assertThat(tries).hasSize(9).doesNotHaveDuplicates();
        assertThat(troubles).isEqualTo(8);
        assertThat(reliefs).containsExactly(false);
    }

    @Test
    void serviceThatStaysAway_shouldBeGivenUpWhenTheTimeIsOverAfterALastTry() {
        CompletableFuture<String> answer = asked(this::gone);

        timer.pass(WITHIN.minusMillis(1));
        assertThat(answer).isNotDone();
        int before = calls;
        timer.pass(Duration.ofMillis(1));

        assertThat(calls).isEqualTo(before + 1);
        assertThat(answer).isCompletedExceptionally();
        assertThat(failure(answer)).isInstanceOf(InfrastructureException.class);
        assertThat(reliefs).containsExactly(false);
        timer.pass(Duration.ofHours(1));
        assertThat(calls).isEqualTo(before + 1);
    }

    @Test
    void callThatTakesTooLong_shouldBeTriedAgainToo() {
        Deque<CompletionStage<String>> answers = new ArrayDeque<>(List.of(
                CompletableFuture.failedStage(new CompletionException(new TimeoutException())),
                CompletableFuture.completedStage("there")));
        CompletableFuture<String> answer = asked(answers::poll);

        timer.pass(Duration.ofSeconds(1));

        assertThat(answer).isCompletedWithValue("there");
    }

    static List<RuntimeException> ownMistakes() {
        return List.of(
                new IllegalStateException("a mistake"),
                new InfrastructureException(
                        "object is no result", new WireFormat.UnreadableException("no JSON", null)));
    }

    @Test
    void whatTimeDoesNotMend_shouldFailAtOnce() {
        for (RuntimeException mistake : ownMistakes()) {
            assertThat(failure(asked(() -> CompletableFuture.failedStage(mistake))))
                    .isSameAs(mistake);
            assertThat(failure(asked(() -> {
                        throw mistake;
                    })))
                    .isSameAs(mistake);
        }
        assertThat(troubles).isZero();
    }

    @Test
    void lostPatience_shouldGiveUpAtOnceWhatIsInTroubleAndWhateverFailsAfter() {
        CompletableFuture<String> first = asked(this::gone);
        CompletableFuture<String> second = asked(this::gone);
        assertThat(reliefs).isEmpty();

        patience.lose();

        assertThat(first).isCompletedExceptionally();
        assertThat(second).isCompletedExceptionally();
        assertThat(patience.isTried()).isFalse();
        assertThat(reliefs).containsExactly(false);
        assertThat(asked(this::gone)).isCompletedExceptionally();
        int before = calls;
        timer.pass(Duration.ofHours(1));
        assertThat(calls).isEqualTo(before);
    }

    @Test
    void tryUnderWayWhenPatienceIsLost_shouldNotBeWaitedFor() {
        CompletableFuture<String> underWay = new CompletableFuture<>();
        CompletableFuture<String> answer = asked(() -> calls == 0 ? gone() : underWay);
        timer.pass(Duration.ofSeconds(1));

        patience.lose();
        assertThat(answer).isCompletedExceptionally();
        underWay.completeExceptionally(new InfrastructureException("gone again", null));

        assertThat(patience.isTried()).isFalse();
        assertThat(reliefs).hasSize(1);
    }

    @Test
    void regainedPatience_shouldTryAgain() {
        patience.lose();
        patience.regain();
        CompletableFuture<String> answer = asked(() -> goneFor(1));

        timer.pass(Duration.ofSeconds(1));

        assertThat(answer).isCompletedWithValue("there");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void noTimeAtAll_shouldBeNoPatience(int failures) {
        Patience none = new Patience(
                "the store",
                new ExponentialBackoff(Duration.ofMillis(200), Duration.ofSeconds(10)),
                Duration.ZERO,
                timer,
                new Random(7),
                () -> {});

        CompletableFuture<String> answer = none.call(() -> goneFor(failures)).toCompletableFuture();

        assertThat(answer.isCompletedExceptionally()).isEqualTo(failures > 0);
        assertThat(answer).isDone();
    }
}
