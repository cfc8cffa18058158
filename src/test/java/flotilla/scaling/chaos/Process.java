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
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A worker's process with the rules of {@code flotilla.worker.Worker}: its phases, epochs that only grow, a cancel that must
 * name the drain, no way back from drained, a receive under way when it pauses, a fence that counts from the sending of the last
 * report that was acknowledged, behind which nothing is held for longer than the supervisor takes it for alive, nothing received before a first acknowledgement, and with the terminate queues a request that it keeps until it has confirmed it.
 */
final class Process {
    private enum Phase {
        JOINING(Activity.WORKING),
        UNHEARD(Activity.WORKING),
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
    /** What is inside its classifier does not come out before. */
    private int slowUntil;

    private int pausedAt = Integer.MAX_VALUE;
    private int emptySince;
    private boolean finishedOne;
    private boolean leftDrained;
    private Optional<Integer> told;
    /** Does nothing at all. */
    private boolean frozen;
    /** Is not heard; it may hear all the same. */
    private boolean mute;
    /** Hears nothing; it may be heard all the same. */
    private boolean deaf;

    /** It takes a while to join again. */
    private int linkedFrom;
    /** When the reports were sent that are not older than the last one that was acknowledged. */
    private final SortedMap<Long, Integer> sent = new TreeMap<>();

    private int heardAt;
    private boolean isHeard;
    /** Whether there was a process before it on this machine, and nothing that this one has said was acknowledged yet. */
    private boolean unknown;

    /**
     * @param again whether there was one on this machine since its last start
     */
    Process(World world, Machine machine, boolean again) {
        this.world = world;
        this.machine = machine;
        this.life = world.instant().toEpochMilli();
        this.startedAt = world.now();
        this.heardAt = world.now();
        this.unknown = again;
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
        guard();
        if (isTimeUp()) {
            world.tell("%s gives back what it has in hand, and ends", machine.id);
            world.giveBack(inHand);
            inHand = 0;
            putRequestBack();
            return false;
        }
        if (phase == Phase.JOINING && world.now() - startedAt >= JOIN_WAIT) {
            phase = isHeard ? Phase.RECEIVING : Phase.UNHEARD;
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
        if (!frozen && world.chance.trouble(400, Fault.WORKER_CRASH)) {
            world.tell("the worker on %s crashes", machine.id);
            die();
            return false;
        }
        if (!frozen && world.chance.trouble(400, Fault.WORKER_LEAVES)) {
            world.tell("the worker on %s is told to leave", machine.id);
            keepWhatIsInside();
            putRequestBack();
            leftDrained |= phase == Phase.DRAINED;
            pause(Phase.LEAVING);
        }
        if (!frozen && world.chance.trouble(250, Fault.WORKER_FREEZE)) {
            world.tell("%s freezes", machine.id);
            frozen = true;
            // Nobody extends its leases.
            world.lose(inHand, request);
            inHand = 0;
            request = 0;
        } else if (frozen && world.chance.oneIn(40)) {
            thaw();
        }
        boolean cut = mute || deaf;
        if (!cut && world.chance.trouble(125, Fault.WORKER_CUT)) {
            int which = world.chance.below(4);
            mute = which != 0;
            deaf = which != 1;
            world.tell("%s is cut off%s", machine.id, mute && deaf ? "" : mute ? ", but hears" : ", but is heard");
        } else if (cut && world.chance.oneIn(40)) {
            reconnect();
        }
        return true;
    }

    private void thaw() {
        frozen = false;
        // The cluster has dropped it meanwhile.
        linkedFrom = world.now() + world.chance.between(1, 10);
    }

    private void reconnect() {
        mute = false;
        deaf = false;
        linkedFrom = world.now() + world.chance.between(0, 10);
    }

    void heal() {
        if (frozen) {
            thaw();
        }
        if (mute || deaf) {
            reconnect();
        }
    }

    private void keepWhatIsInside() {
        world.giveBack(Math.max(0, inHand - 1));
        inHand = Math.min(1, inHand);
    }

    /** The fence, which opens again only with a word of the supervisor. */
    private void guard() {
        if (isFenceClosed() && phase == Phase.DRAINING) {
            keepWhatIsInside();
        }
        if (isFenceClosed() && (phase == Phase.RECEIVING || phase == Phase.JOINING || phase == Phase.UNHEARD)) {
            world.tell("%s fences itself", machine.id);
            keepWhatIsInside();
            pause(Phase.FENCED);
        }
    }

    private boolean isFenceClosed() {
        return world.now() - heardAt >= Plot.FENCE;
    }

    private boolean isTimeUp() {
        return world.now() - heardAt >= Plot.FENCE_END && inHand > 0;
    }

    private void heard(long report) {
        Integer at = sent.get(report);
        if (at == null) {
            return; // A later one was acknowledged before.
        }
        heardAt = at;
        unknown = false;
        isHeard = true;
        sent.headMap(report).clear();
        if (phase == Phase.UNHEARD) {
            goOn();
        }
        if (phase == Phase.FENCED && !isFenceClosed()) {
            goOn();
            report();
        }
    }

    private void goOn() {
        phase = Phase.RECEIVING;
        pausedAt = Integer.MAX_VALUE;
    }

    private void work() {
        int before = inHand;
        if (inHand > 0 && world.now() >= slowUntil && world.finishesAnImage()) {
            inHand--;
            nextEnters();
            images++;
            finishedOne = true;
            world.answer();
        }
        // In every other phase what a receive brings that is still under way goes back at once.
        boolean open = phase == Phase.RECEIVING || phase == Phase.DRAINING && !isPaused() && !isFenceClosed();
        if (open && inHand < MOST_IN_HAND && world.receive() && ++inHand == 1) {
            nextEnters();
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

    /** Some images take as long as hardly any does. */
    private void nextEnters() {
        slowUntil = world.chance.trouble(8) ? world.now() + world.chance.between(20, 120) : 0;
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
            if (world.chance.trouble(20, Fault.REQUEST_TWICE)) {
                // Delivered a second time.
                world.requests.add(token);
            }
            request = token;
            epoch = token;
            keepWhatIsInside();
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
        if (world.chance.trouble(5, Fault.CONFIRMATION_TWICE)) {
            world.confirmations.add(new DrainConfirmation(machine.instance, request));
        }
        if (world.chance.trouble(10, Fault.REQUEST_NOT_DELETED)) {
            world.lose(0, request);
        } else {
            world.delete(request);
        }
        request = 0;
        phase = Phase.DRAINED;
    }

    private void report() {
        if (world.now() < linkedFrom) {
            return;
        }
        sent.put(++number, world.now());
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
                number);
        if (!mute) {
            world.send(() -> world.boss().reported(machine, sighting, this));
        }
    }

    /** The supervisor speaks. Words for a process that is gone are lost. */
    void obey(WorkerOrder order) {
        if (machine.process().filter(one -> one == this).isEmpty() || frozen || deaf || world.now() < linkedFrom) {
            return;
        }
        if (order instanceof WorkerOrder.Heard heard) {
            heard(heard.report());
            return;
        }
        if (order instanceof WorkerOrder.Register register) {
            told = register.id().map(id -> id.value());
            phase = phase == Phase.JOINING ? isHeard ? Phase.RECEIVING : Phase.UNHEARD : phase;
        } else if (order instanceof WorkerOrder.RequestsFrom requests) {
            requestsFrom = requests.token();
        } else if (order instanceof WorkerOrder.Drain drain) {
            drain(drain.epoch());
        } else if (order instanceof WorkerOrder.CancelDrain cancel
                && phase == Phase.DRAINING
                && cancel.epoch() == epoch) {
            if (isFenceClosed()) {
                keepWhatIsInside();
                pause(Phase.FENCED);
            } else if (isHeard) {
                goOn();
            } else {
                phase = Phase.UNHEARD;
            }
        }
        report();
    }

    private void drain(long asked) {
        boolean open = phase == Phase.JOINING
                || phase == Phase.UNHEARD
                || phase == Phase.RECEIVING
                || phase == Phase.FENCED
                || phase == Phase.DRAINING;
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

    /**
     * Whether it is drained, or has fenced itself, as one does whose reports are taken for those of an earlier life; or whether
     * it follows another that was silent or drained, and nobody has heard of it.
     */
    boolean mayEnd() {
        return phase == Phase.DRAINED || phase == Phase.FENCED || leftDrained || unknown && !isAtWork();
    }

    /**
     * Whether ending it now cuts off work, as it does whenever something is in hand.
     */
    boolean isAtWork() {
        boolean working = phase == Phase.RECEIVING || phase == Phase.DRAINING || phase == Phase.ENDING || inHand > 0;
        return working && !frozen;
    }

    @Override
    public String toString() {
        return phase + " epoch " + epoch + ", " + inHand + " in hand, life " + life + (frozen ? ", frozen" : "")
                + (mute ? ", not heard" : "") + (deaf ? ", hears nothing" : "")
                + (request > 0 ? ", holds request " + request : "") + ", "
                + (unknown ? "unknown since " : "acknowledged at ") + heardAt;
    }
}
