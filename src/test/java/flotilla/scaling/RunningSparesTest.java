package flotilla.scaling;

import static flotilla.scaling.Fleet.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What policies that count from what there is make of a machine that runs beyond those that are wanted. */
class RunningSparesTest {
    private static final String RELATIVE_POLICIES = "flotilla.scaling.MachineOutlookTest#relativePolicies";
    private static final PlannerRules ONE_SPARE = PlannerRules.of(Fleet.LIMITS)
            .with(new PlannerRules.Shape(PlannerRules.Mode.LAUNCH, PlannerRules.DrainChannel.CLUSTER, 1, false));

    private static ControlState initial(ScalingPolicy policy) {
        return ControlState.initial(policy, WorkloadModel.Assumed.usual());
    }

    private static ScalingPlan plan(ScalingPolicy policy, int working, int messages, ControlState state, Instant now) {
        int[] ids = IntStream.rangeClosed(1, working).toArray();
        return new FleetPlanner(policy, ONE_SPARE)
                .plan(Fleet.at(now).working(1, ids).withMessages(messages), state, now);
    }

    private static ScalingPlan plan(ScalingPolicy policy, int working, int messages) {
        return plan(policy, working, messages, initial(policy), NOW);
    }

    @ParameterizedTest
    @MethodSource(RELATIVE_POLICIES)
    void enoughMachines_shouldNotGrowBySparesWithEveryDecision(ScalingPolicy policy) {
        shouldKeepThreeMachines(policy, 2);
    }

    @Test
    void machinesWithWorkForAnotherInterval_shouldNotGrowBySparesWithEveryDecision() {
        shouldKeepThreeMachines(new BacklogTimePolicy(Duration.ofMinutes(2), 0.99), 40);
    }

    @Test
    void backlogWithinTheTolerance_shouldNotGrowBySparesWithEveryDecision() {
        ScalingPolicy tenEach = new BacklogPerInstancePolicy(
                Duration.ofSeconds(10), Optional.of(Duration.ofSeconds(1)), true, 0, 0.4, Duration.ofMinutes(1));

        shouldKeepThreeMachines(tenEach, 20);
    }

    /** What two machines do, with one beside them. */
    private static void shouldKeepThreeMachines(ScalingPolicy policy, int messages) {
        ControlState state = initial(policy);
        for (int tick = 0; tick < 5; tick++) {
            ScalingPlan plan = plan(policy, 3, messages, state, NOW.plusSeconds(10L * tick));

            assertThat(plan.desired()).hasValue(3);
            assertThat(plan.actions()).isEmpty();
            state = plan.next();
        }
    }

    @ParameterizedTest
    @MethodSource(RELATIVE_POLICIES)
    void muchWork_shouldAddOneMachine(ScalingPolicy policy) {
        ScalingPlan plan = plan(policy, 3, 26);

        assertThat(plan.desired()).hasValue(4);
        assertThat(plan.actions()).singleElement().isInstanceOf(ScalingAction.Launch.class);
    }

    @ParameterizedTest
    @MethodSource(RELATIVE_POLICIES)
    void noWork_shouldTakeOneMachineAfterTheOtherButTheSpare(ScalingPolicy policy) {
        assertThat(plan(policy, 3, 0).desired()).hasValue(2);
        assertThat(plan(policy, 2, 0).desired()).hasValue(1);
        assertThat(plan(policy, 1, 0).desired()).hasValue(1);
        assertThat(plan(policy, 1, 0).actions()).isEmpty();
        assertThat(plan(policy, 0, 0).actions()).singleElement().isInstanceOf(ScalingAction.Launch.class);
    }
}
