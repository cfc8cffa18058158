package flotilla.inference;

import java.util.Locale;

/**
 * How far two ways to run a model agree on the same images.
 *
 * @param largest the largest difference of a probability
 * @param mean the mean one
 * @param score the largest difference of a score, in parts of the largest score of all images; with softmax, which only sees
 *     differences, scores count from their image's largest one. Scores show what a probability near 0 or 1 hides
 * @param sameBest images for which both name the same label first
 * @param images how many were compared
 */
record Agreement(double largest, double mean, double score, int sameBest, int images) {
    /** The most that a probability, and in its parts a score, may differ when the precision is the same. */
    private static final double SAME = 1e-3;

    /** The most that a probability of a form in shorter numbers may differ. */
    private static final double USABLE = 0.3;

    /**
     * Compares scores, images×classes.
     *
     * @return differences that are infinite when one way gives no finite numbers, or another number of classes
     */
    static Agreement of(Activation activation, float[][] right, float[][] other) {
        double largest = 0;
        double sum = 0;
        double score = 0;
        double size = 0;
        long count = 0;
        int same = 0;
        for (int image = 0; image < right.length; image++) {
            if (right[image].length != other[image].length) {
                return new Agreement(
                        Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, 0, right.length);
            }
            double[] a = activation.apply(right[image]);
            double[] b = activation.apply(other[image]);
            for (int label = 0; label < a.length; label++) {
                double difference = difference(a[label], b[label]);
                largest = Math.max(largest, difference);
                sum += difference;
                count++;
            }
            double[] one = activation.unbounded(right[image]);
            double[] two = activation.unbounded(other[image]);
            for (int label = 0; label < one.length; label++) {
                score = Math.max(score, difference(one[label], two[label]));
                size = Math.max(size, Math.abs(one[label]));
            }
            same += best(a) == best(b) ? 1 : 0;
        }
        return new Agreement(largest, count == 0 ? 0 : sum / count, score == 0 ? 0 : score / size, same, right.length);
    }

    private static double difference(double right, double other) {
        double difference = Math.abs(right - other);
        return Double.isFinite(difference) ? difference : Double.POSITIVE_INFINITY;
    }

    /** Whether two ways of the same precision answer the same: what differs is rounding. */
    boolean isSame() {
        return largest <= SAME && score <= SAME;
    }

    /**
     * Whether a form in shorter numbers, whose answers must differ somewhat, still is the same model: no probability differs by more
     * than {@value #USABLE}, and half of the images or more get the same label.
     */
    boolean isUsable() {
        return largest <= USABLE && 2 * sameBest >= images;
    }

    private static int best(double[] probabilities) {
        int best = 0;
        for (int label = 1; label < probabilities.length; label++) {
            best = probabilities[label] > probabilities[best] ? label : best;
        }
        return best;
    }

    /** As a person reads it. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "probabilities differ by at most %.4f, on average by %.5f, scores by %.1e of the largest; the best label is the same for %d of %d photographs",
                largest,
                mean,
                score,
                sameBest,
                images);
    }
}
