package flotilla.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.cost.Spent;
import flotilla.domain.AppTierId;
import flotilla.domain.GatewayId;
import flotilla.domain.InstanceId;
import flotilla.domain.QueueDepth;
import flotilla.gateway.MetricsText.Form;
import flotilla.protocol.DecisionReport.Action;
import flotilla.scaling.FleetController;
import flotilla.scaling.GatewayTally;
import flotilla.scaling.Instance;
import flotilla.scaling.InstanceState;
import flotilla.scaling.MessageCountPolicy;
import flotilla.scaling.PlannerRules;
import flotilla.scaling.ScalingLimits;
import flotilla.scaling.WorkloadModel;
import flotilla.testing.Scrape;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SupervisorMetricsTest {
    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");
    private static final ScalingLimits LIMITS =
            new ScalingLimits(0, 20, Duration.ofSeconds(30), Duration.ofMinutes(2), Duration.ofMinutes(5));

    private final NodeMetrics node = NodeMetrics.open("gateway", "1");
    private final SupervisorMetrics supervisor = node.supervisor();
    private final FleetController controller = new FleetController(
            new MessageCountPolicy(1), List.of(), PlannerRules.of(LIMITS), WorkloadModel.Assumed.usual());

    @AfterEach
    void close() {
        node.close();
    }

    private Scrape scrape() {
        return Scrape.of(node.text(Form.PROMETHEUS));
    }

    private static Instance booting(int id) {
        return new Instance(
                new InstanceId("i-" + id), Optional.of(new AppTierId(id)), InstanceState.PENDING, NOW, "c7i.large");
    }

    private void decide(Optional<QueueDepth> depth, Optional<List<Instance>> instances, Action... actions) {
        supervisor.decided(
                controller
                        .decide(new FleetController.Readings(depth, instances), NOW)
                        .plan(),
                List.of(actions));
    }

    @Test
    void decision_shouldShowWhatWasSeenAndWanted() {
        controller.announced(new GatewayId("gateway-1"), 8, 5, NOW);
        decide(Optional.of(new QueueDepth(4, 2, 1)), Optional.of(List.of(booting(1), booting(2))));

        Scrape scrape = scrape();
        assertThat(scrape.value("flotilla_queue_messages", "state", "visible")).isEqualTo(4);
        assertThat(scrape.value("flotilla_queue_messages", "state", "in-flight"))
                .isEqualTo(2);
        assertThat(scrape.value("flotilla_queue_messages", "state", "delayed")).isEqualTo(1);
        assertThat(scrape.value("flotilla_supervisor_desired_instances")).isEqualTo(6);
        assertThat(scrape.value("flotilla_supervisor_instances", "state", "pending"))
                .isEqualTo(2);
        assertThat(scrape.value("flotilla_supervisor_instances", "state", "running"))
                .isZero();
        assertThat(scrape.value("flotilla_supervisor_acting")).isEqualTo(1);
        assertThat(scrape.value("flotilla_supervisor_count_difference_messages"))
                .isEqualTo(7 - 5);
        assertThat(scrape.value("flotilla_supervisor_service_time_seconds")).isEqualTo(1);
        assertThat(scrape.value("flotilla_supervisor_last_decision_timestamp_seconds"))
                .isEqualTo(NOW.getEpochSecond());
        assertThat(scrape.value("flotilla_supervisor_findings_total")).isZero();
    }

    /** Three thousand images, a fleet that needs 25 minutes for them: nothing is wrong after the first quarter of an hour. */
    @Test
    void imagesThatAreOverdue_shouldBeNoDifferenceWhetherTheyAreInTheQueueOrNot() {
        controller.announced(new GatewayId("gateway-1"), new GatewayTally(3000, 0, 1200, 1800), NOW);

        decide(Optional.of(new QueueDepth(1150, 50, 0)), Optional.of(List.of()));
        assertThat(scrape().value("flotilla_supervisor_count_difference_messages"))
                .isZero();
        decide(Optional.of(new QueueDepth(0, 0, 0)), Optional.of(List.of()));
        assertThat(scrape().value("flotilla_supervisor_count_difference_messages"))
                .isZero();
        decide(Optional.of(new QueueDepth(1350, 0, 0)), Optional.of(List.of()));
        assertThat(scrape().value("flotilla_supervisor_count_difference_messages"))
                .isEqualTo(150);
    }

    @Test
    void actions_shouldBeCountedByKindAndByWhatBecameOfThem() {
        decide(
                Optional.of(new QueueDepth(3, 0, 0)),
                Optional.of(List.of()),
                new Action("launch", 1, "i-1", "", Action.OK),
                new Action("launch", 2, "", "", "InsufficientInstanceCapacity"),
                new Action("launch", 3, "", "", "InsufficientInstanceCapacity"),
                new Action("drain", 4, "i-4", "", Action.DRY_RUN));

        Scrape scrape = scrape();
        assertThat(scrape.value("flotilla_supervisor_actions_total", "kind", "launch", "outcome", "ok"))
                .isEqualTo(1);
        assertThat(scrape.value("flotilla_supervisor_actions_total", "kind", "launch", "outcome", "failed"))
                .isEqualTo(2);
        assertThat(scrape.value("flotilla_supervisor_actions_total", "kind", "drain", "outcome", "shown"))
                .isEqualTo(1);
        assertThat(scrape.sum("flotilla_supervisor_decisions_total")).isEqualTo(1);
    }

    /** Somebody who asks for an alert must be able to tell a fleet that does not grow from one that is not to grow. */
    @Test
    void scaleOut_shouldBeShownAsOffWhenItIsOnlyShownOrPaused() {
        decide(
                Optional.of(new QueueDepth(3, 0, 0)),
                Optional.of(List.of()),
                new Action("launch", 1, "", "", Action.OK));
        assertThat(scrape().value("flotilla_supervisor_scale_out_enabled")).isEqualTo(1);

        for (String outcome : List.of(Action.DRY_RUN, Action.BY_HAND)) {
            decide(
                    Optional.of(new QueueDepth(3, 0, 0)),
                    Optional.of(List.of()),
                    new Action("launch", 1, "", "", outcome));
            assertThat(scrape().value("flotilla_supervisor_scale_out_enabled"))
                    .as(outcome)
                    .isZero();
        }

        FleetController paused = new FleetController(
                new MessageCountPolicy(1),
                List.of(),
                PlannerRules.of(LIMITS).with(new PlannerRules.Steps(10, 10, true, false)),
                WorkloadModel.Assumed.usual());
        supervisor.decided(
                paused.decide(
                                new FleetController.Readings(
                                        Optional.of(new QueueDepth(3, 0, 0)), Optional.of(List.of())),
                                NOW)
                        .plan(),
                List.of());
        assertThat(scrape().value("flotilla_supervisor_scale_out_enabled")).isZero();
    }

    @Test
    void whatWasSpent_shouldAddUp() {
        supervisor.spent(new Spent(20, 5, 0.25, "EUR"));
        supervisor.spent(new Spent(10, 0, 0.5, "EUR"));

        Scrape scrape = scrape();
        assertThat(scrape.value("flotilla_supervisor_instance_seconds_total")).isEqualTo(30);
        assertThat(scrape.value("flotilla_supervisor_instance_busy_seconds_total"))
                .isEqualTo(5);
        assertThat(scrape.value("flotilla_supervisor_cost_total", "currency", "EUR"))
                .isEqualTo(0.75);
    }

    /** What is not known is not zero. */
    @Test
    void whatCannotBeRead_shouldNotBeTold() {
        decide(Optional.of(new QueueDepth(4, 2, 1)), Optional.of(List.of(booting(1))));
        decide(Optional.empty(), Optional.empty());

        Scrape scrape = scrape();
        assertThat(scrape.families())
                .doesNotContainKeys(
                        "flotilla_queue_messages",
                        "flotilla_supervisor_instances",
                        "flotilla_supervisor_count_difference_messages");
        assertThat(scrape.value("flotilla_supervisor_acting")).isEqualTo(1);
        assertThat(scrape.sum("flotilla_supervisor_decisions_total")).isEqualTo(2);

        decide(Optional.of(new QueueDepth(9, 0, 0)), Optional.of(List.of()));
        assertThat(scrape().value("flotilla_queue_messages", "state", "visible"))
                .isEqualTo(9);
    }

    @Test
    void supervisorWithoutItsLease_shouldShowThatItDoesNotAct() {
        supervisor.decided(controller.withoutLease("gateway-2 has it", NOW).plan(), List.of());

        Scrape scrape = scrape();
        assertThat(scrape.value("flotilla_supervisor_acting")).isZero();
        assertThat(scrape.value("flotilla_supervisor_decisions_total", "reason", "no-lease"))
                .isEqualTo(1);
        assertThat(scrape.families())
                .doesNotContainKeys("flotilla_supervisor_desired_instances", "flotilla_supervisor_scale_out_enabled");
    }

    @Test
    void supervisorThatHasMoved_shouldLeaveItsCountersAndNoFigures() {
        decide(Optional.of(new QueueDepth(4, 2, 1)), Optional.of(List.of(booting(1))));

        supervisor.ended();

        assertThat(scrape().families().keySet().stream().filter(name -> name.matches("flotilla_(supervisor|queue).*")))
                .containsExactlyInAnyOrder("flotilla_supervisor_decisions_total", "flotilla_supervisor_findings_total");
    }
}
