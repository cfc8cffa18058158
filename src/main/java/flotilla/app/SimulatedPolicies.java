package flotilla.app;

import flotilla.config.ScalingSettings;
import flotilla.scaling.BacklogTimePolicy;
import flotilla.scaling.ScalingPolicy;
import flotilla.simulation.Baselines;
import flotilla.simulation.World;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The policies that {@code simulate} runs: the project's own with their settings, and those of others. */
final class SimulatedPolicies {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--policy",
            paramLabel = "P[,P...]",
            split = ",",
            description = "policies to run (below; default: backlog-time)")
    private List<String> asked;

    /** Whether any is asked for. */
    boolean wanted() {
        return asked != null;
    }

    /**
     * By name, in the order asked for.
     *
     * @throws ParameterException when there is no such policy
     */
    Map<String, ScalingPolicy> in(World world, ScalingSettings scaling) {
        Map<String, ScalingPolicy> found = new LinkedHashMap<>();
        for (String text : asked == null ? List.of(BacklogTimePolicy.NAME) : asked) {
            String name = text.strip();
            found.put(
                    name,
                    own(name, world, scaling)
                            .or(() -> Baselines.of(name, world))
                            .orElseThrow(() -> new ParameterException(
                                    spec.commandLine(),
                                    "there is no policy \"" + name + "\"; there are " + String.join(", ", names()))));
        }
        if (found.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "--policy names none; there are " + String.join(", ", names()));
        }
        return found;
    }

    private static Optional<ScalingPolicy> own(String name, World world, ScalingSettings scaling) {
        return Arrays.stream(ScalingSettings.Policy.values())
                .filter(known -> name(known).equals(name))
                .findFirst()
                .map(known -> known == ScalingSettings.Policy.BACKLOG_TIME
                        ? new BacklogTimePolicy(world.slo(), world.attainment())
                        : ScalingSetup.policy(known, scaling));
    }

    private static List<String> names() {
        Stream<String> own = Arrays.stream(ScalingSettings.Policy.values()).map(SimulatedPolicies::name);
        return Stream.concat(own, Baselines.names().stream()).toList();
    }

    private static String name(ScalingSettings.Policy policy) {
        return policy.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
