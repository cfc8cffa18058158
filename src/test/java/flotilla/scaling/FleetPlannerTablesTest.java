package flotilla.scaling;

import static flotilla.scaling.Fleet.NOW;
import static flotilla.scaling.Fleet.id;
import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.domain.QueueDepth;
import flotilla.scaling.PlannerRules.DrainChannel;
import flotilla.scaling.PlannerRules.Mode;
import flotilla.scaling.PlannerRules.Shape;
import flotilla.scaling.PlannerRules.Steps;
import flotilla.scaling.ScalingAction.EndReason;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Spares, modes, troubles and clamps of the planner, one table each. */
class FleetPlannerTablesTest {
    private static final PlannerRules RULES = PlannerRules.of(Fleet.LIMITS);

    private static Shape stoppedSpares(int count) {
        return new Shape(Mode.LAUNCH, DrainChannel.CLUSTER, count, true);
    }

    private static Shape runningSpares(int count) {
        return new Shape(Mode.LAUNCH, DrainChannel.CLUSTER, count, false);
    }

    private static Shape mode(Mode mode) {
        return new Shape(mode, DrainChannel.CLUSTER, 0, true);
    }

    private static int[] ids(int count) {
        return IntStream.rangeClosed(1, count).toArray();
    }

    private static ScalingPlan plan(PlannerRules rules, FleetObservation seen, FleetMemory memory, Instant now) {
        ControlState state =
                new ControlState(memory, PolicyState.none(), WorkloadModel.unlearned(WorkloadModel.Assumed.usual()));
        return new FleetPlanner(new MessageCountPolicy(1), rules).plan(seen, state, now);
    }

    private static ScalingPlan plan(PlannerRules rules, FleetObservation seen) {
        return plan(rules, seen, FleetMemory.empty(), NOW);
    }

    private static long count(ScalingPlan plan, String kind) {
        return plan.actions().stream()
                .filter(action -> action.kind().equals(kind))
                .count();
    }

    @ParameterizedTest
    @CsvSource({
        // working, stopped, messages: started, launched, drained
        "0,0,0, 0,2,0",
        "0,2,0, 0,0,0",
        "0,2,1, 1,0,0",
        "0,2,3, 2,1,0",
        "3,2,3, 0,0,0",
        "3,1,3, 0,1,0",
        "3,0,1, 0,0,2",
        "20,0,20, 0,0,0"
    })
    void stoppedSpares_shouldBeStartedFirstAndMadeUp(
            int working, int stopped, int messages, int started, int launched, int drained) {
        Fleet fleet = Fleet.none().working(1, ids(working));
        IntStream.rangeClosed(1, stopped).forEach(one -> fleet.inState(InstanceState.STOPPED, working + one));
        ScalingPlan plan = plan(RULES.with(stoppedSpares(2)), fleet.withMessages(messages));

        assertThat(count(plan, "start")).isEqualTo(started);
        assertThat(count(plan, "launch")).isEqualTo(launched);
        assertThat(count(plan, "drain")).isEqualTo(drained);
    }

    @Test
    void drained_shouldBecomeASpareWhileOneIsMissing() {
        Fleet fleet = Fleet.none().drained(7, 1, 2, 3).inState(InstanceState.STOPPED, 4);
        ScalingPlan plan = plan(RULES.with(stoppedSpares(2)), fleet.withMessages(0));

        assertThat(count(plan, "stop")).isEqualTo(1);
        assertThat(count(plan, "terminate")).isEqualTo(2);
    }

    @Test
    void deadOne_shouldNotBecomeASpare() {
        ScalingPlan plan = plan(
                RULES.with(stoppedSpares(2)),
                Fleet.none().silentFor(Duration.ofMinutes(3), 1).withMessages(0));

        assertThat(plan.actions())
                .contains(new ScalingAction.Terminate(id(1), Optional.of(new AppTierId(1)), EndReason.SILENT));
    }

    @ParameterizedTest
    @CsvSource({"0,2", "1,3", "17,19", "19,20", "40,20"})
    void runningSpares_shouldBeDesiredBesides(int messages, int expected) {
        ScalingPlan plan = plan(RULES.with(runningSpares(2)), Fleet.none().withMessages(messages));

        assertThat(plan.desired()).hasValue(expected);
        assertThat(count(plan, "launch")).isEqualTo(expected);
        assertThat(plan.clamps()).contains("running spares 2");
    }

    @ParameterizedTest
    @CsvSource({
        // in the set, working, messages: started, drained
        "4,0,2, 2,0",
        "4,1,9, 3,0",
        "4,4,9, 0,0",
        "4,3,1, 0,2",
        "0,0,1, 0,0"
    })
    void startStop_shouldKeepToItsSet(int set, int working, int messages, int started, int drained) {
        Fleet fleet = Fleet.none().working(1, ids(working));
        IntStream.rangeClosed(working + 1, set).forEach(one -> fleet.inState(InstanceState.STOPPED, one));
        ScalingPlan plan = plan(RULES.with(mode(Mode.START_STOP)), fleet.withMessages(messages));

        assertThat(count(plan, "start")).isEqualTo(started);
        assertThat(count(plan, "drain")).isEqualTo(drained);
        assertThat(count(plan, "launch")).isZero();
        assertThat(plan.clamps().contains("no more stopped instances in the set"))
                .isEqualTo(messages > set);
    }

    @Test
    void startStop_shouldStopInsteadOfTerminate() {
        Fleet fleet = Fleet.none().drained(7, 1).silentFor(Duration.ofMinutes(3), 2);
        ScalingPlan plan = plan(RULES.with(mode(Mode.START_STOP)), fleet.withMessages(0));

        assertThat(plan.actions())
                .containsExactly(
                        new ScalingAction.Stop(id(1), Optional.of(new AppTierId(1)), EndReason.DRAINED),
                        new ScalingAction.Stop(id(2), Optional.of(new AppTierId(2)), EndReason.SILENT));
    }

    @ParameterizedTest
    @CsvSource({
        // working, ordered, messages: capacity, 0 for none
        "0,0,3, 3",
        "2,0,3, 3",
        "2,1,3, 0",
        "2,1,5, 5",
        "3,0,3, 0",
        "4,0,2, 0",
        "2,0,99, 20"
    })
    void group_shouldBeEnlargedOnly(int working, int ordered, int messages, int capacity) {
        FleetObservation seen = Fleet.none().working(1, ids(working)).withMessages(messages);
        ScalingPlan plan = plan(
                RULES.with(mode(Mode.GROUP)),
                new FleetObservation(
                        seen.depth(), seen.instances(), List.of(), ordered, List.of(), Traffic.unknown(), NOW));

        List<Integer> set = plan.actions().stream()
                .filter(ScalingAction.SetGroupCapacity.class::isInstance)
                .map(action -> ((ScalingAction.SetGroupCapacity) action).capacity())
                .toList();
        assertThat(set).isEqualTo(capacity == 0 ? List.of() : List.of(capacity));
        assertThat(count(plan, "launch")).isZero();
    }

    @ParameterizedTest
    @CsvSource({"1,10", "2,20", "3,40", "5,160", "6,300", "30,300"})
    void launchTrouble_shouldPauseForLongerEachTime(int failures, int pause) {
        FleetMemory memory = FleetMemory.empty();
        for (int i = 0; i < failures; i++) {
            memory = memory.withTrouble("InsufficientInstanceCapacity", Set.of(), NOW);
        }
        FleetObservation seen = Fleet.none().withMessages(2);

        ScalingPlan early = plan(RULES, seen, memory, NOW.plusSeconds(pause - 1));
        assertThat(early.actions()).isEmpty();
        assertThat(early.clamps()).anyMatch(clamp -> clamp.contains(failures + " x InsufficientInstanceCapacity"));
        assertThat(count(plan(RULES, seen, memory, NOW.plusSeconds(pause)), "launch"))
                .isEqualTo(2);
        assertThat(count(plan(RULES, seen, memory.withoutTrouble(), NOW), "launch"))
                .isEqualTo(2);
    }

    @Test
    void bootsThatFailInARow_shouldHoldLaunchesAndThenTryOne() {
        Instant now = NOW;
        FleetMemory memory = FleetMemory.empty();
        for (int boot = 1; boot <= 3; boot++) {
            memory = look(now, boot, InstanceState.PENDING, memory).memory();
            now = now.plusSeconds(10);
            memory = look(now, boot, InstanceState.TERMINATED, memory).memory();
        }

        assertThat(count(plan(RULES, Fleet.none().withMessages(5), memory, now.plusSeconds(59)), "launch"))
                .isZero();
        assertThat(count(plan(RULES, Fleet.none().withMessages(5), memory, now.plusSeconds(60)), "launch"))
                .isEqualTo(1);
    }

    private static ScalingPlan look(Instant now, int number, InstanceState state, FleetMemory memory) {
        Instance instance = new Instance(id(number), Optional.of(new AppTierId(number)), state, now, Fleet.TYPE);
        InstanceView view = new InstanceView(instance, now, Optional.empty(), Optional.empty());
        return plan(
                RULES,
                new FleetObservation(Optional.of(new QueueDepth(1, 0, 0)), Optional.of(List.of(view)), now),
                memory,
                now);
    }

    @ParameterizedTest
    @CsvSource({
        // out, in, out paused, in paused, working, messages: launched, drained, a clamp
        "2,2,false,false,0,5, 2,0,scale-out-step 2",
        "2,2,false,false,5,0, 0,2,scale-in-step 2",
        "9,9,true,false,0,5, 0,0,scale-out paused",
        "9,9,true,false,5,0, 0,5,",
        "9,9,false,true,5,0, 0,0,scale-in paused",
        "9,9,false,true,0,5, 5,0,"
    })
    void steps_shouldLimitBothWays(
            int out,
            int in,
            boolean outPaused,
            boolean inPaused,
            int working,
            int messages,
            int launched,
            int drained,
            String clamp) {
        ScalingPlan plan = plan(
                RULES.with(new Steps(out, in, outPaused, inPaused)),
                Fleet.none().working(1, ids(working)).withMessages(messages));

        assertThat(count(plan, "launch")).isEqualTo(launched);
        assertThat(count(plan, "drain")).isEqualTo(drained);
        assertThat(plan.clamps()).isEqualTo(clamp == null ? List.of() : List.of(clamp));
    }

    @Test
    void pausedScaleOut_shouldStillTakeDrainsBack() {
        ScalingPlan plan = plan(
                RULES.with(new Steps(9, 9, true, false)),
                Fleet.none().draining(7, 1, 2).withMessages(3));

        assertThat(count(plan, "cancel-drain")).isEqualTo(2);
        assertThat(count(plan, "launch")).isZero();
    }

    @ParameterizedTest
    @CsvSource({"0,0,", "3,3,scheduled minimum 3", "99,20,scheduled minimum 20"})
    void scheduledMinimum_shouldBeKept(int scheduled, int desired, String clamp) {
        ScalingPlan plan = plan(
                RULES.with((PlannerRules.MinimumSchedule) now -> scheduled),
                Fleet.none().withMessages(0));

        assertThat(plan.desired()).hasValue(desired);
        assertThat(plan.clamps()).isEqualTo(clamp == null ? List.of() : List.of(clamp));
    }

    @ParameterizedTest
    @CsvSource({
        "WORKING,59,",
        "WORKING,60,drain",
        "DRAINING,300,",
        "DRAINED,59,",
        "DRAINED,60,terminate",
        "LEAVING,300,"
    })
    void stray_shouldBeDrainedAndThenEnded(Activity activity, int since, String expected) {
        InstanceId stray = new InstanceId("i-stray");
        ScalingPlan plan = plan(
                RULES,
                new FleetObservation(
                        Optional.of(new QueueDepth(0, 0, 0)),
                        Optional.of(List.of()),
                        List.of(new FleetObservation.Stray(stray, NOW.minusSeconds(since), activity, 0)),
                        0,
                        List.of(),
                        Traffic.unknown(),
                        NOW));

        assertThat(plan.actions().stream().map(ScalingAction::kind).toList())
                .isEqualTo(expected == null ? List.of() : List.of(expected));
        assertThat(plan.findings()).hasSize(expected == null ? 0 : 1);
        assertThat(plan.actions()).allMatch(action -> action.instance().equals(Optional.of(stray)));
    }

    @Test
    void newSupervisor_shouldStartNothingBeforeEc2MustHaveDescribedItsPredecessors() {
        PlannerRules held = RULES.settling(Duration.ofSeconds(10), true);
        for (Mode mode : List.of(Mode.LAUNCH, Mode.START_STOP)) {
            Fleet fleet = Fleet.none().draining(7, 1).inState(InstanceState.STOPPED, 2);
            ScalingPlan plan = plan(held.with(mode(mode)), fleet.withMessages(5));

            assertThat(plan.actions().stream().map(ScalingAction::kind)).containsExactly("cancel-drain");
        }
    }

    @Test
    void unconfirmedLaunch_shouldKeepItsIdUntilItIsGivenUp() {
        FleetMemory memory = new FleetMemory(Map.of(), Map.of(), 0).withUnconfirmed(new AppTierId(1), 5, NOW);
        FleetObservation seen = Fleet.none().withMessages(1);
        Duration allowance = Fleet.LIMITS.bootAllowance();

        assertThat(plan(RULES, seen, memory, NOW.plus(allowance)).actions())
                .containsExactly(new ScalingAction.Launch(new AppTierId(1), 5));
        assertThat(plan(RULES, seen, memory, NOW.plus(allowance).plusSeconds(1)).actions())
                .hasSize(1)
                .doesNotContain(new ScalingAction.Launch(new AppTierId(1), 5));
    }
}
