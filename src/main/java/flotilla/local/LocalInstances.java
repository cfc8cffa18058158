package flotilla.local;

import flotilla.config.EmbeddedCloud;
import flotilla.config.LocalSettings;
import flotilla.domain.InstanceId;
import flotilla.local.LocalInstance.State;
import flotilla.local.LocalInstance.StateReason;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The instances and their states: {@code pending → running → shutting-down → terminated}, and {@code running → stopping →
 * stopped → pending}. It starts and ends their processes through {@link InstanceProcesses} and hears from there when one has
 * ended. Safe for several threads: every method holds the one lock, and none waits for a process.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html">instance lifecycle</a>
 */
final class LocalInstances {
    /** A change of state as TerminateInstances and its like answer it. */
    record StateChange(InstanceId id, State previous, State current) {}

    /** A launch that a client token stands for. */
    private record Launch(Map<String, String> fingerprint, List<InstanceId> ids, Instant at) {}

    private static final Logger log = LoggerFactory.getLogger(LocalInstances.class);
    /** EC2 remembers a client token this long at least. */
    private static final Duration TOKEN_LIFE = Duration.ofHours(24);

    private final LocalSettings settings;
    private final InstanceProcesses processes;
    private final Faults faults;
    private final ScheduledExecutorService timer;
    private final Clock clock;
    private final Supplier<String> hexIds;
    private final Map<InstanceId, LocalInstance> instances = new LinkedHashMap<>();
    private final Map<String, Launch> launches = new LinkedHashMap<>();
    private long sequence;
    private boolean closed;

    /** @param hexIds random strings of 17 hexadecimal digits */
    LocalInstances(
            LocalSettings settings,
            InstanceProcesses processes,
            Faults faults,
            ScheduledExecutorService timer,
            Clock clock,
            Supplier<String> hexIds) {
        this.settings = settings;
        this.processes = processes;
        this.faults = faults;
        this.timer = timer;
        this.clock = clock;
        this.hexIds = hexIds;
    }

    /**
     * Launches instances, or finds those that an equal call with the same client token has launched. Those that carry the tag
     * {@link EmbeddedCloud#MADE_STOPPED} do not boot: they are stopped from the beginning, and run when they are started.
     *
     * @param fingerprint what a repeated call must be equal in
     * @throws Ec2Exception {@code IdempotentParameterMismatch} or {@code IdempotentInstanceTerminated}
     */
    synchronized List<LocalInstance> launch(
            LaunchSpec spec, SortedMap<String, String> tags, int count, Map<String, String> fingerprint) {
        forgetThePast();
        Optional<Launch> earlier = spec.clientToken().map(launches::get);
        if (earlier.isPresent()) {
            return repeated(earlier.get(), fingerprint);
        }
        State first = tags.containsKey(EmbeddedCloud.MADE_STOPPED) ? State.STOPPED : State.PENDING;
        String reservation = "r-" + hexIds.get();
        List<LocalInstance> launched = new ArrayList<>();
        Instant now = clock.instant();
        for (int index = 0; index < count; index++) {
            InstanceId id = new InstanceId("i-" + hexIds.get());
            LocalInstance instance = new LocalInstance(
                    id, sequence++, reservation, index, spec, first, Optional.empty(), tags, now, now);
            instances.put(id, instance);
            launched.add(instance);
            if (first == State.PENDING) {
                bootLater(id);
            }
        }
        List<InstanceId> ids = launched.stream().map(LocalInstance::id).toList();
        spec.clientToken().ifPresent(token -> launches.put(token, new Launch(fingerprint, ids, now)));
        return launched;
    }

    /** All instances that are still described, in the order of their launches. */
    synchronized List<LocalInstance> all() {
        forgetThePast();
        return List.copyOf(instances.values());
    }

    synchronized Optional<LocalInstance> find(InstanceId id) {
        forgetThePast();
        return Optional.ofNullable(instances.get(id));
    }

    /** Ends instances. One that is gone already stays so, and that is no error. */
    synchronized List<StateChange> terminate(List<InstanceId> ids) {
        return terminate(ids, StateReason.USER_SHUTDOWN);
    }

    /** Takes an instance back as EC2 does with Spot instances, if it still lives the life that began then. */
    synchronized void reclaim(InstanceId id, Instant launchedAt) {
        boolean same =
                find(id).filter(known -> known.launchedAt().equals(launchedAt)).isPresent();
        if (same && !closed) {
            terminate(List.of(id), StateReason.SPOT_TERMINATION);
        }
    }

    private List<StateChange> terminate(List<InstanceId> ids, StateReason reason) {
        return change(ids, instance -> switch (instance.state()) {
            case TERMINATED -> instance;
            case SHUTTING_DOWN -> {
                endUnlessHanging(instance.id());
                yield instance;
            }
            case PENDING, RUNNING, STOPPING, STOPPED -> {
                endUnlessHanging(instance.id());
                yield moved(instance, State.SHUTTING_DOWN, Optional.of(reason));
            }
        });
    }

    /** Stops running instances; they can be started again. */
    synchronized List<StateChange> stop(List<InstanceId> ids) {
        return change(ids, instance -> switch (instance.state()) {
            case STOPPING, STOPPED -> instance;
            case RUNNING -> {
                end(instance.id());
                yield moved(instance, State.STOPPING, Optional.of(StateReason.USER_SHUTDOWN));
            }
            case PENDING, SHUTTING_DOWN, TERMINATED -> throw wrongState(instance, "stopped");
        });
    }

    /** Starts stopped instances, with a new process. */
    synchronized List<StateChange> start(List<InstanceId> ids) {
        return change(ids, instance -> switch (instance.state()) {
            case PENDING, RUNNING -> instance;
            case STOPPED -> {
                bootLater(instance.id());
                yield moved(instance, State.PENDING, Optional.empty());
            }
            case STOPPING, SHUTTING_DOWN, TERMINATED -> throw wrongState(instance, "started");
        });
    }

    /** Alters the tags of an instance. */
    synchronized void tag(InstanceId id, UnaryOperator<SortedMap<String, String>> change) {
        LocalInstance instance = require(id);
        instances.put(id, instance.tagged(change.apply(instance.tags())));
    }

    /**
     * Gives a stopped instance other user data, which it reads at its next start.
     *
     * @param userData base64
     * @throws Ec2Exception {@code IncorrectInstanceState} when it is not stopped
     */
    synchronized void changeUserData(InstanceId id, String userData) {
        LocalInstance instance = require(id);
        if (instance.state() != State.STOPPED) {
            throw wrongState(instance, "modified");
        }
        instances.put(id, instance.withUserData(userData));
    }

    /** @throws Ec2Exception {@code InvalidInstanceID.NotFound} */
    synchronized LocalInstance require(InstanceId id) {
        return find(id).orElseThrow(() ->
                new Ec2Exception("InvalidInstanceID.NotFound", "The instance ID '" + id.value() + "' does not exist"));
    }

    /** Nothing boots and no state changes any more. The processes are ended by {@link InstanceProcesses#close}. */
    synchronized void close() {
        closed = true;
    }

    private List<LocalInstance> repeated(Launch earlier, Map<String, String> fingerprint) {
        if (!earlier.fingerprint().equals(fingerprint)) {
            throw new Ec2Exception(
                    "IdempotentParameterMismatch",
                    "Arguments on this idempotent request are inconsistent with arguments"
                            + " used in previous request(s).");
        }
        List<LocalInstance> living = earlier.ids().stream()
                .flatMap(id -> Optional.ofNullable(instances.get(id)).stream())
                .filter(instance -> instance.state() != State.TERMINATED)
                .toList();
        if (living.isEmpty()) {
            throw new Ec2Exception(
                    "IdempotentInstanceTerminated", "The client token belongs to an instance that is terminated.");
        }
        return living;
    }

    private List<StateChange> change(List<InstanceId> ids, UnaryOperator<LocalInstance> transition) {
        List<LocalInstance> before = ids.stream().map(this::require).toList();
        List<StateChange> changes = new ArrayList<>();
        for (LocalInstance instance : before) {
            LocalInstance after = transition.apply(instance);
            instances.put(after.id(), after);
            changes.add(new StateChange(after.id(), instance.state(), after.state()));
        }
        return changes;
    }

    private void bootLater(InstanceId id) {
        timer.schedule(() -> boot(id), settings.bootDelay().toMillis(), TimeUnit.MILLISECONDS);
    }

    private synchronized void boot(InstanceId id) {
        LocalInstance instance = instances.get(id);
        if (closed || instance == null || instance.state() != State.PENDING) {
            return;
        }
        try {
            processes.start(id, status -> ended(id, status));
            instances.put(id, moved(instance, State.RUNNING, Optional.empty()));
        } catch (IOException e) {
            log.error("instance={} cannot start: {}", id, e.getMessage());
            instances.put(
                    id, moved(instance, State.TERMINATED, Optional.of(StateReason.internalError("cannot start"))));
        }
    }

    private void endUnlessHanging(InstanceId id) {
        if (!faults.hangsOnTermination(id)) {
            end(id);
        }
    }

    /** Asks the process to end; {@link #ended} follows in any case. */
    private void end(InstanceId id) {
        if (!processes.end(id)) {
            timer.execute(() -> ended(id, 0));
        }
    }

    private synchronized void ended(InstanceId id, int exitStatus) {
        LocalInstance instance = instances.get(id);
        if (closed || instance == null) {
            return;
        }
        switch (instance.state()) {
            case RUNNING -> {
                log.info("instance={} ended by itself, exit status {}", id, exitStatus);
                if (!faults.pretendsRunning(id)) {
                    StateReason reason = exitStatus == 0
                            ? StateReason.INSTANCE_SHUTDOWN
                            : StateReason.internalError("process ended, exit status " + exitStatus);
                    instances.put(id, moved(instance, State.TERMINATED, Optional.of(reason)));
                }
            }
            case SHUTTING_DOWN -> {
                if (!faults.hangsOnTermination(id)) {
                    instances.put(id, moved(instance, State.TERMINATED, instance.stateReason()));
                }
            }
            case STOPPING -> instances.put(id, moved(instance, State.STOPPED, instance.stateReason()));
            case PENDING, STOPPED, TERMINATED -> log.debug("instance={} had no process to end", id);
        }
    }

    private LocalInstance moved(LocalInstance instance, State next, Optional<StateReason> reason) {
        log.info("instance={} {} -> {}", instance.id(), instance.state().text(), next.text());
        return instance.in(next, reason, clock.instant());
    }

    private void forgetThePast() {
        Instant now = clock.instant();
        instances
                .values()
                .removeIf(instance -> instance.state() == State.TERMINATED
                        && !instance.changedAt()
                                .plus(settings.terminatedVisible())
                                .isAfter(now));
        launches.values().removeIf(launch -> launch.at().plus(TOKEN_LIFE).isBefore(now));
    }

    private static Ec2Exception wrongState(LocalInstance instance, String wanted) {
        return new Ec2Exception(
                "IncorrectInstanceState",
                "The instance '" + instance.id().value() + "' is not in a state from which it can be " + wanted + ": "
                        + instance.state().text());
    }
}
