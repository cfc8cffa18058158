package flotilla.scaling;

import flotilla.domain.AppTierId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The instances as people see them: their states, and since when each is so. Confined to one {@link FleetRoster}. */
final class FleetDisplay {
    /** What is shown of an instance. */
    private record Shown(String state, Instant since) {}

    private final Map<String, Shown> shown = new HashMap<>();
    private final Duration knownAfterEnd;

    /**
     * @param knownAfterEnd how long a terminated instance is shown
     */
    FleetDisplay(Duration knownAfterEnd) {
        this.knownAfterEnd = knownAfterEnd;
    }

    /** Remembers since when an instance is in its state. */
    void note(Instance instance, Optional<WorkerSighting> report, Instant now) {
        shown(instance, report, now);
    }

    /** What is shown of one instance. */
    ShownInstance line(Instance instance, Optional<WorkerSighting> report, Optional<CountedAs> countedAs, Instant now) {
        Shown last = shown(instance, report, now);
        boolean alive = instance.state().isAlive() && report.isPresent();
        return new ShownInstance(
                instance.id().value(),
                instance.appTierId(),
                last.state(),
                alive ? report.get().busy() : 0,
                report.map(known -> known.service().images()).orElse(0L),
                last.since(),
                countedAs);
    }

    /**
     * The lines in their order, without those that ended a while ago; what is neither known nor shown is forgotten.
     *
     * @param known names of instances
     */
    List<ShownInstance> sorted(List<ShownInstance> all, Set<String> known, Instant now) {
        List<ShownInstance> lines = new ArrayList<>(all);
        lines.removeIf(line -> line.state().equals("terminated")
                && Duration.between(line.since(), now).compareTo(knownAfterEnd) > 0);
        lines.sort(Comparator.comparingInt((ShownInstance line) ->
                        line.appTierId().map(AppTierId::value).orElse(0))
                .thenComparing(ShownInstance::name));
        Set<String> kept = new HashSet<>(known);
        lines.forEach(line -> kept.add(line.name()));
        shown.keySet().retainAll(kept);
        return lines;
    }

    /** The state to show, and since when it is so. */
    private Shown shown(Instance instance, Optional<WorkerSighting> report, Instant now) {
        String state = state(instance, report);
        return shown.compute(instance.id().value(), (id, last) -> {
            if (last != null && last.state().equals(state)) {
                return last;
            }
            return new Shown(state, last == null && state.equals("pending") ? instance.launchedAt() : now);
        });
    }

    private static String state(Instance instance, Optional<WorkerSighting> report) {
        return switch (instance.state()) {
            case PENDING -> "pending";
            case RUNNING ->
                report.map(known -> known.activity() == Activity.WORKING ? "running" : "draining")
                        .orElse("pending");
            case HELD -> "draining";
            case SHUTTING_DOWN, STOPPING -> "shutting-down";
            case STOPPED -> "stopped";
            case TERMINATED -> "terminated";
        };
    }
}
