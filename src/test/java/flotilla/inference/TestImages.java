package flotilla.inference;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
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

    private static byte[] encode(BufferedImage image, String format, boolean progressive) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream output = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(output);
            ImageWriteParam param = writer.getDefaultWriteParam();
            if (param.canWriteProgressive()) {
                param.setProgressiveMode(progressive ? ImageWriteParam.MODE_DEFAULT : ImageWriteParam.MODE_DISABLED);
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
