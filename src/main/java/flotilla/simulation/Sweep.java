package flotilla.simulation;

import flotilla.scaling.ScalingPolicy;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The cheapest setting of a contender that keeps the promise on a trace. */
public final class Sweep {
    /**
     * The setting that was chosen.
     *
     * @param kept whether it kept the promise; if none did, this is the one that came closest
     */
    public record Best(String setting, Score score, boolean kept) {}

    private Sweep() {}

    /** Runs all settings, several at a time. */
    public static Best best(Contender contender, Trace trace, World world) {
        Map<String, Score> scores = contender.settings().entrySet().parallelStream()
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> score(entry.getValue(), trace, world)));
        Optional<Map.Entry<String, Score>> cheapest = scores.entrySet().stream()
                .filter(entry -> entry.getValue().withinSlo() >= world.attainment())
                .min(Comparator.comparingDouble((Map.Entry<String, Score> entry) ->
                                entry.getValue().instanceMinutes())
                        .thenComparing(Map.Entry::getKey));
        Map.Entry<String, Score> chosen = cheapest.orElseGet(() -> scores.entrySet().stream()
                .max(Comparator.comparingDouble((Map.Entry<String, Score> entry) ->
                                entry.getValue().withinSlo())
                        .thenComparing(Map.Entry::getKey))
                .orElseThrow());
        return new Best(chosen.getKey(), chosen.getValue(), cheapest.isPresent());
    }

    private static Score score(ScalingPolicy policy, Trace trace, World world) {
        return Simulation.run(policy, trace, world).score();
    }
}
