package flotilla.scaling.chaos;

import flotilla.domain.AppTierId;
import flotilla.domain.GatewayId;
import flotilla.domain.InstanceId;
import flotilla.scaling.FleetController;
import flotilla.scaling.FleetController.Readings;
import flotilla.scaling.FleetController.WorkerOrder;
import flotilla.scaling.FleetObservation.DrainConfirmation;
import flotilla.scaling.Instance;
import flotilla.scaling.PlannerRules.DrainChannel;
import flotilla.scaling.ScalingAction;
import flotilla.scaling.ScalingPlan;
import flotilla.scaling.WorkerSighting;
import flotilla.scaling.WorkloadModel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A supervisor: the real controller with a body of chance. It can be replaced between any two of its steps; what it has set
 * going then goes on or does not, and nobody hears of it. Its clock is a little off, and it may sleep.
 */
final class Boss {
    /** After a longer sleep nobody may be taken for dead for not having been heard meanwhile. */
    private static final int LONG_SLEEP = 3 * Plot.INTERVAL;

    private final World world;
    private final int name;
    private final int clockOff;
    private final int parameters;
    private final FleetController controller;
    private final Map<InstanceId, Process> controls = new HashMap<>();
    private final List<Runnable> waiting = new ArrayList<>();
    private Optional<Acts> acting = Optional.empty();
    private int nextLook;
    private int asleepUntil;
    private int fellAsleepAt;
    private int quiet;

    Boss(World world, int name) {
        this.world = world;
        this.name = name;
        this.clockOff = world.chance.between(-5, 5);
        this.parameters = world.plot.mayChangeParameters() && world.chance.oneIn(3) ? name : 0;
        this.controller =
                new FleetController(world.plot.policy(), List.of(), world.plot.rules(), WorkloadModel.Assumed.usual());
        this.nextLook = world.now() + 1;
        world.ec2.machines.forEach(Machine::hear);
    }

    private Instant clock() {
        return world.instant().plusSeconds(clockOff);
    }

    boolean isAwake() {
        return world.now() >= asleepUntil;
    }

    void awaken() {
        if (fellAsleepAt > 0) {
            int slept = world.now() - fellAsleepAt;
            if (slept > LONG_SLEEP) {
                world.ec2.machines.forEach(machine -> machine.forgive(slept));
            }
        }
        fellAsleepAt = 0;
        asleepUntil = 0;
        waiting.forEach(Runnable::run);
        waiting.clear();
    }

    /** How many looks in a row there was nothing to do. */
    int quietLooks() {
        return quiet;
    }

    /** Terminate requests that it still waits for. */
    Set<Long> openRequests() {
        return controller.memory().requests();
    }

    void second() {
        if (isAwake() && world.chance.trouble(300, Fault.SUPERVISOR_SLEEPS)) {
            fellAsleepAt = world.now();
            asleepUntil = world.now() + world.chance.between(20, 120);
            world.tell("supervisor %d sleeps", name);
            return;
        }
        if (fellAsleepAt > 0 && isAwake()) {
            awaken();
        }
        if (!isAwake()) {
            return;
        }
        if (acting.isEmpty()
                && (world.now() >= nextLook || world.chance.trouble(40) || controller.missesAnother(clock()))) {
            nextLook = world.now() + Plot.INTERVAL;
            look();
        }
    }

    void announced(GatewayId gateway, long accepted, long unanswered) {
        if (isAwake()) {
            controller.announced(gateway, accepted, unanswered, clock());
        }
    }

    /** What arrives while it sleeps waits for it, or is lost. */
    void reported(Machine machine, WorkerSighting sighting, Process from) {
        if (!isAwake()) {
            if (world.chance.oneIn(2)) {
                waiting.add(() -> world.boss().reported(machine, sighting, from));
            }
            return;
        }
        machine.heard(sighting.life(), sighting.number());
        controls.put(machine.instance, from);
        for (WorkerOrder order : controller.reported(sighting, clock())) {
            world.send(() -> from.obey(order));
        }
    }

    private void look() {
        List<DrainConfirmation> read = List.of();
        if (world.plot.channel() == DrainChannel.QUEUES && !world.chance.trouble(8, Fault.CONFIRMATIONS_NOT_READ)) {
            read = List.copyOf(world.confirmations);
            world.confirmations.clear();
        }
        Readings readings = new Readings(world.depth(), world.ec2.describe(), world.ec2.ordered(), read);
        ScalingPlan plan = controller.decide(readings, clock()).plan();
        quiet = plan.actions().isEmpty() ? quiet + 1 : 0;
        if (!plan.actions().isEmpty()) {
            world.tell("%d: %s %s %s %s", name, plan.reason(), plan.census(), plan.actions(), plan.clamps());
        }
        check(plan);
        act(plan.actions());
    }

    private void check(ScalingPlan plan) {
        Set<AppTierId> ids = new HashSet<>();
        for (ScalingAction action : plan.actions()) {
            if (action instanceof ScalingAction.Launch launch) {
                world.require(ids.add(launch.tier()), "each id is launched once: " + plan.actions());
            }
            if (action instanceof ScalingAction.Terminate || action instanceof ScalingAction.Stop) {
                action.instance().flatMap(world.ec2::find).ifPresent(machine -> requireMayEnd(action, machine));
            }
        }
    }

    // Acting

    /** What becomes of one plan's actions. */
    private final class Acts {
        private final Map<ScalingAction.Launch, Instance> launched = new HashMap<>();
        private final List<ScalingAction.Launch> refused = new ArrayList<>();
        private final List<ScalingAction.Launch> unanswered = new ArrayList<>();
        private final List<Long> gone = new ArrayList<>();
        private final Set<InstanceId> notStarted = new HashSet<>();
        private Optional<String> trouble = Optional.empty();
        private boolean emptied;
        private boolean started;
        private int left;

        FleetController.Results results() {
            return new FleetController.Results(
                    launched,
                    refused,
                    unanswered,
                    trouble,
                    gone,
                    emptied,
                    new FleetController.Starts(started, notStarted));
        }
    }

    private void act(List<ScalingAction> actions) {
        Acts acts = new Acts();
        acts.left = actions.size();
        acting = Optional.of(acts);
        for (ScalingAction action : actions) {
            int delay = world.chance.isCalm() ? 0 : world.chance.below(4);
            if (delay == 0) {
                carryOut(action, acts);
            } else {
                world.later(delay, () -> carryOut(action, acts));
            }
        }
        if (actions.isEmpty()) {
            finish(acts);
        }
    }

    private void carryOut(ScalingAction action, Acts acts) {
        boolean replaced = world.boss() != this;
        if (replaced && !isCall(action)) {
            return; // A dead supervisor says nothing; a call to EC2 or SQS may be on its way.
        }
        if (replaced && world.chance.oneIn(2)) {
            return;
        }
        perform(action, acts);
        acts.left--;
        if (acts.left == 0 && !replaced) {
            if (world.chance.trouble(60, Fault.SUPERVISOR_REPLACED_AFTER_ACTING)) {
                world.replaceBoss();
            } else {
                finish(acts);
            }
        }
    }

    private void finish(Acts acts) {
        controller.acted(acts.results(), clock());
        acting = Optional.empty();
    }

    private static boolean isCall(ScalingAction action) {
        return !(action instanceof ScalingAction.Drain || action instanceof ScalingAction.CancelDrain);
    }

    private void perform(ScalingAction action, Acts acts) {
        if (action instanceof ScalingAction.Drain drain) {
            command(drain.id(), new WorkerOrder.Drain(drain.epoch()));
        } else if (action instanceof ScalingAction.CancelDrain cancel) {
            command(cancel.id(), new WorkerOrder.CancelDrain(cancel.epoch()));
        } else if (action instanceof ScalingAction.RequestDrains ask) {
            requestDrains(ask, acts);
        } else if (action instanceof ScalingAction.CancelRequests cancel) {
            cancelRequests(cancel, acts);
        } else if (action instanceof ScalingAction.Launch launch) {
            launch(launch, acts);
        } else {
            call(action, acts);
        }
    }

    private void command(InstanceId id, WorkerOrder order) {
        Process process = controls.get(id);
        if (process != null) {
            world.send(() -> process.obey(order));
        }
    }

    private void requestDrains(ScalingAction.RequestDrains ask, Acts acts) {
        boolean away = world.chance.trouble(12, Fault.REQUESTS_NOT_SENT);
        for (long token : ask.tokens()) {
            if (away) {
                // It counts as not sent, and may have been.
                acts.gone.add(token);
            }
            if (!away || world.chance.oneIn(3)) {
                int delay = world.chance.isCalm() ? 0 : world.chance.below(5);
                world.later(delay, () -> world.requests.add(token));
            }
        }
    }

    private void cancelRequests(ScalingAction.CancelRequests cancel, Acts acts) {
        if (world.chance.trouble(12, Fault.REQUESTS_NOT_CANCELLED)) {
            return;
        }
        for (int i = 0; i < cancel.count() && !world.requests.isEmpty(); i++) {
            long token = world.requests.get(world.requests.size() - 1);
            world.delete(token);
            acts.gone.add(token);
        }
        acts.emptied |= cancel.count() == ScalingAction.CancelRequests.ALL;
    }

    /** As {@code LaunchTokens} does it: tokens that are used up are passed over. */
    private void launch(ScalingAction.Launch launch, Acts acts) {
        Ec2.Fate fate = world.ec2.fate();
        if (fate == Ec2.Fate.REFUSED) {
            acts.refused.add(launch);
            acts.trouble = Optional.of("InsufficientInstanceCapacity");
            return;
        }
        if (fate == Ec2.Fate.LOST) {
            acts.unanswered.add(launch);
            return;
        }
        long generation = launch.generation();
        Ec2.Launched answer;
        do {
            String token = launch.tier() + "-" + generation++;
            answer = world.ec2.launch(launch.tier().value(), token, parameters);
        } while (answer.machine().filter(Machine::isOn).isEmpty());
        Machine machine = answer.machine().get();
        if (fate == Ec2.Fate.UNHEARD) {
            acts.unanswered.add(launch);
        } else {
            acts.launched.put(
                    launch,
                    new Instance(
                            machine.instance,
                            Optional.of(launch.tier()),
                            machine.state(),
                            machine.launchTime(),
                            "chaos"));
        }
    }

    private void call(ScalingAction action, Acts acts) {
        Ec2.Fate fate = world.ec2.fate();
        boolean start = action instanceof ScalingAction.Start || action instanceof ScalingAction.SetGroupCapacity;
        if (fate == Ec2.Fate.REFUSED && start) {
            acts.trouble = Optional.of("InsufficientInstanceCapacity");
            action.instance().ifPresent(acts.notStarted::add);
        }
        if (fate == Ec2.Fate.DONE || fate == Ec2.Fate.UNHEARD) {
            acts.started |= start && fate == Ec2.Fate.DONE;
            if (action instanceof ScalingAction.SetGroupCapacity set) {
                world.ec2.setGroupCapacity(set.capacity());
            }
            action.instance().flatMap(world.ec2::find).ifPresent(machine -> onMachine(action, machine));
        }
    }

    private void onMachine(ScalingAction action, Machine machine) {
        if (action instanceof ScalingAction.Start) {
            world.ec2.start(machine);
        } else if (action instanceof ScalingAction.AssignId assign) {
            machine.tier = assign.tier().orElseThrow().value();
        } else if (action instanceof ScalingAction.Stop) {
            world.ec2.stop(machine);
        } else if (action instanceof ScalingAction.Terminate) {
            world.ec2.terminate(machine);
        }
    }

    /** The main rule: nobody is ended at work who is not drained or proven dead. */
    private void requireMayEnd(ScalingAction action, Machine machine) {
        boolean atWork = machine.isLiving()
                && machine.process().filter(Process::isAtWork).isPresent();
        world.require(!atWork, action + " while its worker is at work: " + machine);
        boolean granted = machine.process().map(Process::mayEnd).orElse(true);
        world.require(
                !machine.isLiving() || granted || machine.isProvenSilent(),
                action + " although it is neither drained nor fenced nor silent: " + machine);
    }
}
