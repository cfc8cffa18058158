package flotilla.protocol;

import flotilla.domain.InstanceId;
import flotilla.protocol.DecisionReport.Decision;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which decision supplied an instance: the last before a moment that launched or started it. An Auto Scaling group launches by itself;
 * there it is the one that gave it its app-tier id, the first that knew of it. Pure.
 */
public final class Supply {
    private static final Set<String> SUPPLIES = Set.of("launch", "start");
    private static final String KNOWS = "assign-id";
    /** By so much a machine's clock may be behind that of the supervisor. */
    private static final Duration CLOCKS_DIFFER = Duration.ofSeconds(10);

    private Supply() {}

    /** The one among these, in whichever order. */
    public static Optional<Decision> among(List<Decision> decisions, InstanceId instance, Instant before) {
        Instant latest = before.plus(CLOCKS_DIFFER);
        return last(decisions, instance, latest, SUPPLIES).or(() -> last(decisions, instance, latest, Set.of(KNOWS)));
    }

    private static Optional<Decision> last(
            List<Decision> decisions, InstanceId instance, Instant latest, Set<String> kinds) {
        return decisions.stream()
                .filter(decision -> !decision.at().isAfter(latest))
                .filter(decision -> acts(decision, instance).anyMatch(action -> kinds.contains(action.kind())))
                .max(Comparator.comparingLong(Decision::n));
    }

    private static Stream<DecisionReport.Action> acts(Decision decision, InstanceId instance) {
        return decision.actions().stream()
                .filter(DecisionReport.Action::succeeded)
                .filter(action -> action.instanceId().equals(instance.value()));
    }
}
