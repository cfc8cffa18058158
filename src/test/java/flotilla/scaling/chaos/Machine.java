package flotilla.scaling.chaos;

import flotilla.domain.InstanceId;
import flotilla.scaling.Instance;
import flotilla.scaling.InstanceState;
import flotilla.scaling.PlannerRules.Mode;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;

/** A machine of EC2's: its states, and what EC2 says of them later. Its worker is a process of its own. */
final class Machine {
    private static final int DESCRIBED_AFTER_END = 60;

    private record Past(int since, InstanceState state, int tier, int launchedAt, boolean ours) {}

    final String id;
    final InstanceId instance;
    /** The tag; 0 for none. */
    int tier;

    private final World world;
    private final Deque<Past> past = new ArrayDeque<>();
    private InstanceState state = InstanceState.PENDING;
    private int stateSince;
    private int launchedAt;
    private boolean ours = true;
    /** When the worker comes up; never when the boot fails. */
    private int upAt;

    private int lastDescribedAt = Integer.MIN_VALUE;
    private Optional<Process> process = Optional.empty();
    private int processes;
    /** When a report of it reached a supervisor last, or it was new to one: silence counts from then. */
    private int heardAt;

    private long heardNumber;
    private long heardLife;

    Machine(World world, String id, int tier) {
        this.world = world;
        this.id = id;
        this.instance = new InstanceId(id);
        this.tier = tier;
    }

    InstanceState state() {
        return state;
    }

    boolean isOn() {
        return World.isOn(state);
    }

    boolean isLiving() {
        return isOn();
    }

    boolean isOurs() {
        return ours;
    }

    /** Somebody removes the cluster's tag. From then on nobody can know of it but by its worker, so that lives on. */
    void disown() {
        if (worksForUs()) {
            ours = false;
        }
    }

    Instant launchTime() {
        return world.plot.start().plusSeconds(launchedAt);
    }

    boolean worksForUs() {
        return process.filter(Process::isReceiving).isPresent();
    }

    int inHand() {
        return process.map(Process::inHand).orElse(0);
    }

    /** A launch or a start. */
    void boot() {
        become(InstanceState.PENDING);
        launchedAt = world.now();
        upAt = world.chance.trouble(12, Fault.BOOT_FAILS)
                ? Integer.MAX_VALUE
                : world.now() + world.chance.between(5, Plot.LONGEST_BOOT);
        processes = 0;
        hear();
        remember();
    }

    void become(InstanceState next) {
        state = next;
        stateSince = world.now();
        remember();
    }

    private void remember() {
        past.addFirst(new Past(world.now(), state, tier, launchedAt, ours));
    }

    void end(InstanceState next) {
        if (state == InstanceState.TERMINATED
                || state == InstanceState.SHUTTING_DOWN
                || next == InstanceState.STOPPING && !isOn()) {
            return;
        }
        process.ifPresent(Process::die);
        process = Optional.empty();
        become(next);
    }

    /** EC2 ends it without being asked. A set is not refilled, so its machines only stop. */
    private void breakDown() {
        end(world.plot.mode() == Mode.START_STOP ? InstanceState.STOPPING : InstanceState.SHUTTING_DOWN);
        world.tell("%s breaks down", id);
    }

    void second() {
        if (tier != past.peekFirst().tier() || ours != past.peekFirst().ours()) {
            remember();
        }
        switch (state) {
            case SHUTTING_DOWN -> passTo(InstanceState.TERMINATED, 2);
            case STOPPING -> passTo(InstanceState.STOPPED, 4);
            case PENDING -> passTo(InstanceState.RUNNING, 4);
            case RUNNING -> run();
            default -> {
                return;
            }
        }
    }

    private void passTo(InstanceState next, int seconds) {
        if (world.now() - stateSince >= seconds) {
            become(next);
        }
    }

    private void run() {
        if (ours && world.chance.trouble(300, Fault.MACHINE_BREAKS)) {
            breakDown();
            return;
        }
        if (process.isEmpty() && world.now() >= upAt) {
            process = Optional.of(new Process(world, this, processes++ > 0));
        }
        if (process.isPresent() && !process.get().second()) {
            // The process ended by itself: systemd starts one again that crashed, and may fail; none that left or was
            // drained. Of a machine that is not ours nobody would know without its worker.
            boolean startsAgain =
                    process.get().startsAgain() && !(ours && world.chance.trouble(3, Fault.WORKER_NOT_STARTED_AGAIN));
            process = Optional.empty();
            upAt = startsAgain ? world.now() + world.chance.between(2, 8) : Integer.MAX_VALUE;
        }
    }

    void heal() {
        process.ifPresent(Process::heal);
    }

    Optional<Process> process() {
        return process;
    }

    /** As it was some seconds ago; empty when it was not there yet, or was not ours. */
    Optional<Instance> described(int lag, boolean mayGoBack) {
        int then = world.now() - lag;
        if (!mayGoBack) {
            then = Math.max(then, lastDescribedAt);
            lastDescribedAt = then;
        }
        for (Iterator<Past> each = past.iterator(); each.hasNext(); ) {
            Past one = each.next();
            if (one.since() <= then) {
                return one.ours()
                        ? Optional.of(new Instance(
                                instance,
                                Ec2.tag(one.tier()),
                                one.state(),
                                world.plot.start().plusSeconds(one.launchedAt()),
                                "chaos"))
                        : Optional.empty();
            }
        }
        return Optional.empty();
    }

    boolean isForgotten() {
        return state == InstanceState.TERMINATED && world.now() - stateSince > DESCRIBED_AFTER_END;
    }

    // What a supervisor can know of it

    /** A report arrives; one that was overtaken says nothing new. */
    void heard(long life, long number) {
        if (life > heardLife || life == heardLife && number > heardNumber) {
            heardLife = life;
            heardNumber = number;
            heardAt = world.now();
        }
    }

    /** From now on it is listened to. */
    void hear() {
        heardAt = world.now();
    }

    /** The supervisor slept: nobody was silent meanwhile. */
    void forgive(int seconds) {
        heardAt = Math.min(world.now(), heardAt + seconds);
    }

    /** Whether it has been silent for so long that its worker must have fenced itself. */
    boolean isProvenSilent() {
        return world.now() - heardAt >= Plot.DEAD_AFTER - Plot.LATEST_MESSAGE;
    }

    @Override
    public String toString() {
        return id + " " + state + " since " + stateSince + ", launched at " + launchedAt + ", app-tier id " + tier
                + (ours ? "" : ", not ours") + ", heard at " + heardAt
                + process.map(one -> ": " + one).orElse("");
    }
}
