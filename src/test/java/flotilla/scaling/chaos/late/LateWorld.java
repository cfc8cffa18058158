package flotilla.scaling.chaos.late;

import flotilla.domain.AppTierId;
import flotilla.domain.GatewayId;
import flotilla.domain.InstanceId;
import flotilla.scaling.Activity;
import flotilla.scaling.FleetController;
import flotilla.scaling.FleetController.WorkerOrder;
import flotilla.scaling.Instance;
import flotilla.scaling.InstanceState;
import flotilla.scaling.MessageCountPolicy;
import flotilla.scaling.PlannerRules;
import flotilla.scaling.PlannerRules.DrainChannel;
import flotilla.scaling.PlannerRules.Mode;
import flotilla.scaling.ScalingAction;
import flotilla.scaling.ScalingAction.EndReason;
import flotilla.scaling.ScalingLimits;
import flotilla.scaling.WorkerSighting;
import flotilla.scaling.WorkloadModel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * The real {@link FleetController} in a world where everything may go wrong, second by second, all of it drawn from one
 * seed: messages are lost, doubled and late, the queue's counters are wrong, EC2 refuses, throttles, forgets to answer and
 * describes late, machines die, freeze and are cut off, and the supervisor is replaced between any two of its steps. After
 * every step the rules are checked; when the trouble ends everything must come to rest.
 */
final class LateWorld {
    /** The trouble goes over the full hour. */
    private static final Instant START = Instant.parse("2026-11-24T11:56:00Z");

    private static final int MOST = 6;
    private static final int INTERVAL = 10;
    private static final int BOOT_ALLOWANCE = 60;
    private static final int DEAD_AFTER = 40;
    private static final int TROUBLE_SECONDS = 400;
    private static final int CALM_SECONDS = 1500;
    /** Looks without an action after which nothing more is going to happen. */
    private static final int REST = 15;

    private final Random random;
    private final PlannerRules rules;
    private final LateEc2 ec2;
    private final LateNetwork network;
    private final List<String> story = new ArrayList<>();
    final LateQueues queues;
    private FleetController controller;
    private int supervisors;
    private int now;
    private int quiet;

    LateWorld(long seed) {
        this.random = new Random(seed * 0x9E3779B97F4A7C15L);
        this.rules = rules();
        this.ec2 = new LateEc2(random);
        this.network = new LateNetwork(random);
        this.queues = new LateQueues(random);
        if (rules.shape().mode() == Mode.START_STOP) {
            ec2.prepare(MOST + random.nextInt(3));
        }
        replaceSupervisor();
    }

    private PlannerRules rules() {
        Mode mode = chance(3) ? Mode.START_STOP : Mode.LAUNCH;
        DrainChannel channel = chance(3) ? DrainChannel.QUEUES : DrainChannel.CLUSTER;
        int spares = mode == Mode.LAUNCH && chance(4) ? 1 + random.nextInt(2) : 0;
        ScalingLimits limits = new ScalingLimits(
                chance(4) ? 1 : 0,
                MOST,
                Duration.ofSeconds(12),
                Duration.ofSeconds(DEAD_AFTER),
                Duration.ofSeconds(BOOT_ALLOWANCE));
        PlannerRules.Steps steps = chance(4)
                ? new PlannerRules.Steps(1 + random.nextInt(3), 1 + random.nextInt(3), false, false)
                : PlannerRules.Steps.FREE;
        return PlannerRules.of(limits)
                .with(new PlannerRules.Shape(mode, channel, spares, random.nextBoolean()))
                .with(new PlannerRules.BootRule(3, Duration.ofSeconds(20)))
                .with(steps)
                .settling(Duration.ofSeconds(LateEc2.DESCRIBE_LAG + 2L), false);
    }

    static Instant instant(int seconds) {
        return START.plusSeconds(seconds);
    }

    /** Whether something happens that happens once in so many times. */
    boolean chance(int times) {
        return random.nextInt(times) == 0;
    }

    boolean byQueues() {
        return rules.shape().drains() == DrainChannel.QUEUES;
    }

    /** @throws AssertionError when a rule is broken */
    void run() {
        for (now = 1; now <= TROUBLE_SECONDS; now++) {
            if (chance(20)) {
                queues.queued += random.nextInt(8);
            }
            second(false);
            if (chance(60)) {
                replaceSupervisor();
            }
            if (now % INTERVAL == 0 || chance(40)) {
                reconcile(false);
            }
            check();
        }
        quiet = 0;
        for (; now <= TROUBLE_SECONDS + CALM_SECONDS && quiet < REST; now++) {
            second(true);
            if (now % INTERVAL == 0) {
                reconcile(true);
            }
            check();
        }
        checkRest();
    }

    private void second(boolean calm) {
        queues.tick(now, inHand());
        network.deliver(now);
        ec2.tick(now);
        ec2.machines.forEach(machine -> live(machine, calm));
        ec2.remember(now);
    }

    private void replaceSupervisor() {
        controller = new FleetController(new MessageCountPolicy(1), List.of(), rules, WorkloadModel.Assumed.usual());
        supervisors++;
        story.add(now + " supervisor " + supervisors);
    }

    private int inHand() {
        return ec2.machines.stream()
                .flatMap(machine -> machine.worker.stream())
                .mapToInt(worker -> worker.inHand)
                .sum();
    }

    private void live(LateEc2.Machine machine, boolean calm) {
        if (machine.state != InstanceState.RUNNING) {
            return;
        }
        if (machine.worker.isEmpty() && now >= machine.upAt) {
            machine.worker = Optional.of(new LateWorker(machine.id, Optional.of(machine.tier), now));
        }
        if (machine.worker.isEmpty()) {
            return;
        }
        if (!calm && chance(250)) {
            // A set of machines is not refilled, so its dead ones only stop.
            boolean fixedSet = rules.shape().mode() == Mode.START_STOP;
            machine.end(fixedSet ? InstanceState.STOPPED : InstanceState.TERMINATED, now, queues);
            story.add(now + " " + machine.id + " died");
            return;
        }
        LateWorker worker = machine.worker.get();
        if (!calm) {
            worker.suffer(now, this);
        }
        worker.recover(this, calm);
        worker.live(now, this, calm);
        if (!worker.reports(now)) {
            return;
        }
        WorkerSighting report = worker.report(now);
        int sent = now;
        if (!worker.isMute()) {
            network.send(now, calm, () -> {
                worker.heardAt = Math.max(worker.heardAt, sent);
                heard(machine, report, calm);
            });
        }
    }

    private void heard(LateEc2.Machine machine, WorkerSighting report, boolean calm) {
        for (WorkerOrder order : controller.reported(report, instant(now))) {
            network.send(now, calm, () -> machine.worker.ifPresent(worker -> worker.obey(order, report.life(), now)));
        }
    }

    private void reconcile(boolean calm) {
        controller.announced(new GatewayId("gateway"), 0, 0, instant(now));
        Optional<List<Instance>> described =
                !calm && chance(8) ? Optional.empty() : Optional.of(ec2.describe(now, calm));
        FleetController.Decided decided = controller.decide(
                new FleetController.Readings(queues.depth(calm), described, 0, queues.confirmations(calm)),
                instant(now));
        List<ScalingAction> actions = decided.plan().actions();
        quiet = actions.isEmpty() ? quiet + 1 : 0;
        if (!actions.isEmpty()) {
            story.add(now + " " + decided.plan().reason() + " " + decided.plan().desired() + " "
                    + decided.plan().census() + " " + actions);
        }
        LateActs acts = new LateActs();
        for (ScalingAction action : actions) {
            if (!calm && chance(40)) {
                replaceSupervisor();
                return;
            }
            carryOut(action, calm, acts);
        }
        if (!calm && chance(30)) {
            replaceSupervisor();
            return;
        }
        controller.acted(acts.results(), instant(now));
    }

    /** What became of a plan's actions. */
    private static final class LateActs {
        private final Map<ScalingAction.Launch, Instance> launched = new HashMap<>();
        private final List<ScalingAction.Launch> refused = new ArrayList<>();
        private final List<ScalingAction.Launch> unanswered = new ArrayList<>();
        private final List<Long> gone = new ArrayList<>();
        private final Set<InstanceId> notStarted = new HashSet<>();
        private Optional<String> trouble = Optional.empty();
        private boolean emptied;
        private boolean started;

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

    private void carryOut(ScalingAction action, boolean calm, LateActs acts) {
        if (action instanceof ScalingAction.Launch launch) {
            launch(launch, calm, acts);
        } else if (action instanceof ScalingAction.RequestDrains ask) {
            acts.gone.addAll(queues.send(ask.tokens(), calm));
        } else if (action instanceof ScalingAction.CancelRequests cancel) {
            acts.gone.addAll(queues.cancel(cancel.count(), calm));
            acts.emptied |= cancel.count() == ScalingAction.CancelRequests.ALL;
        } else if (action instanceof ScalingAction.Drain drain) {
            order(drain.id(), new WorkerOrder.Drain(drain.epoch()), calm);
        } else if (action instanceof ScalingAction.CancelDrain cancel) {
            order(cancel.id(), new WorkerOrder.CancelDrain(cancel.epoch()), calm);
        } else {
            ec2.find(action.instance().orElseThrow()).ifPresent(machine -> onMachine(action, machine, calm, acts));
        }
        ec2.remember(now);
        check();
    }

    private void order(InstanceId id, WorkerOrder order, boolean calm) {
        Optional<LateEc2.Machine> machine = ec2.find(id);
        machine.flatMap(one -> one.worker)
                .map(LateWorker::life)
                .ifPresent(life -> network.send(
                        now, calm, () -> machine.get().worker.ifPresent(worker -> worker.obey(order, life, now))));
    }

    private void launch(ScalingAction.Launch launch, boolean calm, LateActs acts) {
        int fate = calm ? 9 : random.nextInt(10);
        story.add(now + " launch " + launch.tier()
                + (fate == 0 ? " refused" : fate <= 2 ? " unanswered, " + (fate == 1 ? "in vain" : "done") : " done"));
        if (fate == 0) {
            acts.refused.add(launch);
            acts.trouble = Optional.of("InsufficientInstanceCapacity");
            return;
        }
        if (fate == 1) {
            acts.unanswered.add(launch);
            return;
        }
        LateEc2.Machine machine = ec2.launch(launch.tier(), launch.generation(), now, calm);
        if (fate == 2) {
            acts.unanswered.add(launch);
        } else {
            acts.launched.put(launch, machine.now());
        }
    }

    private void onMachine(ScalingAction action, LateEc2.Machine machine, boolean calm, LateActs acts) {
        boolean fails = !calm && chance(6);
        if (action instanceof ScalingAction.Start) {
            if (fails) {
                acts.notStarted.add(machine.id);
                acts.trouble = Optional.of("InsufficientInstanceCapacity");
            } else {
                acts.started = true;
                ec2.start(machine, now, calm);
            }
        } else if (fails) {
            return;
        } else if (action instanceof ScalingAction.AssignId assign) {
            machine.tier = assign.tier().orElseThrow();
        } else if (action instanceof ScalingAction.Stop stop) {
            end(machine, InstanceState.STOPPING, stop, stop.reason());
        } else if (action instanceof ScalingAction.Terminate terminate) {
            end(machine, InstanceState.SHUTTING_DOWN, terminate, terminate.reason());
        }
    }

    private void end(LateEc2.Machine machine, InstanceState next, ScalingAction action, EndReason reason) {
        if (!machine.living()) {
            return;
        }
        if (machine.worker.isEmpty()) {
            require(now - machine.launchedAt > BOOT_ALLOWANCE, action + " while it boots");
        } else {
            LateWorker worker = machine.worker.get();
            boolean silent = worker.isProvenDead(now, DEAD_AFTER);
            require(!worker.isAtWork(), action + " while its worker is " + worker.activity);
            boolean proven = reason == EndReason.DRAINED || reason == EndReason.ORPHAN
                    ? worker.activity == Activity.DRAINED
                    : silent;
            require(proven, action + " without proof");
        }
        machine.end(next, now, queues);
    }

    private void check() {
        long living = ec2.living();
        require(living <= MOST, "no more than " + MOST + " living, not " + living);
        Set<AppTierId> ids = new HashSet<>();
        for (LateEc2.Machine machine : ec2.machines) {
            require(!machine.living() || ids.add(machine.tier), "app-tier id " + machine.tier + " lives twice");
        }
    }

    private void checkRest() {
        PlannerRules.Shape shape = rules.shape();
        int atWork = Math.max(rules.limits().minInstances(), 0) + (shape.sparesStopped() ? 0 : shape.spares());
        require(quiet >= REST, "the supervisor is at rest, not quiet for " + quiet + " looks only");
        require(
                queues.queued == 0 && inHand() == 0 && queues.leased() == 0,
                "all work is answered, not " + queues.queued + " queued, " + inHand() + " in hand");
        require(ec2.living() == atWork, "the fleet is at " + atWork + ", not " + ec2.living());
        require(queues.requests.isEmpty(), "no terminate request is left, not " + queues.requests);
    }

    private void require(boolean holds, String rule) {
        if (!holds) {
            throw new AssertionError(rule + " (at " + now + " s, " + rules.shape() + ")\n"
                    + String.join("\n", story.subList(Math.max(0, story.size() - 30), story.size())));
        }
    }
}
