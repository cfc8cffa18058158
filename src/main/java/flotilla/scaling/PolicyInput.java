package flotilla.scaling;

import flotilla.domain.InstanceId;
import flotilla.domain.QueueDepth;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What a policy decides from.
 *
 * @param depth the request queue as SQS approximates it
 * @param traffic what the gateways count themselves
 * @param active booting and working instances: those that were not asked to end
 * @param draining instances that were asked to end and whose drain can still be taken back; new work takes it back before
 *     anything is launched, so that they are capacity at once if they are wanted
 * @param spares so many of the active ones are kept ready beyond what is desired, which is told without them
 * @param minInstances fewest instances now
 * @param maxInstances most instances
 * @param interval time until the next regular decision
 * @param model what was learned of arrivals, service and boots
 */
public record PolicyInput(
        QueueDepth depth,
        Traffic traffic,
        List<Capacity> active,
        int draining,
        int spares,
        int minInstances,
        int maxInstances,
        Duration interval,
        WorkloadModel model,
        Instant now) {
    public PolicyInput {
        active = List.copyOf(active);
    }

    /** Without running spares. */
    public PolicyInput(
            QueueDepth depth,
            Traffic traffic,
            List<Capacity> active,
            int draining,
            int minInstances,
            int maxInstances,
            Duration interval,
            WorkloadModel model,
            Instant now) {
        this(depth, traffic, active, draining, 0, minInstances, maxInstances, interval, model, now);
    }

    /**
     * One instance that works or is going to.
     *
     * @param ready whether its worker reports; else it boots
     * @param age since its launch or start
     */
    public record Capacity(InstanceId id, String type, boolean ready, Duration age) {}

    /** Booting and working instances but the spares: from these a policy counts that wants some more or fewer than there are. */
    public int activeWithoutSpares() {
        return Math.max(0, active.size() - spares);
    }

    /** Instances at work. */
    public int ready() {
        return (int) active.stream().filter(Capacity::ready).count();
    }

    /** Instances booting. */
    public int booting() {
        return active.size() - ready();
    }
}
