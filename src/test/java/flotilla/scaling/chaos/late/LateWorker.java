package flotilla.scaling.chaos.late;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.domain.WorkerId;
import flotilla.scaling.Activity;
import flotilla.scaling.FleetController.WorkerOrder;
import flotilla.scaling.FleetObservation.DrainConfirmation;
import flotilla.scaling.ServiceCount;
import flotilla.scaling.WorkerSighting;
import java.time.Duration;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** A worker on its machine, by the rules of the real one: epochs, cancels, no way back from drained, a fence. */
final class LateWorker {
    /** So long after the sending of the last report that was acknowledged, a worker receives nothing more. */
    static final int FENCE = 38;

    private final InstanceId id;
    private final Optional<AppTierId> tier;
    private final long life;
    /** Stopped in its tracks: works on nothing, says nothing. */
    private boolean frozen;
    /** Nothing that it says arrives. */
    private boolean mute;
    /** It hears nothing. */
    private boolean deaf;
    /** When each of its reports was sent, since the last one that was acknowledged. */
    private final SortedMap<Long, Integer> sent = new TreeMap<>();

    private int acknowledgedAt;

    private long epoch;
    private long requestsFrom;
    private long request;
    private long reports;
    private long images;
    Activity activity = Activity.WORKING;
    int inHand;
    /** When the last report was sent of those that any supervisor has heard. */
    int heardAt;

    LateWorker(InstanceId id, Optional<AppTierId> tier, int now) {
        this.id = id;
        this.tier = tier;
        this.life = LateWorld.instant(now).toEpochMilli();
        this.heardAt = now;
        this.acknowledgedAt = now;
    }

    /** Whether ending it now would cut off work. */
    boolean isAtWork() {
        return !frozen && activity != Activity.DRAINED && activity != Activity.LEAVING;
    }

    /** Whether its silence has outlasted its fence, so that it does not receive. */
    boolean isProvenDead(int now, int deadAfter) {
        return now - heardAt >= deadAfter;
    }

    boolean reports() {
        return !frozen;
    }

    boolean isMute() {
        return mute;
    }

    private boolean isFenceClosed(int now) {
        return now - acknowledgedAt >= FENCE;
    }

    void suffer(int now, LateWorld world) {
        if (world.chance(200) && !frozen) {
            frozen = true;
            drop(now, world.queues);
        }
        if (world.chance(100) && !mute && !deaf) {
            mute = !world.chance(4);
            deaf = !mute || !world.chance(3);
        }
    }

    void recover(LateWorld world, boolean calm) {
        if (frozen && (calm || world.chance(30))) {
            frozen = false;
        }
        if ((mute || deaf) && (calm || world.chance(25))) {
            mute = false;
            deaf = false;
        }
    }

    /** A second of its life. */
    void live(int now, LateWorld world, boolean calm) {
        if (frozen) {
            return;
        }
        if (isFenceClosed(now) && activity == Activity.WORKING) {
            activity = Activity.LEAVING;
        }
        boolean finished = inHand > 0 && world.chance(3);
        if (finished) {
            inHand--;
            images++;
        }
        if (activity == Activity.WORKING) {
            boolean mayLook = world.byQueues() && (finished || inHand == 0);
            Optional<Long> taken = mayLook ? world.queues.take(requestsFrom, calm) : Optional.empty();
            if (taken.isPresent()) {
                request = taken.get();
                epoch = request;
                activity = Activity.DRAINING;
            } else if (inHand < 2 && world.queues.queued > 0) {
                world.queues.queued--;
                inHand++;
            }
        }
        if (activity == Activity.DRAINING && inHand == 0) {
            if (request > 0) {
                world.queues.confirm(new DrainConfirmation(id, request), calm);
                request = 0;
            }
            activity = Activity.DRAINED;
        }
    }

    /** What it holds comes back when its leases end. */
    void drop(int now, LateQueues queues) {
        queues.lost(now, inHand, request);
        inHand = 0;
        request = 0;
    }

    void obey(WorkerOrder order, int now) {
        if (frozen || deaf) {
            return;
        }
        if (order instanceof WorkerOrder.Heard heard) {
            heard(heard.report(), now);
        } else if (order instanceof WorkerOrder.RequestsFrom from) {
            requestsFrom = from.token();
        } else if (order instanceof WorkerOrder.Drain drain && drain.epoch() > epoch) {
            if (activity == Activity.WORKING || activity == Activity.LEAVING || activity == Activity.DRAINING) {
                activity = Activity.DRAINING;
                epoch = drain.epoch();
            }
        } else if (order instanceof WorkerOrder.CancelDrain cancel
                && activity == Activity.DRAINING
                && cancel.epoch() == epoch) {
            activity = isFenceClosed(now) ? Activity.LEAVING : Activity.WORKING;
        }
    }

    private void heard(long report, int now) {
        Integer at = sent.get(report);
        if (at == null) {
            return; // A later one was acknowledged before.
        }
        acknowledgedAt = at;
        sent.headMap(report).clear();
        if (activity == Activity.LEAVING && !isFenceClosed(now)) {
            activity = Activity.WORKING;
        }
    }

    WorkerSighting report(int now) {
        sent.put(++reports, now);
        return new WorkerSighting(
                new WorkerId(id.value()),
                Optional.of(id),
                tier,
                activity,
                epoch,
                Math.min(1, inHand),
                inHand,
                new ServiceCount(images, Duration.ofSeconds(images), 1),
                life,
                reports);
    }
}
