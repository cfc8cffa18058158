package flotilla.inference;

import java.util.Arrays;
import java.util.Optional;

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
 * <p>A weighted sum of samples fits in 31 bits, so that each {@code long} holds two of them and one multiplication serves
 * both: those of two source rows along the rows, those of two neighbouring samples along the columns. Source rows are
 * reduced two at a time as they come; as many of them are kept as make up one row of the output. Only what the crop keeps is computed.
 *
 * @see <a href="https://pillow.readthedocs.io/en/stable/handbook/concepts.html#filters">Pillow, filters</a>
 */
final class Preprocessor {
    private static final int CHANNELS = 3;
    private static final long HALF = 1L << (FilterAxis.FRACTION_BITS - 1);
    /** The half that rounds, for both sums of a pair. */
    private static final long HALVES = HALF << Integer.SIZE | HALF;
    /** The byte of the upper sample of a pair. */
    private static final long UPPER_BYTE = 0xFFL << Integer.SIZE;

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
        FilterAxis columns;
        FilterAxis rows;
        if (input.resize() instanceof ModelSpec.Resize.ShorterThenCentre shorter) {
            columns = FilterAxis.centred(image.width(), resized(shorter.side(), image.width(), image.height()), width);
            rows = FilterAxis.centred(image.height(), resized(shorter.side(), image.height(), image.width()), height);
        } else {
            columns = FilterAxis.centred(image.width(), width, width);
            rows = FilterAxis.centred(image.height(), height, height);
        }
        return resample(image, columns, rows, layout);
    }

    /** The length that {@code length} gets when the shorter side becomes {@code side}, rounded half to even. */
    private static long resized(int side, int length, int other) {
        return length <= other ? side : (long) Math.rint((double) side * length / other);
    }

    private float[] resample(PixelRows image, FilterAxis columns, FilterAxis rows, Layout layout) {
        float[] values = new float[CHANNELS * columns.size() * rows.size()];
        int pairs = CHANNELS * ((columns.size() + 1) / 2);
        int left = columns.first(0);
        int right = columns.end(columns.size() - 1);
        Optional<FilterAxis.Triples> triples = columns.triples();
        long[] source = new long[CHANNELS * image.width()];
        int[] scratch = new int[source.length];
        long[] reduced = new long[2 * pairs];
        long[] sums = new long[pairs];
        long[][] kept = new long[rows.mostWeights() + 1][pairs];
        int row = 0;
        for (int y = rows.first(0); row < rows.size(); y += 2) {
            image.readPair(y, left, right, source, scratch);
            long[] upper = kept[y % kept.length];
            long[] lower = kept[(y + 1) % kept.length];
            if (triples.isPresent()) {
                reduceByThrees(source, triples.get(), upper, lower);
            } else {
                reduce(source, columns, reduced);
                split(reduced, upper, lower);
            }
            while (row < rows.size() && rows.end(row) <= y + 2) {
                add(kept, rows.first(row), rows.weights(row), sums);
                normalise(sums, row, layout, values);
                row++;
            }
        }
        return values;
    }

    /**
     * Reduces two rows.
     *
     * @param source R, G, B of each pixel, 0 to 255 in each half
     * @param reduced filled with the sums for R, G, B of each column, in fixed point, with the half that rounds
     */
    private static void reduce(long[] source, FilterAxis columns, long[] reduced) {
        for (int column = 0; column < columns.size(); column++) {
            int at = CHANNELS * columns.first(column);
            int to = CHANNELS * column;
            long red = HALVES;
            long green = HALVES;
            long blue = HALVES;
            for (int weight : columns.weights(column)) {
                red += weight * source[at];
                green += weight * source[at + 1];
                blue += weight * source[at + 2];
                at += CHANNELS;
            }
            reduced[to] = red;
            reduced[to + 1] = green;
            reduced[to + 2] = blue;
        }
    }

    /** From pairs of rows to pairs of neighbouring samples, 0 to 255 in each half. */
    private static void split(long[] reduced, long[] upper, long[] lower) {
        for (int i = 0; i < upper.length; i++) {
            long left = reduced[2 * i];
            long right = reduced[2 * i + 1];
            upper[i] = lows(left, right);
            lower[i] = highs(left, right);
        }
    }

    /** {@link #reduce} and {@link #split} at once, two columns at a time: what most photographs take, and most of the work. */
    private static void reduceByThrees(long[] source, FilterAxis.Triples triples, long[] upper, long[] lower) {
        int[] first = triples.first();
        int[] weights = triples.weights();
        int weight = 0;
        int to = 0;
        for (int column = 0; column < first.length; column += 2) {
            long a = weights[weight];
            long b = weights[weight + 1];
            long c = weights[weight + 2];
            int at = CHANNELS * first[column];
            long red = HALVES + a * source[at] + b * source[at + 3] + c * source[at + 6];
            long green = HALVES + a * source[at + 1] + b * source[at + 4] + c * source[at + 7];
            long blue = HALVES + a * source[at + 2] + b * source[at + 5] + c * source[at + 8];
            a = weights[weight + 3];
            b = weights[weight + 4];
            c = weights[weight + 5];
            at = CHANNELS * first[column + 1];
            long nextRed = HALVES + a * source[at] + b * source[at + 3] + c * source[at + 6];
            long nextGreen = HALVES + a * source[at + 1] + b * source[at + 4] + c * source[at + 7];
            long nextBlue = HALVES + a * source[at + 2] + b * source[at + 5] + c * source[at + 8];
            upper[to] = lows(red, green);
            lower[to] = highs(red, green);
            upper[to + 1] = lows(blue, nextRed);
            lower[to + 1] = highs(blue, nextRed);
            upper[to + 2] = lows(nextGreen, nextBlue);
            lower[to + 2] = highs(nextGreen, nextBlue);
            weight += 6;
            to += 3;
        }
    }

    /** The lower sums of two pairs, 0 to 255, as a pair. */
    private static long lows(long left, long right) {
        return right << Integer.SIZE - FilterAxis.FRACTION_BITS & UPPER_BYTE | low(left);
    }

    /** The upper sums of two pairs, 0 to 255, as a pair. */
    private static long highs(long left, long right) {
        return right >>> FilterAxis.FRACTION_BITS & UPPER_BYTE | high(left);
    }

    /** The weighted sums of some source rows, in fixed point, with the half that rounds. */
    private static void add(long[][] kept, int first, int[] weights, long[] sums) {
        if (weights.length == 3) {
            addThree(
                    kept[first % kept.length],
                    kept[(first + 1) % kept.length],
                    kept[(first + 2) % kept.length],
                    weights,
                    sums);
            return;
        }
        Arrays.fill(sums, HALVES);
        for (int k = 0; k < weights.length; k++) {
            long weight = weights[k];
            long[] samples = kept[(first + k) % kept.length];
            for (int i = 0; i < sums.length; i++) {
                sums[i] += weight * samples[i];
            }
        }
    }

    private static void addThree(long[] first, long[] second, long[] third, int[] weights, long[] sums) {
        long upper = weights[0];
        long middle = weights[1];
        long lower = weights[2];
        for (int i = 0; i < sums.length; i++) {
            sums[i] = HALVES + upper * first[i] + middle * second[i] + lower * third[i];
        }
    }

    /** The lower sum of a pair, from fixed point to 0–255; the half that rounds is already in it. */
    private static long low(long sums) {
        return sums >>> FilterAxis.FRACTION_BITS & 0xFF;
    }

    private static long high(long sums) {
        return sums >>> (Integer.SIZE + FilterAxis.FRACTION_BITS);
    }

    /** Fills one row of the input. */
    private void normalise(long[] sums, int row, Layout layout, float[] values) {
        int width = input.width();
        boolean planar = layout == Layout.PLANAR;
        int channel = planar ? values.length / CHANNELS : 1;
        int pixel = planar ? 1 : CHANNELS;
        int at = row * width * pixel;
        int last = at + (width - 1) * pixel;
        float redFactor = factors[0];
        float redOffset = offsets[0];
        float greenFactor = factors[1];
        float greenOffset = offsets[1];
        float blueFactor = factors[2];
        float blueOffset = offsets[2];
        for (int i = 0; i < sums.length; i += CHANNELS) {
            long redGreen = sums[i];
            long blueRed = sums[i + 1];
            long greenBlue = sums[i + 2];
            values[at] = low(redGreen) * redFactor - redOffset;
            values[at + channel] = high(redGreen) * greenFactor - greenOffset;
            values[at + 2 * channel] = low(blueRed) * blueFactor - blueOffset;
            if (at < last) {
                int next = at + pixel;
                values[next] = high(blueRed) * redFactor - redOffset;
                values[next + channel] = low(greenBlue) * greenFactor - greenOffset;
                values[next + 2 * channel] = high(greenBlue) * blueFactor - blueOffset;
            }
            at += 2 * pixel;
        }
    }
}
