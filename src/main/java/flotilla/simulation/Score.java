package flotilla.simulation;

import java.util.Arrays;

/**
 * How a policy did on a trace.
 *
 * @param instanceMinutes from each launch to its termination, boots included
 * @param p50 seconds from acceptance to answer, as p95, p99
 * @param withinSlo the share of images answered within the objective
 * @param launches instances launched
 * @param reversals changes of direction: launches after drains and drains after launches
 * @param mostInstances living at the same time
 */
public record Score(
        double instanceMinutes,
        double p50,
        double p95,
        double p99,
        double withinSlo,
        int launches,
        int reversals,
        int mostInstances) {

    /** @param waits of all images, infinite without an answer; sorted by this, not copied: there may be millions */
    static Score of(double instanceSeconds, double[] waits, double slo, int launches, int reversals, int most) {
        Arrays.sort(waits);
        int within = Arrays.binarySearch(waits, slo);
        int met = within >= 0 ? within + 1 : -within - 1;
        return new Score(
                instanceSeconds / 60,
                percentile(waits, 0.50),
                percentile(waits, 0.95),
                percentile(waits, 0.99),
                (double) met / waits.length,
                launches,
                reversals,
                most);
    }

    private static double percentile(double[] sorted, double share) {
        return sorted[(int) Math.min(sorted.length - 1L, Math.round(Math.ceil(share * sorted.length)) - 1)];
    }
}
