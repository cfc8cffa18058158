package flotilla.scaling;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.domain.QueueDepth;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Builds observations that read like the situation that they describe. */
final class Fleet {
    static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    static final ScalingLimits LIMITS =
            new ScalingLimits(0, 20, Duration.ofSeconds(10), Duration.ofMinutes(2), Duration.ofMinutes(5));

    static final String TYPE = "c7i.large";

    private final List<InstanceView> instances = new ArrayList<>();
    private final Instant now;

    private Fleet(Instant now) {
        this.now = now;
    }

    static Fleet none() {
        return at(NOW);
    }

    /** No instance yet, at another moment. */
    static Fleet at(Instant now) {
        return new Fleet(now);
    }

    static InstanceId id(int appTierId) {
        return new InstanceId("i-" + appTierId);
    }

    /** Instances with the given app-tier ids whose workers work, with so many messages in hand. */
    Fleet working(int inHand, int... ids) {
        for (int id : ids) {
            reported(id, Activity.WORKING, 0, inHand, Duration.ZERO);
        }
        return this;
    }

    Fleet booting(int... ids) {
        for (int id : ids) {
            add(id, InstanceState.PENDING, now.minusSeconds(5), Optional.empty());
        }
        return this;
    }

    Fleet draining(long epoch, int... ids) {
        for (int id : ids) {
            reported(id, Activity.DRAINING, epoch, 1, Duration.ZERO);
        }
        return this;
    }

    Fleet drained(long epoch, int... ids) {
        for (int id : ids) {
            reported(id, Activity.DRAINED, epoch, 0, Duration.ZERO);
        }
        return this;
    }

    Fleet silentFor(Duration silence, int... ids) {
        for (int id : ids) {
            reported(id, Activity.WORKING, 0, 1, silence);
        }
        return this;
    }

    /** An instance that its Auto Scaling group ends and a lifecycle hook holds. */
    Fleet held(Activity activity, int id, Duration silence) {
        WorkerView worker = new WorkerView(now.minus(silence), activity, 0, 0, 0, ServiceCount.none(1));
        add(id, InstanceState.HELD, now.minusSeconds(600), Optional.of(worker));
        return this;
    }

    /** An instance that EC2 takes back in two minutes; its worker leaves, or is drained. */
    Fleet takenBack(Activity activity, int id) {
        return told(InstanceState.RUNNING, id, activity, 0, endsSoon());
    }

    /** The same of one that its group ends already, for whatever cause, and that a lifecycle hook holds. */
    Fleet heldAndTakenBack(Activity activity, int id) {
        return told(InstanceState.HELD, id, activity, 0, endsSoon());
    }

    private MachineOutlook endsSoon() {
        return new MachineOutlook(Optional.of(now.plusSeconds(120)), Optional.empty());
    }

    /** A working or draining instance that EC2 recommends to replace. */
    Fleet atRisk(Activity activity, long epoch, int id) {
        MachineOutlook atRisk = new MachineOutlook(Optional.empty(), Optional.of(now.minusSeconds(3)));
        return told(InstanceState.RUNNING, id, activity, epoch, atRisk);
    }

    private Fleet told(InstanceState state, int id, Activity activity, long epoch, MachineOutlook outlook) {
        WorkerView worker = new WorkerView(now, activity, epoch, 0, 0, ServiceCount.none(1), outlook);
        add(id, state, now.minusSeconds(600), Optional.of(worker));
        return this;
    }

    Fleet inState(InstanceState state, int... ids) {
        for (int id : ids) {
            add(id, state, now.minusSeconds(60), Optional.empty());
        }
        return this;
    }

    Fleet neverReportedFor(Duration time, int... ids) {
        for (int id : ids) {
            add(id, InstanceState.RUNNING, now.minus(time), Optional.empty());
        }
        return this;
    }

    /** An instance under a name of its own, a minute old; 0 is no app-tier id. */
    Fleet tagged(InstanceState state, String name, int appTierId) {
        add(name, appTierId, state, now.minusSeconds(60), Optional.empty());
        return this;
    }

    /** Another drained instance with the same app-tier id. */
    Fleet drainedTwin(long epoch, String name, int appTierId) {
        WorkerView drained = new WorkerView(now, Activity.DRAINED, epoch, 0, 0, ServiceCount.none(1));
        add(name, appTierId, InstanceState.RUNNING, now.minusSeconds(600), Optional.of(drained));
        return this;
    }

    private void reported(int id, Activity activity, long epoch, int inHand, Duration ago) {
        add(
                id,
                InstanceState.RUNNING,
                now.minusSeconds(600),
                Optional.of(new WorkerView(
                        now.minus(ago), activity, epoch, Math.min(1, inHand), inHand, ServiceCount.none(1))));
    }

    private void add(int id, InstanceState state, Instant launchedAt, Optional<WorkerView> worker) {
        add(id(id).value(), id, state, launchedAt, worker);
    }

    private void add(String name, int appTierId, InstanceState state, Instant launchedAt, Optional<WorkerView> worker) {
        Optional<AppTierId> tier = appTierId == 0 ? Optional.empty() : Optional.of(new AppTierId(appTierId));
        Instance instance = new Instance(new InstanceId(name), tier, state, launchedAt, TYPE);
        instances.add(new InstanceView(instance, launchedAt, Optional.empty(), worker));
    }

    FleetObservation with(int visible, int inFlight) {
        return new FleetObservation(Optional.of(new QueueDepth(visible, inFlight, 0)), Optional.of(instances), now);
    }

    FleetObservation withMessages(int messages) {
        return with(messages, 0);
    }

    FleetObservation withUnknownDepth() {
        return new FleetObservation(Optional.empty(), Optional.of(instances), now);
    }
}
