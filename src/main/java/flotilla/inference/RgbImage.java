package flotilla.inference;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;
import java.util.Arrays;

/**
 * A decoded image as it is stored. What is transparent lies on white.
 *
 * <p>Grey and RGB samples are taken as they are stored: {@link BufferedImage#getRGB} would convert greys from a linear
 * colour space and lighten them, and the models were trained on stored values.
 */
final class RgbImage implements PixelRows {
    private static final int WHITE = 255;

    private final int width;
    private final int height;
    private final int left;
    private final int top;
    private final int frameWidth;
    private final int frameHeight;
    private final RowReader frame;

    /** Reads {@code count} pixels of row {@code y} of the frame from {@code x} on, as R, G, B from {@code at} on. */
    private interface RowReader {
        void read(int x, int y, int count, int[] rgb, int at);

        /**
         * Reads pixels of the rows {@code y} and {@code y + 1} as {@link PixelRows#readPair} does.
         *
         * @return false if this one cannot
         */
        default boolean readPair(int y, int from, int to, long[] rgb) {
            return false;
        }
    }

    /** An image that is its own canvas. */
    RgbImage(BufferedImage frame) {
        this(frame, frame.getWidth(), frame.getHeight(), 0, 0);
    }

    /** A frame at {@code left}, {@code top} on a larger white canvas. */
    RgbImage(BufferedImage frame, int width, int height, int left, int top) {
        this(rowReader(frame), frame.getWidth(), frame.getHeight(), width, height, left, top);
    }

    private RgbImage(RowReader frame, int frameWidth, int frameHeight, int width, int height, int left, int top) {
        if (left < 0 || top < 0 || left + frameWidth > width || top + frameHeight > height) {
            throw new IllegalArgumentException("the frame does not lie on its canvas");
        }
        this.width = width;
        this.height = height;
        this.left = left;
        this.top = top;
        this.frameWidth = frameWidth;
        this.frameHeight = frameHeight;
        this.frame = frame;
    }

    /** The four inks of a JPEG, 8 bits each and interleaved, as they are stored. */
    static RgbImage ofInks(Raster raster, JpegInks inks) {
        int width = raster.getWidth();
        int height = raster.getHeight();
        byte[] samples = new byte[JpegInks.COMPONENTS * width];
        RowReader rows = (x, y, count, rgb, at) -> {
            raster.getDataElements(x, y, count, 1, samples);
            inks.toRgb(samples, count, rgb, at);
        };
        return new RgbImage(rows, width, height, width, height, 0, 0);
    }

    @Override
    public int width() {
        return width;
    }

    @Override
    public int height() {
        return height;
    }

    @Override
    public void readRow(int y, int[] rgb) {
        read(0, y, width, rgb, 0);
    }

    @Override
    public void readPair(int y, int from, int to, long[] rgb, int[] scratch) {
        boolean whole = frameWidth == width && frameHeight == height;
        if (!whole || y + 1 >= height || !frame.readPair(y, from, to, rgb)) {
            PixelRows.super.readPair(y, from, to, rgb, scratch);
        }
    }

    /**
     * Reads a part of a row.
     *
     * @param count how many pixels, from {@code x} on
     * @param rgb filled with R, G, B of each of them from {@code at} on, 0 to 255
     */
    void read(int x, int y, int count, int[] rgb, int at) {
        int from = Math.max(x, left);
        int to = Math.min(x + count, left + frameWidth);
        boolean inFrame = y >= top && y < top + frameHeight && from < to;
        if (!inFrame || to - from < count) {
            Arrays.fill(rgb, at, at + 3 * count, WHITE);
        }
        if (inFrame) {
            frame.read(from - left, y - top, to - from, rgb, at + 3 * (from - x));
        }
    }

    private static RowReader rowReader(BufferedImage image) {
        ColorModel colours = image.getColorModel();
        if (colours instanceof IndexColorModel palette) {
            return paletteRows(image.getRaster(), palette);
        }
        int type = image.getType();
        if (type == BufferedImage.TYPE_INT_RGB || type == BufferedImage.TYPE_INT_ARGB) {
            return packedRows(image.getRaster(), type == BufferedImage.TYPE_INT_ARGB);
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

    private static RowReader paletteRows(Raster raster, IndexColorModel palette) {
        int[] colours = new int[palette.getMapSize()];
        palette.getRGBs(colours);
        int[] indexes = new int[raster.getWidth()];
        return (x, y, count, rgb, at) -> {
            raster.getSamples(x, y, count, 1, 0, indexes);
            for (int i = 0; i < count; i++) {
                // An index beyond the palette is black, as in other decoders.
                putArgb(indexes[i] < colours.length ? colours[indexes[i]] : 0xFF000000, rgb, at + 3 * i);
            }
        };
    }

    private static RowReader packedRows(Raster raster, boolean alpha) {
        int opaque = alpha ? 0 : 0xFF000000;
        int[] pixels = new int[raster.getWidth()];
        return (x, y, count, rgb, at) -> {
            raster.getDataElements(x, y, count, 1, pixels);
            for (int i = 0; i < count; i++) {
                putArgb(pixels[i] | opaque, rgb, at + 3 * i);
            }
        };
    }

    /** What the JPEG and PNG readers make of most images; read in place, as this is most of the work besides decoding. */
    private static final class InterleavedRows implements RowReader {
        private final byte[] samples;
        private final int step;
        private final int row;
        private final int red;
        private final int green;
        private final int blue;

        InterleavedRows(Raster raster, PixelInterleavedSampleModel pixels, DataBufferByte data) {
            samples = data.getData();
            step = pixels.getPixelStride();
            row = pixels.getScanlineStride();
            int[] offsets = pixels.getBandOffsets();
            int start = data.getOffset()
                    - raster.getSampleModelTranslateY() * row
                    - raster.getSampleModelTranslateX() * step;
            red = start + offsets[0];
            green = start + offsets[1];
            blue = start + offsets[2];
        }

        @Override
        public void read(int x, int y, int count, int[] rgb, int at) {
            int from = y * row + x * step;
            for (int to = at; to < at + 3 * count; to += 3, from += step) {
                rgb[to] = samples[red + from] & 0xFF;
                rgb[to + 1] = samples[green + from] & 0xFF;
                rgb[to + 2] = samples[blue + from] & 0xFF;
            }
        }

        @Override
        public boolean readPair(int y, int from, int to, long[] rgb) {
            // In local variables, which a quick compiler keeps in registers.
            byte[] bytes = samples;
            int below = row;
            int next = step;
            int first = y * below + from * next;
            int r = red + first;
            int g = green + first;
            int b = blue + first;
            for (int at = 3 * from; at < 3 * to; at += 3) {
                rgb[at] = (bytes[r + below] & 0xFFL) << Integer.SIZE | bytes[r] & 0xFF;
                rgb[at + 1] = (bytes[g + below] & 0xFFL) << Integer.SIZE | bytes[g] & 0xFF;
                rgb[at + 2] = (bytes[b + below] & 0xFFL) << Integer.SIZE | bytes[b] & 0xFF;
                r += next;
                g += next;
                b += next;
            }
            return true;
        }
    }

    private static RowReader byteRows(Raster raster) {
        int bands = raster.getNumBands();
        byte[] samples = new byte[bands * raster.getWidth()];
        if (bands == 3
                && raster.getSampleModel() instanceof PixelInterleavedSampleModel pixels
                && raster.getDataBuffer() instanceof DataBufferByte data
                && data.getNumBanks() == 1) {
            return new InterleavedRows(raster, pixels, data);
        }
        if (bands == 3) {
            return (x, y, count, rgb, at) -> {
                raster.getDataElements(x, y, count, 1, samples);
                for (int i = 0; i < 3 * count; i++) {
                    rgb[at + i] = samples[i] & 0xFF;
                }
            };
        }
        return (x, y, count, rgb, at) -> {
            raster.getDataElements(x, y, count, 1, samples);
            int to = at;
            for (int from = 0; from < bands * count; from += bands, to += 3) {
                int red = samples[from] & 0xFF;
                int green = bands < 3 ? red : samples[from + 1] & 0xFF;
                int blue = bands < 3 ? red : samples[from + 2] & 0xFF;
                int alpha = bands % 2 == 0 ? samples[from + bands - 1] & 0xFF : 255;
                put(red, green, blue, alpha, rgb, to);
            }
        };
    }

    private static RowReader shortRows(Raster raster) {
        int bands = raster.getNumBands();
        short[] samples = new short[bands * raster.getWidth()];
        return (x, y, count, rgb, at) -> {
            raster.getDataElements(x, y, count, 1, samples);
            int to = at;
            for (int from = 0; from < bands * count; from += bands, to += 3) {
                int red = eightBits(samples[from]);
                int green = bands < 3 ? red : eightBits(samples[from + 1]);
                int blue = bands < 3 ? red : eightBits(samples[from + 2]);
                int alpha = bands % 2 == 0 ? eightBits(samples[from + bands - 1]) : 255;
                put(red, green, blue, alpha, rgb, to);
            }
        };
    }

    /** For everything else: slow, but right. */
    private static RowReader convertedRows(BufferedImage image) {
        int[] argb = new int[image.getWidth()];
        return (x, y, count, rgb, at) -> {
            image.getRGB(x, y, count, 1, argb, 0, count);
            for (int i = 0; i < count; i++) {
                putArgb(argb[i], rgb, at + 3 * i);
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
