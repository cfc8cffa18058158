package flotilla.protocol;

import flotilla.domain.AppTierId;
import flotilla.scaling.ShownInstance;
import java.time.Instant;
import java.util.List;

/** The instances as the supervisor knows them. */
public record FleetReport(List<Line> instances) implements CborSerializable {
    public FleetReport {
        instances = List.copyOf(instances);
    }

    /** The report on instances. */
    public static FleetReport of(List<ShownInstance> shown) {
        return new FleetReport(shown.stream()
                .map(one -> new Line(
                        one.name(),
                        one.appTierId().map(AppTierId::value).orElse(0),
                        one.state(),
                        one.busy(),
                        one.images(),
                        one.since()))
                .toList());
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
