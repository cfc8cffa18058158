package flotilla.scaling;

import static flotilla.scaling.Fleet.NOW;
import static flotilla.scaling.Fleet.id;
import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.AppTierId;
import flotilla.scaling.FleetMemory.DrainIntent;
import flotilla.scaling.ScalingAction.CancelDrain;
import flotilla.scaling.ScalingAction.Drain;
import flotilla.scaling.ScalingAction.EndReason;
import flotilla.scaling.ScalingAction.Launch;
import flotilla.scaling.ScalingAction.SetGroupCapacity;
import flotilla.scaling.ScalingAction.Terminate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the planner makes of what EC2 tells machines: that it takes them back, and that others would last longer. */
class MachineOutlookTest {
    private static final long EPOCH = 7;
    private static final PlannerRules RULES = PlannerRules.of(Fleet.LIMITS);

    private static PlannerRules heeding(PlannerRules.DrainChannel drains) {
        return RULES.with(new PlannerRules.Shape(PlannerRules.Mode.LAUNCH, drains, 0, true, true));
    }

    private static final PlannerRules HEEDING = heeding(PlannerRules.DrainChannel.CLUSTER);

    private static ScalingPlan plan(PlannerRules rules, FleetObservation observation, FleetMemory memory) {
        ControlState state =
                new ControlState(memory, PolicyState.none(), WorkloadModel.unlearned(WorkloadModel.Assumed.usual()));
        return new FleetPlanner(new MessageCountPolicy(1), rules).plan(observation, state, NOW);
    }

    private static ScalingPlan plan(PlannerRules rules, FleetObservation observation) {
        return plan(rules, observation, FleetMemory.empty());
    }

    private static List<ScalingAction> launches(int... ids) {
        return Arrays.stream(ids)
                .<ScalingAction>mapToObj(one ->
                        new Launch(new AppTierId(one), FleetMemory.empty().generation(new AppTierId(one), NOW)))
                .toList();
    }

    @Test
    void instanceThatIsTakenBack_shouldBeReplacedAtOnce() {
        ScalingPlan plan = plan(
                RULES, Fleet.none().working(1, 1).takenBack(Activity.LEAVING, 2).withMessages(2));

        assertThat(plan.actions()).containsExactlyElementsOf(launches(3));
        assertThat(plan.reason()).isEqualTo("replacement");
        assertThat(plan.clamps()).containsExactly("EC2 takes i-2 (app-tier id 2) back at " + NOW.plusSeconds(120));
        assertThat(plan.census().active()).isEqualTo(1);
        assertThat(plan.findings()).isEmpty();
    }

    @Test
    void workerThatKnowsAndStillSaysWorking_shouldBeReplacedToo() {
        ScalingPlan plan =
                plan(RULES, Fleet.none().takenBack(Activity.WORKING, 1).withMessages(1));

        assertThat(plan.actions()).containsExactlyElementsOf(launches(2));
    }

    @Test
    void moreThanAReplacement_shouldBeForTheBacklog() {
        ScalingPlan plan =
                plan(RULES, Fleet.none().takenBack(Activity.LEAVING, 1).withMessages(2));

        assertThat(plan.actions()).containsExactlyElementsOf(launches(2, 3));
        assertThat(plan.reason()).isEqualTo("backlog");
    }

    @Test
    void noWorkForIt_shouldNotReplaceIt() {
        ScalingPlan plan = plan(
                RULES, Fleet.none().working(1, 1).takenBack(Activity.LEAVING, 2).withMessages(1));

        assertThat(plan.actions()).isEmpty();
    }

    @Test
    void fullFleet_shouldReplaceWhenThePlaceIsFree() {
        PlannerRules rules = PlannerRules.of(new ScalingLimits(
                0, 1, Fleet.LIMITS.silentAfter(), Fleet.LIMITS.deadAfter(), Fleet.LIMITS.bootAllowance()));

        ScalingPlan before =
                plan(rules, Fleet.none().takenBack(Activity.LEAVING, 1).withMessages(1));
        assertThat(before.actions()).isEmpty();
        assertThat(before.clamps()).contains("max-instances 1 with those that still end");

        ScalingPlan after =
                plan(rules, Fleet.none().inState(InstanceState.TERMINATED, 1).withMessages(1));
        assertThat(after.actions()).containsExactlyElementsOf(launches(1));
    }

    @Test
    void drainedOneThatIsTakenBack_shouldBeTerminatedAndNotKeptAsASpare() {
        PlannerRules spares = RULES.with(
                new PlannerRules.Shape(PlannerRules.Mode.LAUNCH, PlannerRules.DrainChannel.CLUSTER, 1, true));

        ScalingPlan plan = plan(
                spares,
                Fleet.none().working(1, 1).takenBack(Activity.DRAINED, 2).withMessages(1));

        assertThat(plan.actions())
                .contains(new Terminate(id(2), Optional.of(new AppTierId(2)), EndReason.DRAINED))
                .noneMatch(ScalingAction.Stop.class::isInstance);
    }

    @Test
    void memberThatIsTakenBack_shouldBeReplacedByItsGroupAlone() {
        PlannerRules group = group(PlannerRules.DrainChannel.CLUSTER);

        ScalingPlan enough = plan(
                group, Fleet.none().working(1, 1).takenBack(Activity.LEAVING, 2).withMessages(2));
        ScalingPlan more = plan(
                group, Fleet.none().working(1, 1).takenBack(Activity.LEAVING, 2).withMessages(3));

        assertThat(enough.actions()).isEmpty();
        assertThat(enough.clamps())
                .contains("the Auto Scaling group replaces 1 that EC2 takes back, when they are gone");
        assertThat(more.actions()).containsExactly(new SetGroupCapacity(3));
    }

    @Test
    void drainedMemberThatIsTakenBack_shouldLeaveItsPlaceToAnotherOneOnlyWhenThatIsWanted() {
        PlannerRules group = group(PlannerRules.DrainChannel.CLUSTER);
        Optional<AppTierId> tier = Optional.of(new AppTierId(2));

        ScalingPlan wanted = plan(
                group, Fleet.none().working(1, 1).takenBack(Activity.DRAINED, 2).withMessages(2));
        ScalingPlan more = plan(
                group, Fleet.none().working(1, 1).takenBack(Activity.DRAINED, 2).withMessages(3));
        ScalingPlan unwanted = plan(
                group, Fleet.none().working(1, 1).takenBack(Activity.DRAINED, 2).withMessages(1));

        assertThat(wanted.actions()).containsExactly(new Terminate(id(2), tier, EndReason.DRAINED, true));
        assertThat(wanted.reason()).isEqualTo("replacement");
        assertThat(more.actions())
                .containsExactly(new Terminate(id(2), tier, EndReason.DRAINED, true), new SetGroupCapacity(3));
        assertThat(unwanted.actions()).containsExactly(new Terminate(id(2), tier, EndReason.DRAINED));
        assertThat(unwanted.reason()).isEqualTo("confirmed");
    }

    @Test
    void spareThatIsMade_shouldBeNoReplacement() {
        PlannerRules spares = RULES.with(
                new PlannerRules.Shape(PlannerRules.Mode.LAUNCH, PlannerRules.DrainChannel.CLUSTER, 1, true));

        ScalingPlan plan = plan(
                spares,
                Fleet.none().working(1, 1).takenBack(Activity.LEAVING, 2).withMessages(1));

        AppTierId third = new AppTierId(3);
        assertThat(plan.actions())
                .containsExactly(new Launch(third, FleetMemory.empty().generation(third, NOW), true))
                .extracting(ScalingAction::why)
                .containsExactly("spare");
        assertThat(plan.reason()).isEqualTo("steady");
    }

    @Test
    void recommendation_shouldChangeNothingUnlessItIsHeeded() {
        FleetObservation fleet =
                Fleet.none().working(1, 1).atRisk(Activity.WORKING, 0, 2).withMessages(2);

        assertThat(plan(RULES, fleet).actions()).isEmpty();
        assertThat(plan(RULES, fleet).clamps()).isEmpty();
        assertThat(plan(heeding(PlannerRules.DrainChannel.QUEUES), fleet).actions())
                .noneMatch(Launch.class::isInstance);
    }

    @Test
    void instanceAtRisk_shouldBeReplacedFirstAndDrainedThen() {
        ScalingPlan first = plan(
                HEEDING,
                Fleet.none().working(1, 1).atRisk(Activity.WORKING, 0, 2).withMessages(2));
        assertThat(first.actions()).containsExactlyElementsOf(launches(3));
        assertThat(first.reason()).isEqualTo("replacement");
        assertThat(first.clamps())
                .containsExactly("EC2 recommends to replace i-2 (app-tier id 2) since " + NOW.minusSeconds(3));

        ScalingPlan meanwhile = plan(
                HEEDING,
                Fleet.none()
                        .working(1, 1)
                        .atRisk(Activity.WORKING, 0, 2)
                        .booting(3)
                        .withMessages(2));
        assertThat(meanwhile.actions()).isEmpty();

        ScalingPlan last = plan(
                HEEDING,
                Fleet.none().working(1, 1, 3).atRisk(Activity.WORKING, 0, 2).withMessages(2));
        assertThat(last.actions())
                .singleElement()
                .isInstanceOfSatisfying(
                        Drain.class, drain -> assertThat(drain.id()).isEqualTo(id(2)));
    }

    @Test
    void drainOfAnInstanceAtRisk_shouldNotBeTakenBack() {
        FleetMemory asked = new FleetMemory(Map.of(id(2), new DrainIntent(EPOCH, false)), Map.of(), EPOCH);

        ScalingPlan plan = plan(
                HEEDING,
                Fleet.none().working(1, 1).atRisk(Activity.DRAINING, EPOCH, 2).withMessages(2),
                asked);

        assertThat(plan.actions()).noneMatch(CancelDrain.class::isInstance).anyMatch(Launch.class::isInstance);
    }

    /** Two messages are neither too many nor too few for two instances, so these would change nothing by themselves. */
    static Stream<ScalingPolicy> relativePolicies() {
        return Stream.of(new StepPolicy(), new AlarmPolicy(25, 1, Duration.ZERO, Duration.ofSeconds(30), 1));
    }

    private static ControlState unknown(ScalingPolicy policy) {
        return ControlState.initial(policy, WorkloadModel.Assumed.usual());
    }

    /** The state after a decision for two instances. */
    private static ControlState twoDesired(ScalingPolicy policy) {
        ScalingPlan plan = new FleetPlanner(policy, HEEDING)
                .plan(Fleet.none().working(1, 1, 2).withMessages(2), unknown(policy), NOW);
        assertThat(plan.desired()).hasValue(2);
        assertThat(plan.actions()).isEmpty();
        return plan.next();
    }

    private static Instant tick(int number) {
        return NOW.plusSeconds(10L * number);
    }

    /** One that works, and one at risk. */
    private static Fleet oneAtRisk(Instant now) {
        return Fleet.at(now).working(1, 1).atRisk(Activity.WORKING, 0, 2);
    }

    @ParameterizedTest
    @MethodSource("relativePolicies")
    void relativePolicy_shouldReplaceFirstAndDrainWhenTheReplacementWorks(ScalingPolicy policy) {
        FleetPlanner planner = new FleetPlanner(policy, HEEDING);

        ScalingPlan first = planner.plan(oneAtRisk(tick(1)).withMessages(2), twoDesired(policy), tick(1));
        assertThat(first.actions()).containsExactlyElementsOf(launches(3));
        assertThat(first.reason()).isEqualTo("replacement");

        ScalingPlan meanwhile = planner.plan(oneAtRisk(tick(2)).booting(3).withMessages(2), first.next(), tick(2));
        assertThat(meanwhile.actions()).isEmpty();

        ScalingPlan last = planner.plan(oneAtRisk(tick(3)).working(1, 3).withMessages(2), meanwhile.next(), tick(3));
        assertThat(last.actions())
                .singleElement()
                .isInstanceOfSatisfying(
                        Drain.class, drain -> assertThat(drain.id()).isEqualTo(id(2)));
    }

    @ParameterizedTest
    @MethodSource("relativePolicies")
    void relativePolicy_shouldNotGrowWithEveryDecision(ScalingPolicy policy) {
        // It counts from what there is: were it told of one at risk and of the one that boots in its place, it would
        // want three.
        FleetPlanner planner = new FleetPlanner(policy, HEEDING);
        ControlState state = twoDesired(policy);

        for (int number = 1; number <= 5; number++) {
            ScalingPlan plan = planner.plan(oneAtRisk(tick(number)).booting(3).withMessages(2), state, tick(number));
            assertThat(plan.desired()).hasValue(2);
            assertThat(plan.actions()).isEmpty();
            state = plan.next();
        }
    }

    @ParameterizedTest
    @MethodSource("relativePolicies")
    void replacementThatDoesNotComeUp_shouldBeReplacedAndNobodyDrained(ScalingPolicy policy) {
        FleetPlanner planner = new FleetPlanner(policy, HEEDING);
        ScalingPlan first = planner.plan(oneAtRisk(tick(1)).withMessages(2), twoDesired(policy), tick(1));

        ScalingPlan again = planner.plan(
                oneAtRisk(tick(2)).inState(InstanceState.TERMINATED, 3).withMessages(2), first.next(), tick(2));

        assertThat(again.actions()).containsExactlyElementsOf(launches(3));
    }

    @ParameterizedTest
    @MethodSource("relativePolicies")
    void newSupervisor_shouldTakeWhatBootsForTheReplacement(ScalingPolicy policy) {
        FleetPlanner planner = new FleetPlanner(policy, HEEDING);

        assertThat(planner.plan(oneAtRisk(NOW).withMessages(2), unknown(policy), NOW)
                        .actions())
                .containsExactlyElementsOf(launches(3));
        assertThat(planner.plan(oneAtRisk(NOW).booting(3).withMessages(2), unknown(policy), NOW)
                        .actions())
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("relativePolicies")
    void fullFleetWithOneAtRisk_shouldKeepIt(ScalingPolicy policy) {
        PlannerRules full = PlannerRules.of(new ScalingLimits(
                        0, 2, Fleet.LIMITS.silentAfter(), Fleet.LIMITS.deadAfter(), Fleet.LIMITS.bootAllowance()))
                .with(HEEDING.shape());

        ScalingPlan plan =
                new FleetPlanner(policy, full).plan(oneAtRisk(tick(1)).withMessages(2), twoDesired(policy), tick(1));

        assertThat(plan.actions()).isEmpty();
    }

    @Test
    void stepWithoutWork_shouldDrainTheOneAtRiskFirstAndReplaceNothing() {
        ScalingPolicy policy = new StepPolicy();

        ScalingPlan plan =
                new FleetPlanner(policy, HEEDING).plan(oneAtRisk(tick(1)).withMessages(0), twoDesired(policy), tick(1));

        assertThat(plan.actions())
                .singleElement()
                .isInstanceOfSatisfying(
                        Drain.class, drain -> assertThat(drain.id()).isEqualTo(id(2)));
    }

    private static PlannerRules group(PlannerRules.DrainChannel drains) {
        return RULES.with(new PlannerRules.Shape(PlannerRules.Mode.GROUP, drains, 0, true));
    }

    @ParameterizedTest
    @EnumSource(PlannerRules.DrainChannel.class)
    void memberThatAHookHolds_shouldBeDrainedByName(PlannerRules.DrainChannel channel) {
        ScalingPlan plan = plan(
                group(channel),
                Fleet.none()
                        .working(1, 1)
                        .held(Activity.WORKING, 2, Duration.ZERO)
                        .withMessages(1));

        assertThat(plan.actions())
                .filteredOn(Drain.class::isInstance)
                .singleElement()
                .extracting(action -> action.instance().orElseThrow())
                .isEqualTo(id(2));
        assertThat(plan.actions()).noneMatch(SetGroupCapacity.class::isInstance);
        assertThat(plan.census().active()).isEqualTo(1);
        assertThat(plan.clamps())
                .containsExactly("the Auto Scaling group ends i-2 (app-tier id 2) and waits for its worker");
    }

    @Test
    void memberThatAHookHolds_shouldBeAskedOnceAndNeverBackToWork() {
        FleetMemory asked = new FleetMemory(Map.of(id(2), new DrainIntent(EPOCH, false)), Map.of(), EPOCH);

        ScalingPlan plan = plan(
                group(PlannerRules.DrainChannel.CLUSTER),
                Fleet.none()
                        .working(1, 1)
                        .held(Activity.DRAINING, 2, Duration.ZERO)
                        .withMessages(2),
                asked);

        assertThat(plan.actions()).containsExactly(new SetGroupCapacity(2));
    }

    @Test
    void heldMemberThatIsDrainedOrDead_shouldBeLetGo() {
        ScalingPlan plan = plan(
                group(PlannerRules.DrainChannel.CLUSTER),
                Fleet.none()
                        .held(Activity.DRAINED, 1, Duration.ZERO)
                        .held(Activity.WORKING, 2, Fleet.LIMITS.deadAfter().plusSeconds(1))
                        .withMessages(0),
                new FleetMemory(Map.of(id(2), new DrainIntent(EPOCH, false)), Map.of(), EPOCH));

        assertThat(plan.actions())
                .containsExactly(
                        new Terminate(id(1), Optional.of(new AppTierId(1)), EndReason.DRAINED),
                        new Terminate(id(2), Optional.of(new AppTierId(2)), EndReason.SILENT));
    }

    @Test
    void heldMemberThatNeverReported_shouldBeLeftToItsHook() {
        ScalingPlan plan = plan(
                group(PlannerRules.DrainChannel.CLUSTER),
                Fleet.none().inState(InstanceState.HELD, 1).withMessages(0));

        assertThat(plan.actions()).isEmpty();
        assertThat(plan.census().ending()).isEqualTo(1);
    }

    @Test
    void laterLook_shouldNotForgetAnEarlierNotice() {
        Instant at = NOW.plusSeconds(120);
        MachineOutlook ends = new MachineOutlook(Optional.of(at), Optional.empty());
        MachineOutlook atRisk = new MachineOutlook(Optional.empty(), Optional.of(NOW));

        assertThat(MachineOutlook.STAYS.after(ends)).isEqualTo(ends);
        assertThat(ends.after(atRisk)).isEqualTo(new MachineOutlook(Optional.of(at), Optional.of(NOW)));
        assertThat(ends.after(atRisk).atRisk()).isFalse();
        assertThat(atRisk.atRisk()).isTrue();
    }
}
