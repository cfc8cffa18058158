package flotilla.bench;

import java.util.List;

/** How fast results came while a worker was neither starting nor running out of work. */
final class SteadyRate {
    private SteadyRate() {}

    /**
     * @param times of the results in seconds, ascending
     * @param head how many of the first are left out
     * @param tail how many of the last are left out
     * @return results per second between the first and the last that are kept
     * @throws IllegalArgumentException when fewer than two are kept, or all of them came at once
     */
    static double of(List<Double> times, int head, int tail) {
        int last = times.size() - 1 - tail;
        if (last <= head) {
            throw new IllegalArgumentException(
                    times.size() + " results are too few to leave out " + head + " and " + tail);
        }
        double seconds = times.get(last) - times.get(head);
        if (!(seconds > 0)) {
            throw new IllegalArgumentException("results came in no time, or out of order");
        }
        return (last - head) / seconds;
    }
}
