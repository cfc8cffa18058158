package flotilla.inference;

import java.util.Optional;

/** Which source pixels make up each output pixel of one axis of a resize, and with which weights. */
final class FilterAxis {
    /** Fractional bits of a weight. */
    static final int FRACTION_BITS = 22;

    private static final int ONE = 1 << FRACTION_BITS;

    /** With so many weights, each half a unit too large, 255 would still not become 256; more are cut off, not rounded. */
    private static final int MOST_ROUNDED = 16_000;

    private final int source;
    private final int[] first;
    private final int[] end;
    private final int[][] weights;

    /**
     * Three neighbouring source pixels for each output pixel, as in most photographs, which are reduced to between a half and two thirds: one
     * after the other in arrays, so that they are gone through without a loop within the loop.
     *
     * @param first the first source pixel of each output pixel
     * @param weights three for each; 0 for what does not count
     */
    record Triples(int[] first, int[] weights) {
        private static final int LENGTH = 3;
    }

    private FilterAxis(int source, int size) {
        this.source = source;
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
        FilterAxis axis = new FilterAxis(source, size);
        double reduction = (double) source / resized;
        double support = Math.max(1, reduction);
        long offset = (resized - size) / 2;
        for (int i = 0; i < size; i++) {
            axis.fill(i, (offset + i + 0.5) * reduction, support);
        }
        return axis;
    }

    private void fill(int i, double centre, double support) {
        first[i] = Math.max(0, (int) (centre - support + 0.5));
        end[i] = Math.min(source, (int) (centre + support + 0.5));
        double[] exact = new double[end[i] - first[i]];
        double sum = 0;
        for (int k = 0; k < exact.length; k++) {
            exact[k] = Math.max(0, 1 - Math.abs(first[i] + k + 0.5 - centre) / support);
            sum += exact[k];
        }
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
        int most = 0;
        for (int[] each : weights) {
            most = Math.max(most, each.length);
        }
        return most;
    }

    /**
     * The whole axis by threes, to which output pixels without any weight are added until there is an even number of them; empty when an
     * output pixel has more than three source pixels, or the source fewer.
     */
    Optional<Triples> triples() {
        if (mostWeights() > Triples.LENGTH || source < Triples.LENGTH) {
            return Optional.empty();
        }
        int size = size() + size() % 2;
        Triples triples = new Triples(new int[size], new int[Triples.LENGTH * size]);
        for (int i = 0; i < size(); i++) {
            int start = Math.min(first[i], source - Triples.LENGTH);
            triples.first()[i] = start;
            System.arraycopy(
                    weights[i], 0, triples.weights(), Triples.LENGTH * i + first[i] - start, weights[i].length);
        }
        return Optional.of(triples);
    }
}
