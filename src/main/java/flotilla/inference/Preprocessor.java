package flotilla.inference;

import java.util.Arrays;

/**
 * Makes a model's input from an image: resize with antialiasing, centre crop, normalise. Immutable; any number of
 * threads.
 *
 * <p>The resize is the "bilinear" of PIL and torchvision, which is a triangle filter as wide as the reduction. For output
 * pixel {@code i} of an axis reduced by {@code r = source length / target length}, with {@code s = max(1, r)}, the centre
 * is {@code c = (i + ½)·r}, and source pixel {@code x} has the weight
 *
 * <pre>  w(x) = max(0, 1 − |x + ½ − c| / s) / Σ</pre>
 *
 * <p>PIL rounds to 8 bits after each axis; here nothing is rounded, which moves samples by at most one level of 255. Rows
 * are reduced one after the other as they come, so that memory does not depend on the image, and only what the crop keeps
 * is computed.
 *
 * @see <a href="https://pillow.readthedocs.io/en/stable/handbook/concepts.html#filters">Pillow, filters</a>
 */
final class Preprocessor {
    private static final int CHANNELS = 3;

    private final ModelSpec.Input input;

    Preprocessor(ModelSpec.Input input) {
        this.input = input;
    }

    /**
     * The model's input.
     *
     * @return float32, 3×height×width, RGB, normalised
     */
    float[] tensor(RgbImage image) {
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
        return normalised(resample(image, columns, rows), width * height);
    }

    /** The length that {@code length} gets when the shorter side becomes {@code side}; rounded down as in torchvision. */
    private static long resized(int side, int length, int other) {
        return length <= other ? side : (long) side * length / other;
    }

    /** Samples 0 to 255, pixel by pixel. */
    private static float[] resample(RgbImage image, Axis columns, Axis rows) {
        int rowLength = CHANNELS * columns.size();
        float[] result = new float[rowLength * rows.size()];
        int[] source = new int[CHANNELS * image.width()];
        float[] reduced = new float[rowLength];
        int firstOpen = 0;
        for (int y = rows.first(0); y < rows.end(rows.size() - 1); y++) {
            image.readRow(y, source);
            reduceRow(source, columns, reduced);
            while (rows.end(firstOpen) <= y) {
                firstOpen++;
            }
            for (int row = firstOpen; row < rows.size() && rows.first(row) <= y; row++) {
                addScaled(reduced, rows.weights(row)[y - rows.first(row)], result, row * rowLength);
            }
        }
        return result;
    }

    private static void reduceRow(int[] source, Axis columns, float[] reduced) {
        for (int column = 0; column < columns.size(); column++) {
            float red = 0;
            float green = 0;
            float blue = 0;
            int at = CHANNELS * columns.first(column);
            for (float weight : columns.weights(column)) {
                red += weight * source[at];
                green += weight * source[at + 1];
                blue += weight * source[at + 2];
                at += CHANNELS;
            }
            reduced[CHANNELS * column] = red;
            reduced[CHANNELS * column + 1] = green;
            reduced[CHANNELS * column + 2] = blue;
        }
    }

    private static void addScaled(float[] values, float factor, float[] sums, int at) {
        for (int i = 0; i < values.length; i++) {
            sums[at + i] += factor * values[i];
        }
    }

    private float[] normalised(float[] samples, int pixels) {
        float[] planes = new float[samples.length];
        for (int channel = 0; channel < CHANNELS; channel++) {
            double std = input.std().get(channel);
            float factor = (float) (1 / (255 * std));
            float offset = (float) (input.mean().get(channel) / std);
            for (int pixel = 0; pixel < pixels; pixel++) {
                planes[channel * pixels + pixel] = samples[CHANNELS * pixel + channel] * factor - offset;
            }
        }
        return planes;
    }

    /** Which source pixels make up each output pixel of one axis, and with which weights. */
    private static final class Axis {
        private final int[] first;
        private final int[] end;
        private final float[][] weights;

        private Axis(int size) {
            first = new int[size];
            end = new int[size];
            weights = new float[size][];
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
            // Half a pixel goes to the even side, as Python's round has it in torchvision.
            long offset = Math.round(Math.rint((resized - size) / 2.0));
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
            weights[i] = new float[exact.length];
            for (int k = 0; k < exact.length; k++) {
                weights[i][k] = (float) (exact[k] / sum);
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

        /** The weights of the source pixels from {@code first(i)} on; their sum is 1. */
        float[] weights(int i) {
            return weights[i];
        }
    }
}
