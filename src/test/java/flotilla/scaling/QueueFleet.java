package flotilla.scaling;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.domain.QueueDepth;
import flotilla.domain.WorkerId;
import flotilla.scaling.FleetObservation.DrainConfirmation;
import flotilla.scaling.ScalingAction.CancelRequests;
import flotilla.scaling.ScalingAction.Launch;
import flotilla.scaling.ScalingAction.RequestDrains;
import flotilla.scaling.ScalingAction.Terminate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * A toy of everything around a controller whose drains go through the queues: EC2, the workers, the two terminate queues.
 * Time passes only by {@link #tick}. A machine is named by its app-tier id.
 */
final class QueueFleet {
    static final ScalingLimits LIMITS =
            new ScalingLimits(0, 20, Duration.ofSeconds(30), Duration.ofMinutes(2), Duration.ofMinutes(5));
    static final Duration TICK = Duration.ofSeconds(10);

    /** One machine and its worker. */
    static final class Machine {
        final int id;
        Instant launchedAt;
        InstanceState state = InstanceState.PENDING;
        Activity activity = Activity.WORKING;
        /** The request that it holds; 0: none. */
        long token;
        /** Requests with a lower token are an earlier supervisor's, by what the worker was told. */
        long requestsFrom;
        /** Its reports reach the supervisor. */
        boolean linked = true;

        long reports;
        Instant reportedAt;

        private final InstanceId instance;

        private Machine(int id, int life, Instant launchedAt) {
            this.id = id;
            this.instance = new InstanceId("i-" + id + (life == 1 ? "" : "-" + life));
            this.launchedAt = launchedAt;
            this.reportedAt = launchedAt;
        }

        InstanceId instance() {
            return instance;
        }
    }

    final Map<Integer, Machine> machines = new TreeMap<>();
    /** Tokens in the terminate-request queue that may be received. */
    final List<Long> visible = new ArrayList<>();

    final List<DrainConfirmation> confirmations = new ArrayList<>();
    Instant now = Fleet.NOW;
    boolean instancesKnown = true;
    boolean depthKnown = true;
    /** The terminate-request queue answers. */
    boolean queueThere = true;

    private final Map<Integer, Integer> lives = new HashMap<>();
    private FleetController controller = fresh();

    private static FleetController fresh() {
        PlannerRules.Shape shape =
                new PlannerRules.Shape(PlannerRules.Mode.LAUNCH, PlannerRules.DrainChannel.QUEUES, 0, true);
        return new FleetController(
                new MessageCountPolicy(1),
                List.of(),
                PlannerRules.of(LIMITS).with(shape).with(new PlannerRules.BootRule(10_000, Duration.ofMinutes(1))),
                WorkloadModel.Assumed.usual());
    }

    /** A fleet of working machines under a supervisor that has nothing left to find out. */
    static QueueFleet running(int count) {
        QueueFleet fleet = new QueueFleet();
        fleet.tick(count);
        IntStream.rangeClosed(1, count).forEach(fleet::boot);
        fleet.tick(count);
        return fleet;
    }

    void boot(int... ids) {
        Arrays.stream(ids).mapToObj(machines::get).forEach(machine -> {
            machine.state = InstanceState.RUNNING;
            report(machine);
        });
    }

    /** A new supervisor with nothing in its memory. */
    void restartSupervisor() {
        controller = fresh();
    }

    FleetMemory memory() {
        return controller.memory();
    }

    Machine machine(int id) {
        return machines.get(id);
    }

    long living() {
        return machines.values().stream()
                .filter(machine -> machine.state.isAlive())
                .count();
    }

    void report(Machine machine) {
        if (!machine.linked || machine.state != InstanceState.RUNNING) {
            return;
        }
        InstanceId id = machine.instance();
        machine.reportedAt = now;
        controller
                .reported(
                        new WorkerSighting(
                                new WorkerId(id.value()),
                                Optional.of(id),
                                Optional.of(new AppTierId(machine.id)),
                                machine.activity,
                                machine.token,
                                0,
                                0,
                                ServiceCount.none(1),
                                machine.launchedAt.toEpochMilli(),
                                ++machine.reports),
                        now)
                .forEach(order -> {
                    if (order instanceof FleetController.WorkerOrder.RequestsFrom from) {
                        machine.requestsFrom = from.token();
                    }
                });
    }

    /** A worker looks into the terminate-request queue; whether it has taken a request. */
    boolean take(int id) {
        Machine machine = machines.get(id);
        if (machine == null || machine.state != InstanceState.RUNNING || machine.activity != Activity.WORKING) {
            return false;
        }
        visible.removeIf(token -> token < machine.requestsFrom);
        if (visible.isEmpty()) {
            return false;
        }
        machine.token = visible.remove(0);
        machine.activity = Activity.DRAINING;
        report(machine);
        return true;
    }

    /** A worker with nothing left in hand confirms, deletes its request and reports. */
    void drained(int id) {
        Machine machine = machines.get(id);
        confirmations.add(new DrainConfirmation(machine.instance(), machine.token));
        machine.activity = Activity.DRAINED;
        report(machine);
    }

    /** A machine breaks; the request that it holds comes back. */
    void die(int id) {
        Machine machine = machines.get(id);
        machine.state = InstanceState.TERMINATED;
        if (machine.activity == Activity.DRAINING) {
            visible.add(machine.token);
        }
    }

    /** Time passes, everybody reports, the supervisor decides and its plan is carried out. */
    ScalingPlan tick(int messages) {
        now = now.plus(TICK);
        machines.values().forEach(this::report);
        machines.values().removeIf(machine -> machine.state == InstanceState.TERMINATED);
        machines.values().stream()
                .filter(machine -> machine.state == InstanceState.SHUTTING_DOWN)
                .forEach(machine -> machine.state = InstanceState.TERMINATED);
        ScalingPlan plan = controller
                .decide(
                        new FleetController.Readings(
                                depthKnown ? Optional.of(new QueueDepth(messages, 0, 0)) : Optional.empty(),
                                instancesKnown
                                        ? Optional.of(machines.values().stream()
                                                .map(QueueFleet::described)
                                                .toList())
                                        : Optional.empty(),
                                0,
                                List.copyOf(confirmations)),
                        now)
                .plan();
        confirmations.clear();
        controller.acted(carryOut(plan), now);
        return plan;
    }

    private static Instance described(Machine machine) {
        return new Instance(
                machine.instance(), Optional.of(new AppTierId(machine.id)), machine.state, machine.launchedAt, "");
    }

    private FleetController.Results carryOut(ScalingPlan plan) {
        Map<Launch, Instance> launched = new HashMap<>();
        List<Long> gone = new ArrayList<>();
        boolean emptied = false;
        for (ScalingAction action : plan.actions()) {
            if (action instanceof Launch launch) {
                int life = lives.merge(launch.tier().value(), 1, Integer::sum);
                Machine machine = new Machine(launch.tier().value(), life, now);
                machines.put(machine.id, machine);
                launched.put(launch, described(machine));
            } else if (action instanceof RequestDrains requests) {
                (queueThere ? visible : gone).addAll(requests.tokens());
            } else if (action instanceof CancelRequests cancel && queueThere) {
                int count = Math.min(cancel.count(), visible.size());
                gone.addAll(visible.subList(0, count));
                visible.subList(0, count).clear();
                emptied = cancel.count() == CancelRequests.ALL;
            } else if (action instanceof Terminate terminate) {
                machines.values().stream()
                        .filter(machine -> machine.instance().equals(terminate.id()))
                        .forEach(machine -> machine.state = InstanceState.SHUTTING_DOWN);
            }
        }
        return new FleetController.Results(launched, List.of(), List.of(), Optional.empty(), gone, emptied);
    }
}
