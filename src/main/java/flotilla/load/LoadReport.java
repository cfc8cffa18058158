package flotilla.load;

import java.util.List;

/**
 * A run's summary, and its course for the plots.
 *
 * @param fleet instances by state over time; empty when the server does not say
 */
public record LoadReport(
        Summary summary, List<Timeline.Slot> slots, List<Timeline.Point> points, List<FleetPoint> fleet) {
    /**
     * The fleet at one time.
     *
     * @param seconds since the run's start
     */
    record FleetPoint(double seconds, int pending, int running, int draining) {}

    static LoadReport of(Summary summary, Timeline timeline, List<FleetWatch.Look> looks, long start) {
        return new LoadReport(
                summary,
                timeline.slots(),
                timeline.points(),
                looks.stream()
                        .map(look -> new FleetPoint(
                                (look.nanos() - start) / 1e9, look.pending(), look.running(), look.draining()))
                        .toList());
    }
}
