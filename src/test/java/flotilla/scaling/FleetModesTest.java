package flotilla.scaling;

import static flotilla.scaling.Fleet.NOW;
import static flotilla.scaling.Fleet.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import flotilla.domain.AppTierId;
import flotilla.domain.QueueDepth;
import flotilla.domain.WorkerId;
import flotilla.scaling.FleetController.Readings;
import flotilla.scaling.FleetController.Results;
import flotilla.scaling.PlannerRules.DrainChannel;
import flotilla.scaling.PlannerRules.Mode;
import flotilla.scaling.PlannerRules.Shape;
import flotilla.scaling.ScalingAction.SetGroupCapacity;
import flotilla.scaling.ScalingAction.Start;
import flotilla.scaling.ScalingAction.Terminate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What sets the modes start-stop and auto-scaling-group apart from launches. */
class FleetModesTest {
    private static final long EPOCH = 7;

    private static PlannerRules rules(Mode mode) {
        return PlannerRules.of(Fleet.LIMITS).with(new Shape(mode, DrainChannel.CLUSTER, 0, true));
    }

    private static ScalingPlan plan(Mode mode, FleetObservation observation) {
        ControlState state = new ControlState(
                FleetMemory.empty(), PolicyState.none(), WorkloadModel.unlearned(WorkloadModel.Assumed.usual()));
        return new FleetPlanner(new MessageCountPolicy(1), rules(mode)).plan(observation, state, NOW);
    }

    @Test
    void memberOfAGroupThatSomebodyElseDrives_shouldCountAsRunning() {
        FleetController controller = new FleetController(
                new MessageCountPolicy(1), List.of(), rules(Mode.BY_HAND), WorkloadModel.Assumed.usual());
        controller.reported(
                new WorkerSighting(
                        new WorkerId("i-1"),
                        Optional.of(id(1)),
                        Optional.empty(),
                        Activity.WORKING,
                        0,
                        0,
                        0,
                        ServiceCount.none(1),
                        1,
                        1),
                NOW);

        ScalingPlan plan = controller
                .decide(new Readings(Optional.of(new QueueDepth(1, 0, 0)), Optional.empty()), NOW)
                .plan();

        assertThat(plan.census().running()).isEqualTo(1);
        assertThat(plan.actions()).isEmpty();
        assertThat(controller.show(NOW)).singleElement().satisfies(shown -> {
            assertThat(shown.state()).isEqualTo("running");
            assertThat(shown.countedAs()).contains(CountedAs.RUNNING);
        });
    }

    @Test
    void groupThatGrowsWhileAMemberEnds_shouldNotCountTheMemberThatTakesItsPlaceAlong() {
        ScalingPlan plan =
                plan(Mode.GROUP, Fleet.none().working(1, 1, 2).drained(EPOCH, 3).withMessages(4));

        assertThat(plan.actions().get(0)).isInstanceOf(Terminate.class);
        assertThat(plan.actions()).last().isEqualTo(new SetGroupCapacity(4, 2));
    }

    @Test
    void groupThatGrows_shouldCountMembersThatStillDrain() {
        ScalingPlan plan = plan(
                Mode.GROUP,
                Fleet.none()
                        .working(1, 1, 2)
                        .silentFor(Duration.ofSeconds(11), 3)
                        .withMessages(4));

        assertThat(plan.actions()).containsExactly(new SetGroupCapacity(5, 2));
    }

    @Test
    void startAfterTrouble_shouldEndTheTrouble() {
        FleetController controller = new FleetController(
                new MessageCountPolicy(1), List.of(), rules(Mode.START_STOP), WorkloadModel.Assumed.usual());
        Readings oneStopped = new Readings(
                Optional.of(new QueueDepth(1, 0, 0)),
                Optional.of(List.of(new Instance(
                        id(1), Optional.of(new AppTierId(1)), InstanceState.STOPPED, NOW.minusSeconds(60), ""))));
        assertThat(controller.decide(oneStopped, NOW).plan().actions())
                .singleElement()
                .isInstanceOf(Start.class);
        controller.acted(results("InsufficientInstanceCapacity", false), NOW);
        assertThat(controller.decide(oneStopped, NOW.plusSeconds(1)).plan().clamps())
                .singleElement()
                .asString()
                .contains("1 x InsufficientInstanceCapacity");

        assertThat(controller.decide(oneStopped, NOW.plusSeconds(11)).plan().actions())
                .hasSize(1);
        controller.acted(results("", true), NOW.plusSeconds(11));

        assertThat(controller.memory().trouble()).isEmpty();
    }

    @Test
    void instanceThatEc2RefusedToStart_shouldWaitForTheOthersOfTheSet() {
        FleetController controller = controller(rules(Mode.START_STOP));
        assertThat(decide(controller, NOW)).containsExactly(start(1));
        controller.acted(refused(1), NOW);

        assertThat(decide(controller, NOW.plusSeconds(11))).containsExactly(start(2));
        controller.acted(refused(2), NOW.plusSeconds(11));

        assertThat(decide(controller, NOW.plusSeconds(60)))
                .as("all of them were refused: from the beginning")
                .containsExactly(start(1));
    }

    @Test
    void startThatEc2DoesNotDescribeYet_shouldCountAsBootingAndNotBeMadeGoodByAnother() {
        FleetController controller = controller(rules(Mode.START_STOP).settling(Duration.ofSeconds(10), false));
        assertThat(decide(controller, NOW)).as("a new supervisor waits").isEmpty();
        assertThat(decide(controller, NOW.plusSeconds(10))).containsExactly(start(1));
        controller.acted(started(), NOW.plusSeconds(10));

        assertThat(decide(controller, NOW.plusSeconds(19))).isEmpty();
        assertThat(controller.show(NOW.plusSeconds(19)))
                .extracting(ShownInstance::state, ShownInstance::countedAs)
                .containsExactly(
                        tuple("stopped", Optional.of(CountedAs.PENDING)),
                        tuple("stopped", Optional.of(CountedAs.SPARE)));
        controller.acted(Results.none(), NOW.plusSeconds(19));
        assertThat(decide(controller, NOW.plusSeconds(20)))
                .as("it did not start after all and waits for the others")
                .containsExactly(start(2));
    }

    private static Results started() {
        return new Results(
                Map.of(),
                List.of(),
                List.of(),
                Optional.empty(),
                List.of(),
                false,
                new FleetController.Starts(true, Set.of()));
    }

    @Test
    void spareThatEc2RefusedToStart_shouldBeReplacedByALaunch() {
        FleetController controller =
                controller(PlannerRules.of(Fleet.LIMITS).with(new Shape(Mode.LAUNCH, DrainChannel.CLUSTER, 2, true)));
        assertThat(decide(controller, NOW)).containsExactly(start(1));
        controller.acted(
                new Results(
                        Map.of(),
                        List.of(),
                        List.of(),
                        Optional.of("InsufficientInstanceCapacity"),
                        List.of(),
                        false,
                        new FleetController.Starts(false, Set.of(id(1), id(2)))),
                NOW);

        assertThat(decide(controller, NOW.plusSeconds(11))).singleElement().isInstanceOf(ScalingAction.Launch.class);
    }

    private static FleetController controller(PlannerRules rules) {
        return new FleetController(new MessageCountPolicy(1), List.of(), rules, WorkloadModel.Assumed.usual());
    }

    /** With one message and two stopped instances. */
    private static List<ScalingAction> decide(FleetController controller, Instant at) {
        List<Instance> stopped = Stream.of(1, 2)
                .map(n -> new Instance(
                        id(n), Optional.of(new AppTierId(n)), InstanceState.STOPPED, NOW.minusSeconds(60), ""))
                .toList();
        return controller
                .decide(new Readings(Optional.of(new QueueDepth(1, 0, 0)), Optional.of(stopped)), at)
                .plan()
                .actions();
    }

    private static Start start(int n) {
        return new Start(id(n), Optional.of(new AppTierId(n)));
    }

    private static Results refused(int n) {
        return new Results(
                Map.of(),
                List.of(),
                List.of(),
                Optional.of("InsufficientInstanceCapacity"),
                List.of(),
                false,
                new FleetController.Starts(false, Set.of(id(n))));
    }

    private static Results results(String trouble, boolean started) {
        return new Results(
                Map.of(),
                List.of(),
                List.of(),
                Optional.of(trouble).filter(code -> !code.isEmpty()),
                List.of(),
                false,
                new FleetController.Starts(started, Set.of()));
    }
}
