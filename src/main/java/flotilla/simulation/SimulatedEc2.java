package flotilla.simulation;

import flotilla.domain.InstanceId;
import flotilla.scaling.Instance;
import flotilla.scaling.ScalingAction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** A simulated EC2: launches with boots of varying length, may refuse, and counts what is paid. Times in seconds. */
final class SimulatedEc2 {
    private final World world;
    private final Random random;
    private final List<SimulatedInstance> living = new ArrayList<>();
    private double paidSeconds;
    private int launches;
    private int most;

    SimulatedEc2(World world, Random random) {
        this.world = world;
        this.random = random;
    }

    /** Launches, or refuses. */
    Optional<SimulatedInstance> launch(ScalingAction.Launch launch, double now) {
        if (random.nextDouble() < world.launchFailures()) {
            return Optional.empty();
        }
        boolean fails = random.nextDouble() < world.bootFailures();
        double boot = Math.exp(world.boot().mu() + world.boot().sigma() * random.nextGaussian());
        launches++;
        SimulatedInstance instance = new SimulatedInstance(
                new InstanceId("i-" + launches), launch.tier(), now, fails ? Double.POSITIVE_INFINITY : now + boot);
        living.add(instance);
        most = Math.max(most, living.size());
        return Optional.of(instance);
    }

    Optional<SimulatedInstance> terminate(InstanceId id, double now) {
        Optional<SimulatedInstance> found = find(id);
        found.ifPresent(instance -> {
            instance.gone = true;
            paidSeconds += now - instance.launchedAt;
            living.remove(instance);
        });
        return found;
    }

    Optional<SimulatedInstance> find(InstanceId id) {
        return living.stream().filter(one -> one.id.equals(id)).findFirst();
    }

    List<SimulatedInstance> living() {
        return living;
    }

    List<Instance> describe() {
        return living.stream().map(SimulatedInstance::described).toList();
    }

    double paidSeconds() {
        return paidSeconds;
    }

    int launches() {
        return launches;
    }

    int most() {
        return most;
    }
}
