package flotilla.scaling;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.scaling.FleetObservation.DrainConfirmation;
import flotilla.scaling.QueueFleet.Machine;
import flotilla.scaling.ScalingAction.CancelRequests;
import flotilla.scaling.ScalingAction.Launch;
import flotilla.scaling.ScalingAction.RequestDrains;
import flotilla.scaling.ScalingAction.Terminate;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Scale-in through the queues while everything goes wrong: machines die with a request in hand, links break, requests are
 * lost, delivered twice or never sent, supervisors are replaced. The invariants hold at every step, and when it stops going
 * wrong the fleet becomes what was desired.
 */
class QueueDrainsWalkTest {
    /** Ticks after which not even the slowest of all boots and drains, whose lengths are drawn, is still under way. */
    private static final int REST = 100;

    @Property(tries = 300)
    void randomWalk_shouldKeepEveryInvariantAndComeToRest(@ForAll long seed) {
        Random random = new Random(seed);
        QueueFleet fleet = new QueueFleet();
        for (int step = 0; step < 60; step++) {
            trouble(fleet, random);
            live(fleet, random);
            check(fleet, fleet.tick(random.nextInt(12)));
        }
        fleet.queueThere = true;
        fleet.depthKnown = true;
        fleet.instancesKnown = true;
        fleet.machines.values().forEach(machine -> machine.linked = true);
        rest(fleet, random, 5, seed);
        rest(fleet, random, 0, seed);
    }

    private static void rest(QueueFleet fleet, Random random, int messages, long seed) {
        for (int step = 0; step < REST; step++) {
            live(fleet, random);
            check(fleet, fleet.tick(messages));
        }
        assertThat(fleet.living()).as("seed %d", seed).isEqualTo(messages);
        assertThat(fleet.visible).as("seed %d", seed).isEmpty();
        assertThat(fleet.memory().requests()).as("seed %d", seed).isEmpty();
    }

    private static void trouble(QueueFleet fleet, Random random) {
        for (Machine machine : List.copyOf(fleet.machines.values())) {
            if (machine.state.isAlive() && random.nextInt(30) == 0) {
                fleet.die(machine.id);
            }
            if (random.nextInt(20) == 0) {
                machine.linked = !machine.linked;
            }
            if (machine.activity == Activity.DRAINED && random.nextInt(5) == 0) {
                fleet.confirmations.add(new DrainConfirmation(machine.instance(), machine.token));
            }
        }
        if (!fleet.visible.isEmpty() && random.nextInt(10) == 0) {
            fleet.visible.remove(0);
        }
        if (!fleet.visible.isEmpty() && random.nextInt(10) == 0) {
            fleet.visible.add(fleet.visible.get(0));
        }
        if (random.nextInt(20) == 0) {
            fleet.restartSupervisor();
        }
        fleet.queueThere = random.nextInt(10) > 0;
        fleet.depthKnown = random.nextInt(10) > 0;
        fleet.instancesKnown = random.nextInt(10) > 0;
    }

    /** What machines and workers do by themselves. */
    private static void live(QueueFleet fleet, Random random) {
        for (Machine machine : List.copyOf(fleet.machines.values())) {
            if (machine.state == InstanceState.PENDING && random.nextInt(3) == 0) {
                fleet.boot(machine.id);
            } else if (machine.state == InstanceState.RUNNING && machine.activity == Activity.DRAINING) {
                if (random.nextInt(3) == 0) {
                    fleet.drained(machine.id);
                }
            } else if (random.nextInt(2) == 0) {
                fleet.take(machine.id);
            }
        }
    }

    private static void check(QueueFleet fleet, ScalingPlan plan) {
        boolean launches = plan.actions().stream().anyMatch(Launch.class::isInstance);
        boolean asks = plan.actions().stream().anyMatch(RequestDrains.class::isInstance);
        boolean cancels = plan.actions().stream().anyMatch(CancelRequests.class::isInstance);
        assertThat(asks && (launches || cancels)).as(plan.decision()).isFalse();
        assertThat(plan.actions().stream().filter(CancelRequests.class::isInstance))
                .hasSizeLessThanOrEqualTo(1);
        assertThat(fleet.living()).isLessThanOrEqualTo(QueueFleet.LIMITS.maxInstances());
        plan.actions().stream()
                .filter(Terminate.class::isInstance)
                .map(action -> ((Terminate) action).id())
                .forEach(id -> fleet.machines.values().stream()
                        .filter(machine -> machine.instance().equals(id))
                        .forEach(machine -> assertThat(mayEnd(fleet, machine))
                                .as("%s was terminated while it worked", id)
                                .isTrue()));
    }

    private static boolean mayEnd(QueueFleet fleet, Machine machine) {
        Duration silence = Duration.between(machine.reportedAt, fleet.now);
        return machine.activity == Activity.DRAINED || silence.compareTo(QueueFleet.LIMITS.deadAfter()) > 0;
    }
}
