package flotilla.worker;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.scaling.MachineOutlook;
import flotilla.testing.HandClock;
import flotilla.worker.MachineNotices.Notice;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.LoggingTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MachineWatchTest {
    private static final ActorTestKit KIT = ActorTestKit.create(ManualTime.config());
    private static final ManualTime TIME = ManualTime.get(KIT.system());
    private static final Duration INTERVAL = Duration.ofSeconds(5);
    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");

    private final AtomicInteger looks = new AtomicInteger();
    private final TestProbe<Worker.Command> worker = KIT.createTestProbe();
    private final Map<Notice, Supplier<CompletionStage<Optional<Instant>>>> service = new ConcurrentHashMap<>();

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private void says(Notice notice, Instant moment) {
        service.put(notice, () -> CompletableFuture.completedStage(Optional.of(moment)));
    }

    private void failsAt(Notice notice) {
        service.put(notice, () -> CompletableFuture.failedStage(new IllegalStateException("no service")));
    }

    private CompletionStage<Optional<Instant>> answer(Notice notice) {
        if (notice == Notice.INTERRUPTION) {
            looks.incrementAndGet();
        }
        return service.getOrDefault(notice, () -> CompletableFuture.completedStage(Optional.empty()))
                .get();
    }

    private static MachineOutlook endsIn(Duration time) {
        return new MachineOutlook(Optional.of(NOW.plus(time)), Optional.empty());
    }

    private ActorRef<MachineWatch.Command> start() {
        ActorRef<MachineWatch.Command> watch = KIT.spawn(
                MachineWatch.create(this::answer, INTERVAL, new HandClock(NOW), new Random(1), worker.getRef()));
        awaitLooks(1);
        return watch;
    }

    /** The answer to a look is a message to the watch, so that its next timer may be set a moment later. */
    private void awaitLooks(int count) {
        KIT.createTestProbe().awaitAssert(Duration.ofSeconds(15), Duration.ofMillis(5), () -> {
            assertThat(looks).hasValue(count);
            return null;
        });
    }

    /** Lets time pass until the watch has looked for an interruption once more; its timer is set a moment after the look's answer. */
    private void nextLook() {
        int next = looks.get() + 1;
        KIT.createTestProbe().awaitAssert(Duration.ofSeconds(15), Duration.ofMillis(5), () -> {
            if (looks.get() < next) {
                TIME.timePasses(INTERVAL);
            }
            assertThat(looks.get()).isGreaterThanOrEqualTo(next);
            return null;
        });
    }

    @Test
    void nothingSaid_shouldTellNothingAndLookAgain() {
        ActorRef<MachineWatch.Command> watch = start();
        nextLook();
        nextLook();

        worker.expectNoMessage();
        KIT.stop(watch);
    }

    @Test
    void interruption_shouldBeToldOnceWithTheTimeThatIsLeft() {
        says(Notice.INTERRUPTION, NOW.plusSeconds(90));
        ActorRef<MachineWatch.Command> watch = start();

        worker.expectMessage(new Worker.Noticed(endsIn(Duration.ofSeconds(90)), Duration.ofSeconds(90)));
        worker.expectTerminated(watch);
        assertThat(looks).hasValue(1);
    }

    @Test
    void clockThatIsOff_shouldLeaveBetweenNothingAndTwoMinutes() {
        says(Notice.INTERRUPTION, NOW.minus(Duration.ofHours(1)));
        start();
        worker.expectMessage(new Worker.Noticed(endsIn(Duration.ofHours(-1)), Duration.ZERO));

        says(Notice.INTERRUPTION, NOW.plus(Duration.ofHours(1)));
        looks.set(0);
        start();
        worker.expectMessage(new Worker.Noticed(endsIn(Duration.ofHours(1)), Duration.ofMinutes(2)));
    }

    @Test
    void recommendation_shouldBeToldOnceAndBeKeptWhenTheMachineIsTakenBack() {
        says(Notice.REBALANCE, NOW);
        start();
        worker.expectMessage(new Worker.Noticed(new MachineOutlook(Optional.empty(), Optional.of(NOW)), Duration.ZERO));
        nextLook();
        worker.expectNoMessage();

        says(Notice.INTERRUPTION, NOW.plusSeconds(120));
        nextLook();

        worker.expectMessage(new Worker.Noticed(
                new MachineOutlook(Optional.of(NOW.plusSeconds(120)), Optional.of(NOW)), Duration.ofSeconds(120)));
    }

    @Test
    void failures_shouldBeLoggedOnceAndRepeatedLater() {
        failsAt(Notice.INTERRUPTION);
        ActorRef<MachineWatch.Command> watch = LoggingTestKit.warn("cannot read EC2's notices")
                .withOccurrences(1)
                .expect(KIT.system(), () -> {
                    ActorRef<MachineWatch.Command> started = start();
                    nextLook();
                    nextLook();
                    return started;
                });

        says(Notice.INTERRUPTION, NOW.plusSeconds(60));
        LoggingTestKit.info("are read again").expect(KIT.system(), () -> {
            nextLook();
            return null;
        });
        worker.expectMessage(new Worker.Noticed(endsIn(Duration.ofSeconds(60)), Duration.ofSeconds(60)));
        worker.expectTerminated(watch);
    }

    @Test
    void recommendationThatCannotBeRead_shouldHideNoInterruption() {
        failsAt(Notice.REBALANCE);
        start();
        nextLook();
        says(Notice.INTERRUPTION, NOW.plusSeconds(120));

        nextLook();

        worker.expectMessage(new Worker.Noticed(endsIn(Duration.ofSeconds(120)), Duration.ofSeconds(120)));
    }

    @Test
    void recommendationThatIsNeverAnswered_shouldHideNoInterruption() {
        service.put(Notice.REBALANCE, CompletableFuture::new);
        says(Notice.INTERRUPTION, NOW.plusSeconds(120));

        start();

        worker.expectMessage(new Worker.Noticed(endsIn(Duration.ofSeconds(120)), Duration.ofSeconds(120)));
    }

    @ParameterizedTest
    @CsvSource({"5, 10", "1, 10", "10, 10", "30, 30"})
    void failures_shouldNotDelayTheNextLookForLongerThanTenSecondsOrTheInterval(int interval, int most) {
        RandomGenerator largest = () -> -1L;
        for (int inARow = 1; inARow <= 100; inARow++) {
            assertThat(MachineWatch.pause(Duration.ofSeconds(interval), inARow, largest))
                    .isBetween(Duration.ofSeconds(interval), Duration.ofSeconds(most));
        }
        assertThat(MachineWatch.pause(Duration.ofSeconds(1), 100, largest)).isGreaterThan(Duration.ofSeconds(9));
    }
}
