package flotilla.scaling;

import flotilla.domain.InstanceId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Stopped instances that were started a moment ago, and that EC2 may still describe as stopped. Confined to one {@link
 * FleetController}.
 */
final class RecentStarts {
    private final Duration believed;
    /** When EC2 was asked to start each. */
    private final Map<InstanceId, Instant> started = new HashMap<>();
    /** Those that the last plan starts. */
    private Set<InstanceId> starting = Set.of();

    /**
     * @param believed for how long a start counts more than EC2's description
     */
    RecentStarts(Duration believed) {
        this.believed = believed;
    }

    void planned(ScalingPlan plan) {
        starting = plan.actions().stream()
                .filter(ScalingAction.Start.class::isInstance)
                .flatMap(action -> action.instance().stream())
                .collect(Collectors.toSet());
    }

    /** The last plan was carried out, but for these. */
    void acted(Set<InstanceId> refused, Instant now) {
        starting.stream().filter(id -> !refused.contains(id)).forEach(id -> started.put(id, now));
        starting = Set.of();
    }

    /** The last plan was only shown. */
    void onlyShown() {
        starting = Set.of();
    }

    /** What was started boots, whatever EC2 still says. */
    List<InstanceView> correct(List<InstanceView> views, Instant now) {
        started.values().removeIf(at -> Duration.between(at, now).compareTo(believed) >= 0);
        return views.stream().map(this::correct).toList();
    }

    private InstanceView correct(InstanceView view) {
        Instance stopped = view.instance();
        Instant at = started.get(stopped.id());
        if (at == null || stopped.state() != InstanceState.STOPPED) {
            return view;
        }
        Instance booting = new Instance(
                stopped.id(), stopped.appTierId(), InstanceState.PENDING, at, stopped.type(), stopped.spot());
        return new InstanceView(booting, at, Optional.empty(), Optional.empty());
    }
}
