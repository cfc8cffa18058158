package flotilla.push;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.push.News.Walk;
import flotilla.push.Outbox.Job;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OutboxTest {
    private static final Instant START = Instant.parse("2026-11-24T10:00:00Z");
    private static final Message MESSAGE = new Message("classification.done", Optional.of("Cat"), "{}");

    private final Outbox outbox = new Outbox(20, 2);

    private static Wish wish(String id, String host) {
        return Wish.of(Wish.About.CLASSIFICATION, id, "https://" + host + "/done", START);
    }

    private static Instant at(long seconds) {
        return START.plusSeconds(seconds);
    }

    private List<String> started(Instant now) {
        return outbox.start(now).stream().map(job -> job.wish().id()).toList();
    }

    private void ready(Wish... wishes) {
        List.of(wishes).forEach(wish -> outbox.add(wish, START));
        outbox.start(START);
        List.of(wishes).forEach(wish -> outbox.ready(wish.name(), MESSAGE, START));
    }

    @Test
    void newWish_shouldBeLookedForAtOnceAndThenLessAndLess() {
        Wish wish = wish("a", "h");
        outbox.add(wish, START);

        assertThat(outbox.start(START)).containsExactly(new Job.Look(wish, Walk.START));
        assertThat(outbox.start(START)).isEmpty();
        outbox.notYet(wish.name(), Walk.START, START);
        assertThat(started(at(59))).isEmpty();
        assertThat(started(at(60))).containsExactly("a");
        outbox.notYet(wish.name(), Walk.START, at(60));
        assertThat(started(at(179))).isEmpty();
        assertThat(started(at(180))).containsExactly("a");
    }

    @Test
    void answer_shouldHurryTheLookThatWaitsAndTheOneUnderWay() {
        Wish wish = wish("a", "h");
        outbox.add(wish, START);
        outbox.start(START);
        outbox.answered("a", START);
        outbox.notYet(wish.name(), Walk.START, START);
        assertThat(started(START)).containsExactly("a");
        outbox.notYet(wish.name(), Walk.START, START);
        assertThat(started(at(1))).isEmpty();

        outbox.answered("a", at(1));
        outbox.answered("other", at(1));

        assertThat(started(at(1))).containsExactly("a");
    }

    @Test
    void slowReceiver_shouldHoldUpNobodyElse() {
        ready(wish("a", "slow"), wish("b", "slow"), wish("c", "slow"), wish("d", "quick"));

        assertThat(started(START)).containsExactlyInAnyOrder("a", "b", "d");
        assertThat(started(at(100))).isEmpty();
        outbox.close(wish("a", "slow").name(), Optional.empty(), at(100));
        assertThat(outbox.start(at(100)))
                .containsExactlyInAnyOrder(
                        new Job.Close(wish("a", "slow"), Optional.empty()),
                        new Job.Deliver(wish("c", "slow"), MESSAGE));
    }

    @Test
    void failedAttempt_shouldComeAgainWhenItIsDue() {
        ready(wish("a", "h"));
        Wish wish = ((Job.Deliver) outbox.start(START).get(0)).wish();

        outbox.retry(wish.failed(START, at(7), "status 500"), MESSAGE);

        assertThat(started(at(6))).isEmpty();
        Job.Deliver again = (Job.Deliver) outbox.start(at(7)).get(0);
        assertThat(again.wish().failures().count()).isEqualTo(1);
    }

    @Test
    void wishFoundAfterARestart_shouldKeepItsNextAttempt() {
        outbox.add(wish("a", "h").failed(START, at(50), "status 500"), START);
        outbox.answered("a", START);

        assertThat(started(at(49))).isEmpty();
        assertThat(started(at(50))).containsExactly("a");
    }

    @Test
    void wishWithoutAnyResult_shouldBeGivenUpInTheEnd() {
        Wish wish = wish("a", "h");
        outbox.add(wish, START);
        outbox.start(START);
        Instant late = START.plus(Outbox.EXPIRES_AFTER).plus(Duration.ofSeconds(1));

        outbox.notYet(wish.name(), Walk.START, late);

        Job.Close close = (Job.Close) outbox.start(late).get(0);
        assertThat(close.gaveUp()).isPresent();
    }

    @Test
    void fullOutbox_shouldTakeNoMore() {
        for (int i = 0; i < 20; i++) {
            assertThat(outbox.add(wish("a" + i, "h" + i), START)).isTrue();
        }

        assertThat(outbox.add(wish("f", "h"), START)).isFalse();
        assertThat(outbox.add(wish("a1", "h1"), START)).isTrue();
        assertThat(outbox.unknown(List.of(wish("g", "h").name()))).isEmpty();
        assertThat(outbox.size()).isEqualTo(20);
    }

    @Test
    void receiverThatIsAway_shouldLeaveRoomForOthers() {
        for (String id : List.of("a", "b", "c", "d", "e")) {
            assertThat(outbox.add(wish(id, "away"), START)).isTrue();
        }

        assertThat(outbox.add(wish("f", "away"), START)).isFalse();
        assertThat(outbox.add(wish("g", "h"), START)).isTrue();
    }

    @Test
    void wishClosedDuringASweep_shouldNotComeBackThroughIt() {
        Wish over = wish("a", "h");
        Wish left = wish("b", "h");
        ready(over);
        outbox.beginSweep();
        outbox.start(START);
        outbox.close(over.name(), Optional.empty(), START);
        outbox.start(START);
        outbox.closed(over.name());

        assertThat(outbox.unknown(List.of(over.name(), left.name()))).containsExactly(left.name());
        assertThat(outbox.isClosed(over.name())).isTrue();
        outbox.beginSweep();
        assertThat(outbox.isClosed(over.name())).isFalse();
    }

    @Test
    void batch_shouldBeLookedForOftenWhileItMoves() {
        Wish batch = Wish.of(Wish.About.BATCH, "a", "https://h/", START);
        outbox.add(batch, START);
        outbox.start(START);
        outbox.notYet(batch.name(), new Walk(3, 3, 0), START);

        assertThat(outbox.start(at(2))).containsExactly(new Job.Look(batch, new Walk(3, 3, 0)));
    }
}
