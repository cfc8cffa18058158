package flotilla.scaling;

import flotilla.domain.QueueDepth;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What the supervisor knows at one moment. No data is never the same as zero: what could not be read is empty.
 *
 * @param depth the request queue; empty when it could not be read
 * @param instances every instance that EC2 describes; empty when it could not be asked
 * @param at when the observation was made
 */
public record FleetObservation(Optional<QueueDepth> depth, Optional<List<InstanceView>> instances, Instant at) {
    public FleetObservation {
        instances = instances.map(List::copyOf);
    }
}
