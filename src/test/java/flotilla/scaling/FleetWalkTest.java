package flotilla.scaling;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.domain.QueueDepth;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * The planner against a toy EC2: machines boot, drain, die and fall silent, launches fail or get no answer, the supervisor
 * is replaced. Whatever happens, the invariants hold at every step, and when it stops happening the fleet becomes what was
 * desired.
 */
class FleetWalkTest {
    private static final ScalingLimits LIMITS =
            new ScalingLimits(0, 8, Duration.ofSeconds(10), Duration.ofSeconds(40), Duration.ofSeconds(60));
    private static final Duration TICK = Duration.ofSeconds(5);
    /** Ticks after which not even the slowest of all drains, whose lengths are drawn, is still under way. */
    private static final int REST = 80;

    private static final class Machine {
        private final InstanceId id;
        private final AppTierId appTierId;
        private final Instant launchedAt;
        private InstanceState state = InstanceState.PENDING;
        private Activity activity = Activity.WORKING;
        private long epoch;
        private boolean heard;
        private boolean frozen;
        private Instant reportedAt;
        private int inHand;

        private Machine(InstanceId id, AppTierId appTierId, Instant launchedAt) {
            this.id = id;
            this.appTierId = appTierId;
            this.launchedAt = launchedAt;
        }
    }

    private final FleetPlanner planner = new FleetPlanner(
            new MessageCountPolicy(1),
            PlannerRules.of(LIMITS).with(new PlannerRules.BootRule(1000, Duration.ofMinutes(1))));
    private final List<Machine> machines = new ArrayList<>();
    private final Map<String, Machine> tokens = new HashMap<>();
    private final Map<InstanceId, Instant> firstSeen = new HashMap<>();
    private FleetMemory memory = FleetMemory.empty();
    private Instant now = Fleet.NOW;
    private int launches;

    @Property(tries = 300)
    void randomWalk_shouldKeepEveryInvariantAndComeToRest(@ForAll long seed) {
        Random random = new Random(seed);
        machines.clear();
        tokens.clear();
        firstSeen.clear();
        memory = FleetMemory.empty();
        for (int step = 0; step < 60; step++) {
            tick(random.nextInt(14), random, true);
        }
        for (int step = 0; step < REST; step++) {
            tick(5, random, false);
        }
        assertThat(living()).as("seed %d", seed).isEqualTo(5);
        for (int step = 0; step < REST; step++) {
            tick(0, random, false);
        }
        assertThat(living()).as("seed %d", seed).isZero();
    }

    private ControlState state() {
        return new ControlState(memory, PolicyState.none(), WorkloadModel.unlearned(WorkloadModel.Assumed.usual()));
    }

    private long living() {
        return machines.stream().filter(machine -> machine.state.isAlive()).count();
    }

    private void tick(int messages, Random random, boolean trouble) {
        now = now.plus(TICK);
        machines.forEach(machine -> live(machine, random, trouble));
        if (trouble && random.nextInt(15) == 0) {
            memory = FleetMemory.empty();
            firstSeen.clear();
        }
        boolean depthKnown = !trouble || random.nextInt(10) > 0;
        FleetObservation observation = new FleetObservation(
                depthKnown ? Optional.of(new QueueDepth(messages, 0, 0)) : Optional.empty(),
                Optional.of(machines.stream().map(this::view).toList()),
                now);

        ScalingPlan plan = planner.plan(observation, state(), now);

        assertThat(planner.plan(observation, state(), now)).isEqualTo(plan);
        memory = plan.memory();
        for (ScalingAction action : plan.actions()) {
            carryOut(action, random, trouble);
        }
        boolean out = plan.actions().stream().anyMatch(ScalingAction.Launch.class::isInstance);
        boolean in = plan.actions().stream().anyMatch(ScalingAction.Drain.class::isInstance);
        assertThat(out && in).as("launch and drain in one plan").isFalse();
        Set<AppTierId> ids = new HashSet<>();
        machines.stream()
                .filter(machine -> machine.state != InstanceState.TERMINATED)
                .forEach(machine -> {
                    assertThat(ids.add(machine.appTierId))
                            .as("id %s twice", machine.appTierId)
                            .isTrue();
                    assertThat(machine.appTierId.value()).isBetween(1, LIMITS.maxInstances());
                });
        assertThat(living()).isLessThanOrEqualTo(LIMITS.maxInstances());
        machines.removeIf(machine -> machine.state == InstanceState.TERMINATED && random.nextInt(5) == 0);
    }

    private void live(Machine machine, Random random, boolean trouble) {
        if (machine.state == InstanceState.SHUTTING_DOWN) {
            machine.state = InstanceState.TERMINATED;
        }
        if (!machine.state.isAlive()) {
            return;
        }
        // A boot that outlasts its allowance is trouble: a replacement is launched beside it.
        boolean slow = Duration.between(machine.launchedAt, now)
                        .compareTo(LIMITS.bootAllowance().dividedBy(2))
                > 0;
        if (machine.state == InstanceState.PENDING && (random.nextInt(3) == 0 || (slow && !trouble))) {
            machine.state = InstanceState.RUNNING;
        }
        if (trouble && random.nextInt(40) == 0) {
            machine.state = InstanceState.TERMINATED;
            return;
        }
        machine.frozen = trouble ? machine.frozen || random.nextInt(40) == 0 : machine.frozen;
        if (machine.state == InstanceState.RUNNING && !machine.frozen) {
            machine.heard = true;
            machine.inHand = machine.activity == Activity.DRAINED ? 0 : random.nextInt(3);
            if (machine.activity == Activity.DRAINING && random.nextInt(3) == 0) {
                machine.activity = Activity.DRAINED;
                machine.inHand = 0;
            }
            machine.reportedAt = now;
        }
    }

    private InstanceView view(Machine machine) {
        firstSeen.putIfAbsent(machine.id, now);
        Optional<WorkerView> worker = machine.heard && machine.reportedAt != null
                ? Optional.of(new WorkerView(
                        machine.reportedAt,
                        machine.activity,
                        machine.epoch,
                        machine.inHand,
                        machine.inHand,
                        ServiceCount.none(1)))
                : Optional.empty();
        return new InstanceView(
                new Instance(machine.id, Optional.of(machine.appTierId), machine.state, machine.launchedAt, ""),
                firstSeen.get(machine.id),
                Optional.empty(),
                worker);
    }

    private void carryOut(ScalingAction action, Random random, boolean trouble) {
        if (action instanceof ScalingAction.Launch launch) {
            launch(launch, trouble ? random.nextInt(6) : 5);
        } else if (action instanceof ScalingAction.Drain drain) {
            Machine machine = machine(drain.id());
            // One that did not hear of its cancelled drain may be asked again, under a higher epoch.
            assertThat(machine.activity == Activity.WORKING || machine.epoch < drain.epoch())
                    .isTrue();
            if (!machine.frozen) {
                machine.activity = Activity.DRAINING;
                machine.epoch = drain.epoch();
            }
        } else if (action instanceof ScalingAction.CancelDrain cancel) {
            Machine machine = machine(cancel.id());
            if (!machine.frozen && machine.activity == Activity.DRAINING && machine.epoch == cancel.epoch()) {
                machine.activity = Activity.WORKING;
            }
        } else if (action instanceof ScalingAction.Terminate terminate) {
            Machine machine = machine(terminate.id());
            boolean drained = machine.activity == Activity.DRAINED;
            boolean silent = machine.reportedAt == null
                    || Duration.between(machine.reportedAt, now).compareTo(LIMITS.deadAfter()) > 0;
            assertThat(drained || silent).as("terminated while it worked").isTrue();
            machine.state = InstanceState.SHUTTING_DOWN;
        }
    }

    /**
     * Fate 0: refused; 1: no answer and no machine; 2: no answer but a machine; else a machine. A token whose machine has
     * ended is used up, so the next one is tried.
     */
    private void launch(ScalingAction.Launch launch, int fate) {
        if (fate == 0) {
            memory = memory.withoutUnconfirmed(launch.tier());
            return;
        }
        if (fate != 1) {
            launch(launch);
        }
        memory = fate <= 2
                ? memory.withUnconfirmed(launch.tier(), launch.generation(), now)
                : memory.withoutUnconfirmed(launch.tier());
    }

    private void launch(ScalingAction.Launch launch) {
        for (long generation = launch.generation(); ; generation++) {
            String token = launch.tier() + "-" + generation;
            Optional<InstanceState> given =
                    Optional.ofNullable(tokens.get(token)).map(machine -> machine.state);
            if (given.isEmpty()) {
                Machine machine = new Machine(new InstanceId("i-" + ++launches), launch.tier(), now);
                tokens.put(token, machine);
                machines.add(machine);
                return;
            }
            if (given.get().isAlive()) {
                return;
            }
        }
    }

    private Machine machine(InstanceId id) {
        return machines.stream()
                .filter(machine -> machine.id.equals(id))
                .findFirst()
                .orElseThrow();
    }
}
