package flotilla.bench;

import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The fastest of several ways, where some may answer wrongly on this processor.
 *
 * @param right the fastest of those whose answers are right
 * @param ofAll the fastest of all; often the same
 */
record Winners<T>(T right, T ofAll) {
    /**
     * What a way's brief measurement gave.
     *
     * @param isRight whether its answers are
     */
    record Tried(double rate, boolean isRight) {}

    /** Measures a way briefly, and judges its answers. */
    interface Trial<T> {
        Tried of(T way) throws IOException, InterruptedException;
    }

    /**
     * Finds both as {@link Search} does; no way is measured twice.
     *
     * @param what for the message when there is none
     * @throws IOException when none can be gone, or the answers of none are right
     */
    static <T> Winners<T> among(String what, List<T> ways, Trial<T> brief, Search.Measure<T> atLength)
            throws IOException, InterruptedException {
        Map<T, Tried> tried = new LinkedHashMap<>();
        for (T way : ways) {
            tried.put(way, brief.of(way));
        }
        Map<T, OptionalDouble> known = new HashMap<>();
        Search.Measure<T> once = way -> {
            if (!known.containsKey(way)) {
                known.put(way, atLength.rate(way));
            }
            return known.get(way);
        };
        List<T> right = ways.stream().filter(way -> tried.get(way).isRight()).toList();
        Search.Measure<T> briefly = way -> OptionalDouble.of(tried.get(way).rate());
        T best = Search.fastest(what + " with right answers", right, briefly, once);
        T fastest = Search.fastest(what, ways, briefly, once);
        // At length one that was slower in the brief measurement may turn out to be the faster.
        boolean isFastest = rate(best, once) >= rate(fastest, once);
        return new Winners<>(best, isFastest ? best : fastest);
    }

    private static <T> double rate(T way, Search.Measure<T> measure) throws IOException, InterruptedException {
        return measure.rate(way).orElseThrow();
    }
}
