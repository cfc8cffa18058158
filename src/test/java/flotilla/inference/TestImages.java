package flotilla.inference;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** Images for tests, drawn and encoded here. */
final class TestImages {
    private TestImages() {}

    /** A pattern whose values are easily computed elsewhere too. */
    static BufferedImage pattern(int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int red = (x * 37 + y * 91) & 0xFF;
                int green = (x * x * 29 + y * 13) & 0xFF;
                int blue = (255 - x * 30 - y * 7) & 0xFF;
                image.setRGB(x, y, red << 16 | green << 8 | blue);
            }
        }
        return image;
    }

    /** The pattern in another of {@link BufferedImage}'s types. */
    static BufferedImage pattern(int width, int height, int type) {
        BufferedImage image = new BufferedImage(width, height, type);
        image.createGraphics().drawImage(pattern(width, height), 0, 0, null);
        return image;
    }

    static byte[] jpeg(BufferedImage image) {
        return encode(image, "jpeg", false);
    }

    /** As near to its pixels as a JPEG comes. */
    static byte[] fineJpeg(BufferedImage image) {
        return fineJpeg(new IIOImage(image, null, null));
    }

    static byte[] progressiveJpeg(BufferedImage image) {
        return encode(image, "jpeg", true);
    }

    static byte[] png(BufferedImage image) {
        return encode(image, "png", false);
    }

    static byte[] gif(BufferedImage image) {
        return encode(image, "gif", false);
    }

    static byte[] interlacedGif(BufferedImage image) {
        return encode(image, "gif", true);
    }

    static byte[] interlacedPng(BufferedImage image) {
        return encode(image, "png", true);
    }

    /** A WebP of one chunk; without loss it is {@code VP8L}, with loss {@code VP8}. */
    static byte[] webp(BufferedImage image, boolean lossless) {
        WebpLibrary.load();
        return encode(image, "webp", false, lossless ? "Lossless" : "Lossy");
    }

    /** A WebP with a canvas and, in this order, chunks of four letters and their data. */
    static byte[] extendedWebp(int width, int height, int flags, Map<String, byte[]> chunks) {
        ByteBuffer canvas = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN);
        canvas.putInt(flags).put(little24(width - 1)).put(little24(height - 1));
        Map<String, byte[]> all = new LinkedHashMap<>();
        all.put("VP8X", canvas.array());
        all.putAll(chunks);
        return riff(all);
    }

    /** The data of a WebP frame at {@code left}, {@code top}, both even. */
    static byte[] webpFrame(byte[] still, int left, int top, int width, int height) {
        byte[] picture = Arrays.copyOfRange(still, 12, still.length);
        ByteBuffer frame = ByteBuffer.allocate(16 + picture.length);
        frame.put(little24(left / 2))
                .put(little24(top / 2))
                .put(little24(width - 1))
                .put(little24(height - 1));
        return frame.putInt(0).put(picture).array();
    }

    private static byte[] riff(Map<String, byte[]> chunks) {
        int length = 4;
        for (byte[] data : chunks.values()) {
            length += 8 + data.length + data.length % 2;
        }
        ByteBuffer file = ByteBuffer.allocate(8 + length).order(ByteOrder.LITTLE_ENDIAN);
        file.put(ascii("RIFF")).putInt(length).put(ascii("WEBP"));
        chunks.forEach((name, data) ->
                file.put(ascii(name)).putInt(data.length).put(data).put(new byte[data.length % 2]));
        return file.array();
    }

    private static byte[] little24(int value) {
        return new byte[] {(byte) value, (byte) (value >> 8), (byte) (value >> 16)};
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * A JPEG of four inks as Adobe's programs write it.
     *
     * @param inks interleaved, 255 is none
     * @param transform of Adobe's marker: 0 CMYK, 2 YCCK
     */
    static byte[] inkJpeg(byte[] inks, int width, int height, int transform) {
        WritableRaster raster = Raster.createInterleavedRaster(
                new DataBufferByte(inks, inks.length), width, height, 4 * width, 4, new int[] {0, 1, 2, 3}, null);
        byte[] jpeg = fineJpeg(new IIOImage(raster, null, null));
        ByteBuffer marker = ByteBuffer.allocate(16).putShort((short) 0xFFEE).putShort((short) 14);
        marker.put(ascii("Adobe")).put(new byte[] {0, 100, 0, 0, 0, 0, (byte) transform});
        return inserted(jpeg, 2, marker.array());
    }

    /** EXIF as cameras write it, with one entry: the orientation. */
    static byte[] exif(int orientation, ByteOrder order) {
        ByteBuffer exif = ByteBuffer.allocate(26).order(order);
        exif.put(ascii(order == ByteOrder.LITTLE_ENDIAN ? "II" : "MM"))
                .putShort((short) 42)
                .putInt(8);
        exif.putShort((short) 1).putShort((short) 0x0112).putShort((short) 3).putInt(1);
        return exif.putShort((short) orientation).putShort((short) 0).putInt(0).array();
    }

    /** The JPEG with EXIF data in it. */
    static byte[] jpegWithExif(byte[] jpeg, byte[] exif) {
        ByteBuffer segment = ByteBuffer.allocate(10 + exif.length);
        segment.putShort((short) 0xFFE1)
                .putShort((short) (8 + exif.length))
                .put(ascii("Exif\0\0"))
                .put(exif);
        return inserted(jpeg, 2, segment.array());
    }

    /** The PNG with EXIF data in it. */
    static byte[] pngWithExif(byte[] png, byte[] exif) {
        return pngWithChunk(png, "eXIf", exif);
    }

    /** The PNG with a chunk after its header. */
    static byte[] pngWithChunk(byte[] png, String name, byte[] data) {
        CRC32 sum = new CRC32();
        sum.update(ascii(name));
        sum.update(data);
        ByteBuffer chunk = ByteBuffer.allocate(12 + data.length);
        chunk.putInt(data.length).put(ascii(name)).put(data).putInt((int) sum.getValue());
        return inserted(png, 33, chunk.array());
    }

    private static byte[] inserted(byte[] bytes, int at, byte[] more) {
        ByteBuffer all = ByteBuffer.allocate(bytes.length + more.length);
        return all.put(bytes, 0, at).put(more).put(bytes, at, bytes.length - at).array();
    }

    /** What a camera held in another way stores of an upright image, as the table of the EXIF specification has it. */
    static BufferedImage stored(BufferedImage upright, int orientation) {
        int width = upright.getWidth();
        int height = upright.getHeight();
        boolean transposed = orientation >= 5;
        BufferedImage stored =
                new BufferedImage(transposed ? height : width, transposed ? width : height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int rgb = upright.getRGB(x, y);
                switch (orientation) {
                    case 1 -> stored.setRGB(x, y, rgb);
                    case 2 -> stored.setRGB(width - 1 - x, y, rgb);
                    case 3 -> stored.setRGB(width - 1 - x, height - 1 - y, rgb);
                    case 4 -> stored.setRGB(x, height - 1 - y, rgb);
                    case 5 -> stored.setRGB(y, x, rgb);
                    case 6 -> stored.setRGB(y, width - 1 - x, rgb);
                    case 7 -> stored.setRGB(height - 1 - y, width - 1 - x, rgb);
                    case 8 -> stored.setRGB(height - 1 - y, x, rgb);
                    default -> throw new IllegalArgumentException("orientation " + orientation);
                }
            }
        }
        return stored;
    }

    /**
     * All samples, row by row.
     *
     * @throws AssertionError if rows read in pairs have other samples
     */
    static int[] pixels(PixelRows image) {
        int[] all = new int[3 * image.width() * image.height()];
        int[] row = new int[3 * image.width()];
        for (int y = 0; y < image.height(); y++) {
            image.readRow(y, row);
            System.arraycopy(row, 0, all, y * row.length, row.length);
        }
        long[] pair = new long[row.length];
        for (int y = 0; y < image.height(); y++) {
            image.readPair(y, 0, image.width(), pair, row);
            shouldReadPart(image, y, pair, row);
            for (int i = 0; i < pair.length; i++) {
                int at = y * row.length + i;
                long below = at + row.length < all.length ? all[at + row.length] : 0;
                if (pair[i] != (below << Integer.SIZE | all[at])) {
                    throw new AssertionError("rows " + y + " and " + (y + 1) + " as a pair: sample " + i + " is "
                            + Long.toHexString(pair[i]));
                }
            }
        }
        return all;
    }

    /** A part of a pair of rows is what it is in the whole, and the rest is left as it was. */
    private static void shouldReadPart(PixelRows image, int y, long[] whole, int[] scratch) {
        int from = image.width() / 3;
        int to = image.width() - image.width() / 4;
        long[] expected = new long[whole.length];
        Arrays.fill(expected, -1);
        long[] part = expected.clone();
        System.arraycopy(whole, 3 * from, expected, 3 * from, 3 * (to - from));
        image.readPair(y, from, to, part, scratch);
        if (!Arrays.equals(part, expected)) {
            throw new AssertionError("pixels " + from + " to " + to + " of rows " + y + " and " + (y + 1));
        }
    }

    /** The beginning of a PNG: signature and header chunk. */
    static byte[] pngHeader(int width, int height, int depth, int colour) {
        ByteBuffer chunk = ByteBuffer.allocate(17);
        chunk.put(new byte[] {'I', 'H', 'D', 'R'}).putInt(width).putInt(height);
        chunk.put((byte) depth).put((byte) colour).put(new byte[3]);
        CRC32 sum = new CRC32();
        sum.update(chunk.array());
        ByteBuffer header = ByteBuffer.allocate(33);
        header.put(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
        return header.putInt(13).put(chunk.array()).putInt((int) sum.getValue()).array();
    }

    /** A JPEG with an EXIF segment of {@code length} bytes before everything else. */
    static byte[] withExif(byte[] jpeg, int length) {
        ByteBuffer result = ByteBuffer.allocate(jpeg.length + 2 + length);
        result.put(jpeg, 0, 2).put((byte) 0xFF).put((byte) 0xE1).putShort((short) length);
        result.put(new byte[] {'E', 'x', 'i', 'f'});
        result.position(2 + 2 + length);
        return result.put(jpeg, 2, jpeg.length - 2).array();
    }

    private static byte[] fineJpeg(IIOImage image) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream output = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(output);
            ImageWriteParam param = writer.getDefaultWriteParam();
            param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            param.setCompressionQuality(0.98f);
            writer.write(null, image, param);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    private static byte[] encode(BufferedImage image, String format, boolean progressive) {
        return encode(image, format, progressive, "");
    }

    private static byte[] encode(BufferedImage image, String format, boolean progressive, String compression) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream output = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(output);
            ImageWriteParam param = writer.getDefaultWriteParam();
            if (param.canWriteProgressive()) {
                param.setProgressiveMode(progressive ? ImageWriteParam.MODE_DEFAULT : ImageWriteParam.MODE_DISABLED);
            }
            if (!compression.isEmpty()) {
                param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
                param.setCompressionType(compression);
            }
            writer.write(null, new IIOImage(image, null, null), param);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }
}
