package flotilla.worker;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.protocol.QueueMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.testkit.CallingThreadDispatcher;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class TerminateRequestTakerTest {
    private static final ActorTestKit KIT = ActorTestKit.create(ManualTime.config());
    private static final ManualTime TIME = ManualTime.get(KIT.system());
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final QueueMessage IMAGE = new QueueMessage("m", "r", "body", Instant.EPOCH, 1);

    private final MemoryTerminateRequests requests = new MemoryTerminateRequests();
    private final Leases leases = new Leases(RunningTime.every(Duration.ofSeconds(1)), () -> {});
    private final AtomicLong answered = new AtomicLong();
    private final TestProbe<Worker.Command> worker = KIT.createTestProbe();
    private ActorRef<TerminateRequestTaker.Command> taker;
    private int looksAtStart;

    @BeforeEach
    void start() {
        taker = KIT.spawn(
                TerminateRequestTaker.create(
                        new TerminateRequestTaker.Settings(LOOK_EVERY, LEASE),
                        new TerminateRequestTaker.Parts(
                                WorkerFixture.identity(), requests, leases, answered::get, worker.getRef())),
                DispatcherSelector.fromConfig(CallingThreadDispatcher.Id()));
        KIT.createTestProbe().awaitAssert(Duration.ofSeconds(15), Duration.ofMillis(5), () -> {
            // The first message has been dealt with when a look follows from it: from here on all is on this thread.
            taker.tell(new TerminateRequestTaker.Open());
            finishAnImage();
            TIME.timePasses(LOOK_EVERY);
            assertThat(looks()).isPositive();
            return null;
        });
        taker.tell(new TerminateRequestTaker.Shut());
        TIME.timePasses(LOOK_EVERY);
        looksAtStart = requests.looks();
    }

    @AfterEach
    void stopTaker() {
        KIT.stop(taker);
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private void tick(int times) {
        for (int i = 0; i < times; i++) {
            TIME.timePasses(LOOK_EVERY);
        }
    }

    private int looks() {
        return requests.looks() - looksAtStart;
    }

    private void finishAnImage() {
        answered.incrementAndGet();
        taker.tell(new TerminateRequestTaker.HandsChanged());
    }

    @Test
    void workerThatDoesNotReceive_shouldTakeNothing() {
        requests.put(17);

        tick(5);
        finishAnImage();

        assertThat(looks()).isZero();
    }

    @Test
    void busyWorker_shouldTakeNothingUntilItHasFinishedAnImage() {
        requests.put(17);
        leases.take(IMAGE);
        taker.tell(new TerminateRequestTaker.Open());
        tick(5);
        taker.tell(new TerminateRequestTaker.HandsChanged());
        assertThat(looks()).isZero();

        finishAnImage();

        worker.expectMessage(new Worker.RequestTaken(17));
    }

    @Test
    void manyImagesInASecond_shouldBeOneLookAndOneAfterIt() {
        leases.take(IMAGE);
        taker.tell(new TerminateRequestTaker.Open());
        for (int i = 0; i < 50; i++) {
            finishAnImage();
        }
        assertThat(looks()).isEqualTo(1);

        tick(3);

        assertThat(looks()).isEqualTo(2);
    }

    @Test
    void idleWorker_shouldLookAgainAndAgain() {
        taker.tell(new TerminateRequestTaker.Open());
        tick(1);
        assertThat(looks()).isZero();

        tick(4);
        assertThat(looks()).isBetween(3, 4);
        requests.put(17);
        tick(1);

        worker.expectMessage(new Worker.RequestTaken(17));
    }

    @Test
    void acceptedRequest_shouldBeKeptWhileTheWorkerDrainsAndThenConfirmed() {
        requests.put(17);
        requests.put(18);
        taker.tell(new TerminateRequestTaker.Open());
        tick(2);
        worker.expectMessage(new Worker.RequestTaken(17));
        taker.tell(new TerminateRequestTaker.Accept());
        taker.tell(new TerminateRequestTaker.Shut());

        TIME.timePasses(LEASE.dividedBy(3));
        assertThat(requests.done()).containsExactly("take 17", "keep 17");
        TIME.timePasses(LEASE.dividedBy(3));
        assertThat(requests.done()).containsExactly("take 17", "keep 17", "keep 17");
        taker.tell(new TerminateRequestTaker.Drained());

        worker.expectMessage(new Worker.RequestConfirmed());
        assertThat(requests.done()).containsExactly("take 17", "keep 17", "keep 17", "confirm 17 i-1/-");
        taker.tell(new TerminateRequestTaker.Open());
        tick(40);
        assertThat(requests.done()).containsExactly("take 17", "keep 17", "keep 17", "confirm 17 i-1/-");
    }

    @Test
    void refusedRequest_shouldBePutBackAndAnotherTakenLater() {
        requests.put(17);
        taker.tell(new TerminateRequestTaker.Open());
        tick(2);
        worker.expectMessage(new Worker.RequestTaken(17));
        taker.tell(new TerminateRequestTaker.Shut());
        taker.tell(new TerminateRequestTaker.Refuse());
        assertThat(requests.done()).containsExactly("take 17", "put-back 17");

        taker.tell(new TerminateRequestTaker.Open());
        tick(2);

        worker.expectMessage(new Worker.RequestTaken(17));
    }

    @Test
    void workerThatLeavesBeforeItIsDrained_shouldPutTheRequestBack() {
        requests.put(17);
        taker.tell(new TerminateRequestTaker.Open());
        tick(2);
        worker.expectMessage(new Worker.RequestTaken(17));
        taker.tell(new TerminateRequestTaker.Accept());

        taker.tell(new TerminateRequestTaker.Refuse());
        taker.tell(new TerminateRequestTaker.Shut());

        assertThat(requests.done()).containsExactly("take 17", "put-back 17");
    }

    @Test
    void requestsOfAnEarlierSupervisor_shouldBeRemoved() {
        requests.put(17);
        requests.put(18);
        requests.put(20);
        taker.tell(new TerminateRequestTaker.RequestsFrom(20));
        taker.tell(new TerminateRequestTaker.Open());

        tick(2);

        worker.expectMessage(new Worker.RequestTaken(20));
        assertThat(requests.done()).containsExactly("take 17", "discard 17", "take 18", "discard 18", "take 20");
    }

    @Test
    void queueThatIsAway_shouldBeTriedUntilTheConfirmationIsSent() {
        requests.setAway(true);
        taker.tell(new TerminateRequestTaker.Open());
        tick(3);
        requests.setAway(false);
        requests.put(17);
        tick(2);
        worker.expectMessage(new Worker.RequestTaken(17));
        taker.tell(new TerminateRequestTaker.Accept());
        requests.setAway(true);
        taker.tell(new TerminateRequestTaker.Drained());
        assertThat(requests.done()).containsExactly("take 17");

        requests.setAway(false);
        TIME.timePasses(Duration.ofSeconds(2));

        worker.expectMessage(new Worker.RequestConfirmed());
        assertThat(requests.done()).containsExactly("take 17", "confirm 17 i-1/-");
    }
}
