package flotilla.inference;

/**
 * An image turned upright while it is read, pixel for pixel. The rows of a transposed one are columns of the stored one;
 * they are read in strips, because single columns would take many times as long.
 */
final class OrientedImage implements PixelRows {
    private static final int CHANNELS = 3;
    /** Pixels of a strip; 3 MiB. */
    private static final int STRIP_PIXELS = 1 << 18;

    private static final int WIDEST_STRIP = 64;

    private final RgbImage stored;
    private final Orientation orientation;
    private final int stripWidth;
    private int[] strip = {};
    private int stripLeft = -1;

    private OrientedImage(RgbImage stored, Orientation orientation) {
        this.stored = stored;
        this.orientation = orientation;
        this.stripWidth = Math.max(1, Math.min(WIDEST_STRIP, STRIP_PIXELS / stored.height()));
    }

    /** The image as it is seen. */
    static PixelRows of(RgbImage stored, Orientation orientation) {
        return orientation == Orientation.UPRIGHT ? stored : new OrientedImage(stored, orientation);
    }

    @Override
    public int width() {
        return orientation.transposed() ? stored.height() : stored.width();
    }

    @Override
    public int height() {
        return orientation.transposed() ? stored.width() : stored.height();
    }

    @Override
    public void readRow(int y, int[] rgb) {
        if (orientation.transposed()) {
            readColumn(orientation.mirrored() ? stored.width() - 1 - y : y, rgb);
        } else {
            stored.readRow(orientation.flipped() ? stored.height() - 1 - y : y, rgb);
            if (orientation.mirrored()) {
                reverse(rgb, stored.width());
            }
        }
    }

    private void readColumn(int column, int[] rgb) {
        int left = column / stripWidth * stripWidth;
        if (left != stripLeft) {
            readStrip(left);
        }
        int from = CHANNELS * (column - left);
        int step = CHANNELS * stripWidth;
        if (orientation.flipped()) {
            from += step * (stored.height() - 1);
            step = -step;
        }
        for (int to = 0; to < CHANNELS * stored.height(); to += CHANNELS, from += step) {
            rgb[to] = strip[from];
            rgb[to + 1] = strip[from + 1];
            rgb[to + 2] = strip[from + 2];
        }
    }

    private void readStrip(int left) {
        if (strip.length == 0) {
            strip = new int[CHANNELS * stripWidth * stored.height()];
        }
        int width = Math.min(stripWidth, stored.width() - left);
        for (int row = 0; row < stored.height(); row++) {
            stored.read(left, row, width, strip, CHANNELS * stripWidth * row);
        }
        stripLeft = left;
    }

    private static void reverse(int[] rgb, int width) {
        for (int left = 0, right = CHANNELS * (width - 1); left < right; left += CHANNELS, right -= CHANNELS) {
            for (int channel = 0; channel < CHANNELS; channel++) {
                int kept = rgb[left + channel];
                rgb[left + channel] = rgb[right + channel];
                rgb[right + channel] = kept;
            }
        }
    }
}
