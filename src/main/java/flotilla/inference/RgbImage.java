package flotilla.inference;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.WritableRaster;
import java.util.Arrays;

/**
 * A decoded image, read row by row as 8-bit RGB. What is transparent lies on white.
 *
 * <p>Grey and RGB samples are taken as they are stored: {@link BufferedImage#getRGB} would convert greys from a linear
 * colour space and lighten them, and the models were trained on stored values.
 */
final class RgbImage {
    private static final int WHITE = 255;

    private final int width;
    private final int height;
    private final int left;
    private final int top;
    private final BufferedImage frame;
    private final RowReader rows;

    /** Reads {@code frame.getWidth()} pixels of row {@code y} of the frame, as R, G, B from {@code at} on. */
    private interface RowReader {
        void read(int y, int[] rgb, int at);
    }

    /** An image that is its own canvas. */
    RgbImage(BufferedImage frame) {
        this(frame, frame.getWidth(), frame.getHeight(), 0, 0);
    }

    /** A frame at {@code left}, {@code top} on a larger white canvas. */
    RgbImage(BufferedImage frame, int width, int height, int left, int top) {
        if (left < 0 || top < 0 || left + frame.getWidth() > width || top + frame.getHeight() > height) {
            throw new IllegalArgumentException("the frame does not lie on its canvas");
        }
        this.width = width;
        this.height = height;
        this.left = left;
        this.top = top;
        this.frame = frame;
        this.rows = rowReader(frame);
    }

    int width() {
        return width;
    }

    int height() {
        return height;
    }

    /**
     * Reads one row.
     *
     * @param rgb at least 3 × width values; filled with R, G, B of each pixel, 0 to 255
     */
    void readRow(int y, int[] rgb) {
        boolean inFrame = y >= top && y < top + frame.getHeight();
        if (!inFrame || frame.getWidth() < width) {
            Arrays.fill(rgb, 0, 3 * width, WHITE);
        }
        if (inFrame) {
            rows.read(y - top, rgb, 3 * left);
        }
    }

    private static RowReader rowReader(BufferedImage image) {
        ColorModel colours = image.getColorModel();
        if (colours instanceof IndexColorModel palette) {
            return paletteRows(image.getRaster(), palette);
        }
        int space = colours.getColorSpace().getType();
        if (colours instanceof ComponentColorModel && (space == ColorSpace.TYPE_RGB || space == ColorSpace.TYPE_GRAY)) {
            if (colours.getTransferType() == DataBuffer.TYPE_BYTE) {
                return byteRows(image.getRaster());
            }
            if (colours.getTransferType() == DataBuffer.TYPE_USHORT) {
                return shortRows(image.getRaster());
            }
        }
        return convertedRows(image);
    }

    private static RowReader paletteRows(WritableRaster raster, IndexColorModel palette) {
        int[] colours = new int[palette.getMapSize()];
        palette.getRGBs(colours);
        int[] indexes = new int[raster.getWidth()];
        return (y, rgb, at) -> {
            raster.getSamples(0, y, indexes.length, 1, 0, indexes);
            for (int x = 0; x < indexes.length; x++) {
                // An index beyond the palette is black, as in other decoders.
                putArgb(indexes[x] < colours.length ? colours[indexes[x]] : 0xFF000000, rgb, at + 3 * x);
            }
        };
    }

    private static RowReader byteRows(WritableRaster raster) {
        int bands = raster.getNumBands();
        byte[] samples = new byte[bands * raster.getWidth()];
        if (bands == 3) {
            return (y, rgb, at) -> {
                raster.getDataElements(0, y, raster.getWidth(), 1, samples);
                for (int i = 0; i < samples.length; i++) {
                    rgb[at + i] = samples[i] & 0xFF;
                }
            };
        }
        return (y, rgb, at) -> {
            raster.getDataElements(0, y, raster.getWidth(), 1, samples);
            int to = at;
            for (int from = 0; from < samples.length; from += bands, to += 3) {
                int red = samples[from] & 0xFF;
                int green = bands < 3 ? red : samples[from + 1] & 0xFF;
                int blue = bands < 3 ? red : samples[from + 2] & 0xFF;
                int alpha = bands % 2 == 0 ? samples[from + bands - 1] & 0xFF : 255;
                put(red, green, blue, alpha, rgb, to);
            }
        };
    }

    private static RowReader shortRows(WritableRaster raster) {
        int bands = raster.getNumBands();
        short[] samples = new short[bands * raster.getWidth()];
        return (y, rgb, at) -> {
            raster.getDataElements(0, y, raster.getWidth(), 1, samples);
            int to = at;
            for (int from = 0; from < samples.length; from += bands, to += 3) {
                int red = eightBits(samples[from]);
                int green = bands < 3 ? red : eightBits(samples[from + 1]);
                int blue = bands < 3 ? red : eightBits(samples[from + 2]);
                int alpha = bands % 2 == 0 ? eightBits(samples[from + bands - 1]) : 255;
                put(red, green, blue, alpha, rgb, to);
            }
        };
    }

    /** For everything else, such as CMYK: slow, but right. */
    private static RowReader convertedRows(BufferedImage image) {
        int[] argb = new int[image.getWidth()];
        return (y, rgb, at) -> {
            image.getRGB(0, y, argb.length, 1, argb, 0, argb.length);
            for (int x = 0; x < argb.length; x++) {
                putArgb(argb[x], rgb, at + 3 * x);
            }
        };
    }

    private static int eightBits(short sample) {
        return ((sample & 0xFFFF) * 255 + 32_767) / 65_535;
    }

    private static void putArgb(int argb, int[] rgb, int at) {
        put(argb >> 16 & 0xFF, argb >> 8 & 0xFF, argb & 0xFF, argb >>> 24, rgb, at);
    }

    private static void put(int red, int green, int blue, int alpha, int[] rgb, int at) {
        if (alpha == 255) {
            rgb[at] = red;
            rgb[at + 1] = green;
            rgb[at + 2] = blue;
        } else {
            rgb[at] = onWhite(red, alpha);
            rgb[at + 1] = onWhite(green, alpha);
            rgb[at + 2] = onWhite(blue, alpha);
        }
    }

    private static int onWhite(int sample, int alpha) {
        return (sample * alpha + WHITE * (255 - alpha) + 127) / 255;
    }
}
