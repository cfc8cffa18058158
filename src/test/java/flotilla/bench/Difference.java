package flotilla.bench;

import java.util.Locale;

/**
 * How far a model's answers are from those of its plain network, in fp32 and one thread, as workers judge by (docs/adr/0043).
 *
 * @param largest the largest difference of a probability, over the labels that results name
 * @param sameBest photographs for which both name the same label first
 * @param photographs how many were compared
 */
record Difference(double largest, int sameBest, int photographs) {
    /** The most that a probability may differ in fp32. */
    private static final double SAME = 1e-3;
    /** The most that it may in shorter numbers, as for workers (docs/adr/0029). */
    private static final double USABLE = 0.3;

    /** Whether the answers are the plain network's, or in shorter numbers not far off. */
    boolean isRight(String precision) {
        return precision.equals(Variant.FP32) ? largest <= SAME : largest <= USABLE && 2 * sameBest >= photographs;
    }

    /** As a person reads it. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "from the plain network: probabilities differ by at most %.4f, best label the same for %d of %d photographs",
                largest,
                sameBest,
                photographs);
    }
}
