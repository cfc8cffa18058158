package flotilla.scaling.chaos;

import flotilla.domain.AppTierId;
import flotilla.domain.GatewayId;
import flotilla.domain.InstanceId;
import flotilla.domain.QueueDepth;
import flotilla.scaling.Activity;
import flotilla.scaling.FleetController;
import flotilla.scaling.FleetController.WorkerOrder;
import flotilla.scaling.FleetObservation.DrainConfirmation;
import flotilla.scaling.Instance;
import flotilla.scaling.InstanceState;
import flotilla.scaling.MessageCountPolicy;
import flotilla.scaling.PlannerRules;
import flotilla.scaling.PlannerRules.DrainChannel;
import flotilla.scaling.PlannerRules.Mode;
import flotilla.scaling.ScalingAction;
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
 * seed: messages are lost, doubled and late, EC2 refuses, throttles, forgets to answer and describes late, machines die,
 * freeze and are cut off, and the supervisor is replaced between any two of its steps. After every step the rules are
 * checked; when the trouble ends everything must come to rest.
 */
final class ChaosWorld {
    private static final Instant START = Instant.parse("2026-11-24T00:00:00Z");
    private static final int MOST = 6;
    private static final int INTERVAL = 10;
    private static final int TROUBLE_SECONDS = 400;
    private static final int CALM_SECONDS = 1500;
    private static final int LEASE_SECONDS = 15;

    private record Letter(int arrives, Runnable delivery) {}

    private record Returned(int at, int messages, long request) {}

    private final Random random;
    private final PlannerRules rules;
    private final ChaosEc2 ec2;
    private final List<Letter> network = new ArrayList<>();
    private final List<Returned> leases = new ArrayList<>();
    private final List<Long> requests = new ArrayList<>();
    private final List<DrainConfirmation> confirmations = new ArrayList<>();
    private final List<String> story = new ArrayList<>();
    private FleetController controller;
    private int supervisors;
    private int now;
    private int queued;
    private int quiet;

    ChaosWorld(long seed) {
        this.random = new Random(seed);
        Mode mode = random.nextInt(3) == 0 ? Mode.START_STOP : Mode.LAUNCH;
        DrainChannel channel = random.nextInt(3) == 0 ? DrainChannel.QUEUES : DrainChannel.CLUSTER;
        ScalingLimits limits = new ScalingLimits(
                0,
                MOST,
                Duration.ofSeconds(12),
                Duration.ofSeconds(ChaosMachine.FENCE_SECONDS),
                Duration.ofSeconds(60));
        this.rules = PlannerRules.of(limits)
                .with(new PlannerRules.Shape(mode, channel, 0, true))
                .with(new PlannerRules.BootRule(3, Duration.ofSeconds(20)))
                .settling(Duration.ofSeconds(ChaosEc2.DESCRIBE_LAG + 2L), false);
        this.ec2 = new ChaosEc2(random);
        if (mode == Mode.START_STOP) {
            ec2.prepare(MOST);
        }
        replaceSupervisor();
    }

    static Instant instant(int seconds) {
        return START.plusSeconds(seconds);
    }

    /** @throws AssertionError when a rule is broken */
    void run() {
        for (now = 1; now <= TROUBLE_SECONDS + CALM_SECONDS; now++) {
            boolean calm = now > TROUBLE_SECONDS;
            if (!calm && random.nextInt(20) == 0) {
                queued += random.nextInt(8);
            }
            deliver();
            ec2.machines.forEach(machine -> live(machine, calm));
            if (now % INTERVAL == 0 || !calm && random.nextInt(40) == 0) {
                reconcile(calm);
            }
            if (!calm && random.nextInt(60) == 0) {
                replaceSupervisor();
            }
            check();
        }
        require(
                queued == 0 && inHand() == 0,
                "all work is answered, not " + queued + " queued, " + inHand() + " in hand");
        require(ec2.living() == 0, "the fleet is at zero, not " + ec2.living());
        require(quiet >= 10, "the supervisor is at rest, not quiet for " + quiet + " looks only");
        require(requests.isEmpty(), "no terminate request is left, not " + requests);
    }

    private void replaceSupervisor() {
        controller = new FleetController(new MessageCountPolicy(1), List.of(), rules, WorkloadModel.Assumed.usual());
        supervisors++;
        story.add(now + " supervisor " + supervisors);
    }

    private int inHand() {
        return ec2.machines.stream().mapToInt(machine -> machine.inHand).sum()
                + leases.stream().mapToInt(Returned::messages).sum();
    }

    /** A message may be lost, doubled, and late by a few seconds, so that two may overtake each other. */
    private void send(boolean calm, Runnable delivery) {
        if (calm) {
            network.add(new Letter(now + 1, delivery));
            return;
        }
        int copies = random.nextInt(8) == 0 ? 0 : random.nextInt(10) == 0 ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            network.add(new Letter(now + random.nextInt(random.nextInt(10) == 0 ? 15 : 3), delivery));
        }
    }

    private void deliver() {
        List<Letter> due =
                network.stream().filter(letter -> letter.arrives() <= now).toList();
        network.removeAll(due);
        due.forEach(letter -> letter.delivery().run());
        List<Returned> back = leases.stream().filter(one -> one.at() <= now).toList();
        leases.removeAll(back);
        back.forEach(one -> {
            queued += one.messages();
            if (one.request() > 0) {
                requests.add(one.request());
            }
        });
    }

    private void live(ChaosMachine machine, boolean calm) {
        switch (machine.state) {
            case SHUTTING_DOWN -> machine.state = InstanceState.TERMINATED;
            case STOPPING -> machine.state = InstanceState.STOPPED;
            case PENDING -> {
                if (now - machine.launchedAt > 3) {
                    machine.state = InstanceState.RUNNING;
                }
            }
            case RUNNING -> work(machine, calm);
            default -> {
                return;
            }
        }
    }

    private void work(ChaosMachine machine, boolean calm) {
        if (!machine.up && now >= machine.upAt) {
            machine.up = true;
            machine.life = instant(now).toEpochMilli();
        }
        if (!machine.up) {
            return;
        }
        if (!calm && random.nextInt(250) == 0) {
            // A set of machines is not refilled, so its dead ones only stop.
            die(machine, rules.shape().mode() == Mode.LAUNCH ? InstanceState.TERMINATED : InstanceState.STOPPED);
            return;
        }
        if (!calm && random.nextInt(200) == 0) {
            machine.frozen = true;
            lose(machine);
        } else if (machine.frozen && random.nextInt(30) == 0) {
            machine.frozen = false;
        }
        if (!calm && machine.cutSince < 0 && random.nextInt(200) == 0) {
            machine.cutSince = now;
        } else if (machine.cutSince >= 0 && (calm || random.nextInt(25) == 0)) {
            machine.cutSince = -1;
            machine.activity = machine.activity == Activity.LEAVING ? Activity.WORKING : machine.activity;
        }
        if (machine.frozen) {
            return;
        }
        if (machine.cutSince >= 0
                && now - machine.cutSince >= ChaosMachine.FENCE_SECONDS - 1
                && machine.activity == Activity.WORKING) {
            machine.activity = Activity.LEAVING;
        }
        serve(machine);
        if (machine.cutSince < 0) {
            WorkerSighting sighting = machine.sighting();
            send(calm, () -> {
                machine.heard(sighting, now);
                heard(sighting, calm);
            });
        }
    }

    private void serve(ChaosMachine machine) {
        boolean finished = machine.inHand > 0 && random.nextInt(3) == 0;
        if (finished) {
            machine.answered();
        }
        if (machine.activity == Activity.WORKING) {
            if (rules.shape().drains() == DrainChannel.QUEUES
                    && machine.request == 0
                    && !requests.isEmpty()
                    && (finished || machine.inHand == 0)) {
                machine.request = requests.remove(0);
                machine.drain(machine.request);
            } else if (machine.inHand < 2 && queued > 0) {
                queued--;
                machine.inHand++;
            }
        }
        if (machine.activity == Activity.DRAINING && machine.inHand == 0) {
            if (machine.request > 0) {
                confirmations.add(new DrainConfirmation(machine.id, machine.request));
                if (random.nextInt(5) == 0) {
                    confirmations.add(new DrainConfirmation(machine.id, machine.request));
                }
                machine.request = 0;
            }
            machine.activity = Activity.DRAINED;
        }
    }

    /** What a machine holds comes back when its leases end. */
    private void lose(ChaosMachine machine) {
        if (machine.inHand > 0 || machine.request > 0) {
            leases.add(new Returned(now + LEASE_SECONDS, machine.inHand, machine.request));
        }
        machine.inHand = 0;
        machine.request = 0;
    }

    private void die(ChaosMachine machine, InstanceState next) {
        lose(machine);
        machine.up = false;
        machine.state = next;
    }

    private void heard(WorkerSighting sighting, boolean calm) {
        List<WorkerOrder> orders = controller.reported(sighting, instant(now));
        orders.forEach(order -> send(calm, () -> obey(sighting.instance().orElseThrow(), order)));
    }

    private void obey(InstanceId id, WorkerOrder order) {
        ec2.find(id)
                .filter(machine -> machine.living() && machine.up && !machine.frozen && machine.cutSince < 0)
                .ifPresent(machine -> {
                    if (order instanceof WorkerOrder.Drain drain) {
                        machine.drain(drain.epoch());
                    } else if (order instanceof WorkerOrder.CancelDrain cancel) {
                        machine.cancel(cancel.epoch());
                    }
                });
    }

    private void reconcile(boolean calm) {
        boolean depthKnown = calm || random.nextInt(8) > 0;
        boolean instancesKnown = calm || random.nextInt(8) > 0;
        int wrong = calm ? 0 : random.nextInt(3) - 1;
        controller.announced(new GatewayId("gateway"), 0, 0, instant(now));
        List<DrainConfirmation> read = List.copyOf(confirmations);
        confirmations.clear();
        FleetController.Decided decided = controller.decide(
                new FleetController.Readings(
                        depthKnown
                                ? Optional.of(new QueueDepth(Math.max(0, queued + wrong), inHand(), 0))
                                : Optional.empty(),
                        instancesKnown ? Optional.of(ec2.describe(now)) : Optional.empty(),
                        0,
                        read),
                instant(now));
        quiet = decided.plan().actions().isEmpty() ? quiet + 1 : 0;
        if (!decided.plan().actions().isEmpty()) {
            story.add(now + " " + decided.plan().reason() + " " + decided.plan().actions());
        }
        FleetController acting = controller;
        Acts acts = new Acts();
        for (ScalingAction action : decided.plan().actions()) {
            if (!calm && random.nextInt(40) == 0) {
                replaceSupervisor();
                return;
            }
            carryOut(action, calm, acts);
        }
        if (!calm && random.nextInt(30) == 0) {
            replaceSupervisor();
            return;
        }
        acting.acted(acts.results(), instant(now));
    }

    private static final class Acts {
        private final Map<ScalingAction.Launch, Instance> launched = new HashMap<>();
        private final List<ScalingAction.Launch> refused = new ArrayList<>();
        private final List<ScalingAction.Launch> unanswered = new ArrayList<>();
        private final List<Long> gone = new ArrayList<>();
        private Optional<String> trouble = Optional.empty();
        private boolean emptied;

        FleetController.Results results() {
            return new FleetController.Results(launched, refused, unanswered, trouble, gone, emptied);
        }
    }

    private void carryOut(ScalingAction action, boolean calm, Acts acts) {
        if (action instanceof ScalingAction.Launch launch) {
            launch(launch, calm ? 9 : random.nextInt(10), calm, acts);
        } else if (action instanceof ScalingAction.RequestDrains ask) {
            requests.addAll(ask.tokens());
        } else if (action instanceof ScalingAction.CancelRequests cancel) {
            acts.emptied = cancel.count() == ScalingAction.CancelRequests.ALL;
            for (int i = 0; i < cancel.count() && !requests.isEmpty(); i++) {
                acts.gone.add(requests.remove(requests.size() - 1));
            }
        } else if (action instanceof ScalingAction.Drain drain) {
            send(calm, () -> obey(drain.id(), new WorkerOrder.Drain(drain.epoch())));
        } else if (action instanceof ScalingAction.CancelDrain cancel) {
            send(calm, () -> obey(cancel.id(), new WorkerOrder.CancelDrain(cancel.epoch())));
        } else if (calm || random.nextInt(6) > 0) {
            onMachine(action, calm);
        }
    }

    private void launch(ScalingAction.Launch launch, int fate, boolean calm, Acts acts) {
        if (fate == 0) {
            acts.refused.add(launch);
            acts.trouble = Optional.of("InsufficientInstanceCapacity");
            return;
        }
        if (fate == 1) {
            acts.unanswered.add(launch);
            return;
        }
        Optional<ChaosMachine> machine =
                ec2.launch(launch.tier(), launch.tier() + "-" + launch.generation(), now, calm);
        if (fate == 2) {
            acts.unanswered.add(launch);
        } else if (machine.isEmpty()) {
            acts.refused.add(launch);
        } else {
            acts.launched.put(launch, machine.get().described());
        }
    }

    private void onMachine(ScalingAction action, boolean calm) {
        ChaosMachine machine = action.instance().flatMap(ec2::find).orElse(null);
        if (machine == null) {
            return;
        }
        if (action instanceof ScalingAction.Start && machine.state == InstanceState.STOPPED) {
            machine.begin(now, ec2.bootsUntil(now, calm));
        } else if (action instanceof ScalingAction.AssignId assign) {
            machine.tier = assign.tier().orElseThrow();
        } else if (action instanceof ScalingAction.Stop && machine.living()) {
            end(machine, InstanceState.STOPPING, action);
        } else if (action instanceof ScalingAction.Terminate && machine.living()) {
            end(machine, InstanceState.SHUTTING_DOWN, action);
        }
    }

    private void end(ChaosMachine machine, InstanceState next, ScalingAction action) {
        boolean fenced = machine.cutSince >= 0 && now - machine.cutSince >= ChaosMachine.FENCE_SECONDS - 1;
        // One that comes back at this very moment may have begun to work; its leases bring the work back.
        boolean silent = now - machine.heardAt >= ChaosMachine.FENCE_SECONDS;
        require(!machine.atWork() || fenced || silent, action + " while its worker is " + machine.activity);
        die(machine, next);
    }

    private void check() {
        require(ec2.living() <= MOST, "no more than " + MOST + " living, not " + ec2.living());
        Set<AppTierId> ids = new HashSet<>();
        ec2.machines.stream()
                .filter(ChaosMachine::living)
                .forEach(machine -> require(ids.add(machine.tier), "app-tier id " + machine.tier + " lives twice"));
    }

    private void require(boolean holds, String rule) {
        if (!holds) {
            throw new AssertionError(rule + " (at " + now + " s, " + rules.shape() + ")\n"
                    + String.join("\n", story.subList(Math.max(0, story.size() - 30), story.size())));
        }
    }
}
