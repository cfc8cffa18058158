package flotilla.bench;

import java.io.IOException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** Finds the fastest of several ways: all of them measured briefly, then the fastest three once more at length. */
final class Search {
    private static final int FINALISTS = 3;

    private Search() {}

    /** Measures one way; empty when it cannot be gone. */
    interface Measure<T> {
        OptionalDouble rate(T way) throws IOException, InterruptedException;
    }

    /**
     * @param what for the message when there is none
     * @throws IOException when none can be gone
     */
    static <T> T fastest(String what, List<T> ways, Measure<T> brief, Measure<T> atLength)
            throws IOException, InterruptedException {
        List<T> finalists = inOrder(ways, brief);
        if (finalists.isEmpty()) {
            throw new IOException(
                    "there is no way to run " + what + "; bench/run makes what is needed in target/bench");
        }
        return inOrder(finalists.subList(0, Math.min(FINALISTS, finalists.size())), atLength)
                .get(0);
    }

    /** Those that can be gone, the fastest first. */
    private static <T> List<T> inOrder(List<T> ways, Measure<T> measure) throws IOException, InterruptedException {
        Map<T, Double> rates = new LinkedHashMap<>();
        for (T way : ways) {
            measure.rate(way).ifPresent(rate -> rates.put(way, rate));
        }
        return rates.entrySet().stream()
                .sorted(Map.Entry.<T, Double>comparingByValue(Comparator.reverseOrder()))
                .map(Map.Entry::getKey)
                .toList();
    }
}
