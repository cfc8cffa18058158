package flotilla.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The cheapest setting of a contender that keeps the promise on a trace: all combinations of its knobs' values, then a search
 * between them around the best one, with steps that halve.
 */
final class Sweep {
    private static final int MOST_HALVINGS = 6;

    /**
     * The setting that was chosen.
     *
     * @param kept whether it kept the promise; if none did, this is the one that came closest
     */
    record Best(String setting, Score score, boolean kept) {}

    private final Contender contender;
    private final Trace trace;
    private final World world;
    private final Map<List<Integer>, Score> scores = new HashMap<>();

    private Sweep(Contender contender, Trace trace, World world) {
        this.contender = contender;
        this.trace = trace;
        this.world = world;
    }

    /** Runs the settings, several at a time. */
    static Best best(Contender contender, Trace trace, World world) {
        Sweep sweep = new Sweep(contender, trace, world);
        sweep.run(sweep.grid());
        for (int halvings = 1; halvings <= MOST_HALVINGS; ) {
            List<List<Integer>> finer = sweep.around(halvings);
            sweep.run(finer);
            halvings = finer.contains(sweep.chosen()) ? halvings : halvings + 1;
        }
        List<Integer> chosen = sweep.chosen();
        Score score = sweep.scores.get(chosen);
        return new Best(contender.label().apply(array(chosen)), score, sweep.keeps(score));
    }

    private List<List<Integer>> grid() {
        List<List<Integer>> all = List.of(List.of());
        for (Contender.Knob knob : contender.knobs()) {
            all = all.stream()
                    .flatMap(start -> knob.values().stream().map(value -> {
                        List<Integer> longer = new ArrayList<>(start);
                        longer.add(value);
                        return List.copyOf(longer);
                    }))
                    .toList();
        }
        return all;
    }

    /** Settings that differ from the best one in one knob, by the distance to its neighbour halved so many times. */
    private List<List<Integer>> around(int times) {
        List<Integer> best = chosen();
        List<List<Integer>> near = new ArrayList<>();
        for (int i = 0; i < best.size(); i++) {
            Contender.Knob knob = contender.knobs().get(i);
            int value = best.get(i);
            for (int step : steps(knob, value, times)) {
                List<Integer> setting = new ArrayList<>(best);
                setting.set(i, value + step);
                if (!scores.containsKey(setting)) {
                    near.add(List.copyOf(setting));
                }
            }
        }
        return near;
    }

    private static List<Integer> steps(Contender.Knob knob, int value, int times) {
        if (knob.finest() == 0) {
            return List.of();
        }
        List<Integer> steps = new ArrayList<>();
        knob.values().stream()
                .filter(other -> other < value)
                .reduce((one, other) -> other)
                .ifPresent(below -> steps.add(-((value - below) >> times)));
        knob.values().stream()
                .filter(other -> other > value)
                .findFirst()
                .ifPresent(above -> steps.add((above - value) >> times));
        steps.removeIf(step -> Math.abs(step) < knob.finest());
        return steps;
    }

    private void run(List<List<Integer>> settings) {
        scores.putAll(settings.parallelStream().collect(Collectors.toMap(setting -> setting, this::score)));
    }

    private Score score(List<Integer> setting) {
        return Simulation.run(contender.policy().apply(array(setting)), trace, world)
                .score();
    }

    private List<Integer> chosen() {
        Comparator<Map.Entry<List<Integer>, Score>> cheap =
                Comparator.comparingDouble(entry -> entry.getValue().instanceMinutes());
        Comparator<Map.Entry<List<Integer>, Score>> close =
                Comparator.comparingDouble(entry -> -entry.getValue().withinSlo());
        Comparator<Map.Entry<List<Integer>, Score>> order =
                Comparator.comparing(entry -> entry.getKey().toString());
        Optional<Map.Entry<List<Integer>, Score>> cheapest = scores.entrySet().stream()
                .filter(entry -> keeps(entry.getValue()))
                .min(cheap.thenComparing(order));
        return cheapest.or(() -> scores.entrySet().stream().min(close.thenComparing(order)))
                .orElseThrow()
                .getKey();
    }

    private boolean keeps(Score score) {
        return score.withinSlo() >= world.attainment();
    }

    private static int[] array(List<Integer> setting) {
        return Arrays.stream(setting.toArray(Integer[]::new))
                .mapToInt(Integer::intValue)
                .toArray();
    }
}
