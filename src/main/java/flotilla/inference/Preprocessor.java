package flotilla.inference;

import java.util.Arrays;

/**
 * Makes a model's input from an image: resize with antialiasing, centre crop, normalise. Immutable; any number of
 * threads.
 *
 * <p>The resize is PIL's "bilinear", sample for sample: a triangle filter as wide as the reduction, first along the rows,
 * then along the columns, rounded to 8 bits after each. For output pixel {@code i} of an axis reduced by
 * {@code r = source length / target length}, with {@code s = max(1, r)}, the centre is {@code c = (i + ½)·r}, and source
 * pixel {@code x} has the weight
 *
 * <pre>  w(x) = max(0, 1 − |x + ½ − c| / s) / Σ</pre>
 *
 * <p>in fixed point with 22 fractional bits. Models react to the rounding: without it probabilities move by up to 0.05.
 *
 * <p>Rows are reduced one after the other as they come, so that memory does not depend on the image, and only what the
 * crop keeps is computed.
 *
 * @see <a href="https://pillow.readthedocs.io/en/stable/handbook/concepts.html#filters">Pillow, filters</a>
 */
final class Preprocessor {
    private static final int CHANNELS = 3;
    private static final int FRACTION_BITS = 22;
    private static final int ONE = 1 << FRACTION_BITS;
    private static final int HALF = ONE / 2;

    private final ModelSpec.Input input;
    private final float[] factors = new float[CHANNELS];
    private final float[] offsets = new float[CHANNELS];

    Preprocessor(ModelSpec.Input input) {
        this.input = input;
        for (int channel = 0; channel < CHANNELS; channel++) {
            double std = input.std().get(channel);
            factors[channel] = (float) (1 / (255 * std));
            offsets[channel] = (float) (input.mean().get(channel) / std);
        }
    }

    /**
     * The model's input.
     *
     * @return float32, RGB, normalised; 3×height×width or height×width×3, as the layout says
     */
    float[] tensor(PixelRows image, Layout layout) {
        int width = input.width();
        int height = input.height();
        Axis columns;
        Axis rows;
        if (input.resize() instanceof ModelSpec.Resize.ShorterThenCentre shorter) {
            columns = Axis.centred(image.width(), resized(shorter.side(), image.width(), image.height()), width);
            rows = Axis.centred(image.height(), resized(shorter.side(), image.height(), image.width()), height);
        } else {
            columns = Axis.centred(image.width(), width, width);
            rows = Axis.centred(image.height(), height, height);
        }
        int[] samples = resample(image, columns, rows);
        return layout == Layout.PLANAR ? planes(samples, width * height) : pixels(samples);
    }

    /** The length that {@code length} gets when the shorter side becomes {@code side}, rounded half to even. */
    private static long resized(int side, int length, int other) {
        return length <= other ? side : (long) Math.rint((double) side * length / other);
    }

    /** Samples 0 to 255, pixel by pixel. */
    private static int[] resample(PixelRows image, Axis columns, Axis rows) {
        int rowLength = CHANNELS * columns.size();
        int[] sums = new int[rowLength * rows.size()];
        Arrays.fill(sums, HALF);
        int[] source = new int[CHANNELS * image.width()];
        int[] reduced = new int[rowLength];
        int firstOpen = 0;
        for (int y = rows.first(0); y < rows.end(rows.size() - 1); y++) {
            image.readRow(y, source);
            reduceRow(source, columns, reduced);
            while (rows.end(firstOpen) <= y) {
                firstOpen++;
            }
            for (int row = firstOpen; row < rows.size() && rows.first(row) <= y; row++) {
                addScaled(reduced, rows.weights(row)[y - rows.first(row)], sums, row * rowLength);
            }
        }
        for (int i = 0; i < sums.length; i++) {
            sums[i] = sample(sums[i]);
        }
        return sums;
    }

    private static void reduceRow(int[] source, Axis columns, int[] reduced) {
        for (int column = 0; column < columns.size(); column++) {
            int[] weights = columns.weights(column);
            if (weights.length == 3) {
                // Most photographs are reduced to between a half and two thirds; without a loop this takes half the
                // time.
                reduceThree(source, CHANNELS * columns.first(column), weights, reduced, CHANNELS * column);
                continue;
            }
            int red = HALF;
            int green = HALF;
            int blue = HALF;
            int at = CHANNELS * columns.first(column);
            for (int weight : weights) {
                red += weight * source[at];
                green += weight * source[at + 1];
                blue += weight * source[at + 2];
                at += CHANNELS;
            }
            reduced[CHANNELS * column] = sample(red);
            reduced[CHANNELS * column + 1] = sample(green);
            reduced[CHANNELS * column + 2] = sample(blue);
        }
    }

    private static void reduceThree(int[] source, int at, int[] weights, int[] reduced, int to) {
        int left = weights[0];
        int middle = weights[1];
        int right = weights[2];
        reduced[to] = sample(HALF + left * source[at] + middle * source[at + 3] + right * source[at + 6]);
        reduced[to + 1] = sample(HALF + left * source[at + 1] + middle * source[at + 4] + right * source[at + 7]);
        reduced[to + 2] = sample(HALF + left * source[at + 2] + middle * source[at + 5] + right * source[at + 8]);
    }

    private static void addScaled(int[] values, int factor, int[] sums, int at) {
        for (int i = 0; i < values.length; i++) {
            sums[at + i] += factor * values[i];
        }
    }

    /** From fixed point to 0–255; the half that rounds is already in the sum. */
    private static int sample(int sum) {
        return Math.min(255, sum >> FRACTION_BITS);
    }

    private float[] planes(int[] samples, int pixels) {
        float[] planes = new float[samples.length];
        for (int channel = 0; channel < CHANNELS; channel++) {
            float factor = factors[channel];
            float offset = offsets[channel];
            for (int pixel = 0; pixel < pixels; pixel++) {
                planes[channel * pixels + pixel] = samples[CHANNELS * pixel + channel] * factor - offset;
            }
        }
        return planes;
    }

    private float[] pixels(int[] samples) {
        float[] values = new float[samples.length];
        for (int i = 0; i < values.length; i += CHANNELS) {
            values[i] = samples[i] * factors[0] - offsets[0];
            values[i + 1] = samples[i + 1] * factors[1] - offsets[1];
            values[i + 2] = samples[i + 2] * factors[2] - offsets[2];
        }
        return values;
    }

    /** Which source pixels make up each output pixel of one axis, and with which weights. */
    private static final class Axis {
        private final int[] first;
        private final int[] end;
        private final int[][] weights;

        private Axis(int size) {
            first = new int[size];
            end = new int[size];
            weights = new int[size][];
        }

        /**
         * @param source length of the source
         * @param resized length to which the whole source is resized; at least {@code size}
         * @param size how much is kept of that, in its middle
         */
        static Axis centred(int source, long resized, int size) {
            Axis axis = new Axis(size);
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
            weights[i] = new int[exact.length];
            for (int k = 0; k < exact.length; k++) {
                weights[i][k] = (int) (exact[k] / sum * ONE + 0.5);
            }
        }

        int size() {
            return first.length;
        }

        int first(int i) {
            return first[i];
        }

        /** One after the last source pixel of output pixel {@code i}. */
        int end(int i) {
            return end[i];
        }

        /** The weights of the source pixels from {@code first(i)} on, in fixed point; their sum is {@link #ONE}. */
        int[] weights(int i) {
            return weights[i];
        }
    }
}
