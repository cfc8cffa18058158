package flotilla.inference;

import java.util.Locale;

/**
 * How far two ways to run a model agree on the same images.
 *
 * @param largest the largest difference of a probability
 * @param mean the mean one
 * @param sameBest images for which both name the same label first
 * @param images how many were compared
 */
record Agreement(double largest, double mean, int sameBest, int images) {
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
        long count = 0;
        int same = 0;
        for (int image = 0; image < right.length; image++) {
            if (right[image].length != other[image].length) {
                return new Agreement(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, 0, right.length);
            }
            double[] a = activation.apply(right[image]);
            double[] b = activation.apply(other[image]);
            for (int label = 0; label < a.length; label++) {
                double difference = Math.abs(a[label] - b[label]);
                difference = Double.isFinite(difference) ? difference : Double.POSITIVE_INFINITY;
                largest = Math.max(largest, difference);
                sum += difference;
                count++;
            }
            same += best(a) == best(b) ? 1 : 0;
        }
        return new Agreement(largest, count == 0 ? 0 : sum / count, same, right.length);
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
                "probabilities differ by at most %.4f, on average by %.5f; the best label is the same for %d of %d photographs",
                largest,
                mean,
                sameBest,
                images);
    }
}
