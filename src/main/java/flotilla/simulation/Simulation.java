package flotilla.simulation;

import flotilla.domain.GatewayId;
import flotilla.scaling.FleetController;
import flotilla.scaling.FleetController.WorkerOrder;
import flotilla.scaling.Instance;
import flotilla.scaling.PlannerRules;
import flotilla.scaling.ScalingAction;
import flotilla.scaling.ScalingPolicy;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * One policy on one trace: the supervisor's own {@link FleetController} decides, on virtual time, about a simulated queue,
 * EC2 and workers. Images are served first come, first served, each by one instance alone. A decision falls every interval;
 * between two, as in the supervisor, when the gateways' count outgrows what was planned for, and when a worker is drained.
 * Equal arguments give equal runs.
 */
public final class Simulation {
    static final Instant START = Trace.MIDNIGHT;
    private static final GatewayId GATEWAY = new GatewayId("simulated-gateway");
    /** A gateway tells of new images, and a worker that it is drained, after this time; then a burst may add up. */
    private static final double TOLD_AFTER = 0.1;
    /** After the last arrival, for a fleet that does not come to rest. */
    private static final double LONGEST_END = 6 * 3600;

    private final Trace trace;
    private final World world;
    private final PlannerRules rules;
    private final FleetController controller;
    private final double lookedAtAfter;
    private final SimulatedEc2 ec2;
    private final Random random;
    private final LaggingCounter counter;
    private final Timeline timeline = new Timeline();
    private final Deque<SimulatedInstance> idle = new ArrayDeque<>();
    private final PriorityQueue<SimulatedInstance> busy =
            new PriorityQueue<>(Comparator.comparingDouble(instance -> instance.busyUntil));
    private final PriorityQueue<SimulatedInstance> booting =
            new PriorityQueue<>(Comparator.comparingDouble(instance -> instance.upAt));
    private final double[] waits;
    private int arrived;
    private int begun;
    private int answered;
    private double nextTick;
    private double trigger = Double.POSITIVE_INFINITY;
    private long plannedFor = -1;
    private int reversals;
    private int direction;

    /** What came of it. */
    public record Result(Score score, Timeline timeline) {}

    private Simulation(ScalingPolicy policy, Trace trace, World world) {
        this.trace = trace;
        this.world = world;
        this.random = new Random(world.seed());
        this.ec2 = new SimulatedEc2(world, random);
        this.counter = new LaggingCounter(
                world.counterLag().toMillis() / 1000.0, world.counterNoise(), new Random(world.seed()));
        this.rules = world.conduct().rules(world, trace);
        this.controller =
                new FleetController(policy, List.of(), rules, world.conduct().assumed());
        this.lookedAtAfter = TOLD_AFTER + world.conduct().debounce().toMillis() / 1000.0;
        this.waits = new double[trace.size()];
    }

    /** Runs a policy until every image is answered and the fleet is at its minimum. */
    public static Result run(ScalingPolicy policy, Trace trace, World world) {
        return new Simulation(policy, trace, world).run();
    }

    static Instant instant(double seconds) {
        return START.plusNanos(Math.round(seconds * 1e9));
    }

    private Result run() {
        double limit = trace.end() + LONGEST_END;
        while (answered < trace.size() || ec2.living().size() > leastAt(nextTick)) {
            double decision = Math.min(nextTick, trigger);
            double event = nextEvent();
            if (event <= decision) {
                happen(event);
            } else {
                if (decision > limit) {
                    break;
                }
                decide(decision);
            }
        }
        double now = Math.min(nextTick, limit);
        List.copyOf(ec2.living()).forEach(instance -> ec2.terminate(instance.id, now));
        for (int i = begun; i < waits.length; i++) {
            waits[i] = Double.POSITIVE_INFINITY;
        }
        return new Result(
                Score.of(ec2.paidSeconds(), waits, world.sloSeconds(), ec2.launches(), reversals, ec2.most()),
                timeline);
    }

    /** The fewest instances that the rules ask for at a moment. */
    private int leastAt(double now) {
        int least = Math.max(rules.limits().minInstances(), rules.schedule().minimumAt(instant(now)));
        return Math.min(rules.limits().maxInstances(), least);
    }

    private double nextEvent() {
        double next = arrived < trace.size() ? trace.at(arrived) : Double.POSITIVE_INFINITY;
        next = Math.min(next, busy.isEmpty() ? Double.POSITIVE_INFINITY : busy.peek().busyUntil);
        return Math.min(next, booting.isEmpty() ? Double.POSITIVE_INFINITY : booting.peek().upAt);
    }

    private void happen(double now) {
        if (!busy.isEmpty() && busy.peek().busyUntil <= now) {
            SimulatedInstance instance = busy.poll();
            answered++;
            free(instance, now);
        } else if (!booting.isEmpty() && booting.peek().upAt <= now) {
            SimulatedInstance instance = booting.poll();
            instance.up = !instance.gone;
            free(instance, now);
        } else {
            arrived++;
            if (arrived - answered > Math.max(0, plannedFor)) {
                trigger = Math.min(trigger, now + lookedAtAfter);
            }
            serveWaiting(now);
        }
    }

    private void free(SimulatedInstance instance, double now) {
        if (instance.takesWork()) {
            idle.add(instance);
            serveWaiting(now);
        } else if (instance.drained(now)) {
            trigger = Math.min(trigger, now + lookedAtAfter);
        }
    }

    private void serveWaiting(double now) {
        while (begun < arrived && !idle.isEmpty()) {
            SimulatedInstance instance = idle.poll();
            if (instance.takesWork()) {
                double seconds = Math.exp(world.service().mu() + world.service().sigma() * random.nextGaussian());
                instance.serve(now, seconds);
                waits[begun] = now + seconds - trace.at(begun);
                begun++;
                busy.add(instance);
            }
        }
    }

    private void decide(double now) {
        boolean tick = now >= nextTick;
        if (tick) {
            nextTick += world.interval().toMillis() / 1000.0;
        }
        if (now >= trigger) {
            trigger = Double.POSITIVE_INFINITY;
        }
        Instant at = instant(now);
        controller.announced(GATEWAY, arrived, arrived - answered, at);
        for (SimulatedInstance instance : ec2.living()) {
            if (instance.up) {
                controller.reported(instance.sighting(now), at).forEach(order -> obey(instance, order, now));
            }
        }
        int inFlight = busy.size();
        FleetController.Decided decided = controller.decide(
                new FleetController.Readings(
                        Optional.of(counter.read(now, arrived - begun, inFlight)), Optional.of(ec2.describe())),
                at);
        plannedFor = Math.max(decided.plan().depth().orElseThrow().messages(), controller.unanswered());
        controller.acted(carryOut(decided.plan().actions(), now), at);
        if (tick) {
            int draining = (int)
                    ec2.living().stream().filter(SimulatedInstance::isEnding).count();
            timeline.add(new Timeline.Moment(
                    now, arrived - answered, arrived, ec2.living().size() - draining, draining));
        }
    }

    private FleetController.Results carryOut(List<ScalingAction> actions, double now) {
        Map<ScalingAction.Launch, Instance> launched = new HashMap<>();
        List<ScalingAction.Launch> refused = new ArrayList<>();
        int turned = 0;
        for (ScalingAction action : actions) {
            if (action instanceof ScalingAction.Launch launch) {
                Optional<SimulatedInstance> instance = ec2.launch(launch, now);
                instance.ifPresentOrElse(
                        one -> {
                            launched.put(launch, one.described());
                            booting.add(one);
                        },
                        () -> refused.add(launch));
                turned = 1;
            } else if (action instanceof ScalingAction.Drain drain) {
                ec2.find(drain.id()).ifPresent(one -> obey(one, new WorkerOrder.Drain(drain.epoch()), now));
                turned = -1;
            } else if (action instanceof ScalingAction.CancelDrain cancel) {
                ec2.find(cancel.id()).ifPresent(one -> obey(one, new WorkerOrder.CancelDrain(cancel.epoch()), now));
            } else if (action instanceof ScalingAction.Terminate terminate) {
                ec2.terminate(terminate.id(), now).ifPresent(booting::remove);
            }
        }
        reversals += turned != 0 && direction != 0 && turned != direction ? 1 : 0;
        direction = turned != 0 ? turned : direction;
        return new FleetController.Results(
                launched,
                refused,
                List.of(),
                refused.isEmpty() ? Optional.empty() : Optional.of("InsufficientInstanceCapacity"),
                List.of());
    }

    private void obey(SimulatedInstance instance, WorkerOrder order, double now) {
        if (order instanceof WorkerOrder.Drain drain) {
            instance.drain(drain.epoch());
            if (instance.drained(now)) {
                trigger = Math.min(trigger, now + lookedAtAfter);
            }
        } else if (order instanceof WorkerOrder.CancelDrain cancel && instance.cancelDrain(cancel.epoch())) {
            if (instance.busyUntil <= now) {
                idle.add(instance);
                serveWaiting(now);
            }
        }
    }
}
