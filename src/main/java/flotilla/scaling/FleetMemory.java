package flotilla.scaling;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the planner remembers between plans. A new supervisor starts with an empty memory: EC2's tags and the workers'
 * reports bring back everything that matters.
 *
 * @param drains what each instance was last asked
 * @param unconfirmed launches whose outcome is unknown, by app-tier id; the id stays reserved
 * @param lastEpoch the highest epoch or generation given out
 */
public record FleetMemory(
        Map<InstanceId, DrainIntent> drains, Map<AppTierId, UnconfirmedLaunch> unconfirmed, long lastEpoch) {

    /**
     * What an instance was asked.
     *
     * @param epoch names this drain; a cancel names the same one
     * @param cancelled whether the drain was taken back
     */
    public record DrainIntent(long epoch, boolean cancelled) {}

    /** A launch that may or may not have happened. */
    public record UnconfirmedLaunch(long generation, Instant since) {}

    public FleetMemory {
        drains = Map.copyOf(drains);
        unconfirmed = Map.copyOf(unconfirmed);
    }

    /** Nothing is remembered. */
    public static FleetMemory empty() {
        return new FleetMemory(Map.of(), Map.of(), 0);
    }

    /** The memory after a launch call that got no answer. */
    public FleetMemory withUnconfirmed(AppTierId id, long generation, Instant since) {
        Map<AppTierId, UnconfirmedLaunch> next = new TreeMap<>(unconfirmed);
        next.putIfAbsent(id, new UnconfirmedLaunch(generation, since));
        return new FleetMemory(drains, next, lastEpoch);
    }

    /** The memory after a launch call that was answered, with a machine or without. */
    public FleetMemory withoutUnconfirmed(AppTierId id) {
        Map<AppTierId, UnconfirmedLaunch> next = new TreeMap<>(unconfirmed);
        next.remove(id);
        return new FleetMemory(drains, next, lastEpoch);
    }
}
