package flotilla.scaling;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.domain.QueueDepth;
import flotilla.domain.WorkerId;
import flotilla.scaling.FleetController.Decided;
import flotilla.scaling.FleetController.Readings;
import flotilla.scaling.FleetController.Results;
import flotilla.scaling.FleetController.Shadow;
import flotilla.scaling.FleetController.WorkerOrder;
import flotilla.scaling.ScalingAction.Launch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the controller makes of plans that are only shown, of policies that only watch, and of what EC2 answered. */
class FleetControllerTest {
    private static final Duration INTERVAL = Duration.ofSeconds(10);

    private final List<Instance> instances = new ArrayList<>();
    private Instant now = Fleet.NOW;
    private long reports;

    private static FleetController controller(ScalingPolicy policy, ScalingPolicy... shadows) {
        return new FleetController(
                policy, List.of(shadows), PlannerRules.of(Fleet.LIMITS), WorkloadModel.Assumed.usual());
    }

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

    private List<WorkerOrder> report(FleetController controller, int id) {
        return beside(controller.reported(
                new WorkerSighting(
                        new WorkerId("i-" + id),
                        Optional.of(new InstanceId("i-" + id)),
                        Optional.of(new AppTierId(id)),
                        Activity.WORKING,
                        0,
                        0,
                        0,
                        ServiceCount.none(1),
                        Fleet.NOW.toEpochMilli(),
                        ++reports),
                now));
    }

    /** What is said besides that the report was heard. */
    private static List<WorkerOrder> beside(List<WorkerOrder> orders) {
        return orders.stream()
                .filter(order -> !(order instanceof WorkerOrder.Heard))
                .toList();
    }

    private Decided decide(FleetController controller, int visible) {
        return controller.decide(new Readings(Optional.of(new QueueDepth(visible, 0, 0)), Optional.of(instances)), now);
    }

    @Test
    void planThatIsOnlyShown_shouldAskNobodyAndBeMadeAnewAtEachLook() {
        running(1);
        FleetController controller = controller(new MessageCountPolicy(1));
        report(controller, 1);
        decide(controller, 1);
        controller.onlyShown();

        for (int look = 0; look < 3; look++) {
            now = now.plus(INTERVAL);
            report(controller, 1);
            assertThat(decide(controller, 0).plan().decision()).isEqualTo("drain");
            assertThat(report(controller, 1)).as("before the results").isEmpty();
            controller.onlyShown();
            assertThat(report(controller, 1)).as("after the results").isEmpty();
            assertThat(controller.memory().drains()).isEmpty();
        }
    }

    @Test
    void drainThatWasAsked_shouldBeRepeatedToAWorkerThatDoesNotShowIt() {
        running(1);
        FleetController controller = controller(new MessageCountPolicy(1));
        report(controller, 1);
        decide(controller, 1);
        controller.acted(Results.none(), now);
        decide(controller, 0);
        assertThat(report(controller, 1)).as("before the results").isEmpty();

        controller.acted(Results.none(), now);

        assertThat(report(controller, 1)).singleElement().isInstanceOf(WorkerOrder.Drain.class);
    }

    @Test
    void nextSilence_shouldBeTheLongestSilenceOfThoseThatTheLastDecisionCounted() {
        running(1, 2);
        FleetController controller = controller(new MessageCountPolicy(1));
        report(controller, 1);
        assertThat(controller.nextSilence(now)).as("nothing is decided yet").isEmpty();
        now = now.plusSeconds(2);
        report(controller, 2);
        decide(controller, 2);
        assertThat(controller.nextSilence(now)).contains(Fleet.NOW.plusSeconds(10));

        now = now.plusSeconds(2);
        report(controller, 1);
        assertThat(controller.nextSilence(now)).contains(Fleet.NOW.plusSeconds(12));

        now = Fleet.NOW.plusSeconds(12);
        assertThat(decide(controller, 2).plan().census().silent())
                .as("as long as may be")
                .isZero();
        assertThat(controller.nextSilence(now)).contains(now);
        now = now.plusMillis(1);
        assertThat(decide(controller, 2).plan().census().silent()).isEqualTo(1);
        assertThat(controller.nextSilence(now)).as("known to be silent").contains(Fleet.NOW.plusSeconds(14));
    }

    private static Launch launch(int id) {
        return new Launch(new AppTierId(id), 0);
    }

    private static Instance launched(int id) {
        return new Instance(Fleet.id(id), Optional.of(new AppTierId(id)), InstanceState.PENDING, Fleet.NOW, Fleet.TYPE);
    }

    @Test
    void launchesRefusedInPart_shouldPauseWhatIsMissingAndKeepWhatIsThere() {
        FleetController controller = controller(new MessageCountPolicy(1));
        decide(controller, 2);

        controller.acted(
                new Results(
                        Map.of(launch(1), launched(1)),
                        List.of(launch(2)),
                        List.of(),
                        Optional.of("RequestLimitExceeded"),
                        List.of()),
                now);
        instances.add(launched(1));
        now = now.plusSeconds(5);
        ScalingPlan paused = decide(controller, 2).plan();
        controller.acted(Results.none(), now);
        now = now.plusSeconds(5);
        ScalingPlan after = decide(controller, 2).plan();

        assertThat(paused.census().pending()).isEqualTo(1);
        assertThat(paused.actions()).isEmpty();
        assertThat(paused.clamps())
                .containsExactly("launches pause until 2026-11-22T12:00:10Z after 1 x RequestLimitExceeded");
        assertThat(after.actions()).singleElement().isInstanceOf(Launch.class);
        controller.acted(
                new Results(Map.of(launch(2), launched(2)), List.of(), List.of(), Optional.empty(), List.of()), now);
        assertThat(controller.memory().trouble()).isEmpty();
    }

    private static Stream<ScalingPolicy> policies() {
        return Stream.of(
                new BacklogTimePolicy(Duration.ofMinutes(2), 0.99),
                new MessageCountPolicy(3),
                new StepPolicy(),
                new AlarmPolicy(25, 2, Duration.ofSeconds(20), Duration.ofSeconds(30), 1),
                new BacklogPerInstancePolicy(
                        Duration.ofSeconds(30), Optional.empty(), true, 0, 0.1, Duration.ofSeconds(40)));
    }

    /** State included: the shadow keeps its own, and it must come to the same. */
    @ParameterizedTest
    @MethodSource("policies")
    void shadowEqualToTheActingPolicy_shouldAlwaysVoteTheSame(ScalingPolicy policy) {
        running(1, 2);
        FleetController controller = controller(policy, policy);
        int[] visible = {0, 40, 40, 40, 40, 90, 200, 30, 3, 1, 0, 0, 0, 0, 0};
        for (int messages : visible) {
            report(controller, 1);
            report(controller, 2);

            Decided decided = decide(controller, messages);

            Shadow shadow = decided.shadows().get(0);
            assertThat(shadow.plan().vote()).isEqualTo(decided.plan().vote());
            assertThat(shadow.plan().actions()).isEqualTo(decided.plan().actions());
            controller.acted(Results.none(), now);
            now = now.plus(INTERVAL);
        }
    }

    @Test
    void shadows_shouldKeepTheirOwnStateAndLeaveNoTrace() {
        running(1);
        FleetController alone = controller(new MessageCountPolicy(1));
        FleetController watched = controller(
                new MessageCountPolicy(1),
                new AlarmPolicy(5, 1, Duration.ofSeconds(20), Duration.ofSeconds(10), 2),
                new StepPolicy());
        List<Integer> alarm = new ArrayList<>();
        for (int messages : new int[] {9, 9, 9, 9}) {
            report(alone, 1);
            report(watched, 1);

            Decided decided = decide(watched, messages);

            assertThat(decided.plan())
                    .usingRecursiveComparison()
                    .isEqualTo(decide(alone, messages).plan());
            assertThat(decided.shadows()).extracting(Shadow::policy).containsExactly("alarm", "step");
            alarm.add(decided.shadows().get(0).plan().desired().orElseThrow());
            alone.acted(Results.none(), now);
            watched.acted(Results.none(), now);
            assertThat(watched.memory()).isEqualTo(alone.memory());
            now = now.plus(INTERVAL);
        }
        // Above the threshold for a whole period: only a policy that remembers can vote so.
        assertThat(alarm).containsExactly(1, 1, 3, 3);
    }

    @Test
    void pace_shouldBeUnknownUntilQueueAndInstancesWereSeen() {
        FleetController controller = controller(new MessageCountPolicy(1));
        assertThat(controller.pace(now)).isEmpty();

        controller.decide(new Readings(Optional.empty(), Optional.of(instances)), now);
        controller.decide(new Readings(Optional.of(new QueueDepth(9, 0, 0)), Optional.empty()), now);

        assertThat(controller.pace(now)).isEmpty();
    }

    @Test
    void pace_shouldBeThatOfTheLastPlan() {
        running(1, 2);
        FleetController controller = controller(new MessageCountPolicy(1));
        report(controller, 1);
        report(controller, 2);

        decide(controller, 3);

        Pace pace = controller.pace(now).orElseThrow();
        assertThat(pace.backlog()).isEqualTo(3);
        assertThat(pace.serviceSeconds()).isEqualTo(1);
        assertThat(pace.ready()).isEqualTo(2);
        assertThat(pace.bootsIn()).as("the one that is wanted besides").hasSize(1);
    }

    @Test
    void paceOfAFleetStartedByHand_shouldExpectNobodyElse() {
        FleetController controller = new FleetController(
                new MessageCountPolicy(1),
                List.of(),
                PlannerRules.of(Fleet.LIMITS)
                        .with(new PlannerRules.Shape(
                                PlannerRules.Mode.BY_HAND, PlannerRules.DrainChannel.CLUSTER, 0, true)),
                WorkloadModel.Assumed.usual());
        controller.reported(
                new WorkerSighting(
                        new WorkerId("by-hand"),
                        Optional.empty(),
                        Optional.empty(),
                        Activity.WORKING,
                        0,
                        0,
                        0,
                        ServiceCount.none(1),
                        Fleet.NOW.toEpochMilli(),
                        1),
                now);

        controller.decide(new Readings(Optional.of(new QueueDepth(7, 1, 0)), Optional.of(List.of())), now);

        Pace pace = controller.pace(now).orElseThrow();
        assertThat(pace.backlog()).isEqualTo(8);
        assertThat(pace.ready()).isEqualTo(1);
        assertThat(pace.bootsIn()).isEmpty();
    }
}
