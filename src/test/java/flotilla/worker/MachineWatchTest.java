package flotilla.worker;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.scaling.MachineOutlook;
import flotilla.testing.HandClock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.LoggingTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class MachineWatchTest {
    private static final ActorTestKit KIT = ActorTestKit.create(ManualTime.config());
    private static final ManualTime TIME = ManualTime.get(KIT.system());
    private static final Duration INTERVAL = Duration.ofSeconds(5);
    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");

    private final AtomicInteger looks = new AtomicInteger();
    private final TestProbe<Worker.Command> worker = KIT.createTestProbe();
    private volatile Supplier<CompletionStage<MachineOutlook>> service = () -> said(MachineOutlook.STAYS);

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private static CompletionStage<MachineOutlook> said(MachineOutlook outlook) {
        return CompletableFuture.completedStage(outlook);
    }

    private static MachineOutlook endsIn(Duration time) {
        return new MachineOutlook(Optional.of(NOW.plus(time)), Optional.empty());
    }

    private ActorRef<MachineWatch.Command> start() {
        ActorRef<MachineWatch.Command> watch = KIT.spawn(MachineWatch.create(
                () -> {
                    looks.incrementAndGet();
                    return service.get();
                },
                INTERVAL,
                new HandClock(NOW),
                new Random(1),
                worker.getRef()));
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

    /** Lets time pass until the watch has looked once more; its timer is set a moment after the look's answer. */
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
        service = () -> said(endsIn(Duration.ofSeconds(90)));
        ActorRef<MachineWatch.Command> watch = start();

        worker.expectMessage(new Worker.Noticed(endsIn(Duration.ofSeconds(90)), Duration.ofSeconds(90)));
        worker.expectTerminated(watch);
        assertThat(looks).hasValue(1);
    }

    @Test
    void clockThatIsOff_shouldLeaveBetweenNothingAndTwoMinutes() {
        service = () -> said(endsIn(Duration.ofHours(-1)));
        start();
        worker.expectMessage(new Worker.Noticed(endsIn(Duration.ofHours(-1)), Duration.ZERO));

        service = () -> said(endsIn(Duration.ofHours(1)));
        looks.set(0);
        start();
        worker.expectMessage(new Worker.Noticed(endsIn(Duration.ofHours(1)), Duration.ofMinutes(2)));
    }

    @Test
    void recommendation_shouldBeToldOnceAndBeKeptWhenTheMachineIsTakenBack() {
        MachineOutlook atRisk = new MachineOutlook(Optional.empty(), Optional.of(NOW));
        service = () -> said(atRisk);
        start();
        worker.expectMessage(new Worker.Noticed(atRisk, Duration.ZERO));
        nextLook();
        worker.expectNoMessage();

        service = () -> said(endsIn(Duration.ofSeconds(120)));
        nextLook();

        worker.expectMessage(new Worker.Noticed(
                new MachineOutlook(Optional.of(NOW.plusSeconds(120)), Optional.of(NOW)), Duration.ofSeconds(120)));
    }

    @Test
    void failures_shouldBeLoggedOnceAndRepeatedLater() {
        service = () -> CompletableFuture.failedStage(new IllegalStateException("no service"));
        ActorRef<MachineWatch.Command> watch = LoggingTestKit.warn("cannot read EC2's notices")
                .withOccurrences(1)
                .expect(KIT.system(), () -> {
                    ActorRef<MachineWatch.Command> started = start();
                    nextLook();
                    nextLook();
                    return started;
                });

        service = () -> said(endsIn(Duration.ofSeconds(60)));
        LoggingTestKit.info("are read again").expect(KIT.system(), () -> {
            nextLook();
            return null;
        });
        worker.expectMessage(new Worker.Noticed(endsIn(Duration.ofSeconds(60)), Duration.ofSeconds(60)));
        worker.expectTerminated(watch);
    }
}
