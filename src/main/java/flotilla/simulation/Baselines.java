package flotilla.simulation;

import flotilla.scaling.ScalingPolicy;
import flotilla.simulation.baseline.Buildkite;
import flotilla.simulation.baseline.Keda;
import flotilla.simulation.baseline.TargetTracking;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The policies of others as one gets them without turning a knob:
 *
 * <ul>
 *   <li>{@code aws-target-tracking}: the target that AWS documents, objective / mean service time; instances warm up for the
 *       90th percentile of the boots;
 *   <li>{@code keda}: {@code queueLength} 5, stabilization window and cooldown 300 s;
 *   <li>{@code buildkite}: one job for each instance, scale-in cooldown 300 s.
 * </ul>
 *
 * The league tries other knobs.
 *
 * @see Contender
 */
public final class Baselines {
    private static final String TARGET_TRACKING = "aws-target-tracking";
    private static final String KEDA = "keda";
    private static final String BUILDKITE = "buildkite";
    private static final Duration FIVE_MINUTES = Duration.ofMinutes(5);

    private Baselines() {}

    public static List<String> names() {
        return List.of(TARGET_TRACKING, KEDA, BUILDKITE);
    }

    /** The policy of a name; empty when none of them has it. */
    public static Optional<ScalingPolicy> of(String name, World world) {
        return switch (name) {
            case TARGET_TRACKING ->
                Optional.of(new TargetTracking(
                        Math.max(
                                1,
                                Math.floor(world.sloSeconds() / world.service().mean())),
                        Duration.ofMillis(Math.round(world.boot().quantile(0.9) * 1000)),
                        1));
            case KEDA -> Optional.of(new Keda(5, FIVE_MINUTES, FIVE_MINUTES));
            case BUILDKITE -> Optional.of(new Buildkite(1, FIVE_MINUTES));
            default -> Optional.empty();
        };
    }
}
