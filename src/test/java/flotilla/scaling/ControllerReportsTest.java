package flotilla.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import flotilla.domain.AppTierId;
import flotilla.domain.GatewayId;
import flotilla.domain.InstanceId;
import flotilla.domain.QueueDepth;
import flotilla.domain.WorkerId;
import flotilla.scaling.FleetController.Decided;
import flotilla.scaling.FleetController.Readings;
import flotilla.scaling.FleetController.Results;
import flotilla.scaling.FleetController.WorkerOrder;
import flotilla.scaling.ScalingAction.Launch;
import flotilla.scaling.ScalingAction.Terminate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the controller is told by workers and gateways, and what it says to workers. A tick every ten seconds. */
class ControllerReportsTest {
    private static final GatewayId GATEWAY = new GatewayId("g");
    private static final GatewayId OTHER = new GatewayId("h");

    private final FleetController controller = new FleetController(
            new MessageCountPolicy(1), List.of(), PlannerRules.of(Fleet.LIMITS), WorkloadModel.Assumed.usual());
    private final List<Instance> instances = new ArrayList<>();
    private Instant now = Fleet.NOW;
    private long reports;

    private void running(int... ids) {
        for (int id : ids) {
            instances.add(new Instance(
                    Fleet.id(id),
                    Optional.of(new AppTierId(id)),
                    InstanceState.RUNNING,
                    Fleet.NOW.minusSeconds(600),
                    Fleet.TYPE));
        }
    }

    private List<WorkerOrder> report(int id, int told, Activity activity, long epoch) {
        return beside(controller.reported(sighting(id, told, activity, epoch), now));
    }

    private WorkerSighting sighting(int id, int told, Activity activity, long epoch) {
        return new WorkerSighting(
                new WorkerId("i-" + id),
                Optional.of(new InstanceId("i-" + id)),
                told == 0 ? Optional.empty() : Optional.of(new AppTierId(told)),
                activity,
                epoch,
                0,
                0,
                ServiceCount.none(1),
                Fleet.NOW.minusSeconds(500).toEpochMilli(),
                ++reports);
    }

    /** What is said besides that the report was heard. */
    private static List<WorkerOrder> beside(List<WorkerOrder> orders) {
        return orders.stream()
                .filter(order -> !(order instanceof WorkerOrder.Heard))
                .toList();
    }

    private List<WorkerOrder> report(int id, Activity activity, long epoch) {
        return report(id, id, activity, epoch);
    }

    private ScalingPlan tick(int visible) {
        return tick(visible, Results.none());
    }

    private ScalingPlan tick(int visible, Results results) {
        now = now.plusSeconds(10);
        ScalingPlan plan = decide(visible).plan();
        controller.acted(results, now);
        return plan;
    }

    private Decided decide(int visible) {
        return controller.decide(new Readings(Optional.of(new QueueDepth(visible, 0, 0)), Optional.of(instances)), now);
    }

    @Test
    void worker_shouldBeToldItsIdUntilItKnows() {
        running(4);
        tick(1);

        assertThat(report(4, 0, Activity.WORKING, 0)).containsExactly(new WorkerOrder.Register(tier(4)));
        assertThat(report(4, 9, Activity.WORKING, 0)).containsExactly(new WorkerOrder.Register(tier(4)));
        assertThat(report(4, 4, Activity.WORKING, 0)).isEmpty();
    }

    private static Optional<AppTierId> tier(int id) {
        return Optional.of(new AppTierId(id));
    }

    @Test
    void drainAndItsCancel_shouldBeRepeatedUntilTheReportsShowThem() {
        running(1);
        report(1, Activity.WORKING, 0);
        long epoch = ((ScalingAction.Drain) tick(0).actions().get(0)).epoch();

        assertThat(report(1, Activity.WORKING, 0)).containsExactly(new WorkerOrder.Drain(epoch));
        assertThat(report(1, Activity.DRAINING, epoch)).isEmpty();
        tick(1);
        assertThat(report(1, Activity.DRAINING, epoch)).containsExactly(new WorkerOrder.CancelDrain(epoch));
        assertThat(report(1, Activity.WORKING, epoch)).isEmpty();
    }

    @Test
    void workerInAnEarlierDrainThanTheOneTakenBack_shouldBeFreedFromTheOneThatItIsIn() {
        running(1);
        report(1, Activity.WORKING, 0);
        long first = ((ScalingAction.Drain) tick(0).actions().get(0)).epoch();
        report(1, Activity.DRAINING, first);
        tick(1);
        // Its cancel and the next drain are lost; then that is taken back as well.
        tick(0);
        tick(1);

        assertThat(report(1, Activity.DRAINING, first)).containsExactly(new WorkerOrder.CancelDrain(first));
    }

    @Test
    void drainTakenBackByAnEarlierSupervisorsLateWord_shouldBeAskedForAnew() {
        running(1);
        report(1, Activity.DRAINING, 7);
        assertThat(tick(0).actions()).isEmpty();

        report(1, Activity.WORKING, 7);
        ScalingPlan next = tick(0);

        assertThat(next.decision()).isEqualTo("drain");
        long epoch = ((ScalingAction.Drain) next.actions().get(0)).epoch();
        assertThat(report(1, Activity.WORKING, 7)).containsExactly(new WorkerOrder.Drain(epoch));
    }

    @Test
    void supervisorWhoseClockIsBehind_shouldStillUseHigherEpochs() {
        running(1);
        long ahead = now.plusSeconds(3600).toEpochMilli();
        report(1, Activity.WORKING, ahead);

        ScalingPlan plan = tick(0);

        assertThat(((ScalingAction.Drain) plan.actions().get(0)).epoch()).isGreaterThan(ahead);
    }

    @Test
    void supervisorThatSlept_shouldTakeNobodyForDead() {
        running(1, 2);
        report(1, Activity.WORKING, 0);
        report(2, Activity.WORKING, 0);
        tick(2);

        now = now.plusSeconds(3600);
        ScalingPlan awake = tick(2);

        assertThat(awake.actions()).isEmpty();
        assertThat(awake.census()).isEqualTo(new ScalingPlan.Census(0, 2, 0, 0, 0, 0));
        // They are as silent as before when nothing comes from now on.
        tick(2);
        assertThat(tick(2).census().silent()).isEqualTo(2);
    }

    @Test
    void supervisorThatSleptAndIsWokenByAReport_shouldTakeNobodyForDead() {
        running(1, 2);
        report(1, Activity.WORKING, 0);
        report(2, Activity.WORKING, 0);
        tick(2);

        now = now.plusSeconds(3600);
        report(1, Activity.WORKING, 0);

        assertThat(decide(2).plan().census().running()).isEqualTo(2);
    }

    @Test
    void supervisorThatListensAndIsSlowToLook_shouldForgiveNobody() {
        running(1, 2);
        report(1, Activity.WORKING, 0);
        report(2, Activity.WORKING, 0);
        tick(2);

        for (int second = 0; second < 130; second++) {
            now = now.plusSeconds(1);
            report(2, Activity.WORKING, 0);
        }

        assertThat(decide(2).plan().actions())
                .contains(new Terminate(Fleet.id(1), tier(1), ScalingAction.EndReason.SILENT));
    }

    @Test
    void report_shouldBeAcknowledgedExactlyWhenItCounts() {
        running(1);
        tick(1);
        WorkerSighting sighting = sighting(1, 1, Activity.WORKING, 0);
        WorkerSighting later = sighting(1, 1, Activity.WORKING, 0);

        assertThat(controller.reported(later, now)).containsExactly(new WorkerOrder.Heard(later.number()));
        assertThat(controller.reported(sighting, now)).as("overtaken").isEmpty();
        assertThat(controller.reported(later, now)).as("doubled").isEmpty();
    }

    @Test
    void workerThatIsBeingEnded_shouldNotBeToldThatItIsHeard() {
        running(1);
        report(1, Activity.WORKING, 0);
        for (int tick = 0; tick < 12; tick++) {
            tick(1);
        }
        assertThat(tick(1).actions()).hasAtLeastOneElementOfType(Terminate.class);

        WorkerSighting back = sighting(1, 1, Activity.LEAVING, 0);
        assertThat(controller.reported(back, now)).isEmpty();
        assertThat(tick(1).actions()).as("it lives after all").doesNotHaveAnyElementsOfTypes(Terminate.class);
        WorkerSighting next = sighting(1, 1, Activity.LEAVING, 0);
        assertThat(controller.reported(next, now)).containsExactly(new WorkerOrder.Heard(next.number()));
    }

    private boolean isHeard(Activity activity) {
        return controller.reported(sighting(1, 1, activity, 0), now).stream()
                .anyMatch(WorkerOrder.Heard.class::isInstance);
    }

    private void described(InstanceState state) {
        instances.set(
                0,
                new Instance(
                        Fleet.id(1), Optional.of(new AppTierId(1)), state, Fleet.NOW.minusSeconds(600), Fleet.TYPE));
    }

    @Test
    void workerOfAMachineThatGoesDown_shouldNotBeToldThatItIsHeardHoweverLongThatTakes() {
        running(1);
        report(1, Activity.WORKING, 0);
        ScalingPlan plan = tick(1);
        while (plan.actions().stream().noneMatch(Terminate.class::isInstance)) {
            plan = tick(1);
        }
        assertThat(isHeard(Activity.LEAVING)).isFalse();

        now = now.plusSeconds(10);
        controller.decide(new Readings(Optional.of(new QueueDepth(1, 0, 0)), Optional.empty()), now);
        assertThat(isHeard(Activity.LEAVING)).as("nobody knows").isFalse();

        described(InstanceState.SHUTTING_DOWN);
        for (int looks = 0; looks < 3; looks++) {
            tick(1);
            assertThat(isHeard(Activity.LEAVING)).as("still going down").isFalse();
        }
        described(InstanceState.HELD);
        tick(1);
        assertThat(isHeard(Activity.DRAINING)).as("ends when it has drained").isTrue();
    }

    @Test
    void silenceWhileTheSupervisorListens_shouldEndInATermination() {
        running(1);
        report(1, Activity.WORKING, 0);
        List<ScalingAction> actions = new ArrayList<>();
        for (int tick = 0; tick < 13; tick++) {
            actions.addAll(tick(0).actions());
        }

        assertThat(actions)
                .filteredOn(Terminate.class::isInstance)
                .containsExactly(new Terminate(Fleet.id(1), tier(1), ScalingAction.EndReason.SILENT));
    }

    @Test
    void newSupervisor_shouldNotReplaceWorkersThatItHasNotHeardYet() {
        running(1, 2, 3);

        ScalingPlan first = tick(3);

        assertThat(first.actions()).isEmpty();
        assertThat(first.census().pending()).isEqualTo(3);
    }

    @Test
    void launchThatGaveAnInstanceOfAnotherId_shouldBeTriedWithAnotherGeneration() {
        running(5);
        report(5, Activity.WORKING, 0);
        now = now.plusSeconds(10);
        Launch launch = (Launch) decide(2).plan().actions().get(0);
        Instance known = new Instance(
                Fleet.id(5), Optional.of(launch.tier()), InstanceState.RUNNING, Fleet.NOW.minusSeconds(600), "");
        controller.acted(new Results(Map.of(launch, known), List.of(), List.of(), Optional.empty(), List.of()), now);

        report(5, Activity.WORKING, 0);
        Launch next = (Launch) tick(2).actions().get(0);

        assertThat(next.tier()).isEqualTo(launch.tier());
        assertThat(next.generation()).isEqualTo(launch.generation() + 1);
    }

    @Test
    void firstWordOfAGateway_shouldCountWhatIsUnansweredOnly() {
        assertThat(controller.announced(GATEWAY, 1000, 40, now)).isEqualTo(40);
        tick(0);
        assertThat(controller.announced(GATEWAY, 1010, 50, now)).isEqualTo(50);
        assertThat(controller.announced(OTHER, 5, 5, now)).isEqualTo(55);
        tick(0);

        assertThat(controller.model().arrivals().total()).isEqualTo(55);
    }

    @Test
    void gatewayThatWasStartedAnewUnderAnotherName_shouldCountFromItsBeginning() {
        controller.announced(GATEWAY, 1000, 40, now);
        tick(0);
        assertThat(controller.announced(OTHER, 3, 3, now)).isEqualTo(43);
        tick(0);
        now = now.plusSeconds(61);

        assertThat(controller.announced(OTHER, 4, 4, now))
                .as("the old one is silent")
                .isEqualTo(4);
        tick(0);
        assertThat(controller.model().arrivals().total()).isEqualTo(44);
    }

    private long answered() {
        tick(0);
        return controller.model().lastTraffic().answered();
    }

    @Test
    void answers_shouldOnlyGrowWhateverGatewaysForget() {
        controller.announced(GATEWAY, new GatewayTally(100, 40, 0, 60), now);
        assertThat(answered())
                .as("what was answered before is another supervisor's")
                .isZero();

        controller.announced(GATEWAY, new GatewayTally(100, 30, 0, 70), now);
        assertThat(answered()).isEqualTo(10);
        controller.announced(GATEWAY, new GatewayTally(100, 0, 25, 75), now);
        assertThat(answered()).as("25 are overdue").isEqualTo(15);
        controller.announced(GATEWAY, new GatewayTally(100, 5, 0, 72), now);
        assertThat(answered()).as("a word that was overtaken").isEqualTo(15);
        controller.announced(OTHER, new GatewayTally(30, 30, 0, 0), now);
        controller.announced(GATEWAY, new GatewayTally(101, 1, 0, 76), now);
        assertThat(answered()).isEqualTo(16);
        now = now.plusSeconds(120);
        assertThat(answered()).as("both are silent").isEqualTo(16);
    }

    /** Perhaps nobody will ever answer them. */
    @Test
    void overdueImages_shouldBeNeitherWorkNorArrivals() {
        assertThat(controller.announced(GATEWAY, new GatewayTally(1000, 40, 25, 935), now))
                .isEqualTo(40);
        tick(0);

        assertThat(controller.model().arrivals().total()).isEqualTo(40);
        assertThat(controller.model().lastTraffic()).isEqualTo(new Traffic(40, 25, 40, 25, 0, 1));

        controller.announced(GATEWAY, new GatewayTally(1000, 0, 60, 940), now);
        tick(0);
        assertThat(controller.unanswered()).isZero();
        assertThat(controller.model().lastTraffic()).isEqualTo(new Traffic(40, 25, 0, 60, 5, 1));
    }

    @Test
    void gatewayThatDoesNotTellItsAnswers_shouldBeTakenToHaveAnsweredAllThatDoesNotWait() {
        controller.announced(GATEWAY, 100, 40, now);
        controller.announced(GATEWAY, 110, 20, now);

        assertThat(answered()).isEqualTo(30);
    }

    @Test
    void wordOfAGatewayThatComesLate_shouldChangeNothing() {
        controller.announced(GATEWAY, 100, 10, now);
        controller.announced(GATEWAY, 95, 30, now);
        controller.announced(GATEWAY, 105, 12, now);
        tick(0);

        assertThat(controller.unanswered()).isEqualTo(12);
        assertThat(controller.model().arrivals().total()).isEqualTo(15);
    }

    @Test
    void gatewayThatSpeaksAgainAfterAPause_shouldNotBeCountedTwice() {
        controller.announced(GATEWAY, 100, 50, now);
        tick(0);
        now = now.plusSeconds(120);
        tick(0);
        assertThat(controller.unanswered()).isZero();

        controller.announced(GATEWAY, 110, 60, now);
        tick(0);

        assertThat(controller.unanswered()).isEqualTo(60);
        assertThat(controller.model().arrivals().total()).isEqualTo(60);
    }

    @Test
    void forecast_shouldAddWhatArrivesAndTakeAwayWhatIsServed() {
        running(1, 2);
        controller.announced(GATEWAY, 0, 0, now);
        report(1, Activity.WORKING, 0);
        report(2, Activity.WORKING, 0);
        tick(2);
        controller.announced(GATEWAY, 50, 50, now);
        now = now.plusSeconds(10);
        report(1, Activity.WORKING, 0);
        report(2, Activity.WORKING, 0);

        // 50 in ten seconds go on; two instances do one a second each.
        assertThat(decide(100).forecast().orElseThrow()).isCloseTo(100 + 50 - 20, within(1e-9));
    }

    @Test
    void nothingKnown_shouldGiveNoForecast() {
        assertThat(controller
                        .decide(new Readings(Optional.empty(), Optional.of(instances)), now)
                        .forecast())
                .isEmpty();
        assertThat(controller
                        .decide(new Readings(Optional.of(new QueueDepth(1, 0, 0)), Optional.empty()), now)
                        .forecast())
                .isEmpty();
    }

    @Test
    void newSupervisorThatSettles_shouldLaunchOnlyAfterThat() {
        FleetController settling = new FleetController(
                new MessageCountPolicy(1),
                List.of(),
                PlannerRules.of(Fleet.LIMITS).settling(Duration.ofSeconds(10), false),
                WorkloadModel.Assumed.usual());
        Readings unknown = new Readings(Optional.of(new QueueDepth(3, 0, 0)), Optional.empty());
        Readings known = new Readings(Optional.of(new QueueDepth(3, 0, 0)), Optional.of(List.of()));

        assertThat(settling.decide(unknown, now).plan().actions()).isEmpty();
        Decided first = settling.decide(known, now.plusSeconds(10));
        assertThat(first.plan().actions()).isEmpty();
        assertThat(first.plan().clamps())
                .containsExactly("launches wait until EC2 must have described those of an earlier supervisor");
        assertThat(settling.decide(known, now.plusSeconds(19)).plan().actions()).isEmpty();
        assertThat(settling.decide(known, now.plusSeconds(20)).plan().actions()).hasSize(3);
    }
}
