package flotilla.worker;

import static flotilla.worker.WorkerFixture.FENCE;
import static flotilla.worker.WorkerFixture.FENCE_END;
import static flotilla.worker.WorkerFixture.body;
import static flotilla.worker.WorkerFixture.stored;
import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.AppTierId;
import flotilla.protocol.ClassificationRequest;
import flotilla.protocol.MessageAction;
import flotilla.protocol.QueueMessage;
import flotilla.protocol.WorkerCommand;
import flotilla.scaling.Activity;
import flotilla.testing.HandTimer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole worker in manual time, whose reports are acknowledged or not. */
class WorkerFenceTest {
    private static final ActorTestKit KIT =
            ActorTestKit.create(ManualTime.config().withFallback(WorkerFixture.CONFIG));
    private static final ManualTime TIME = ManualTime.get(KIT.system());
    private static final Duration SECOND = Duration.ofSeconds(1);

    @TempDir
    private Path folder;

    /** By this time leases are due: none is, however long a test takes. */
    private final HandTimer clock = new HandTimer();

    private RunningWorker worker;

    @BeforeEach
    void start() throws Exception {
        worker = RunningWorker.unknown(KIT, SECOND, marks());
        report();
    }

    private AttemptMarks marks() throws Exception {
        return AttemptMarks.open(
                new MarkFolder(folder, "scope"),
                WorkerFixture.identity().process(),
                new RunningTime(clock::nanoTime, SECOND));
    }

    @AfterEach
    void stop() {
        worker.close();
    }

    @AfterAll
    static void stopAll() {
        KIT.shutdownTestKit();
    }

    /** What the worker tells a link that has just come up, when it has done all that time asked of it so far. */
    private WorkerStatus report() {
        TestProbe<WorkerStatus> link = KIT.createTestProbe();
        worker.reportTo(link);
        return link.receiveMessage();
    }

    private void acknowledge(WorkerStatus status) {
        worker.supervisorSays(new WorkerCommand.Heard(status.number()));
    }

    private Activity after(Duration time) {
        TIME.timePasses(time);
        return report().activity();
    }

    @Test
    void acknowledgementsThatStop_shouldCloseTheFenceAtItsTimeAndOpenItWhenTheyComeAgain() {
        worker.register();
        assertThat(after(SECOND.multipliedBy(50))).isEqualTo(Activity.WORKING);
        acknowledge(report());

        assertThat(after(FENCE.minus(SECOND))).isEqualTo(Activity.WORKING);
        assertThat(worker.requests.isPaused()).isFalse();
        assertThat(after(SECOND)).isEqualTo(Activity.LEAVING);
        assertThat(worker.requests.isPaused()).isTrue();

        acknowledge(report());
        assertThat(report().activity()).isEqualTo(Activity.WORKING);
        assertThat(worker.requests.isPaused()).isFalse();
        ClassificationRequest next = stored(worker.images, "cat.png");
        worker.requests.deliver(body(next), 1);
        worker.eventually(() -> assertThat(worker.results.results).containsKey(next.id()));
        assertThat(after(FENCE)).as("closes as before").isEqualTo(Activity.LEAVING);
    }

    @Test
    void acknowledgementThatComesLate_shouldCountFromWhenItsReportWasSent() {
        worker.register();
        WorkerStatus sent = report();
        TIME.timePasses(FENCE.dividedBy(2));
        acknowledge(sent);
        acknowledge(sent);

        assertThat(after(FENCE.dividedBy(2).minus(SECOND))).isEqualTo(Activity.WORKING);
        assertThat(after(SECOND)).isEqualTo(Activity.LEAVING);
    }

    @Test
    void acknowledgementOfAReportOlderThanTheFence_shouldNotOpenIt() {
        worker.register();
        WorkerStatus old = report();
        TIME.timePasses(SECOND);
        WorkerStatus later = report();
        assertThat(after(FENCE.minus(SECOND))).isEqualTo(Activity.LEAVING);

        acknowledge(old);
        assertThat(report().activity()).isEqualTo(Activity.LEAVING);
        acknowledge(later);
        assertThat(report().activity()).as("sent just before").isEqualTo(Activity.WORKING);
        acknowledge(old);
        assertThat(after(SECOND)).isEqualTo(Activity.LEAVING);
    }

    /** Of these two are inside and the others wait. */
    private List<QueueMessage> inHand(int count) {
        worker.register();
        worker.eventually(() -> assertThat(worker.requests.runs()).isEqualTo(1));
        List<QueueMessage> slow = worker.deliverSlowOnes(count);
        worker.eventually(() -> assertThat(worker.classifiers.classified).hasValue(2));
        acknowledge(report());
        return slow;
    }

    @Test
    void fence_shouldGiveBackAtOnceWhatIsNotBegunAndLetTheRestFinish() {
        inHand(5);
        assertThat(after(FENCE.minus(SECOND))).isEqualTo(Activity.WORKING);
        assertThat(worker.requests.acknowledged()).isEmpty();

        assertThat(after(SECOND)).isEqualTo(Activity.LEAVING);

        worker.eventually(() -> assertThat(worker.requests.acknowledged())
                .hasSize(3)
                .allMatch(action ->
                        action instanceof MessageAction.ChangeMessageVisibility change && change.seconds() == 0));
        worker.classifiers.slow.release(2);
        worker.eventually(() -> assertThat(worker.results.results).hasSize(2));
        worker.eventually(() -> assertThat(report().inHand()).isZero());
        assertThat(after(FENCE_END)).as("with nothing in hand it waits").isEqualTo(Activity.LEAVING);
        acknowledge(report());
        assertThat(report().activity()).isEqualTo(Activity.WORKING);
        assertThat(worker.ended).isNotDone();
    }

    @Test
    void imageThatIsStillInsideBeforeTheWorkerMayBeTakenForDead_shouldBeGivenBackAndTheProcessEnd() throws Exception {
        List<QueueMessage> slow = inHand(2);
        assertThat(after(FENCE)).isEqualTo(Activity.LEAVING);
        assertThat(after(FENCE_END.minus(FENCE).minus(SECOND))).isEqualTo(Activity.LEAVING);
        assertThat(worker.requests.extended()).isEmpty();

        TIME.timePasses(SECOND);

        worker.eventually(() -> assertThat(worker.ended).isDone());
        assertThat(worker.requests.extended()).containsExactlyInAnyOrderElementsOf(slow);
        assertThat(worker.attempts.processes).as("nobody is blamed").isEmpty();
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).isEmpty();
        }
        acknowledge(report());
        assertThat(report().activity()).as("no way back").isEqualTo(Activity.LEAVING);
    }

    /** Its timers are late then, and what it may be taken for dead by is not. */
    @Test
    void workerThatStoodStill_shouldGiveBackAtTheMomentThatCountsFromItsReport() {
        List<QueueMessage> slow = inHand(2);

        TIME.timePasses(FENCE_END);

        worker.eventually(() -> assertThat(worker.ended).isDone());
        assertThat(worker.requests.extended()).containsExactlyInAnyOrderElementsOf(slow);
    }

    @Test
    void workerThatNobodyEnds_shouldFinishWhatIsInsideHoweverLongItIsCutOff() throws Exception {
        worker.close();
        worker = RunningWorker.byHand(KIT, SECOND, marks());
        report();
        inHand(3);
        assertThat(after(FENCE)).isEqualTo(Activity.LEAVING);
        worker.eventually(() -> assertThat(worker.requests.acknowledged()).hasSize(1));

        assertThat(after(FENCE)).isEqualTo(Activity.LEAVING);
        worker.classifiers.slow.release(2);

        worker.eventually(() -> assertThat(worker.results.results).hasSize(2));
        assertThat(worker.ended).isNotDone();
        acknowledge(report());
        assertThat(report().activity()).isEqualTo(Activity.WORKING);
    }

    @Test
    void wordOfTheSupervisorWhileAnImageIsStillInside_shouldHaveItFinishedAndOthersTaken() {
        inHand(3);
        assertThat(after(FENCE)).isEqualTo(Activity.LEAVING);
        assertThat(after(FENCE_END.minus(FENCE).minus(SECOND))).isEqualTo(Activity.LEAVING);
        worker.eventually(() -> assertThat(worker.requests.acknowledged()).hasSize(1));
        WorkerStatus sent = report();

        acknowledge(sent);
        assertThat(after(SECOND.multipliedBy(5))).isEqualTo(Activity.WORKING);
        worker.classifiers.slow.release(2);
        ClassificationRequest next = stored(worker.images, "cat.png");
        worker.requests.deliver(body(next), 1);

        worker.eventually(() -> assertThat(worker.results.results).hasSize(3).containsKey(next.id()));
        assertThat(worker.ended).isNotDone();
        assertThat(worker.requests.extended()).isEmpty();
    }

    @Test
    void drainingWorkerThatIsNotHeard_shouldGiveBackWhatIsInHandToo() {
        List<QueueMessage> slow = inHand(4);
        worker.supervisorSays(new WorkerCommand.Drain(17));
        assertThat(after(FENCE.minus(SECOND))).isEqualTo(Activity.DRAINING);
        assertThat(worker.requests.acknowledged()).isEmpty();

        assertThat(after(SECOND)).isEqualTo(Activity.DRAINING);
        worker.eventually(() -> assertThat(worker.requests.acknowledged()).hasSize(2));
        TIME.timePasses(FENCE_END.minus(FENCE));

        worker.eventually(() -> assertThat(worker.ended).isDone());
        assertThat(slow).containsAll(worker.requests.extended());
        assertThat(worker.requests.extended()).hasSize(2);
    }

    @Test
    void messageThatGoesBack_shouldWaitForTheExtensionThatIsUnderWay() {
        CompletableFuture<Done> slow = new CompletableFuture<>();
        worker.requests.extendWhen(() -> slow);
        worker.register();
        worker.eventually(() -> assertThat(worker.requests.runs()).isEqualTo(1));
        List<QueueMessage> inside = worker.deliverSlowOnes(1);
        worker.eventually(() -> assertThat(worker.classifiers.classified).hasValue(1));
        clock.pass(SECOND.multipliedBy(10));
        TIME.timePasses(SECOND.multipliedBy(5));
        worker.eventually(() -> assertThat(worker.requests.extended()).isEqualTo(inside));

        long began = System.nanoTime();
        QueueMessage unreadable = worker.requests.deliver("nobody can read it", 1);
        QueueMessage answered = worker.requests.deliver(body(stored(worker.images, "cat.png")), 1);

        worker.eventually(
                () -> assertThat(worker.requests.acknowledged()).contains(new MessageAction.Delete(answered)));
        // It waits for two seconds at most.
        boolean early = System.nanoTime() - began < Duration.ofSeconds(2).toNanos();
        assertThat(early && worker.requests.acknowledged().size() > 1).isFalse();
        slow.complete(Done.getInstance());
        worker.eventually(() -> assertThat(worker.requests.acknowledged())
                .contains(new MessageAction.ChangeMessageVisibility(unreadable, 1)));
    }

    /** It may be taken for the process before it on its machine, whose silence counts on. */
    @Test
    void workerThatNobodyHears_shouldReceiveNothingUntilItIsHeard() {
        assertThat(after(SECOND.multipliedBy(6))).isEqualTo(Activity.WORKING);
        assertThat(worker.requests.runs()).isZero();

        acknowledge(report());

        worker.eventually(() -> assertThat(worker.requests.runs()).isEqualTo(1));
        worker.requests.deliver(body(stored(worker.images, "cat.png")), 1);
        worker.eventually(() -> assertThat(worker.requests.acknowledged()).hasSize(1));
        assertThat(after(FENCE.minus(SECOND))).isEqualTo(Activity.WORKING);
        assertThat(after(SECOND)).isEqualTo(Activity.LEAVING);
        assertThat(worker.requests.isPaused()).isTrue();
    }

    /** The supervisor may be ending the machine, for the silence of the process before. */
    @Test
    void workerThatIsToldItsIdAndIsNotHeard_shouldReceiveNothing() {
        worker.supervisorSays(new WorkerCommand.Registered(Optional.of(new AppTierId(3))));
        worker.supervisorSays(new WorkerCommand.Drain(7));
        worker.supervisorSays(new WorkerCommand.CancelDrain(7));
        assertThat(after(SECOND.multipliedBy(6))).isEqualTo(Activity.WORKING);
        assertThat(worker.requests.runs()).isZero();

        acknowledge(report());

        worker.eventually(() -> assertThat(worker.requests.runs()).isEqualTo(1));
    }

    @Test
    void workerThatNobodyHearsForTheTimeOfItsFence_shouldCloseIt() {
        assertThat(after(FENCE.minus(SECOND))).isEqualTo(Activity.WORKING);
        assertThat(after(SECOND)).isEqualTo(Activity.LEAVING);
        assertThat(worker.requests.runs()).isZero();

        acknowledge(report());

        worker.eventually(() -> assertThat(worker.requests.runs()).isEqualTo(1));
    }

    @Test
    void workerThatIsHeardAndGetsNoId_shouldReceiveAfterAMoment() {
        acknowledge(report());
        assertThat(after(SECOND.multipliedBy(4))).isEqualTo(Activity.WORKING);
        assertThat(worker.requests.runs()).isZero();

        TIME.timePasses(SECOND);

        worker.eventually(() -> assertThat(worker.requests.runs()).isEqualTo(1));
    }

    @Test
    void otherWordsOfTheSupervisor_shouldNotKeepTheFenceOpen() {
        worker.register();
        acknowledge(report());
        TIME.timePasses(FENCE.minus(SECOND));
        worker.register();
        worker.supervisorSays(new WorkerCommand.RequestsFrom(1));
        worker.supervisorSays(new WorkerCommand.CancelDrain(1));

        assertThat(after(SECOND)).isEqualTo(Activity.LEAVING);
    }

    @Test
    void cancelledDrainOfAWorkerThatIsNotHeard_shouldNotHaveItReceive() {
        worker.register();
        worker.requests.deliver(body(stored(worker.images, "slow.png")), 1);
        worker.eventually(() -> assertThat(worker.classifiers.classified).hasValue(1));
        worker.supervisorSays(new WorkerCommand.Drain(17));
        assertThat(after(FENCE)).isEqualTo(Activity.DRAINING);

        worker.supervisorSays(new WorkerCommand.CancelDrain(17));

        assertThat(report().activity()).isEqualTo(Activity.LEAVING);
        assertThat(worker.requests.isPaused()).isTrue();
        acknowledge(report());
        assertThat(report().activity()).isEqualTo(Activity.WORKING);
        assertThat(worker.requests.isPaused()).isFalse();
    }

    @Test
    void workerBehindItsFence_shouldTakeNoTerminateRequestAndStillDrainByName() {
        worker.register();
        // Its taker may look from then on.
        worker.eventually(() -> assertThat(worker.requests.runs()).isEqualTo(1));
        // A look that is under way while the fence closes: when it is answered, the taker has heard of the fence.
        worker.terminate.holdLooks();
        assertThat(after(FENCE.minus(SECOND))).isEqualTo(Activity.WORKING);
        worker.eventually(() -> assertThat(worker.terminate.looks()).isEqualTo(1));
        assertThat(after(SECOND)).isEqualTo(Activity.LEAVING);
        worker.terminate.answerLooks();
        worker.terminate.put(17);
        int looks = worker.terminate.looks();
        TIME.timePasses(SECOND.multipliedBy(10));
        report();
        assertThat(worker.terminate.looks()).isEqualTo(looks);

        worker.supervisorSays(new WorkerCommand.Drain(99));

        worker.eventually(() -> assertThat(report().activity()).isEqualTo(Activity.DRAINED));
        acknowledge(report());
        assertThat(report().activity()).isEqualTo(Activity.DRAINED);
        assertThat(worker.terminate.done()).isEmpty();
    }
}
