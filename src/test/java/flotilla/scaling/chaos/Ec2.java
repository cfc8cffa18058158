package flotilla.scaling.chaos;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.scaling.Instance;
import flotilla.scaling.InstanceState;
import flotilla.scaling.PlannerRules.Mode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * EC2, and Auto Scaling on top of it: client tokens as EC2 has them, descriptions from the past, calls that are refused, that
 * are throttled and that happen without an answer.
 */
final class Ec2 {
    /** What a call comes to. */
    enum Fate {
        DONE,
        /** It happened, and nobody hears of it. */
        UNHEARD,
        /** Nothing happened, and nobody hears of it. */
        LOST,
        /** Nothing happened, and EC2 says so. */
        REFUSED
    }

    /** What RunInstances says. */
    record Launched(Optional<Machine> machine, String code) {}

    private record Token(Machine machine, int parameters) {}

    final List<Machine> machines = new ArrayList<>();
    private final World world;
    private final Map<String, Token> tokens = new HashMap<>();
    private int launches;
    private int groupCapacity;

    Ec2(World world) {
        this.world = world;
        if (world.plot.mode() == Mode.START_STOP) {
            for (int tier = 1; tier <= Plot.MOST; tier++) {
                Machine machine = new Machine(world, "i-set-" + tier, tier);
                machine.become(InstanceState.STOPPED);
                machines.add(machine);
            }
        }
    }

    Fate fate() {
        if (world.chance.isCalm()) {
            return Fate.DONE;
        }
        return switch (world.chance.below(14)) {
            case 0 -> fault(Fate.UNHEARD, Fault.CALL_UNHEARD);
            case 1 -> fault(Fate.LOST, Fault.CALL_LOST);
            case 2, 3 -> fault(Fate.REFUSED, Fault.CALL_REFUSED);
            default -> Fate.DONE;
        };
    }

    private Fate fault(Fate fate, Fault fault) {
        world.chance.happened(fault);
        return fate;
    }

    /** RunInstances. A token stands for its first call: whoever repeats it with equal parameters gets the same machine. */
    Launched launch(int tier, String token, int parameters) {
        Token known = tokens.get(token);
        if (known != null) {
            if (known.parameters() != parameters) {
                return new Launched(Optional.empty(), "IdempotentParameterMismatch");
            }
            return known.machine().state() == InstanceState.TERMINATED
                    ? new Launched(Optional.empty(), "IdempotentInstanceTerminated")
                    : new Launched(Optional.of(known.machine()), "");
        }
        Machine machine = newMachine(tier);
        tokens.put(token, new Token(machine, parameters));
        return new Launched(Optional.of(machine), "");
    }

    private Machine newMachine(int tier) {
        launches++;
        Machine machine = new Machine(world, "i-" + launches, tier);
        machine.boot();
        machines.add(machine);
        world.tell("%s is launched with app-tier id %d", machine.id, tier);
        return machine;
    }

    void start(Machine machine) {
        if (machine.state() == InstanceState.STOPPED) {
            launches++;
            machine.boot();
        }
    }

    void setGroupCapacity(int capacity) {
        groupCapacity = Math.max(groupCapacity, capacity);
    }

    /** In a group a named end takes one off the desired capacity. */
    void terminate(Machine machine) {
        if (machine.isOn()) {
            groupCapacity--;
        }
        machine.end(InstanceState.SHUTTING_DOWN);
    }

    void stop(Machine machine) {
        machine.end(InstanceState.STOPPING);
    }

    /** All machines of ours, as they were some seconds ago, each at a time of its own; or no answer. */
    Optional<List<Instance>> describe() {
        if (world.chance.trouble(8, Fault.NOT_DESCRIBED)) {
            return Optional.empty();
        }
        List<Instance> described = new ArrayList<>();
        for (Machine machine : machines) {
            int lag = world.chance.isCalm() || world.plot.mode() == Mode.GROUP
                    ? 0
                    : world.chance.below(Plot.DESCRIBE_LAG + 1);
            machine.described(lag, world.plot.flaps()).ifPresent(described::add);
        }
        return Optional.of(described);
    }

    /** Members that the group still has to launch. */
    int ordered() {
        return world.plot.mode() == Mode.GROUP ? Math.max(0, groupCapacity - living()) : 0;
    }

    void second() {
        for (Machine machine : List.copyOf(machines)) {
            machine.second();
        }
        machines.removeIf(Machine::isForgotten);
        if (world.plot.mode() == Mode.GROUP && ordered() > 0 && (world.chance.isCalm() || world.chance.oneIn(3))) {
            newMachine(0);
        }
    }

    Optional<Machine> find(InstanceId id) {
        for (Machine machine : machines) {
            if (machine.instance.equals(id)) {
                return Optional.of(machine);
            }
        }
        return Optional.empty();
    }

    int living() {
        int count = 0;
        for (Machine machine : machines) {
            count += machine.isLiving() ? 1 : 0;
        }
        return count;
    }

    int livingOfOurs() {
        int count = 0;
        for (Machine machine : machines) {
            count += machine.isLiving() && machine.isOurs() ? 1 : 0;
        }
        return count;
    }

    Set<Integer> livingIds() {
        Set<Integer> ids = new TreeSet<>();
        for (Machine machine : machines) {
            if (machine.isLiving() && machine.worksForUs()) {
                ids.add(machine.tier);
            }
        }
        return ids;
    }

    /** Launches and starts so far. */
    int launches() {
        return launches;
    }

    static Optional<AppTierId> tag(int tier) {
        return tier == 0 ? Optional.empty() : Optional.of(new AppTierId(tier));
    }

    @Override
    public String toString() {
        StringBuilder all = new StringBuilder();
        for (Machine machine : machines) {
            all.append(machine).append('\n');
        }
        return all + "group capacity " + groupCapacity;
    }
}
