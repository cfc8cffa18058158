package flotilla.protocol;

import flotilla.domain.AppTierId;
import flotilla.scaling.CountedAs;
import flotilla.scaling.ShownInstance;
import java.time.Instant;
import java.util.List;
import java.util.Map;

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
                        one.since(),
                        one.countedAs().map(CountedAs::label).orElse("")))
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
     * @param countedAs as what decisions and metrics count it: {@code pending}, {@code running}, {@code draining}, {@code silent},
     *     {@code ending} or {@code spare}; empty when nobody counts it, or when the supervisor is of an earlier version and does
     *     not tell
     */
    public record Line(
            String instanceId, int appTierId, String state, int busy, long images, Instant since, String countedAs) {
        /** As what an instance is counted of which there is nothing to tell but its state. */
        private static final Map<String, String> USUAL = Map.of(
                "pending", "pending",
                "running", "running",
                "draining", "draining",
                "shutting-down", "ending",
                "stopped", "spare");

        public Line {
            countedAs = countedAs == null ? "" : countedAs;
        }

        private String usual() {
            return USUAL.getOrDefault(state, state);
        }

        /** As what people are told that it is counted; by its state where nothing else is known. */
        public String counted() {
            return countedAs.isEmpty() ? usual() : countedAs;
        }

        /** Its state for people: as what it is counted, where the state alone would have them count it otherwise. */
        public String word() {
            return counted().equals(usual()) ? state : countedAs;
        }
    }
}
