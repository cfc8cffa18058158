package flotilla.scaling;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.scaling.FleetObservation.DrainConfirmation;
import flotilla.scaling.ScalingAction.CancelRequests;
import flotilla.scaling.ScalingAction.EndReason;
import flotilla.scaling.ScalingAction.Launch;
import flotilla.scaling.ScalingAction.RequestDrains;
import flotilla.scaling.ScalingAction.Terminate;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Scale-in through the two terminate queues: the figures that the protocol is known by, and what may go wrong. */
class QueueDrainsTest {
    private static int asked(ScalingPlan plan) {
        return plan.actions().stream()
                .filter(RequestDrains.class::isInstance)
                .mapToInt(action -> ((RequestDrains) action).tokens().size())
                .sum();
    }

    private static List<Integer> cancelled(ScalingPlan plan) {
        return plan.actions().stream()
                .filter(CancelRequests.class::isInstance)
                .map(action -> ((CancelRequests) action).count())
                .toList();
    }

    private static long launched(ScalingPlan plan) {
        return plan.actions().stream().filter(Launch.class::isInstance).count();
    }

    private static Terminate drained(int id) {
        return new Terminate(new InstanceId("i-" + id), Optional.of(new AppTierId(id)), EndReason.DRAINED);
    }

    /** Fifteen workers of which five were asked to end. */
    private static QueueFleet fifteenWithFiveAsked() {
        QueueFleet fleet = QueueFleet.running(15);
        assertThat(asked(fleet.tick(10))).isEqualTo(5);
        return fleet;
    }

    @Test
    void manyMessagesAndNoInstance_shouldLaunchTwenty() {
        ScalingPlan plan = new QueueFleet().tick(110);

        assertThat(launched(plan)).isEqualTo(20);
    }

    @Test
    void twoWorkersTooMany_shouldSendTwoRequests() {
        QueueFleet fleet = QueueFleet.running(20);

        ScalingPlan plan = fleet.tick(18);

        assertThat(plan.actions()).hasSize(1);
        assertThat(asked(plan)).isEqualTo(2);
        assertThat(fleet.visible).hasSize(2).doesNotHaveDuplicates();
        assertThat(fleet.tick(18).actions()).isEmpty();
        assertThat(fleet.tick(18).census()).isEqualTo(new ScalingPlan.Census(0, 18, 2, 0, 0, 0));
    }

    @Test
    void newWorkForThreeOfFiveAsked_shouldCancelThreeAndLetTwoEnd() {
        QueueFleet fleet = fifteenWithFiveAsked();

        ScalingPlan plan = fleet.tick(13);

        assertThat(plan.actions()).containsExactly(new CancelRequests(3));
        assertThat(fleet.visible).hasSize(2);
        for (int id = 1; id <= 15; id++) {
            fleet.take(id);
        }
        fleet.drained(1);
        fleet.drained(2);
        assertThat(fleet.tick(13).actions()).containsExactly(drained(1), drained(2));
        assertThat(fleet.tick(13).actions()).isEmpty();
        assertThat(fleet.living()).isEqualTo(13);
    }

    @Test
    void newWorkForMoreThanWereAsked_shouldCancelAllAndLaunchTheRest() {
        QueueFleet fleet = fifteenWithFiveAsked();

        ScalingPlan plan = fleet.tick(17);

        assertThat(cancelled(plan)).containsExactly(5);
        assertThat(launched(plan)).isEqualTo(2);
        assertThat(fleet.visible).isEmpty();
        assertThat(fleet.tick(17).actions()).isEmpty();
    }

    @Test
    void noMessageLeft_shouldAskTheLastOneToo() {
        QueueFleet fleet = QueueFleet.running(1);

        assertThat(asked(fleet.tick(0))).isEqualTo(1);

        fleet.take(1);
        fleet.drained(1);
        assertThat(fleet.tick(0).actions()).containsExactly(drained(1));
        fleet.tick(0);
        assertThat(fleet.living()).isZero();
    }

    @Test
    void takenRequests_shouldNotBeCancelled() {
        QueueFleet fleet = fifteenWithFiveAsked();
        fleet.take(3);
        fleet.take(4);

        ScalingPlan plan = fleet.tick(17);

        assertThat(plan.census()).isEqualTo(new ScalingPlan.Census(0, 10, 5, 0, 0, 0));
        assertThat(cancelled(plan)).containsExactly(3);
        assertThat(launched(plan)).isEqualTo(4);
    }

    @Test
    void cancelThatLosesTheRaceAgainstAWorker_shouldBeMadeGoodAtTheNextTick() {
        QueueFleet fleet = fifteenWithFiveAsked();
        fleet.machine(3).linked = false;
        fleet.take(3);

        ScalingPlan short5 = fleet.tick(15);
        assertThat(short5.actions()).containsExactly(new CancelRequests(5));
        assertThat(fleet.visible).isEmpty();
        fleet.machine(3).linked = true;

        ScalingPlan next = fleet.tick(15);
        assertThat(next.census().running()).isEqualTo(14);
        assertThat(launched(next)).isEqualTo(1);
        assertThat(cancelled(next)).isEmpty();
    }

    @Test
    void requestOfADeadWorker_shouldWaitAgainAndBeTakenBackSinceThereIsOneLessAnyway() {
        QueueFleet fleet = QueueFleet.running(3);
        assertThat(asked(fleet.tick(2))).isEqualTo(1);
        fleet.take(1);
        assertThat(fleet.tick(2).actions()).isEmpty();

        fleet.die(1);

        ScalingPlan plan = fleet.tick(2);
        // Two are left for two messages, and one request is in the queue again.
        assertThat(plan.actions()).containsExactly(new CancelRequests(1));
        assertThat(fleet.visible).isEmpty();
        assertThat(fleet.tick(2).actions()).isEmpty();
        assertThat(fleet.living()).isEqualTo(2);
    }

    @Test
    void requestOfADeadWorker_shouldNotEndMoreThanWereToEnd() {
        QueueFleet fleet = QueueFleet.running(3);
        assertThat(asked(fleet.tick(1))).isEqualTo(2);
        fleet.take(1);
        fleet.tick(1);

        fleet.die(1);

        // Two workers, two requests, one message: one request is one too many.
        assertThat(fleet.tick(1).actions()).containsExactly(new CancelRequests(1));
        fleet.take(2);
        fleet.drained(2);
        assertThat(fleet.tick(1).actions()).containsExactly(drained(2));
        assertThat(fleet.tick(1).actions()).isEmpty();
        assertThat(fleet.living()).isEqualTo(1);
    }

    @Test
    void secondConfirmation_shouldChangeNothing() {
        QueueFleet fleet = QueueFleet.running(2);
        fleet.tick(1);
        fleet.take(2);
        fleet.drained(2);
        fleet.confirmations.add(fleet.confirmations.get(0));

        ScalingPlan first = fleet.tick(1);
        assertThat(first.actions()).containsExactly(drained(2));
        fleet.confirmations.add(
                new DrainConfirmation(new InstanceId("i-2"), first.memory().lastEpoch() - 1));
        ScalingPlan second = fleet.tick(1);

        assertThat(second.actions()).isEmpty();
        assertThat(fleet.memory().requests()).isEmpty();
        assertThat(fleet.living()).isEqualTo(1);
    }

    @Test
    void requestDeliveredToTwoWorkers_shouldEndBothAndNoMore() {
        QueueFleet fleet = QueueFleet.running(3);
        fleet.tick(2);
        fleet.visible.add(fleet.visible.get(0));
        fleet.take(1);
        fleet.take(2);

        ScalingPlan plan = fleet.tick(2);
        assertThat(launched(plan)).isEqualTo(1);
        fleet.drained(1);
        fleet.drained(2);

        assertThat(fleet.tick(2).actions()).containsExactly(drained(1), drained(2));
        assertThat(fleet.memory().requests()).isEmpty();
    }

    @Test
    void confirmationWithoutAReport_shouldEndTheInstanceUntilItIsGone() {
        QueueFleet fleet = QueueFleet.running(2);
        fleet.tick(1);
        fleet.machine(2).linked = false;
        fleet.take(2);
        fleet.drained(2);

        assertThat(fleet.tick(1).actions()).containsExactly(drained(2));
        fleet.machine(2).state = InstanceState.RUNNING;
        assertThat(fleet.tick(1).actions()).containsExactly(drained(2));
    }

    @Test
    void confirmationReadWhileInstancesWereUnknown_shouldNotBeLost() {
        QueueFleet fleet = QueueFleet.running(2);
        fleet.tick(1);
        fleet.machine(2).linked = false;
        fleet.take(2);
        fleet.drained(2);
        fleet.instancesKnown = false;
        assertThat(fleet.tick(1).actions()).isEmpty();

        fleet.instancesKnown = true;

        assertThat(fleet.tick(1).actions()).containsExactly(drained(2));
    }

    @Test
    void confirmationOfAnUnknownToken_shouldBeIgnoredWithAFinding() {
        QueueFleet fleet = QueueFleet.running(2);
        fleet.confirmations.add(new DrainConfirmation(new InstanceId("i-1"), 17));
        fleet.confirmations.add(new DrainConfirmation(new InstanceId("i-99"), 18));

        ScalingPlan plan = fleet.tick(2);

        assertThat(plan.actions()).isEmpty();
        assertThat(plan.findings())
                .containsExactly(
                        "confirmation of i-1 ignored: its request 17 is not open",
                        "confirmation of i-99 ignored: there is no such living instance");
    }

    @Test
    void confirmationOfALifeThatIsOver_shouldNotEndTheNextOne() {
        QueueFleet fleet = QueueFleet.running(2);
        fleet.tick(1);
        long token = fleet.visible.remove(0);
        fleet.machine(2).launchedAt = fleet.now.plusSeconds(5);
        fleet.confirmations.add(new DrainConfirmation(new InstanceId("i-2"), token));

        ScalingPlan plan = fleet.tick(2);

        assertThat(plan.actions()).isEmpty();
        assertThat(plan.findings())
                .containsExactly("confirmation of i-2 ignored: its request " + token + " is older than its last start");
        assertThat(fleet.memory().requests()).isEmpty();
    }

    @Test
    void confirmationOfAnInstanceThatIsGone_shouldCloseItsRequest() {
        QueueFleet fleet = QueueFleet.running(2);
        fleet.tick(1);
        fleet.machine(2).linked = false;
        fleet.take(2);
        fleet.drained(2);
        fleet.die(2);

        fleet.tick(1);

        assertThat(fleet.memory().requests()).isEmpty();
        assertThat(fleet.tick(1).census().running()).isEqualTo(1);
    }

    @Test
    void newSupervisor_shouldTakeAllRequestsBackAndKnowTheOneThatIsTaken() {
        QueueFleet fleet = fifteenWithFiveAsked();
        fleet.take(7);
        fleet.restartSupervisor();

        ScalingPlan first = fleet.tick(10);
        assertThat(first.actions()).containsExactly(new CancelRequests(CancelRequests.ALL));
        assertThat(fleet.visible).isEmpty();
        ScalingPlan second = fleet.tick(10);
        assertThat(asked(second)).isEqualTo(4);
        assertThat(second.census()).isEqualTo(new ScalingPlan.Census(0, 14, 1, 0, 0, 0));

        fleet.drained(7);
        assertThat(fleet.tick(10).actions()).containsExactly(drained(7));
        assertThat(fleet.tick(10).actions()).isEmpty();
        assertThat(fleet.memory().requests()).hasSize(4);
    }

    @Test
    void newSupervisorThatCannotEmptyTheQueue_shouldTryAgainBeforeItAsksAnybody() {
        QueueFleet fleet = fifteenWithFiveAsked();
        fleet.restartSupervisor();
        fleet.queueThere = false;

        fleet.tick(10);
        ScalingPlan again = fleet.tick(10);
        assertThat(again.actions()).containsExactly(new CancelRequests(CancelRequests.ALL));
        assertThat(again.clamps()).contains("terminate requests only after the queue was emptied");
        fleet.queueThere = true;
        fleet.tick(10);

        assertThat(asked(fleet.tick(10))).isEqualTo(5);
        assertThat(fleet.visible).hasSize(5);
    }

    @Test
    void staleRequestThatShowsUpLate_shouldBeRefusedByAWorkerThatKnowsTheNewSupervisor() {
        QueueFleet fleet = QueueFleet.running(3);
        fleet.tick(2);
        long stale = fleet.visible.remove(0);
        fleet.restartSupervisor();
        fleet.tick(3);
        fleet.tick(3);

        fleet.visible.add(stale);

        assertThat(fleet.take(1)).isFalse();
        assertThat(fleet.visible).isEmpty();
    }

    @Test
    void workerDrainedByAStaleRequest_shouldStillBeEndedByItsReport() {
        QueueFleet fleet = QueueFleet.running(3);
        fleet.visible.add(17L);
        fleet.machine(1).requestsFrom = 0;
        assertThat(fleet.take(1)).isTrue();
        assertThat(launched(fleet.tick(3))).isEqualTo(1);

        fleet.drained(1);

        assertThat(fleet.tick(3).actions()).contains(drained(1));
        assertThat(fleet.memory().requests()).isEmpty();
    }

    @Test
    void requestThatIsLost_shouldBeAskedForAnew() {
        QueueFleet fleet = QueueFleet.running(1);
        fleet.tick(0);
        fleet.visible.clear();

        IntStream.range(0, 20).forEach(tick -> {
            fleet.tick(0);
            if (fleet.take(1)) {
                fleet.drained(1);
            }
        });

        assertThat(fleet.living()).isZero();
    }

    @Test
    void requestsThatCouldNotBeSent_shouldBeAskedForAgainWhenTheQueueWasEmptied() {
        QueueFleet fleet = QueueFleet.running(2);
        fleet.queueThere = false;
        assertThat(asked(fleet.tick(1))).isEqualTo(1);
        fleet.queueThere = true;

        // One of them may have been sent although the call failed.
        fleet.visible.add(4711L);
        assertThat(fleet.tick(1).actions()).containsExactly(new CancelRequests(CancelRequests.ALL));
        assertThat(asked(fleet.tick(1))).isEqualTo(1);
        assertThat(fleet.visible).hasSize(1).doesNotContain(4711L);
    }

    @Test
    void workerThatStartedAnewOnItsMachine_shouldCountAsWorkingAgain() {
        QueueFleet fleet = QueueFleet.running(2);
        fleet.tick(1);
        fleet.take(2);
        fleet.tick(1);

        fleet.visible.add(fleet.machine(2).token);
        fleet.machine(2).activity = Activity.WORKING;
        fleet.machine(2).token = 0;

        ScalingPlan plan = fleet.tick(2);
        assertThat(plan.actions()).containsExactly(new CancelRequests(1));
        assertThat(fleet.tick(2).census().running()).isEqualTo(2);
    }

    @Test
    void silentWorkerThatHasTakenARequest_shouldNotBeCountedTwice() {
        QueueFleet fleet = QueueFleet.running(3);
        fleet.tick(2);
        fleet.take(3);
        fleet.machine(3).linked = false;
        IntStream.range(0, 4).forEach(tick -> fleet.tick(2));

        assertThat(fleet.tick(2).census()).isEqualTo(new ScalingPlan.Census(0, 2, 0, 1, 0, 0));
    }

    @Test
    void unknownDepth_shouldAskAndCancelNothing() {
        QueueFleet fleet = fifteenWithFiveAsked();
        fleet.depthKnown = false;

        assertThat(fleet.tick(0).actions()).isEmpty();
    }
}
