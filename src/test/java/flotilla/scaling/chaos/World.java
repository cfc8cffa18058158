package flotilla.scaling.chaos;

import flotilla.domain.GatewayId;
import flotilla.domain.QueueDepth;
import flotilla.scaling.FleetObservation.DrainConfirmation;
import flotilla.scaling.InstanceState;
import flotilla.scaling.PlannerRules.Mode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeSet;

/**
 * A world around the real {@link flotilla.scaling.FleetController} in which everything goes wrong, second by second, all of it
 * drawn from one seed. After every second the rules are checked. When the trouble ends everything must come to rest: all work
 * answered, no machine left; then every app-tier id must be usable again; then rest once more.
 */
final class World {
    private static final int TROUBLE_SECONDS = 300;
    /** Enough for the longest wait there is: a machine that never reports, held launches, a set of broken ones. */
    private static final int PATIENCE_SECONDS = 1500;

    private static final int QUIET_LOOKS = 6;
    private static final int LEASE_SECONDS = 15;
    /** How long two machines may have the same id after somebody has meddled with their tags. */
    private static final int MEDDLED_SECONDS = 250;

    private record Letter(int at, long order, Runnable delivery) {}

    private record Lease(int until, int images, long token) {}

    final Chance chance;
    final Plot plot;
    final Ec2 ec2;
    /** Terminate requests that may be received, and confirmations that nobody has read. */
    final List<Long> requests = new ArrayList<>();

    final List<DrainConfirmation> confirmations = new ArrayList<>();
    private final PriorityQueue<Letter> network =
            new PriorityQueue<>(Comparator.comparingInt(Letter::at).thenComparingLong(Letter::order));
    private final List<Lease> leases = new ArrayList<>();
    private final List<String> story = new ArrayList<>();
    private final int[] pastVisible = new int[32];
    private final int[] pastInFlight = new int[32];
    private Boss boss;
    private int bosses;
    private long letters;
    private int now;
    private int queued;
    private int submitted;
    private int answered;
    private boolean slow;
    private int twins;

    World(long seed) {
        this.chance = new Chance(seed);
        this.plot = new Plot(chance);
        this.ec2 = new Ec2(this);
        replaceBoss();
    }

    /** @throws AssertionError when a rule is broken */
    void run() {
        while (now < TROUBLE_SECONDS) {
            if (chance.oneIn(25)) {
                submit(chance.between(1, 8));
            }
            meddle();
            second();
            if (chance.trouble(80, Fault.SUPERVISOR_REPLACED)) {
                replaceBoss();
            }
        }
        chance.calmDown();
        boss.awaken();
        ec2.machines.forEach(Machine::heal);
        comeToRest();
        slow = true;
        submit(plot.plenty());
        until("every app-tier id is used again", () -> ec2.livingIds().equals(allIds()));
        slow = false;
        comeToRest();
    }

    private static Set<Integer> allIds() {
        Set<Integer> all = new TreeSet<>();
        for (int id = 1; id <= Plot.MOST; id++) {
            all.add(id);
        }
        return all;
    }

    private void comeToRest() {
        until(
                "all is at rest",
                () -> answered == submitted
                        && ec2.living() == plot.atRest()
                        && ec2.livingOfOurs() == plot.atRest()
                        && ec2.livingIds().size() == plot.atRest()
                        && boss.openRequests().isEmpty()
                        && boss.quietLooks() >= QUIET_LOOKS);
        int launches = ec2.launches();
        for (int i = 0; i < 60; i++) {
            second();
        }
        require(
                ec2.living() == plot.atRest() && ec2.launches() == launches && boss.quietLooks() > QUIET_LOOKS,
                "what is at rest stays at rest");
        require(twins == 0, "no app-tier id is given twice at rest");
        require(queued + inHand() + leased() == 0, "nothing is left in the queue");
    }

    private interface Condition {
        boolean holds();
    }

    private void until(String what, Condition condition) {
        for (int patience = PATIENCE_SECONDS; !condition.holds(); patience--) {
            require(
                    patience > 0,
                    what + " in the end; " + answered + " of " + submitted + " answered, living " + ec2.livingIds()
                            + ", requests " + boss.openRequests() + ", quiet for " + boss.quietLooks());
            second();
        }
    }

    private void second() {
        now++;
        while (!network.isEmpty() && network.peek().at() <= now) {
            network.poll().delivery().run();
        }
        endLeases();
        ec2.second();
        pastVisible[now % pastVisible.length] = queued;
        pastInFlight[now % pastInFlight.length] = inHand() + leased();
        boss.second();
        check();
    }

    private void endLeases() {
        for (int i = leases.size() - 1; i >= 0; i--) {
            Lease lease = leases.get(i);
            if (lease.until() <= now) {
                leases.remove(i);
                queued += lease.images();
                if (lease.token() > 0) {
                    requests.add(lease.token());
                }
            }
        }
    }

    private void check() {
        int living = ec2.livingOfOurs();
        require(living <= Plot.MOST, "no more than " + Plot.MOST + " are living, not " + living);
        Set<Integer> ids = new HashSet<>();
        boolean twice = false;
        for (Machine machine : ec2.machines) {
            twice |= machine.isLiving() && machine.tier > 0 && machine.isOurs() && !ids.add(machine.tier);
        }
        twins = twice ? twins + 1 : 0;
        require(twins <= (plot.meddled() ? MEDDLED_SECONDS : 0), "no app-tier id lives twice");
        require(
                queued + inHand() + leased() + answered == submitted,
                "no image is lost: " + queued + " queued, " + inHand() + " in hand, " + leased() + " leased, "
                        + answered + " answered, " + submitted + " submitted");
    }

    /** People change tags by hand. */
    private void meddle() {
        if (!plot.meddled() || !chance.oneIn(50) || ec2.machines.isEmpty()) {
            return;
        }
        Machine machine = ec2.machines.get(chance.below(ec2.machines.size()));
        if (!machine.isLiving()) {
            return;
        }
        chance.happened(Fault.TAG_CHANGED);
        switch (chance.below(plot.mode() == Mode.LAUNCH ? 3 : 2)) {
            case 0 -> machine.tier = 0;
            case 1 -> machine.tier = chance.between(1, Plot.MOST);
            default -> machine.disown();
        }
        tell("somebody made of %s app-tier id %d%s", machine.id, machine.tier, machine.isOurs() ? "" : ", not ours");
    }

    // Time and talk

    int now() {
        return now;
    }

    Instant instant() {
        return plot.start().plusSeconds(now);
    }

    void tell(String line, Object... arguments) {
        story.add(now + " " + String.format(line, arguments));
        if (story.size() > 80) {
            story.remove(0);
        }
    }

    void require(boolean holds, String rule) {
        if (!holds) {
            throw new AssertionError("broken at second " + now + " in a world of " + plot + ":\n  " + rule + "\n"
                    + String.join("\n", story) + "\n" + ec2);
        }
    }

    /** A message in the cluster: it may be lost, doubled and late, so that two may overtake each other. */
    void send(Runnable delivery) {
        if (chance.isCalm()) {
            later(1, delivery);
            return;
        }
        int copies = chance.trouble(8, Fault.MESSAGE_LOST) ? 0 : chance.trouble(10, Fault.MESSAGE_DOUBLED) ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            boolean late = chance.trouble(10, Fault.MESSAGE_LATE);
            later(late ? chance.below(Plot.LATEST_MESSAGE) : chance.below(3), delivery);
        }
    }

    /** Something that happens after some seconds. */
    void later(int seconds, Runnable what) {
        network.add(new Letter(now + seconds, letters++, what));
    }

    // The supervisor

    Boss boss() {
        return boss;
    }

    void replaceBoss() {
        bosses++;
        boss = new Boss(this, bosses);
        tell("supervisor %d", bosses);
    }

    // Work

    private void submit(int images) {
        submitted += images;
        queued += images;
        boss.announced(new GatewayId("gateway"), submitted, submitted - answered);
    }

    /** Takes an image out of the queue if there is one. */
    boolean receive() {
        if (queued == 0) {
            return false;
        }
        queued--;
        return true;
    }

    boolean finishesAnImage() {
        return !slow && chance.oneIn(4);
    }

    void answer() {
        answered++;
    }

    void giveBack(int images) {
        queued += images;
    }

    /** Somebody died with these; they come back when their leases end. */
    void lose(int images, long token) {
        if (images > 0 || token > 0) {
            leases.add(new Lease(now + LEASE_SECONDS, images, token));
        }
    }

    /** Deletes a terminate request, however often it was delivered. */
    void delete(long token) {
        requests.removeIf(one -> one == token);
    }

    private int inHand() {
        int all = 0;
        for (Machine machine : ec2.machines) {
            all += machine.inHand();
        }
        return all;
    }

    private int leased() {
        int all = 0;
        for (Lease lease : leases) {
            all += lease.images();
        }
        return all;
    }

    /** SQS's counters: late, approximate, or not to be had. */
    Optional<QueueDepth> depth() {
        if (chance.trouble(8, Fault.NO_DEPTH)) {
            return Optional.empty();
        }
        int ago = chance.isCalm() ? 0 : chance.below(Math.min(now, 30));
        int then = (now - ago) % pastVisible.length;
        int wrong = chance.isCalm() ? 0 : chance.between(-1, 1);
        return Optional.of(new QueueDepth(Math.max(0, pastVisible[then] + wrong), pastInFlight[then], 0));
    }

    /** Whether a machine in this state takes up a place. */
    static boolean isOn(InstanceState state) {
        return state == InstanceState.PENDING || state == InstanceState.RUNNING;
    }
}
