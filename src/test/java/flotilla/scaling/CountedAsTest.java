package flotilla.scaling;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.AppTierId;
import flotilla.domain.QueueDepth;
import flotilla.domain.WorkerId;
import flotilla.scaling.FleetController.Readings;
import flotilla.scaling.FleetController.Results;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Instances before people are counted as the decisions count them. */
class CountedAsTest {
    private final FleetController controller = new FleetController(
            new MessageCountPolicy(1), List.of(), PlannerRules.of(Fleet.LIMITS), WorkloadModel.Assumed.usual());
    private final List<Instance> instances = new ArrayList<>();

    private static Instance instance(int id, InstanceState state, long secondsAgo) {
        return new Instance(
                Fleet.id(id), Optional.of(new AppTierId(id)), state, Fleet.NOW.minusSeconds(secondsAgo), Fleet.TYPE);
    }

    private void running(int... ids) {
        for (int id : ids) {
            instances.add(instance(id, InstanceState.RUNNING, 600));
        }
    }

    private void report(int id, Activity activity, long second) {
        controller.reported(
                new WorkerSighting(
                        new WorkerId("i-" + id),
                        Optional.of(Fleet.id(id)),
                        Optional.of(new AppTierId(id)),
                        activity,
                        activity == Activity.DRAINING ? 7 : 0,
                        0,
                        0,
                        ServiceCount.none(1),
                        Fleet.NOW.minusSeconds(500).toEpochMilli(),
                        second + 1),
                Fleet.NOW.plusSeconds(second));
    }

    private ScalingPlan decide(int visible, long second) {
        return controller
                .decide(
                        new Readings(Optional.of(new QueueDepth(visible, 0, 0)), Optional.of(instances)),
                        Fleet.NOW.plusSeconds(second))
                .plan();
    }

    /** Each instance's state and as what it is counted. */
    private Map<String, String> shown(long second) {
        return controller.show(Fleet.NOW.plusSeconds(second)).stream()
                .collect(Collectors.toMap(
                        ShownInstance::name,
                        one -> one.state() + " "
                                + one.countedAs().map(CountedAs::label).orElse("nothing")));
    }

    @Test
    void eachInstance_shouldBeCountedAsTheDecisionCountsIt() {
        running(1, 2, 3, 4);
        instances.add(instance(5, InstanceState.SHUTTING_DOWN, 600));
        instances.add(instance(6, InstanceState.PENDING, 5));
        instances.add(instance(7, InstanceState.STOPPED, 600));
        instances.add(instance(8, InstanceState.TERMINATED, 600));
        report(2, Activity.WORKING, 0);
        report(1, Activity.WORKING, 11);
        report(3, Activity.LEAVING, 11);
        report(4, Activity.DRAINING, 11);

        ScalingPlan plan = decide(1, 11);

        assertThat(plan.actions()).isEmpty();
        assertThat(plan.census()).isEqualTo(new ScalingPlan.Census(1, 1, 1, 1, 2, 1));
        assertThat(shown(11))
                .containsOnly(
                        Map.entry("i-1", "running running"),
                        Map.entry("i-2", "running silent"),
                        Map.entry("i-3", "draining ending"),
                        Map.entry("i-4", "draining draining"),
                        Map.entry("i-5", "shutting-down ending"),
                        Map.entry("i-6", "pending pending"),
                        Map.entry("i-7", "stopped spare"),
                        Map.entry("i-8", "terminated nothing"));
    }

    @Test
    void workerThatFallsSilentAfterTheDecision_shouldBeCountedSoAtTheLook() {
        running(1);
        report(1, Activity.WORKING, 0);
        decide(1, 0);

        assertThat(shown(10)).containsOnly(Map.entry("i-1", "running running"));
        assertThat(shown(11)).containsOnly(Map.entry("i-1", "running silent"));
    }

    @Test
    void workerThatHasNotHeardOfItsDrain_shouldBeCountedAsAskedToEnd() {
        running(1);
        report(1, Activity.WORKING, 0);

        assertThat(decide(0, 1).decision()).isEqualTo("drain");
        controller.acted(Results.none(), Fleet.NOW.plusSeconds(1));

        assertThat(shown(1)).containsOnly(Map.entry("i-1", "running draining"));
    }
}
