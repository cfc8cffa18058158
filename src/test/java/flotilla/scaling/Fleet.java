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

    static Fleet none() {
        return new Fleet();
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
            add(id, InstanceState.PENDING, NOW.minusSeconds(5), Optional.empty());
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

    Fleet inState(InstanceState state, int... ids) {
        for (int id : ids) {
            add(id, state, NOW.minusSeconds(60), Optional.empty());
        }
        return this;
    }

    Fleet neverReportedFor(Duration time, int... ids) {
        for (int id : ids) {
            add(id, InstanceState.RUNNING, NOW.minus(time), Optional.empty());
        }
        return this;
    }

    private void reported(int id, Activity activity, long epoch, int inHand, Duration ago) {
        add(
                id,
                InstanceState.RUNNING,
                NOW.minusSeconds(600),
                Optional.of(new WorkerView(
                        NOW.minus(ago), activity, epoch, Math.min(1, inHand), inHand, ServiceCount.none(1))));
    }

    private void add(int id, InstanceState state, Instant launchedAt, Optional<WorkerView> worker) {
        Instance instance = new Instance(id(id), Optional.of(new AppTierId(id)), state, launchedAt, TYPE);
        instances.add(new InstanceView(instance, launchedAt, Optional.empty(), worker));
    }

    FleetObservation with(int visible, int inFlight) {
        return new FleetObservation(Optional.of(new QueueDepth(visible, inFlight, 0)), Optional.of(instances), NOW);
    }

    FleetObservation withMessages(int messages) {
        return with(messages, 0);
    }

    FleetObservation withUnknownDepth() {
        return new FleetObservation(Optional.empty(), Optional.of(instances), NOW);
    }
}
