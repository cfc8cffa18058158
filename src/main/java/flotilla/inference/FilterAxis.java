package flotilla.inference;

import java.util.Arrays;

/** Which source pixels make up each output pixel of one axis of a resize, and with which weights. */
final class FilterAxis {
    /** Fractional bits of a weight. */
    static final int FRACTION_BITS = 22;

    private static final int ONE = 1 << FRACTION_BITS;

    /** With so many weights, each half a unit too large, 255 would still not become 256; more are cut off, not rounded. */
    private static final int MOST_ROUNDED = 16_000;

    private final int[] first;
    private final int[] end;
    private final int[][] weights;

    private FilterAxis(int size) {
        first = new int[size];
        end = new int[size];
        weights = new int[size][];
    }

    /**
     * @param source length of the source
     * @param resized length to which the whole source is resized; at least {@code size}
     * @param size how much is kept of that, in its middle
     */
    static FilterAxis centred(int source, long resized, int size) {
        FilterAxis axis = new FilterAxis(size);
        double reduction = (double) source / resized;
        double support = Math.max(1, reduction);
        long offset = (resized - size) / 2;
        for (int i = 0; i < size; i++) {
            axis.fill(i, (offset + i + 0.5) * reduction, support, source);
        }
        return axis;
    }

    private void fill(int i, double centre, double support, int source) {
        first[i] = Math.max(0, (int) (centre - support + 0.5));
        end[i] = Math.min(source, (int) (centre + support + 0.5));
        double[] exact = new double[end[i] - first[i]];
        for (int k = 0; k < exact.length; k++) {
            exact[k] = Math.max(0, 1 - Math.abs(first[i] + k + 0.5 - centre) / support);
        }
        double sum = Arrays.stream(exact).sum();
        double rounding = exact.length <= MOST_ROUNDED ? 0.5 : 0;
        weights[i] = new int[exact.length];
        for (int k = 0; k < exact.length; k++) {
            weights[i][k] = (int) (exact[k] / sum * ONE + rounding);
        }
    }

    /** Output pixels. */
    int size() {
        return first.length;
    }

    /** The first source pixel of output pixel {@code i}; it never falls from one to the next. */
    int first(int i) {
        return first[i];
    }

    /** One after the last source pixel of output pixel {@code i}; it never falls from one to the next. */
    int end(int i) {
        return end[i];
    }

    /** The weights of the source pixels from {@code first(i)} on, in fixed point; their sum is one, but for rounding. */
    int[] weights(int i) {
        return weights[i];
    }

    /** The most source pixels that make up one output pixel. */
    int mostWeights() {
        return Arrays.stream(weights).mapToInt(each -> each.length).max().orElse(0);
    }
}
