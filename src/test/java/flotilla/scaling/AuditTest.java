package flotilla.scaling;

import static flotilla.scaling.Fleet.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.domain.QueueDepth;
import flotilla.scaling.FleetObservation.Stray;
import flotilla.scaling.PlannerRules.DrainChannel;
import flotilla.scaling.PlannerRules.Mode;
import flotilla.scaling.PlannerRules.Shape;
import flotilla.scaling.ScalingAction.AssignId;
import flotilla.scaling.ScalingAction.Drain;
import flotilla.scaling.ScalingAction.EndReason;
import flotilla.scaling.ScalingAction.Launch;
import flotilla.scaling.ScalingAction.Terminate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** App-tier ids that are missing or given twice, and workers that belong to no instance. */
class AuditTest {
    private static final PlannerRules RULES = PlannerRules.of(Fleet.LIMITS);
    private static final InstanceId LOST = new InstanceId("i-lost");

    private static ScalingPlan plan(PlannerRules rules, FleetObservation observation) {
        ControlState state = new ControlState(
                FleetMemory.empty(), PolicyState.none(), WorkloadModel.unlearned(WorkloadModel.Assumed.usual()));
        return new FleetPlanner(new MessageCountPolicy(1), rules).plan(observation, state, NOW);
    }

    private static ScalingPlan plan(FleetObservation observation) {
        return plan(RULES, observation);
    }

    private static AssignId assign(String instance, int id, AssignId.Why why) {
        return new AssignId(new InstanceId(instance), Optional.of(new AppTierId(id)), why);
    }

    @Test
    void instanceWithoutAnId_shouldGetTheLowestFreeOne() {
        ScalingPlan plan = plan(Fleet.none()
                .working(1, 1, 3)
                .tagged(InstanceState.RUNNING, "i-x", 0)
                .withMessages(3));

        assertThat(plan.actions()).containsExactly(assign("i-x", 2, AssignId.Why.UNTAGGED));
        assertThat(plan.findings()).containsExactly("instance i-x launched at 2026-11-22T11:59:00Z has no app-tier id");
    }

    /** EC2 may not describe yet which one an earlier supervisor has given it. */
    @Test
    void instanceWithoutAnId_shouldGetNoneFromASupervisorThatIsNew() {
        FleetObservation seen = Fleet.none()
                .working(1, 1, 3)
                .tagged(InstanceState.RUNNING, "i-x", 0)
                .withMessages(3);

        assertThat(plan(RULES.settling(Duration.ofSeconds(10), true), seen).actions())
                .isEmpty();
        assertThat(plan(RULES.settling(Duration.ofSeconds(10), false), seen).actions())
                .containsExactly(assign("i-x", 2, AssignId.Why.UNTAGGED));
    }

    @Test
    void twoInstancesWithOneId_shouldLeaveItToTheOlderOne() {
        ScalingPlan plan = plan(Fleet.none()
                .tagged(InstanceState.RUNNING, "i-young", 1)
                .working(1, 1)
                .withMessages(2));

        assertThat(plan.actions()).containsExactly(assign("i-young", 2, AssignId.Why.DUPLICATE));
        assertThat(plan.findings())
                .containsExactly(
                        "instance i-young launched at 2026-11-22T11:59:00Z has the app-tier id 1 of an older one");
    }

    @Test
    void idThatIsAssigned_shouldNotBeLaunchedInTheSamePlan() {
        ScalingPlan plan =
                plan(Fleet.none().tagged(InstanceState.RUNNING, "i-x", 0).withMessages(3));

        assertThat(plan.actions())
                .extracting(
                        ScalingAction::kind,
                        action -> action.appTierId().orElseThrow().value())
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("assign-id", 1),
                        org.assertj.core.groups.Tuple.tuple("launch", 2),
                        org.assertj.core.groups.Tuple.tuple("launch", 3));
    }

    @Test
    void instanceThatEndsInThisPlan_shouldGetNoId() {
        ScalingPlan plan =
                plan(Fleet.none().drained(7, 1).drainedTwin(7, "i-twin", 1).withMessages(0));

        assertThat(plan.actions()).hasSize(2).allMatch(Terminate.class::isInstance);
    }

    @Test
    void noIdLeft_shouldBeAFinding() {
        ScalingLimits two =
                new ScalingLimits(0, 2, Duration.ofSeconds(10), Duration.ofMinutes(2), Duration.ofMinutes(5));

        ScalingPlan plan = plan(
                PlannerRules.of(two),
                Fleet.none()
                        .working(1, 1, 2)
                        .tagged(InstanceState.RUNNING, "i-x", 0)
                        .withMessages(3));

        assertThat(plan.findings())
                .containsExactly("instance i-x launched at 2026-11-22T11:59:00Z has no app-tier id, and none is free");
        assertThat(plan.actions()).isEmpty();
    }

    @Test
    void groupsNewInstances_shouldGetIdsWithoutAWord() {
        PlannerRules group = RULES.with(new Shape(Mode.GROUP, DrainChannel.CLUSTER, 0, true));

        ScalingPlan plan =
                plan(group, Fleet.none().tagged(InstanceState.PENDING, "i-x", 0).withMessages(1));

        assertThat(plan.actions()).containsExactly(assign("i-x", 1, AssignId.Why.UNTAGGED));
        assertThat(plan.findings()).isEmpty();
    }

    @Test
    void idAboveTheMaximum_shouldBeKeptWhileItsInstanceLives() {
        ScalingLimits two =
                new ScalingLimits(0, 2, Duration.ofSeconds(10), Duration.ofMinutes(2), Duration.ofMinutes(5));

        ScalingPlan plan =
                plan(PlannerRules.of(two), Fleet.none().working(1, 12).withMessages(2));

        assertThat(plan.actions()).singleElement().satisfies(action -> {
            assertThat(action).isInstanceOf(Launch.class);
            assertThat(action.appTierId()).contains(new AppTierId(1));
        });
    }

    private static FleetObservation with(Stray stray) {
        return new FleetObservation(
                Optional.of(new QueueDepth(0, 0, 0)),
                Optional.of(List.of()),
                List.of(stray),
                0,
                List.of(),
                Traffic.unknown(),
                NOW);
    }

    @Test
    void strayWithinItsGrace_shouldBeLeftAlone() {
        assertThat(plan(with(new Stray(LOST, NOW.minusSeconds(59), Activity.WORKING, 0)))
                        .actions())
                .isEmpty();
    }

    @Test
    void strayAfterItsGrace_shouldBeDrainedAndThenTerminated() {
        ScalingPlan working = plan(with(new Stray(LOST, NOW.minusSeconds(60), Activity.WORKING, 0)));
        ScalingPlan draining = plan(with(new Stray(LOST, NOW.minusSeconds(70), Activity.DRAINING, 5)));
        ScalingPlan drained = plan(with(new Stray(LOST, NOW.minusSeconds(80), Activity.DRAINED, 5)));

        assertThat(working.actions())
                .singleElement()
                .isInstanceOfSatisfying(
                        Drain.class, drain -> assertThat(drain.id()).isEqualTo(LOST));
        assertThat(working.findings())
                .containsExactly("worker on i-lost reports since 2026-11-22T11:59:00Z, and EC2 describes no such "
                        + "instance of ours: drained");
        assertThat(draining.actions()).isEmpty();
        assertThat(drained.actions()).containsExactly(new Terminate(LOST, Optional.empty(), EndReason.ORPHAN));
    }

    @Test
    void strayThatHasHeardAHigherEpoch_shouldBeAskedWithOneAboveIt() {
        long ahead = NOW.plusSeconds(600).toEpochMilli();

        ScalingPlan plan = plan(with(new Stray(LOST, NOW.minusSeconds(60), Activity.WORKING, ahead)));

        assertThat(((Drain) plan.actions().get(0)).epoch()).isGreaterThan(ahead);
    }

    @Test
    void strayThatLeaves_shouldBeLeftToItself() {
        assertThat(plan(with(new Stray(LOST, NOW.minusSeconds(600), Activity.LEAVING, 0)))
                        .actions())
                .isEmpty();
    }
}
