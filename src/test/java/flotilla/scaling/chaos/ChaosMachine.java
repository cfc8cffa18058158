package flotilla.scaling.chaos;

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

/** A machine and its worker, which follows the rules of the real one: epochs, cancels, no way back from drained, a fence. */
final class ChaosMachine {
    static final int FENCE_SECONDS = 40;

    final InstanceId id;
    final String token;
    AppTierId tier;
    InstanceState state = InstanceState.PENDING;
    int launchedAt;
    /** When EC2 begins to describe it. */
    int describedFrom;
    /** When its worker comes up; never when it dies at boot. */
    int upAt;

    boolean up;
    /** Stopped in its tracks: works on nothing, says nothing. */
    boolean frozen;
    /** When a report of this life was heard last by any supervisor. */
    int heardAt;

    private long heardNumber;

    /** Nothing that it says arrives, and it hears nothing. */
    int cutSince = -1;

    Activity activity = Activity.WORKING;
    long epoch;
    int inHand;
    long life;
    /** The terminate request that it has taken; 0 for none. */
    long request;

    private long number;
    private long images;

    ChaosMachine(InstanceId id, String token, AppTierId tier, int now, int describedFrom, int upAt) {
        this.id = id;
        this.token = token;
        this.tier = tier;
        this.launchedAt = now;
        this.heardAt = now;
        this.describedFrom = describedFrom;
        this.upAt = upAt;
    }

    boolean living() {
        return state == InstanceState.PENDING || state == InstanceState.RUNNING;
    }

    /** Whether ending it now would cut off work. */
    boolean atWork() {
        return living() && up && !frozen && activity != Activity.DRAINED && activity != Activity.LEAVING;
    }

    void begin(int now, int bootsUntil) {
        state = InstanceState.PENDING;
        launchedAt = now;
        upAt = bootsUntil;
        up = false;
        frozen = false;
        heardAt = now;
        cutSince = -1;
        activity = Activity.WORKING;
        epoch = 0;
        inHand = 0;
        request = 0;
        images = 0;
    }

    /** A report arrives; one that was overtaken says nothing new. */
    void heard(WorkerSighting sighting, int now) {
        if (sighting.life() == life && sighting.number() > heardNumber) {
            heardNumber = sighting.number();
            heardAt = now;
        }
    }

    void drain(long asked) {
        if (activity == Activity.WORKING && asked > epoch) {
            activity = Activity.DRAINING;
            epoch = asked;
        } else if (activity == Activity.DRAINING && asked > epoch) {
            epoch = asked;
        }
    }

    void cancel(long asked) {
        if (activity == Activity.DRAINING && asked == epoch) {
            activity = Activity.WORKING;
        }
    }

    void answered() {
        images++;
        inHand--;
    }

    Instance described() {
        return new Instance(id, Optional.of(tier), state, ChaosWorld.instant(launchedAt), "chaos");
    }

    WorkerSighting sighting() {
        return new WorkerSighting(
                new WorkerId(id.value()),
                Optional.of(id),
                Optional.of(tier),
                activity,
                epoch,
                Math.min(1, inHand),
                inHand,
                new ServiceCount(images, Duration.ofSeconds(images), 1),
                life,
                ++number);
    }
}
