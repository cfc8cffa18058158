package flotilla.protocol;

import java.time.Instant;
import java.util.List;

/** The instances as the supervisor knows them. */
public record FleetReport(List<Line> instances) implements CborSerializable {
    public FleetReport {
        instances = List.copyOf(instances);
    }

    /**
     * One instance.
     *
     * @param instanceId EC2's id, or the worker's name when it was started by hand
     * @param appTierId 0 when it has none
     * @param state {@code pending}, {@code running}, {@code draining}, {@code shutting-down}, {@code terminated} or {@code
     *     stopped}
     * @param busy classifiers at work
     * @param images answered since the worker's start
     * @param since when it came to this state, by the supervisor's clock
     */
    public record Line(String instanceId, int appTierId, String state, int busy, long images, Instant since) {}
}
