package flotilla.scaling;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.domain.QueueDepth;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** How long one plan takes for 1,000 instances and 100,000 messages; prints it. Not a test: machines differ. */
public final class PlannerSpeed {
    private static final int INSTANCES = 1000;
    private static final int RUNS = 500;

    private PlannerSpeed() {}

    public static void main(String[] args) {
        Instant now = Instant.parse("2026-11-24T12:00:00Z");
        List<InstanceView> views = new ArrayList<>();
        for (int i = 1; i <= INSTANCES; i++) {
            boolean boots = i % 10 == 0;
            Instance instance = new Instance(
                    new InstanceId("i-" + i),
                    Optional.of(new AppTierId(i)),
                    boots ? InstanceState.PENDING : InstanceState.RUNNING,
                    now.minusSeconds(boots ? i % 60 : 600),
                    "c7i.large");
            views.add(new InstanceView(
                    instance,
                    instance.launchedAt(),
                    Optional.empty(),
                    boots
                            ? Optional.empty()
                            : Optional.of(new WorkerView(
                                    now,
                                    Activity.WORKING,
                                    0,
                                    1,
                                    i % 7,
                                    new ServiceCount(i, Duration.ofSeconds(i), 2)))));
        }
        ScalingLimits limits =
                new ScalingLimits(0, INSTANCES, Duration.ofSeconds(10), Duration.ofMinutes(2), Duration.ofMinutes(5));
        for (ScalingPolicy policy :
                List.of(new BacklogTimePolicy(Duration.ofMinutes(2), 0.99), new MessageCountPolicy(120))) {
            FleetPlanner planner = new FleetPlanner(policy, PlannerRules.of(limits));
            ControlState state = ControlState.initial(policy, WorkloadModel.Assumed.usual());
            FleetObservation observation =
                    new FleetObservation(Optional.of(new QueueDepth(100_000, 0, 0)), Optional.of(views), now);
            double[] millis = new double[RUNS];
            for (int run = 0; run < RUNS; run++) {
                long start = System.nanoTime();
                planner.plan(observation, state, now);
                millis[run] = (System.nanoTime() - start) / 1e6;
            }
            Arrays.sort(millis, RUNS / 2, RUNS);
            System.out.printf(
                    "%s: median %.2f ms, p99 %.2f ms over the last %d of %d plans%n",
                    policy.name(), millis[RUNS * 3 / 4], millis[RUNS - 3], RUNS / 2, RUNS);
        }
    }
}
