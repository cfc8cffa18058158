package flotilla.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.AppTierId;
import flotilla.domain.GatewayId;
import flotilla.domain.InstanceId;
import flotilla.domain.QueueDepth;
import flotilla.protocol.DecisionReport.Action;
import flotilla.protocol.DecisionReport.Decision;
import flotilla.protocol.DecisionReport.Shadow;
import flotilla.scaling.ControlState;
import flotilla.scaling.FleetController;
import flotilla.scaling.GatewayTally;
import flotilla.scaling.MessageCountPolicy;
import flotilla.scaling.PlannerRules;
import flotilla.scaling.PolicyState;
import flotilla.scaling.ScalingAction;
import flotilla.scaling.ScalingAction.EndReason;
import flotilla.scaling.ScalingAction.SetGroupCapacity;
import flotilla.scaling.ScalingAction.Terminate;
import flotilla.scaling.ScalingLimits;
import flotilla.scaling.ScalingPlan;
import flotilla.scaling.ScalingPolicy;
import flotilla.scaling.WorkloadModel;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How many machines a decision starts and expects where an Auto Scaling group has a part in it, and what gateways have counted. */
class DecisionRecordTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

    private static Terminate end(boolean replaced) {
        return new Terminate(new InstanceId("i-2"), Optional.of(new AppTierId(2)), EndReason.DRAINED, replaced);
    }

    /** A decision with one instance at work and three desired, which a shadow policy would have made as well. */
    private static Decision decision(String outcome, ScalingAction... actions) {
        ScalingPlan plan = new ScalingPlan(
                NOW,
                "replacement",
                Optional.of(new QueueDepth(3, 0, 0)),
                new ScalingPlan.Census(0, 1, 1, 0, 0, 0),
                Optional.of(new ScalingPolicy.Desire(3, "backlog", PolicyState.none())),
                OptionalInt.of(3),
                List.of(),
                List.of(),
                List.of(actions),
                ControlState.initial(new MessageCountPolicy(1), WorkloadModel.Assumed.usual()));
        return DecisionRecord.of(
                1,
                "message-count",
                Duration.ofSeconds(10),
                new FleetController.Decided(plan, List.of(new FleetController.Shadow("step", plan)), Optional.of(1.0)),
                Stream.of(actions)
                        .map(action -> DecisionLog.action(action, "", outcome))
                        .toList());
    }

    private static int expected(Decision decision) {
        return decision.forecast().orElseThrow().active();
    }

    @Test
    void terminationThatTheGroupReplaces_shouldCountAsAStart() {
        Decision decision = decision(Action.OK, end(true), new SetGroupCapacity(3, 1));

        assertThat(expected(decision)).isEqualTo(3);
        assertThat(decision.shadows()).extracting(Shadow::launches).containsExactly(2);
        assertThat(decision.shadows()).extracting(Shadow::drains).containsExactly(0);
    }

    @Test
    void terminationThatNobodyReplaces_shouldStartNothing() {
        Decision decision = decision(Action.OK, end(false));

        assertThat(expected(decision)).isEqualTo(1);
        assertThat(decision.shadows()).extracting(Shadow::launches).containsExactly(0);
    }

    @Test
    void terminationThatFailed_shouldNotBeExpectedToBeReplaced() {
        assertThat(expected(decision("access denied", end(true)))).isEqualTo(1);
    }

    @Test
    void capacityBesidesWhatTheGroupReplacesLater_shouldCountWhatItAddsAlone() {
        Decision decision = decision(Action.OK, new SetGroupCapacity(3, 1));

        assertThat(expected(decision)).isEqualTo(2);
        assertThat(decision.shadows()).extracting(Shadow::launches).containsExactly(1);
    }

    private static FleetController controller() {
        ScalingLimits limits =
                new ScalingLimits(0, 20, Duration.ofSeconds(30), Duration.ofMinutes(2), Duration.ofMinutes(5));
        return new FleetController(
                new MessageCountPolicy(1), List.of(), PlannerRules.of(limits), WorkloadModel.Assumed.usual());
    }

    private static Decision counted(FleetController controller, Instant at) {
        FleetController.Readings nothingWaits =
                new FleetController.Readings(Optional.of(new QueueDepth(0, 0, 0)), Optional.of(List.of()));
        return DecisionRecord.of(
                1, "message-count", Duration.ofSeconds(10), controller.decide(nothingWaits, at), List.of());
    }

    /** Its images are answered by whoever has them, and nobody counts that. */
    @Test
    void imagesOfAGatewayThatHasGone_shouldBeUnansweredForAMinuteAndNoLonger() {
        FleetController controller = controller();
        GatewayId stays = new GatewayId("gateway-1");
        controller.announced(new GatewayId("gateway-2"), new GatewayTally(50, 50, 0, 0), NOW);
        controller.announced(stays, new GatewayTally(10, 2, 1, 7), NOW);

        Decision before = counted(controller, NOW);

        assertThat(before.unanswered()).as("with the overdue one").isEqualTo(53);
        assertThat(before.accepted()).isEqualTo(53);
        Instant later = NOW.plusSeconds(61);
        controller.announced(stays, new GatewayTally(10, 0, 0, 10), later);
        Decision after = counted(controller, later);
        assertThat(after.unanswered()).isZero();
        assertThat(after.accepted()).isEqualTo(53);
        assertThat(after.answered()).isEqualTo(3);
    }

    @Test
    void countsOfNoGateway_shouldBeUnknown() {
        FleetController controller = controller();

        assertThat(counted(controller, NOW).unanswered()).isEqualTo(-1);
    }
}
