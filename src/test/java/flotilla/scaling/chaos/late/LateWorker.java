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

/** A worker on its machine, by the rules of the real one: epochs, cancels, no way back from drained, a fence, an end when that was closed for too long. */
final class LateWorker {
    /** So long after the sending of the last report that was acknowledged, a worker receives nothing more. */
    static final int FENCE = 37;
    /** And so long after it gives back what it has in hand, and ends if that was anything. */
    private static final int FENCE_END = 39;

    private static final int RESTART = 5;

    private final InstanceId id;
    private final Optional<AppTierId> tier;
    private long life;
    /** Its process is started again, and says nothing before. */
    private int awayUntil;
    /** What is inside its classifier does not come out before. */
    private int slowUntil;
    /** Nobody has acknowledged anything yet that this process has said, so that it takes nothing. */
    private boolean unheard = true;
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
        boolean idle = (activity == Activity.DRAINED || activity == Activity.LEAVING || unheard) && inHand == 0;
        return !frozen && !idle;
    }

    /** Whether its silence has outlasted its fence, so that it does not receive. */
    boolean isProvenDead(int now, int deadAfter) {
        return now - heardAt >= deadAfter;
    }

    boolean reports(int now) {
        return !frozen && now >= awayUntil;
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
        if (frozen || now < awayUntil) {
            return;
        }
        if (isFenceClosed(now)) {
            activity = activity == Activity.WORKING ? Activity.LEAVING : activity;
            world.queues.queued += Math.max(0, inHand - 1);
            inHand = Math.min(1, inHand);
        }
        if (now - acknowledgedAt >= FENCE_END && inHand > 0) {
            startAgain(now, world.queues);
            return;
        }
        boolean finished = inHand > 0 && (calm || now >= slowUntil) && world.chance(3);
        if (finished) {
            inHand--;
            nextEnters(now, world);
            images++;
        }
        if (activity == Activity.WORKING && !unheard) {
            boolean mayLook = world.byQueues() && (finished || inHand == 0);
            Optional<Long> taken = mayLook ? world.queues.take(requestsFrom, calm) : Optional.empty();
            if (taken.isPresent()) {
                request = taken.get();
                epoch = request;
                activity = Activity.DRAINING;
            } else if (inHand < 2 && world.queues.queued > 0) {
                world.queues.queued--;
                if (++inHand == 1) {
                    nextEnters(now, world);
                }
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

    /** Some images take as long as hardly any does. */
    private void nextEnters(int now, LateWorld world) {
        slowUntil = world.chance(8) ? now + 60 : 0;
    }

    /** It gives back what it holds, and another process takes its place. */
    private void startAgain(int now, LateQueues queues) {
        queues.queued += inHand;
        inHand = 0;
        if (request > 0) {
            queues.requests.add(request);
            request = 0;
        }
        awayUntil = now + RESTART;
        life = LateWorld.instant(awayUntil).toEpochMilli();
        acknowledgedAt = awayUntil;
        sent.clear();
        reports = 0;
        images = 0;
        epoch = 0;
        requestsFrom = 0;
        activity = Activity.WORKING;
        unheard = true;
    }

    /** What it holds comes back when its leases end. */
    void drop(int now, LateQueues queues) {
        queues.lost(now, inHand, request);
        inHand = 0;
        request = 0;
    }

    /** Which of the processes that it was in turn it is now. */
    long life() {
        return life;
    }

    /** Does what it is told; what was said to a process before it is lost. */
    void obey(WorkerOrder order, long to, int now) {
        if (frozen || deaf || now < awayUntil || to != life) {
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
        unheard = false;
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
