package flotilla.scaling;

import static flotilla.scaling.Fleet.NOW;
import static flotilla.scaling.Fleet.id;
import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.domain.QueueDepth;
import flotilla.scaling.FleetMemory.DrainIntent;
import flotilla.scaling.ScalingAction.CancelDrain;
import flotilla.scaling.ScalingAction.Drain;
import flotilla.scaling.ScalingAction.EndReason;
import flotilla.scaling.ScalingAction.Launch;
import flotilla.scaling.ScalingAction.Terminate;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FleetPlannerTest {
    private static final long EPOCH = 7;

    private final FleetPlanner planner = new FleetPlanner(new MessageCountPolicy(1), PlannerRules.of(Fleet.LIMITS));

    private ScalingPlan plan(FleetObservation observation) {
        return plan(observation, FleetMemory.empty());
    }

    private ScalingPlan plan(FleetObservation observation, FleetMemory memory) {
        return plan(planner, observation, memory);
    }

    private static ScalingPlan plan(FleetPlanner planner, FleetObservation observation, FleetMemory memory) {
        ControlState state =
                new ControlState(memory, PolicyState.none(), WorkloadModel.unlearned(WorkloadModel.Assumed.usual()));
        return planner.plan(observation, state, NOW);
    }

    private static FleetMemory asked(int... ids) {
        Map<InstanceId, DrainIntent> drains = new HashMap<>();
        Arrays.stream(ids).forEach(one -> drains.put(id(one), new DrainIntent(EPOCH, false)));
        return new FleetMemory(drains, Map.of(), EPOCH);
    }

    private static int[] ids(int from, int to) {
        return IntStream.rangeClosed(from, to).toArray();
    }

    private static <A extends ScalingAction> List<Integer> idsOf(ScalingPlan plan, Class<A> kind) {
        return plan.actions().stream()
                .filter(kind::isInstance)
                .map(action -> action.appTierId().map(AppTierId::value).orElse(0))
                .toList();
    }

    @Test
    void messagesAndNoInstance_shouldLaunchUpToTheMaximum() {
        ScalingPlan plan = plan(Fleet.none().withMessages(110));

        assertThat(idsOf(plan, Launch.class))
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 20).boxed().toList());
        assertThat(plan.desired()).hasValue(20);
        assertThat(plan.decision()).isEqualTo("launch");
        assertThat(plan.reason()).isEqualTo("backlog");
    }

    @Test
    void twoInstancesTooMany_shouldAskTwoToDrain() {
        ScalingPlan plan = plan(Fleet.none().working(1, ids(1, 20)).withMessages(18));

        assertThat(idsOf(plan, Drain.class)).containsExactly(20, 19);
        assertThat(plan.actions()).hasSize(2);
    }

    @Test
    void newWorkForThreeOfFiveDraining_shouldCancelThree() {
        ScalingPlan plan = plan(
                Fleet.none().working(1, ids(1, 10)).draining(EPOCH, ids(11, 15)).withMessages(13), asked(ids(11, 15)));

        assertThat(idsOf(plan, CancelDrain.class)).hasSize(3);
        assertThat(plan.actions()).hasSize(3).allMatch(action -> ((CancelDrain) action).epoch() == EPOCH);
    }

    @Test
    void newWorkForMoreThanAreDraining_shouldCancelAllAndLaunchTheRest() {
        ScalingPlan plan = plan(
                Fleet.none().working(1, ids(1, 10)).draining(EPOCH, ids(11, 15)).withMessages(17), asked(ids(11, 15)));

        assertThat(idsOf(plan, CancelDrain.class)).containsExactlyInAnyOrder(11, 12, 13, 14, 15);
        assertThat(idsOf(plan, Launch.class)).containsExactly(16, 17);
        assertThat(plan.decision()).isEqualTo("cancel-drain+launch");
    }

    @Test
    void noMessageLeft_shouldDrainTheLastInstanceToo() {
        ScalingPlan plan = plan(Fleet.none().working(0, 1).withMessages(0));

        assertThat(idsOf(plan, Drain.class)).containsExactly(1);
        assertThat(plan.reason()).isEqualTo("no-work");
    }

    @Test
    void desiredEqualToActive_shouldHold() {
        ScalingPlan plan = plan(Fleet.none().working(1, 1, 2).booting(3).with(1, 2));

        assertThat(plan.actions()).isEmpty();
        assertThat(plan.decision()).isEqualTo("hold");
        assertThat(plan.reason()).isEqualTo("steady");
        assertThat(plan.census()).isEqualTo(new ScalingPlan.Census(1, 2, 0, 0, 0, 0));
    }

    @Test
    void launch_shouldGiveOutTheLowestFreeIds() {
        ScalingPlan plan = plan(Fleet.none().working(1, 1, 3, 4).withMessages(6));

        assertThat(idsOf(plan, Launch.class)).containsExactly(2, 5, 6);
    }

    @Test
    void idOfAnInstanceThatIsShuttingDown_shouldNotBeGivenOut() {
        ScalingPlan plan = plan(Fleet.none()
                .inState(InstanceState.SHUTTING_DOWN, 1)
                .inState(InstanceState.TERMINATED, 2)
                .withMessages(2));

        assertThat(idsOf(plan, Launch.class)).containsExactly(2, 3);
    }

    @Test
    void drained_shouldBeTerminatedAlthoughWorkCame() {
        ScalingPlan plan = plan(Fleet.none().working(1, 1).drained(EPOCH, 2).withMessages(2), asked(2));

        assertThat(plan.actions()).contains(new Terminate(id(2), Optional.of(new AppTierId(2)), EndReason.DRAINED));
        assertThat(idsOf(plan, Launch.class)).containsExactly(3);
        assertThat(idsOf(plan, CancelDrain.class)).isEmpty();
    }

    @Test
    void draining_shouldNeverBeTerminated() {
        ScalingPlan plan = plan(Fleet.none().draining(EPOCH, 1).withMessages(0), asked(1));

        assertThat(plan.actions()).isEmpty();
    }

    @Test
    void emptiestWorker_shouldBeDrainedFirst() {
        ScalingPlan plan =
                plan(Fleet.none().working(5, 1).working(0, 2).working(3, 3).with(0, 2));

        assertThat(idsOf(plan, Drain.class)).containsExactly(2);
    }

    @Test
    void bootingInstances_shouldNotBeDrainedAndNobodyInTheirStead() {
        ScalingPlan plan = plan(Fleet.none().working(1, 1, 2).booting(3, 4, 5).withMessages(2));

        assertThat(plan.actions()).isEmpty();
    }

    @Test
    void aNewDrainAfterACancelledOne_shouldHaveAHigherEpoch() {
        FleetMemory cancelled = new FleetMemory(Map.of(id(1), new DrainIntent(EPOCH, true)), Map.of(), EPOCH);

        ScalingPlan plan = plan(Fleet.none().working(0, 1).withMessages(0), cancelled);

        assertThat(plan.actions())
                .singleElement()
                .satisfies(action -> assertThat(((Drain) action).epoch()).isGreaterThan(EPOCH));
    }

    @Test
    void aCancelledDrainNotYetHeard_shouldCountAsWorking() {
        FleetMemory cancelled = new FleetMemory(Map.of(id(1), new DrainIntent(EPOCH, true)), Map.of(), EPOCH);

        ScalingPlan plan = plan(Fleet.none().draining(EPOCH, 1).withMessages(1), cancelled);

        assertThat(plan.actions()).isEmpty();
        assertThat(plan.census().running()).isEqualTo(1);
    }

    @Test
    void silentWorker_shouldBeReplacedButNotTerminated() {
        ScalingPlan plan =
                plan(Fleet.none().silentFor(Duration.ofSeconds(11), 1).withMessages(1));

        assertThat(idsOf(plan, Launch.class)).containsExactly(2);
        assertThat(idsOf(plan, Terminate.class)).isEmpty();
        assertThat(plan.reason()).isEqualTo("silence");
        assertThat(plan.clamps()).containsExactly("worker on i-1 (app-tier id 1) is silent since 2026-11-22T11:59:49Z");
    }

    @Test
    void launchThatIsNotForASilentWorkerAlone_shouldHaveThePolicysReason() {
        ScalingPlan plan =
                plan(Fleet.none().silentFor(Duration.ofSeconds(11), 1).withMessages(2));

        assertThat(idsOf(plan, Launch.class)).containsExactly(2, 3);
        assertThat(plan.reason()).isEqualTo("backlog");
    }

    @Test
    void workerSilentBeyondItsFence_shouldBeTerminated() {
        ScalingPlan plan =
                plan(Fleet.none().silentFor(Duration.ofSeconds(121), 1).withMessages(0));

        assertThat(plan.actions())
                .containsExactly(new Terminate(id(1), Optional.of(new AppTierId(1)), EndReason.SILENT));
        assertThat(plan.findings())
                .containsExactly("worker on i-1 (app-tier id 1) is silent since 2026-11-22T11:57:59Z, longer than the "
                        + "120 s after which it has stopped by itself");
    }

    @Test
    void instanceThatNeverReported_shouldBeReplacedAfterItsBootAllowanceAndTerminatedAfterItsFence() {
        assertThat(plan(Fleet.none().neverReportedFor(Duration.ofMinutes(4), 1).withMessages(1))
                        .actions())
                .isEmpty();
        assertThat(idsOf(
                        plan(Fleet.none()
                                .neverReportedFor(Duration.ofMinutes(6), 1)
                                .withMessages(1)),
                        Launch.class))
                .containsExactly(2);
        ScalingPlan dead =
                plan(Fleet.none().neverReportedFor(Duration.ofSeconds(421), 1).withMessages(0));
        assertThat(dead.actions())
                .containsExactly(new Terminate(id(1), Optional.of(new AppTierId(1)), EndReason.NEVER_REPORTED));
        assertThat(dead.findings())
                .containsExactly(
                        "instance i-1 (app-tier id 1) launched at 2026-11-22T11:52:59Z has never reported: not "
                                + "within its boot allowance of 300 s, nor in the 120 s more after which a worker that nobody "
                                + "hears has stopped by itself");
    }

    @Test
    void unknownDepth_shouldOnlyTerminateWhatIsConfirmed() {
        ScalingPlan plan = plan(Fleet.none().working(0, 1, 2).drained(EPOCH, 3).withUnknownDepth());

        assertThat(plan.actions())
                .containsExactly(new Terminate(id(3), Optional.of(new AppTierId(3)), EndReason.DRAINED));
        assertThat(plan.desired()).isEmpty();
        assertThat(plan.reason()).isEqualTo("depth-unknown");
    }

    @Test
    void unknownInstances_shouldHold() {
        ScalingPlan plan = plan(new FleetObservation(Optional.of(new QueueDepth(50, 0, 0)), Optional.empty(), NOW));

        assertThat(plan.actions()).isEmpty();
        assertThat(plan.reason()).isEqualTo("instances-unknown");
    }

    @Test
    void launchWithoutAnAnswer_shouldBeRepeatedWithTheSameGeneration() {
        FleetMemory memory = FleetMemory.empty().withUnconfirmed(new AppTierId(2), 99, NOW.minusSeconds(10));

        ScalingPlan plan = plan(Fleet.none().working(1, 1).withMessages(3), memory);

        assertThat(plan.actions()).first().isEqualTo(new Launch(new AppTierId(2), 99));
        assertThat(idsOf(plan, Launch.class)).containsExactly(2, 3);
    }

    @Test
    void launchWithoutAnAnswerWhoseInstanceShowedUp_shouldNotBeRepeated() {
        FleetMemory memory = FleetMemory.empty().withUnconfirmed(new AppTierId(1), 99, NOW.minusSeconds(10));

        ScalingPlan plan = plan(Fleet.none().booting(1).withMessages(1), memory);

        assertThat(plan.actions()).isEmpty();
        assertThat(plan.memory().unconfirmed()).isEmpty();
    }

    @Test
    void refusedLaunch_shouldGiveItsIdBack() {
        FleetMemory memory =
                FleetMemory.empty().withUnconfirmed(new AppTierId(1), 99, NOW).withoutUnconfirmed(new AppTierId(1));

        ScalingPlan plan = plan(Fleet.none().withMessages(1), memory);

        assertThat(idsOf(plan, Launch.class)).containsExactly(1);
        assertThat(((Launch) plan.actions().get(0)).generation()).isNotEqualTo(99);
    }

    @Test
    void newSupervisor_shouldTakeOverDrainsFromTheWorkersReports() {
        ScalingPlan plan = plan(
                Fleet.none().working(1, 1).draining(EPOCH, 2).drained(EPOCH, 3).withMessages(1));

        assertThat(idsOf(plan, Terminate.class)).containsExactly(3);
        assertThat(plan.memory().drains().get(id(2))).isEqualTo(new DrainIntent(EPOCH, false));
        assertThat(plan.actions()).hasSize(1);
    }

    @Test
    void minimum_shouldBeKeptWithoutAnyWork() {
        FleetPlanner keeping = new FleetPlanner(
                new MessageCountPolicy(1),
                PlannerRules.of(new ScalingLimits(
                        2, 20, Duration.ofSeconds(10), Duration.ofMinutes(2), Duration.ofMinutes(5))));

        ScalingPlan plan = plan(keeping, Fleet.none().working(0, 1, 2, 3).withMessages(0), FleetMemory.empty());

        assertThat(idsOf(plan, Drain.class)).containsExactly(3);
    }
}
