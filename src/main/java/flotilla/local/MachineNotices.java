package flotilla.local;

import flotilla.domain.InstanceId;
import flotilla.local.LocalInstance.State;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * What EC2 tells Spot instances of their future, when a test orders it: that they are taken back, which then happens, and that
 * others would last longer. A notice belongs to one life of an instance; after a stop and a start there is none. Safe for several
 * threads.
 */
final class MachineNotices {
    /** A notice to the life of an instance that began at its launch or start. */
    private record Notice(Instant launchedAt, Instant at) {}

    private final LocalInstances instances;
    private final ScheduledExecutorService timer;
    private final Clock clock;
    private final Map<InstanceId, Notice> interruptions = new ConcurrentHashMap<>();
    private final Map<InstanceId, Notice> recommendations = new ConcurrentHashMap<>();

    MachineNotices(LocalInstances instances, ScheduledExecutorService timer, Clock clock) {
        this.instances = instances;
        this.timer = timer;
        this.clock = clock;
    }

    /**
     * Takes an instance back after a while, and says so from now on.
     *
     * @throws Ec2Exception {@code IncorrectInstanceState} when it does not run
     */
    void interrupt(InstanceId id, Duration notice) {
        LocalInstance instance = requireRunning(id);
        interruptions.put(id, new Notice(instance.launchedAt(), clock.instant().plus(notice)));
        timer.schedule(() -> instances.reclaim(id, instance.launchedAt()), notice.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Recommends to replace an instance.
     *
     * @throws Ec2Exception {@code IncorrectInstanceState} when it does not run
     */
    void recommendRebalance(InstanceId id) {
        LocalInstance instance = requireRunning(id);
        recommendations.put(id, new Notice(instance.launchedAt(), clock.instant()));
    }

    /** When the instance is taken back, to the second, as EC2 says it. */
    Optional<Instant> interruption(LocalInstance instance) {
        return told(interruptions, instance);
    }

    /** Since when it should be replaced, to the second, as EC2 says it. */
    Optional<Instant> recommendation(LocalInstance instance) {
        return told(recommendations, instance);
    }

    private static Optional<Instant> told(Map<InstanceId, Notice> notices, LocalInstance instance) {
        return Optional.ofNullable(notices.get(instance.id()))
                .filter(notice -> notice.launchedAt().equals(instance.launchedAt()))
                .map(notice -> notice.at().truncatedTo(ChronoUnit.SECONDS));
    }

    private LocalInstance requireRunning(InstanceId id) {
        LocalInstance instance = instances.require(id);
        if (instance.state() != State.RUNNING) {
            throw new Ec2Exception(
                    "IncorrectInstanceState",
                    "The instance '" + id.value() + "' does not run: "
                            + instance.state().text());
        }
        return instance;
    }
}
