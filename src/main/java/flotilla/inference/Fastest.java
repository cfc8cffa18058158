package flotilla.inference;

import java.util.Arrays;
import java.util.List;

/**
 * The choice between ways to do the same, of which the first is the plain one: another is taken only when it is clearly
 * faster, so that noise changes nothing and the choice is never worse than the plain way.
 */
final class Fastest {
    private Fastest() {}

    /**
     * A way, and how long it took, several times.
     *
     * @param nanos in any unit of time, at least one
     */
    record Timed<T>(T way, long[] nanos) {
        /** The median; half of a noisy machine's slow moments do not matter. */
        long median() {
            long[] sorted = nanos.clone();
            Arrays.sort(sorted);
            return sorted[sorted.length / 2];
        }
    }

    /**
     * The way with the least median, if that is at most {@code 1 / clearly} of the first one's; otherwise the first.
     *
     * @param clearly above 1
     */
    static <T> T of(List<Timed<T>> ways, double clearly) {
        Timed<T> best = ways.get(0);
        for (Timed<T> way : ways) {
            if (way.median() < best.median()) {
                best = way;
            }
        }
        return best.median() * clearly <= ways.get(0).median()
                ? best.way()
                : ways.get(0).way();
    }
}
