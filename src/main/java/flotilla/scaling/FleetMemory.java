package flotilla.scaling;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the planner remembers between plans. A new supervisor starts with an empty memory: EC2's tags and the workers'
 * reports bring back everything that matters.
 *
 * @param drains what each instance was last asked
 * @param unconfirmed launches whose outcome is unknown, by app-tier id; the id stays reserved
 * @param spent generations of launches that gave an instance which has another app-tier id by now, or is not ours any more
 * @param lastEpoch the highest epoch or token given out
 * @param requests tokens of terminate requests that are neither taken back nor confirmed; only with the drain channel
 *     {@code queues}
 * @param requestsKnown whether {@code requests} holds all there are; a new supervisor's does not, until the queue was
 *     emptied
 * @param trouble why EC2 launched nothing the last time, until a launch succeeds
 * @param boots how the last boots went
 */
public record FleetMemory(
        Map<InstanceId, DrainIntent> drains,
        Map<AppTierId, UnconfirmedLaunch> unconfirmed,
        Map<AppTierId, Long> spent,
        long lastEpoch,
        Set<Long> requests,
        boolean requestsKnown,
        Optional<LaunchTrouble> trouble,
        BootWatch boots) {

    /**
     * What an instance was asked.
     *
     * @param epoch names this drain; a cancel names the same one
     * @param cancelled whether the drain was taken back
     * @param confirmed whether the worker has said in the terminate-confirm queue that it is drained
     */
    public record DrainIntent(long epoch, boolean cancelled, boolean confirmed) {
        public DrainIntent(long epoch, boolean cancelled) {
            this(epoch, cancelled, false);
        }

        static DrainIntent confirmed(long token) {
            return new DrainIntent(token, false, true);
        }
    }

    /** A launch that may or may not have happened. */
    public record UnconfirmedLaunch(long generation, Instant since) {}

    /**
     * EC2 refuses to launch.
     *
     * @param code EC2's error code, such as {@code InsufficientInstanceCapacity}
     * @param failures ticks in a row on which nothing could be launched
     * @param until no launch is tried before
     * @param notStarted stopped instances that EC2 refused to start since the last success
     */
    public record LaunchTrouble(String code, int failures, Instant until, Set<InstanceId> notStarted) {
        static final Duration FIRST = Duration.ofSeconds(10);
        static final Duration LONGEST = Duration.ofMinutes(5);

        public LaunchTrouble {
            notStarted = Set.copyOf(notStarted);
        }

        /** One more failure: the pause doubles from {@link #FIRST} up to {@link #LONGEST}. */
        static LaunchTrouble after(
                Optional<LaunchTrouble> before, String code, Set<InstanceId> notStarted, Instant now) {
            int failures = before.map(LaunchTrouble::failures).orElse(0) + 1;
            long pause = Math.min(LONGEST.toMillis(), FIRST.toMillis() << Math.min(20, failures - 1));
            Set<InstanceId> all = new HashSet<>(notStarted);
            before.ifPresent(one -> all.addAll(one.notStarted()));
            return new LaunchTrouble(code, failures, now.plusMillis(pause), all);
        }
    }

    public FleetMemory {
        drains = Map.copyOf(drains);
        unconfirmed = Collections.unmodifiableMap(new TreeMap<>(unconfirmed));
        spent = Map.copyOf(spent);
        requests = Collections.unmodifiableSet(new TreeSet<>(requests));
    }

    /** The memory of drains and launches alone. */
    public FleetMemory(
            Map<InstanceId, DrainIntent> drains, Map<AppTierId, UnconfirmedLaunch> unconfirmed, long lastEpoch) {
        this(drains, unconfirmed, Map.of(), lastEpoch, Set.of(), false, Optional.empty(), BootWatch.nothing());
    }

    /** Nothing is remembered. */
    public static FleetMemory empty() {
        return new FleetMemory(Map.of(), Map.of(), 0);
    }

    /**
     * The memory after a launch call that got no answer. One that was repeated keeps its generation, and counts from the last
     * try: that one may have launched what an earlier one did not.
     */
    public FleetMemory withUnconfirmed(AppTierId id, long generation, Instant since) {
        Map<AppTierId, UnconfirmedLaunch> next = new TreeMap<>(unconfirmed);
        next.merge(
                id,
                new UnconfirmedLaunch(generation, since),
                (known, again) -> new UnconfirmedLaunch(known.generation(), again.since()));
        return new FleetMemory(drains, next, spent, lastEpoch, requests, requestsKnown, trouble, boots);
    }

    /** The memory after a launch call that was answered, with a machine or without. */
    public FleetMemory withoutUnconfirmed(AppTierId id) {
        Map<AppTierId, UnconfirmedLaunch> next = new TreeMap<>(unconfirmed);
        next.remove(id);
        return new FleetMemory(drains, next, spent, lastEpoch, requests, requestsKnown, trouble, boots);
    }

    /** The memory after a launch gave an instance that has another app-tier id: its generation gives no other one. */
    FleetMemory withSpent(AppTierId id, long generation) {
        Map<AppTierId, Long> next = new TreeMap<>(spent);
        next.merge(id, generation, Math::max);
        return new FleetMemory(drains, unconfirmed, next, lastEpoch, requests, requestsKnown, trouble, boots);
    }

    /**
     * The generation of a launch now: the hour, so that a supervisor without memory repeats what its predecessor may have
     * launched a moment ago instead of launching a second one.
     */
    long generation(AppTierId id, Instant now) {
        long hour = now.truncatedTo(ChronoUnit.HOURS).toEpochMilli();
        return Math.max(hour, spent.getOrDefault(id, hour - 1) + 1);
    }

    /** The memory after EC2 refused to launch, or to start some instances. */
    public FleetMemory withTrouble(String code, Set<InstanceId> notStarted, Instant now) {
        Optional<LaunchTrouble> next = Optional.of(LaunchTrouble.after(trouble, code, notStarted, now));
        return new FleetMemory(drains, unconfirmed, spent, lastEpoch, requests, requestsKnown, next, boots);
    }

    /** The memory after EC2 launched something. */
    public FleetMemory withoutTrouble() {
        return new FleetMemory(drains, unconfirmed, spent, lastEpoch, requests, requestsKnown, Optional.empty(), boots);
    }

    /** The memory after the terminate-request queue was emptied. */
    public FleetMemory withRequestsKnown() {
        return new FleetMemory(drains, unconfirmed, spent, lastEpoch, requests, true, trouble, boots);
    }

    /** The memory when there may be terminate requests that nobody knows of: the queue has to be emptied first. */
    FleetMemory withRequestsUnknown() {
        return new FleetMemory(drains, unconfirmed, spent, lastEpoch, requests, false, trouble, boots);
    }

    /** The memory without terminate requests that were taken back or never sent. */
    public FleetMemory withoutRequests(Collection<Long> gone) {
        Set<Long> left = new TreeSet<>(requests);
        left.removeAll(gone);
        return new FleetMemory(drains, unconfirmed, spent, lastEpoch, left, requestsKnown, trouble, boots);
    }

    /**
     * This memory, of drains and terminate requests only those of an earlier one: what was planned since then was not asked,
     * and nobody waits for the queue of requests to be emptied.
     */
    FleetMemory asking(FleetMemory before) {
        return new FleetMemory(before.drains, unconfirmed, spent, lastEpoch, before.requests, true, trouble, boots);
    }
}
