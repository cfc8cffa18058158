package flotilla.simulation;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.domain.WorkerId;
import flotilla.scaling.Activity;
import flotilla.scaling.Instance;
import flotilla.scaling.InstanceState;
import flotilla.scaling.ServiceCount;
import flotilla.scaling.WorkerSighting;
import java.time.Duration;
import java.util.Optional;

/** One simulated machine with its worker, which serves one image at a time. Times in seconds. */
final class SimulatedInstance {
    final InstanceId id;
    final AppTierId tier;
    final double launchedAt;
    /** When its worker works; infinite for a machine that never comes up. */
    final double upAt;

    boolean up;
    boolean gone;
    double busyUntil;
    private Activity activity = Activity.WORKING;
    private long epoch;
    private long images;
    private double busySeconds;
    private long reports;

    SimulatedInstance(InstanceId id, AppTierId tier, double launchedAt, double upAt) {
        this.id = id;
        this.tier = tier;
        this.launchedAt = launchedAt;
        this.upAt = upAt;
    }

    boolean takesWork() {
        return up && !gone && activity == Activity.WORKING;
    }

    /** Begins an image. */
    void serve(double from, double seconds) {
        busyUntil = from + seconds;
        images++;
        busySeconds += seconds;
    }

    void drain(long drainEpoch) {
        if (activity == Activity.WORKING && drainEpoch > epoch) {
            activity = Activity.DRAINING;
            epoch = drainEpoch;
        }
    }

    /** @return whether it goes back to work */
    boolean cancelDrain(long drainEpoch) {
        if (activity != Activity.DRAINING || drainEpoch != epoch) {
            return false;
        }
        activity = Activity.WORKING;
        return true;
    }

    /** @return whether it has just become drained */
    boolean drained(double now) {
        if (activity == Activity.DRAINING && busyUntil <= now) {
            activity = Activity.DRAINED;
            return true;
        }
        return false;
    }

    boolean isDraining() {
        return !gone && activity == Activity.DRAINING;
    }

    boolean isEnding() {
        return activity != Activity.WORKING;
    }

    Instance described() {
        return new Instance(
                id,
                Optional.of(tier),
                up ? InstanceState.RUNNING : InstanceState.PENDING,
                Simulation.instant(launchedAt),
                "simulated");
    }

    WorkerSighting sighting(double now) {
        int busy = busyUntil > now ? 1 : 0;
        return new WorkerSighting(
                new WorkerId(id.value()),
                Optional.of(id),
                Optional.of(tier),
                activity,
                epoch,
                busy,
                busy,
                new ServiceCount(images, Duration.ofNanos(Math.round(busySeconds * 1e9)), 1),
                Simulation.instant(launchedAt).toEpochMilli(),
                ++reports);
    }
}
