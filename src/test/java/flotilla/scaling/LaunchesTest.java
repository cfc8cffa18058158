package flotilla.scaling;

import static flotilla.scaling.Fleet.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.scaling.PlannerRules.BootRule;
import flotilla.scaling.PlannerRules.DrainChannel;
import flotilla.scaling.PlannerRules.Mode;
import flotilla.scaling.PlannerRules.Shape;
import flotilla.scaling.PlannerRules.Steps;
import flotilla.scaling.ScalingAction.AssignId;
import flotilla.scaling.ScalingAction.Drain;
import flotilla.scaling.ScalingAction.EndReason;
import flotilla.scaling.ScalingAction.Launch;
import flotilla.scaling.ScalingAction.Start;
import flotilla.scaling.ScalingAction.Stop;
import flotilla.scaling.ScalingAction.Terminate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What may be launched, started and drained at one decision, and what the decision says of it. */
class LaunchesTest {
    private static final PlannerRules RULES = PlannerRules.of(Fleet.LIMITS);

    private FleetMemory memory = FleetMemory.empty();
    private Instant now = NOW;

    private ScalingPlan plan(PlannerRules rules, FleetObservation observation) {
        ControlState state =
                new ControlState(memory, PolicyState.none(), WorkloadModel.unlearned(WorkloadModel.Assumed.usual()));
        ScalingPlan plan = new FleetPlanner(new MessageCountPolicy(1), rules).plan(observation, state, now);
        memory = plan.memory();
        return plan;
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

    // Steps, pauses, minimums

    @Test
    void moreThanAStep_shouldBeLaunchedOneStepAtATime() {
        ScalingPlan plan =
                plan(RULES.with(new Steps(3, 1, false, false)), Fleet.at(now).withMessages(8));

        assertThat(idsOf(plan, Launch.class)).containsExactly(1, 2, 3);
        assertThat(plan.desired()).hasValue(8);
        assertThat(plan.clamps()).containsExactly("scale-out-step 3");
    }

    @Test
    void moreThanAStepTooMany_shouldBeDrainedOneStepAtATime() {
        ScalingPlan plan = plan(
                RULES.with(new Steps(3, 2, false, false)),
                Fleet.at(now).working(0, ids(1, 8)).withMessages(1));

        assertThat(idsOf(plan, Drain.class)).containsExactly(8, 7);
        assertThat(plan.clamps()).containsExactly("scale-in-step 2");
    }

    @Test
    void pausedScaleOut_shouldCancelDrainsAndLaunchNothing() {
        FleetObservation draining = Fleet.at(now).working(1, 1).draining(7, 2).withMessages(5);

        ScalingPlan plan = plan(RULES.with(new Steps(9, 9, true, false)), draining);

        assertThat(plan.decision()).isEqualTo("cancel-drain");
        assertThat(plan.clamps()).containsExactly("scale-out paused");
    }

    @Test
    void pausedScaleIn_shouldDrainNobody() {
        ScalingPlan plan = plan(
                RULES.with(new Steps(9, 9, false, true)),
                Fleet.at(now).working(0, ids(1, 4)).withMessages(0));

        assertThat(plan.actions()).isEmpty();
        assertThat(plan.clamps()).containsExactly("scale-in paused");
    }

    @ParameterizedTest
    @CsvSource({
        // minimum, scheduled, messages, desired, clamp
        "0, 0, 3, 3, ''",
        "2, 0, 0, 2, min-instances 2",
        "2, 5, 0, 5, scheduled minimum 5",
        "5, 2, 1, 5, min-instances 5",
        "2, 50, 0, 20, scheduled minimum 20",
        "0, 0, 50, 20, max-instances 20",
        "0, 30, 50, 20, max-instances 20",
    })
    void limits_shouldHoldWhateverThePolicyWants(int minimum, int scheduled, int messages, int desired, String clamp) {
        ScalingLimits limits =
                new ScalingLimits(minimum, 20, Duration.ofSeconds(10), Duration.ofMinutes(2), Duration.ofMinutes(5));

        ScalingPlan plan = plan(
                PlannerRules.of(limits).with((PlannerRules.MinimumSchedule) at -> scheduled),
                Fleet.at(now).withMessages(messages));

        assertThat(plan.desired()).hasValue(desired);
        assertThat(idsOf(plan, Launch.class)).hasSize(desired);
        assertThat(plan.clamps()).isEqualTo(clamp.isEmpty() ? List.of() : List.of(clamp));
    }

    @Test
    void instancesThatStillEnd_shouldHoldTheirPlaceUnderTheMaximumAndTheirIds() {
        ScalingPlan silent = plan(
                RULES,
                Fleet.at(now)
                        .working(1, ids(1, 17))
                        .silentFor(Duration.ofSeconds(60), 18, 19)
                        .withMessages(30));
        ScalingPlan ending = plan(
                RULES,
                Fleet.at(now)
                        .working(1, ids(1, 17))
                        .inState(InstanceState.SHUTTING_DOWN, 18, 19)
                        .withMessages(30));

        assertThat(idsOf(silent, Launch.class)).containsExactly(20);
        assertThat(silent.clamps())
                .filteredOn(clamp -> !clamp.startsWith("worker on "))
                .containsExactly("max-instances 20", "max-instances 20 with those that still end");
        assertThat(idsOf(ending, Launch.class)).containsExactly(20);
        assertThat(ending.clamps()).containsExactly("max-instances 20", "no app-tier id is free for 2 more");
    }

    // Trouble with EC2

    @Test
    void refusedLaunches_shouldBackOffTwiceAsLongEachTime() {
        List<Long> pauses = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            memory = memory.withTrouble("InsufficientInstanceCapacity", Set.of(), now);
            Instant until = memory.trouble().orElseThrow().until();
            pauses.add(Duration.between(now, until).toSeconds());
            now = until;
        }

        assertThat(pauses).containsExactly(10L, 20L, 40L, 80L, 160L, 300L, 300L, 300L);
        assertThat(memory.withoutTrouble().trouble()).isEmpty();
    }

    @Test
    void pauseAfterRefusals_shouldBeSaidAndEnd() {
        memory = memory.withTrouble("VcpuLimitExceeded", Set.of(), now);

        ScalingPlan paused = plan(RULES, Fleet.at(now).withMessages(2));
        now = now.plusSeconds(10);
        ScalingPlan after = plan(RULES, Fleet.at(now).withMessages(2));

        assertThat(paused.actions()).isEmpty();
        assertThat(paused.clamps())
                .containsExactly("launches pause until 2026-11-22T12:00:10Z after 1 x VcpuLimitExceeded");
        assertThat(idsOf(after, Launch.class)).containsExactly(1, 2);
    }

    @Test
    void launchesOfOneId_shouldHaveTheSameGenerationWhoeverSendsThem() {
        Launch first =
                (Launch) plan(RULES, Fleet.at(now).withMessages(1)).actions().get(0);
        memory = FleetMemory.empty();
        now = now.plusSeconds(59 * 60);
        Launch second =
                (Launch) plan(RULES, Fleet.at(now).withMessages(1)).actions().get(0);
        now = now.plusSeconds(60);
        Launch nextHour =
                (Launch) plan(RULES, Fleet.at(now).withMessages(1)).actions().get(0);

        assertThat(second).isEqualTo(first);
        assertThat(nextHour.generation()).isGreaterThan(first.generation());
    }

    // Boots that fail

    private static final PlannerRules TWO_FAILURES = RULES.with(new BootRule(2, Duration.ofMinutes(1)));

    private ScalingPlan afterBootsOf(int... ids) {
        plan(TWO_FAILURES, Fleet.at(now).booting(ids).withMessages(ids.length));
        now = now.plusSeconds(10);
        return plan(
                TWO_FAILURES,
                Fleet.at(now).inState(InstanceState.TERMINATED, ids).withMessages(5));
    }

    @Test
    void fewFailedBoots_shouldBeReplacedAtOnce() {
        assertThat(idsOf(afterBootsOf(1), Launch.class)).hasSize(5);
    }

    @Test
    void tooManyFailedBoots_shouldHoldLaunchesAndThenTryOneAtATime() {
        ScalingPlan held = afterBootsOf(1, 2, 3);
        assertThat(held.actions()).isEmpty();
        assertThat(held.clamps())
                .containsExactly("3 boots in a row failed, launches are held until 2026-11-22T12:01:10Z");

        now = now.plusSeconds(60);
        ScalingPlan probe = plan(TWO_FAILURES, Fleet.at(now).withMessages(5));
        assertThat(idsOf(probe, Launch.class)).containsExactly(1);
        assertThat(probe.clamps()).containsExactly("3 boots in a row failed, one launch at a time");

        now = now.plusSeconds(10);
        assertThat(plan(TWO_FAILURES, Fleet.at(now).booting(1).withMessages(5)).actions())
                .isEmpty();
        now = now.plusSeconds(10);
        assertThat(idsOf(plan(TWO_FAILURES, Fleet.at(now).working(1, 1).withMessages(5)), Launch.class))
                .hasSize(4);
        assertThat(memory.boots().failedInARow()).isZero();
    }

    @Test
    void manyFailuresOfOneBatch_shouldHoldOnlyOnce() {
        plan(TWO_FAILURES, Fleet.at(now).booting(ids(1, 20)).withMessages(20));
        for (int gone = 4; gone <= 20; gone += 4) {
            now = now.plusSeconds(5);
            Fleet fleet = Fleet.at(now).inState(InstanceState.TERMINATED, ids(1, gone));
            plan(TWO_FAILURES, (gone < 20 ? fleet.booting(ids(gone + 1, 20)) : fleet).withMessages(20));
        }

        assertThat(memory.boots().failedInARow()).isEqualTo(20);
        assertThat(memory.boots().heldUntil()).isEqualTo(NOW.plusSeconds(65));
    }

    @Test
    void eachFailedTry_shouldDoubleTheHoldUpToAnHour() {
        afterBootsOf(1, 2);
        List<Long> holds = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            holds.add(Duration.between(now, memory.boots().heldUntil()).toMinutes());
            now = memory.boots().heldUntil();
            afterBootsOf(1);
        }

        assertThat(holds).containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L);
    }

    @Test
    void oneBootOfManyThatGoesWell_shouldEndTheHold() {
        afterBootsOf(1, 2, 3);
        plan(TWO_FAILURES, Fleet.at(now).booting(1, 2, 3).withMessages(3));
        now = now.plusSeconds(10);

        plan(
                TWO_FAILURES,
                Fleet.at(now)
                        .inState(InstanceState.TERMINATED, 2, 3)
                        .working(1, 1)
                        .withMessages(3));

        assertThat(memory.boots().failedInARow()).isZero();
        assertThat(memory.boots().heldUntil()).isEqualTo(Instant.MIN);
    }

    @Test
    void instanceOfASetThatDoesNotComeUp_shouldBeStartedAfterTheOthers() {
        PlannerRules set = TWO_FAILURES.with(new Shape(Mode.START_STOP, DrainChannel.CLUSTER, 0, true));
        plan(set, Fleet.at(now).booting(1).inState(InstanceState.STOPPED, 2, 3).withMessages(1));
        now = now.plusSeconds(10);

        ScalingPlan next =
                plan(set, Fleet.at(now).inState(InstanceState.STOPPED, 1, 2, 3).withMessages(2));

        assertThat(idsOf(next, Start.class)).containsExactly(2, 3);
    }

    // Spares

    private static PlannerRules spares(int count, boolean stopped) {
        return RULES.with(new Shape(Mode.LAUNCH, DrainChannel.CLUSTER, count, stopped));
    }

    @Test
    void runningSpares_shouldBeWantedBesides() {
        ScalingPlan plan = plan(spares(2, false), Fleet.at(now).working(0, 1).withMessages(1));

        assertThat(plan.desired()).hasValue(3);
        assertThat(idsOf(plan, Launch.class)).containsExactly(2, 3);
        assertThat(plan.clamps()).containsExactly("running spares 2");
    }

    @Test
    void drainedInstance_shouldBeStoppedWhileSparesAreMissing() {
        ScalingPlan plan = plan(
                spares(2, true),
                Fleet.at(now).drained(7, 1, 2).inState(InstanceState.STOPPED, 3).withMessages(0));

        assertThat(plan.actions())
                .containsExactly(
                        new Stop(Fleet.id(1), Optional.of(new AppTierId(1)), EndReason.DRAINED),
                        new Terminate(Fleet.id(2), Optional.of(new AppTierId(2)), EndReason.DRAINED));
    }

    @Test
    void stoppedSpares_shouldBeStartedBeforeAnythingIsLaunched() {
        ScalingPlan plan = plan(
                spares(2, true),
                Fleet.at(now).working(1, 1).inState(InstanceState.STOPPED, 4, 3).withMessages(4));

        assertThat(idsOf(plan, Start.class)).containsExactly(3, 4);
        assertThat(idsOf(plan, Launch.class)).containsExactly(2);
        assertThat(plan.decision()).isEqualTo("start+launch");
    }

    @Test
    void missingSpares_shouldBeLaunchedOnceAndThenBeDrainedIntoTheirRest() {
        ScalingPlan made = plan(spares(2, true), Fleet.at(now).working(1, 1).withMessages(1));
        ScalingPlan booting =
                plan(spares(2, true), Fleet.at(now).working(1, 1).booting(2, 3).withMessages(1));
        ScalingPlan up = plan(
                spares(2, true), Fleet.at(now).working(1, 1).working(0, 2, 3).withMessages(1));

        assertThat(idsOf(made, Launch.class)).containsExactly(2, 3);
        assertThat(booting.actions()).isEmpty();
        assertThat(idsOf(up, Drain.class)).containsExactly(3, 2);
    }

    @Test
    void sparesAtTheMaximum_shouldNotBeLaunched() {
        ScalingPlan plan =
                plan(spares(2, true), Fleet.at(now).working(1, ids(1, 20)).withMessages(20));

        assertThat(plan.actions()).isEmpty();
    }

    private static final PlannerRules FOUR_WITH_SPARES = PlannerRules.of(
                    new ScalingLimits(0, 4, Duration.ofSeconds(10), Duration.ofMinutes(2), Duration.ofMinutes(5)))
            .with(new Shape(Mode.LAUNCH, DrainChannel.CLUSTER, 2, true));

    private ScalingPlan afterRefusedStartsOf(int... ids) {
        Set<InstanceId> refused = IntStream.of(ids).mapToObj(Fleet::id).collect(Collectors.toSet());
        memory = memory.withTrouble("InsufficientInstanceCapacity", refused, now);
        now = memory.trouble().orElseThrow().until();
        return plan(
                FOUR_WITH_SPARES,
                Fleet.at(now)
                        .working(1, 1, 2)
                        .inState(InstanceState.STOPPED, ids)
                        .withMessages(4));
    }

    @Test
    void refusedSpares_shouldWaitForThoseThatCanBeLaunched() {
        ScalingPlan plan = afterRefusedStartsOf(3);

        assertThat(idsOf(plan, Launch.class)).containsExactly(4);
        assertThat(idsOf(plan, Start.class)).containsExactly(3);
        assertThat(plan.clamps()).isEmpty();
    }

    @Test
    void refusedSparesThatHoldAllFreeIds_shouldBeStartedAgain() {
        ScalingPlan plan = afterRefusedStartsOf(3, 4);

        assertThat(idsOf(plan, Launch.class)).isEmpty();
        assertThat(idsOf(plan, Start.class)).containsExactly(3, 4);
        assertThat(plan.clamps()).isEmpty();
    }

    // A set that was made before

    private static final PlannerRules SET = RULES.with(new Shape(Mode.START_STOP, DrainChannel.CLUSTER, 0, true));

    @Test
    void set_shouldBeStartedFromTheLowestIdAndNeverLaunched() {
        ScalingPlan plan =
                plan(SET, Fleet.at(now).inState(InstanceState.STOPPED, 3, 1, 2).withMessages(5));

        assertThat(idsOf(plan, Start.class)).containsExactly(1, 2, 3);
        assertThat(idsOf(plan, Launch.class)).isEmpty();
        assertThat(plan.clamps()).containsExactly("no more stopped instances in the set");
    }

    @Test
    void setsInstance_shouldBeStoppedWhenDrainedAndWhenDead() {
        ScalingPlan plan = plan(
                SET,
                Fleet.at(now).drained(7, 1).silentFor(Duration.ofMinutes(3), 2).withMessages(0));

        assertThat(plan.actions())
                .containsExactly(
                        new Stop(Fleet.id(1), Optional.of(new AppTierId(1)), EndReason.DRAINED),
                        new Stop(Fleet.id(2), Optional.of(new AppTierId(2)), EndReason.SILENT));
    }

    @Test
    void setsInstancesWithoutOrWithTheSameId_shouldGetTheirOwnBeforeTheyAreStarted() {
        FleetObservation observation = Fleet.at(now)
                .inState(InstanceState.STOPPED, 1)
                .tagged(InstanceState.STOPPED, "i-twin", 1)
                .tagged(InstanceState.STOPPED, "i-new", 0)
                .withMessages(0);

        ScalingPlan plan = plan(SET, observation);

        assertThat(plan.actions())
                .containsExactlyInAnyOrder(
                        new AssignId(new InstanceId("i-new"), Optional.of(new AppTierId(2)), AssignId.Why.UNTAGGED),
                        new AssignId(new InstanceId("i-twin"), Optional.of(new AppTierId(3)), AssignId.Why.DUPLICATE));
    }

    // Drain epochs

    @Test
    void generationsOfUnansweredLaunches_shouldBeKeptWhileTheyAreOpen() {
        memory = memory.withUnconfirmed(new AppTierId(3), 42, now).withUnconfirmed(new AppTierId(3), 43, now);

        assertThat(memory.unconfirmed())
                .isEqualTo(Map.of(new AppTierId(3), new FleetMemory.UnconfirmedLaunch(42, now)));
        now = now.plus(Fleet.LIMITS.bootAllowance());
        memory = memory.withUnconfirmed(new AppTierId(3), 43, now);
        assertThat(memory.unconfirmed())
                .as("the last try may have launched it")
                .isEqualTo(Map.of(new AppTierId(3), new FleetMemory.UnconfirmedLaunch(42, now)));
        now = now.plus(Fleet.LIMITS.bootAllowance()).plusSeconds(1);
        plan(RULES, Fleet.at(now).withMessages(0));
        assertThat(memory.unconfirmed()).isEmpty();
    }
}
