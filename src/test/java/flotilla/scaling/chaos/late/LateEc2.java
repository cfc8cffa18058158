package flotilla.scaling.chaos.late;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.scaling.Instance;
import flotilla.scaling.InstanceState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** EC2 with its client tokens and its eventual consistency. */
final class LateEc2 {
    /** EC2 describes what has happened after at most so many seconds. */
    static final int DESCRIBE_LAG = 8;
    /** A terminated machine is described for at least so long. */
    private static final int DESCRIBED_AFTER_END = 60;

    private record Version(int since, Instance instance) {}

    /** A machine of EC2's; its worker comes when it has booted. */
    static final class Machine {
        final InstanceId id;
        private final String token;
        private final int lag;
        private final List<Version> versions = new ArrayList<>();
        AppTierId tier;
        InstanceState state = InstanceState.PENDING;
        int launchedAt;
        int upAt;
        private int endedAt;
        Optional<LateWorker> worker = Optional.empty();

        private Machine(InstanceId id, String token, AppTierId tier, int launchedAt, int upAt, int lag) {
            this.id = id;
            this.token = token;
            this.tier = tier;
            this.launchedAt = launchedAt;
            this.upAt = upAt;
            this.lag = lag;
        }

        boolean living() {
            return state == InstanceState.PENDING || state == InstanceState.RUNNING;
        }

        Instance now() {
            return new Instance(id, Optional.of(tier), state, LateWorld.instant(launchedAt), "chaos");
        }

        /** Its worker is gone with all that it held. */
        void end(InstanceState next, int now, LateQueues queues) {
            worker.ifPresent(one -> one.drop(now, queues));
            worker = Optional.empty();
            state = next;
            endedAt = now;
        }

        private Optional<Instance> at(int time) {
            Optional<Instance> last = Optional.empty();
            for (Version one : versions) {
                if (one.since() <= time) {
                    last = Optional.of(one.instance());
                }
            }
            return last;
        }
    }

    final List<Machine> machines = new ArrayList<>();
    private final Random random;
    /** Whether each answer comes from a replica of its own, so that what was seen can be unseen again. */
    private final boolean flickers;

    private int count;

    LateEc2(Random random) {
        this.random = random;
        this.flickers = random.nextInt(3) == 0;
    }

    /** Machines that were there before, stopped. */
    void prepare(int tiers) {
        for (int tier = 1; tier <= tiers; tier++) {
            Machine machine = new Machine(new InstanceId("i-set-" + tier), "", new AppTierId(tier), 0, 0, lag());
            machine.state = InstanceState.STOPPED;
            machines.add(machine);
        }
        remember(-DESCRIBE_LAG);
    }

    private int lag() {
        return random.nextInt(DESCRIBE_LAG + 1);
    }

    /** Launches once for each token: a repeated call gives the same machine. A token whose machine is gone is used up. */
    Machine launch(AppTierId tier, long generation, int now, boolean calm) {
        String token = tier + "-" + generation;
        Optional<Machine> before =
                machines.stream().filter(one -> one.token.equals(token)).findFirst();
        if (before.isPresent()) {
            return before.get().living() ? before.get() : launch(tier, generation + 1, now, calm);
        }
        Machine machine = new Machine(new InstanceId("i-" + ++count), token, tier, now, bootsUntil(now, calm), lag());
        machines.add(machine);
        return machine;
    }

    void start(Machine machine, int now, boolean calm) {
        if (machine.state == InstanceState.STOPPED) {
            machine.state = InstanceState.PENDING;
            machine.launchedAt = now;
            machine.upAt = bootsUntil(now, calm);
        }
    }

    /** When a worker comes up; never when its machine dies at boot. */
    private int bootsUntil(int now, boolean calm) {
        return !calm && random.nextInt(12) == 0 ? Integer.MAX_VALUE : now + 5 + random.nextInt(20);
    }

    /** A second passes in EC2. */
    void tick(int now) {
        for (Machine machine : machines) {
            switch (machine.state) {
                case SHUTTING_DOWN -> machine.state = InstanceState.TERMINATED;
                case STOPPING -> machine.state = InstanceState.STOPPED;
                case PENDING ->
                    machine.state = now - machine.launchedAt > 3 ? InstanceState.RUNNING : InstanceState.PENDING;
                default -> {
                    break;
                }
            }
        }
    }

    /** What is so now can be described from now on. */
    void remember(int now) {
        for (Machine machine : machines) {
            List<Version> versions = machine.versions;
            Instance instance = machine.now();
            if (versions.isEmpty()
                    || !versions.get(versions.size() - 1).instance().equals(instance)) {
                versions.add(new Version(now, instance));
            }
        }
    }

    List<Instance> describe(int now, boolean calm) {
        return machines.stream()
                .filter(one -> one.state != InstanceState.TERMINATED || now - one.endedAt < DESCRIBED_AFTER_END)
                .flatMap(one -> one.at(calm ? now : now - (flickers ? lag() : one.lag)).stream())
                .toList();
    }

    Optional<Machine> find(InstanceId id) {
        return machines.stream().filter(one -> one.id.equals(id)).findFirst();
    }

    long living() {
        return machines.stream().filter(Machine::living).count();
    }
}
