package flotilla.scaling;

import flotilla.domain.InstanceId;
import flotilla.domain.QueueDepth;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the supervisor knows at one moment. No data is never the same as zero: what could not be read is empty.
 *
 * @param depth the request queue; empty when it could not be read
 * @param instances every instance that EC2 describes, in the order of their ids; empty when it could not be asked
 * @param strays workers that report from an instance that EC2 does not describe as ours
 * @param ordered instances that an Auto Scaling group was asked for and that EC2 does not describe yet
 * @param confirmations what workers said in the terminate-confirm queue since the last observation
 * @param traffic what the gateways count themselves
 * @param at when the observation was made
 */
public record FleetObservation(
        Optional<QueueDepth> depth,
        Optional<List<InstanceView>> instances,
        List<Stray> strays,
        int ordered,
        List<DrainConfirmation> confirmations,
        Traffic traffic,
        Instant at) {
    public FleetObservation {
        instances = instances.map(FleetObservation::inOrder);
        strays = strays.stream().sorted(Comparator.comparing(Stray::instance)).toList();
        confirmations = List.copyOf(confirmations);
    }

    /** Each once, by its id: the order in which EC2 describes them, one of them maybe on two pages, means nothing. */
    private static List<InstanceView> inOrder(List<InstanceView> described) {
        Map<InstanceId, InstanceView> byId = new TreeMap<>();
        described.forEach(view -> byId.putIfAbsent(view.instance().id(), view));
        return List.copyOf(byId.values());
    }

    /** An observation of queue and instances alone. */
    public FleetObservation(Optional<QueueDepth> depth, Optional<List<InstanceView>> instances, Instant at) {
        this(depth, instances, List.of(), 0, List.of(), Traffic.unknown(), at);
    }

    /**
     * A worker whose instance EC2 does not describe.
     *
     * @param since when this was first seen
     */
    public record Stray(InstanceId instance, Instant since, Activity activity, long drainEpoch) {}

    /**
     * A worker's answer to a terminate request.
     *
     * @param token the request that it took
     */
    public record DrainConfirmation(InstanceId instance, long token) {}
}
