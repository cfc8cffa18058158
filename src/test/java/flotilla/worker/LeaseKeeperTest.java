package flotilla.worker;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.protocol.QueueMessage;
import flotilla.testing.HandTimer;
import flotilla.testing.MemoryQueue;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class LeaseKeeperTest {
    private static final ActorTestKit KIT = ActorTestKit.create(ManualTime.config());
    private static final ManualTime TIME = ManualTime.get(KIT.system());
    private static final Duration VISIBILITY = Duration.ofSeconds(30);
    private static final Duration HANG_AFTER = Duration.ofSeconds(60);

    private final HandTimer clock = new HandTimer();
    private final RunningTime time = new RunningTime(clock::nanoTime, Duration.ofSeconds(15));
    private final AtomicInteger releases = new AtomicInteger();
    private final Leases leases = new Leases(time, releases::incrementAndGet);
    private final MemoryQueue queue = new MemoryQueue();
    private final QueueMessage message = new QueueMessage("m", "r", "body", Instant.EPOCH, 1);

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    /** Returns when its timer runs: what time passes before that is none to it. */
    private void start() {
        CompletableFuture<Void> begun = new CompletableFuture<>();
        KIT.spawn(Behaviors.<LeaseKeeper.Command>setup(context -> {
            Behavior<LeaseKeeper.Command> keeper =
                    Behavior.start(LeaseKeeper.create(queue, leases, VISIBILITY, HANG_AFTER, time), context);
            begun.complete(null);
            return keeper;
        }));
        begun.join();
    }

    private void pass(Duration time) {
        for (Duration left = time; !left.isZero(); left = left.minusSeconds(5)) {
            int before = queue.extended().size();
            clock.pass(Duration.ofSeconds(5));
            this.time.tick();
            boolean due = !leases.due(VISIBILITY.dividedBy(3), HANG_AFTER).isEmpty();
            TIME.timePasses(Duration.ofSeconds(5));
            if (due) {
                KIT.createTestProbe().awaitAssert(() -> {
                    assertThat(queue.extended()).hasSizeGreaterThan(before);
                    assertThat(leases.due(VISIBILITY.dividedBy(3), HANG_AFTER)).isEmpty();
                    return null;
                });
            }
        }
    }

    @Test
    void messageInHand_shouldBeExtendedThreeTimesALeaseUntilItHangs() {
        start();
        leases.take(message);

        pass(Duration.ofSeconds(30));
        assertThat(queue.extended()).hasSize(3);
        pass(Duration.ofSeconds(60));

        assertThat(queue.extended()).hasSize(5);
    }

    @Test
    void messageThatIsKnownNotToHang_shouldBeExtendedForAsLongAsThatIsSaid() {
        start();
        leases.take(message);

        for (int i = 0; i < 4; i++) {
            pass(Duration.ofSeconds(30));
            leases.progressed(message);
        }
        assertThat(queue.extended()).hasSize(12);
        pass(Duration.ofSeconds(120));

        assertThat(queue.extended()).hasSize(17);
    }

    @Test
    void releasedMessage_shouldNotBeExtended() {
        start();
        leases.take(message);
        leases.release(message);
        leases.release(message);

        pass(Duration.ofSeconds(30));

        assertThat(queue.extended()).isEmpty();
        assertThat(releases).hasValue(1);
    }

    @Test
    void lostLease_shouldNotBeExtendedAgain() {
        start();
        leases.take(message);
        queue.loseLeases();

        pass(Duration.ofSeconds(10));
        KIT.createTestProbe().awaitAssert(() -> {
            assertThat(leases.due(Duration.ZERO, HANG_AFTER)).isEmpty();
            return null;
        });
        pass(Duration.ofSeconds(20));

        assertThat(queue.extended()).hasSize(1);
        assertThat(leases.inHand()).isEqualTo(1);
    }

    @Test
    void work_shouldTellWhatIsClassifiedFromWhatIsNot() {
        QueueMessage other = new QueueMessage("m2", "r2", "body", Instant.EPOCH, 1);
        leases.take(message);
        leases.take(other);
        leases.classifying(message, true);
        assertThat(leases.work()).isEqualTo(new Leases.Work(2, 0));

        leases.classifying(message, false);
        leases.classified(message);
        assertThat(leases.work()).isEqualTo(new Leases.Work(1, 1));
        leases.settled(message, false);
        assertThat(leases.work()).isEqualTo(new Leases.Work(1, 0));
    }

    @Test
    void messageOnItsWayBack_shouldNotBeExtendedAndOneToBeDeletedShould() {
        QueueMessage answered = new QueueMessage("m2", "r2", "body", Instant.EPOCH, 1);
        start();
        leases.take(message);
        leases.take(answered);
        leases.settled(message, true);
        leases.settled(answered, false);

        pass(Duration.ofSeconds(10));

        assertThat(leases.work()).isEqualTo(new Leases.Work(0, 0));
        assertThat(queue.extended()).containsExactly(answered);
    }

    @Test
    void givingBack_shouldWaitForTheExtensionThatIsUnderWay() {
        CompletableFuture<Void> underWay = new CompletableFuture<>();
        leases.take(message);
        leases.extending(underWay);

        CompletableFuture<Integer> back = new HandBack(queue, leases).all().toCompletableFuture();
        assertThat(queue.extended()).isEmpty();
        underWay.completeExceptionally(new IllegalStateException("away"));

        assertThat(back.join()).isEqualTo(1);
        assertThat(queue.extended()).containsExactly(message);
    }

    @Test
    void extension_shouldBeKnownBeforeItIsAskedWhatIsDueAndUntilItHasComeToPass() {
        CompletableFuture<Done> slow = new CompletableFuture<>();
        CompletableFuture<CompletionStage<Void>> over = new CompletableFuture<>();
        queue.extendWhen(() -> {
            over.complete(leases.extensionDone());
            return slow;
        });
        start();
        leases.take(message);
        clock.pass(Duration.ofSeconds(10));
        time.tick();

        TIME.timePasses(Duration.ofSeconds(5));

        assertThat(over.join().toCompletableFuture()).isNotDone();
        slow.complete(Done.getInstance());
        over.join().toCompletableFuture().join();
    }

    @Test
    void extensionThatIsNotAnswered_shouldNotBeAwaitedForEver() {
        leases.extending(new CompletableFuture<>());

        leases.extensionDone().toCompletableFuture().join();
    }

    @Test
    void messageThatWasGivenBack_shouldNotBeLeasedAnew() {
        start();
        leases.take(message);
        HandBack handBack = new HandBack(queue, leases);

        assertThat(handBack.all().toCompletableFuture().join()).isEqualTo(1);
        pass(Duration.ofSeconds(30));

        assertThat(queue.extended()).as("ended, and never extended").containsExactly(message);
        assertThat(handBack.all().toCompletableFuture().join()).isZero();
    }

    @Test
    void processThatStoodStill_shouldExtendItsLeasesAndCountNoHang() {
        start();
        leases.take(message);

        clock.pass(Duration.ofMinutes(10));
        time.tick();

        assertThat(leases.due(VISIBILITY.dividedBy(3), HANG_AFTER)).containsExactly(message);
    }
}
