package flotilla.scaling.chaos;

import flotilla.domain.WorkerId;
import flotilla.scaling.Activity;
import flotilla.scaling.FleetController.WorkerOrder;
import flotilla.scaling.FleetObservation.DrainConfirmation;
import flotilla.scaling.PlannerRules.DrainChannel;
import flotilla.scaling.ServiceCount;
import flotilla.scaling.WorkerSighting;
import java.time.Duration;
import java.util.Optional;

/**
 * A worker's process with the rules of {@code flotilla.worker.Worker}: its phases, epochs that only grow, a cancel that must
 * name the drain, no way back from drained, a receive under way when it pauses, a fence when no gateway is in sight, and with
 * the terminate queues a request that it keeps until it has confirmed it.
 */
final class Process {
    private enum Phase {
        JOINING(Activity.WORKING),
        RECEIVING(Activity.WORKING),
        FENCED(Activity.LEAVING),
        DRAINING(Activity.DRAINING),
        ENDING(Activity.DRAINING),
        DRAINED(Activity.DRAINED),
        LEAVING(Activity.LEAVING);

        private final Activity activity;

        Phase(Activity activity) {
            this.activity = activity;
        }
    }

    private static final int JOIN_WAIT = 5;
    private static final int MOST_IN_HAND = 2;
    /** A receive that is under way when the worker pauses may bring something for so long. */
    private static final int RECEIVE_WAIT = 3;

    private final World world;
    private final Machine machine;
    private final long life;
    private final int startedAt;
    private Phase phase = Phase.JOINING;
    private long epoch;
    private long requestsFrom;
    private long request;
    private long number;
    private long images;
    private int inHand;
    private int pausedAt = Integer.MAX_VALUE;
    private int emptySince;
    private boolean finishedOne;
    private boolean leftDrained;
    private Optional<Integer> told;
    /** Does nothing at all. */
    private boolean frozen;
    /** Hears nothing and is not heard; it takes a while to join again. */
    private boolean cut;

    private int linkedFrom;
    private int lastSight;
    private int backSince;

    /**
     * @param again whether there was one on this machine since its last start
     */
    Process(World world, Machine machine, boolean again) {
        this.world = world;
        this.machine = machine;
        this.life = world.instant().toEpochMilli();
        this.startedAt = world.now();
        this.lastSight = world.now();
        this.backSince = again ? world.now() : Integer.MIN_VALUE / 2;
        this.emptySince = world.now();
        this.told = Optional.empty();
    }

    /** A second of its life; false when it ends by itself. */
    boolean second() {
        if (!chanceOfTrouble()) {
            return false;
        }
        if (frozen) {
            return true;
        }
        look();
        if (phase == Phase.JOINING && world.now() - startedAt >= JOIN_WAIT) {
            phase = Phase.RECEIVING;
        }
        work();
        if (phase == Phase.LEAVING && inHand == 0 && isPaused()) {
            return false;
        }
        report();
        return true;
    }

    private boolean chanceOfTrouble() {
        if (!machine.isOurs()) {
            heal();
            return true;
        }
        if (!frozen && world.chance.trouble(400)) {
            world.tell("the worker on %s crashes", machine.id);
            die();
            return false;
        }
        if (!frozen && world.chance.trouble(400)) {
            world.tell("the worker on %s is told to leave", machine.id);
            world.giveBack(Math.max(0, inHand - 1));
            inHand = Math.min(1, inHand);
            putRequestBack();
            leftDrained |= phase == Phase.DRAINED;
            pause(Phase.LEAVING);
        }
        if (!frozen && world.chance.trouble(250)) {
            world.tell("%s freezes", machine.id);
            frozen = true;
            // Nobody extends its leases.
            world.lose(inHand, request);
            inHand = 0;
            request = 0;
        } else if (frozen && world.chance.oneIn(40)) {
            thaw();
        }
        if (!cut && world.chance.trouble(250)) {
            world.tell("%s is cut off", machine.id);
            cut = true;
        } else if (cut && world.chance.oneIn(40)) {
            reconnect();
        }
        return true;
    }

    private void thaw() {
        frozen = false;
        backSince = world.now();
        // The cluster has dropped it meanwhile.
        linkedFrom = world.now() + world.chance.between(1, 10);
    }

    private void reconnect() {
        cut = false;
        linkedFrom = world.now() + world.chance.between(0, 10);
    }

    void heal() {
        if (frozen) {
            thaw();
        }
        if (cut) {
            reconnect();
        }
    }

    /** Whether a gateway is in sight, and what follows when there is none for long. */
    private void look() {
        if (isLinked()) {
            lastSight = world.now();
            if (phase == Phase.FENCED) {
                backSince = world.now();
                phase = Phase.RECEIVING;
            }
        } else if (world.now() - lastSight >= Plot.NOTICE + Plot.FENCE
                && (phase == Phase.RECEIVING || phase == Phase.JOINING)) {
            world.tell("%s fences itself", machine.id);
            pause(Phase.FENCED);
        }
    }

    private boolean isLinked() {
        return !cut && world.now() >= linkedFrom && world.boss().isAwake();
    }

    private void work() {
        int before = inHand;
        if (inHand > 0 && world.finishesAnImage()) {
            inHand--;
            images++;
            finishedOne = true;
            world.answer();
        }
        boolean open = phase == Phase.RECEIVING || !isPaused() && phase != Phase.JOINING;
        if (open && inHand < MOST_IN_HAND && world.receive()) {
            inHand++;
        }
        if (inHand > 0 || before > 0) {
            emptySince = world.now();
        }
        takeRequest();
        if (isPaused() && inHand == 0) {
            if (phase == Phase.DRAINING) {
                phase = Phase.DRAINED;
            } else if (phase == Phase.ENDING && !world.chance.trouble(3)) {
                confirm();
            }
        }
    }

    private boolean isPaused() {
        return world.now() >= pausedAt;
    }

    private void pause(Phase next) {
        boolean receiving = phase == Phase.RECEIVING;
        if (receiving || pausedAt == Integer.MAX_VALUE) {
            pausedAt = world.now() + (receiving ? world.chance.between(0, RECEIVE_WAIT) : 0);
        }
        phase = next;
    }

    private void takeRequest() {
        boolean mayLook = finishedOne || inHand == 0 && world.now() - emptySince >= 2;
        if (world.plot.channel() != DrainChannel.QUEUES || phase != Phase.RECEIVING || !mayLook) {
            return;
        }
        finishedOne = false;
        while (!world.requests.isEmpty()) {
            long token = world.requests.remove(0);
            if (token < requestsFrom) {
                world.delete(token);
                continue;
            }
            if (world.chance.trouble(20)) {
                // Delivered a second time.
                world.requests.add(token);
            }
            request = token;
            epoch = token;
            world.giveBack(Math.max(0, inHand - 1));
            inHand = Math.min(1, inHand);
            pause(Phase.ENDING);
            return;
        }
    }

    private void putRequestBack() {
        if (request > 0) {
            world.requests.add(request);
            request = 0;
        }
    }

    /** Says that it is drained, then deletes the request, which may fail, then is drained. */
    private void confirm() {
        world.confirmations.add(new DrainConfirmation(machine.instance, request));
        if (world.chance.trouble(5)) {
            world.confirmations.add(new DrainConfirmation(machine.instance, request));
        }
        if (world.chance.trouble(10)) {
            world.lose(0, request);
        } else {
            world.delete(request);
        }
        request = 0;
        phase = Phase.DRAINED;
    }

    private void report() {
        if (!isLinked()) {
            return;
        }
        WorkerSighting sighting = new WorkerSighting(
                new WorkerId(machine.id),
                Optional.of(machine.instance),
                told.flatMap(Ec2::tag),
                phase.activity,
                epoch,
                Math.min(1, inHand),
                inHand,
                new ServiceCount(images, Duration.ofSeconds(4 * images), 1),
                life,
                ++number);
        world.send(() -> world.boss().reported(machine, sighting, this));
    }

    /** The supervisor speaks. Words for a process that is gone are lost. */
    void obey(WorkerOrder order) {
        if (machine.process().filter(one -> one == this).isEmpty() || frozen || !isLinked()) {
            return;
        }
        if (order instanceof WorkerOrder.Register register) {
            told = register.id().map(id -> id.value());
            phase = phase == Phase.JOINING ? Phase.RECEIVING : phase;
        } else if (order instanceof WorkerOrder.RequestsFrom requests) {
            requestsFrom = requests.token();
        } else if (order instanceof WorkerOrder.Drain drain) {
            drain(drain.epoch());
        } else if (order instanceof WorkerOrder.CancelDrain cancel
                && phase == Phase.DRAINING
                && cancel.epoch() == epoch) {
            phase = Phase.RECEIVING;
            pausedAt = Integer.MAX_VALUE;
        }
        report();
    }

    private void drain(long asked) {
        boolean open =
                phase == Phase.JOINING || phase == Phase.RECEIVING || phase == Phase.FENCED || phase == Phase.DRAINING;
        if (!open || asked <= epoch) {
            return;
        }
        epoch = asked;
        if (phase != Phase.DRAINING) {
            pause(Phase.DRAINING);
        }
    }

    /** The machine ends under it, or it crashes. */
    void die() {
        world.lose(inHand, request);
        inHand = 0;
        request = 0;
    }

    int inHand() {
        return inHand;
    }

    boolean startsAgain() {
        return phase != Phase.LEAVING && phase != Phase.DRAINED;
    }

    boolean isReceiving() {
        return phase == Phase.RECEIVING && !frozen;
    }

    /** Whether it is drained, or was a moment ago before it was started anew. */
    boolean mayEnd() {
        return phase == Phase.DRAINED || leftDrained || world.now() - backSince <= Plot.LATEST_MESSAGE + 10;
    }

    /**
     * Whether ending it now cuts off work. One that was cut off, frozen or started anew and came back a moment ago may be at
     * work again before its first report has arrived; its leases bring that work back.
     */
    boolean isAtWork() {
        boolean cameBack = world.now() - backSince <= Plot.LATEST_MESSAGE + 10;
        boolean working = phase == Phase.RECEIVING || phase == Phase.DRAINING || phase == Phase.ENDING;
        return working && !frozen && !cameBack;
    }

    @Override
    public String toString() {
        return phase + " epoch " + epoch + ", " + inHand + " in hand, life " + life + (frozen ? ", frozen" : "")
                + (cut ? ", cut off" : "") + (request > 0 ? ", holds request " + request : "") + ", back since "
                + backSince + ", last sight " + lastSight;
    }
}
