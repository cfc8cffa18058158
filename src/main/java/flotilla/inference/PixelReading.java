package flotilla.inference;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.PixelInterleavedSampleModel;
import java.io.IOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;
import java.util.stream.IntStream;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;

/** How the pixels of one image are taken from ImageIO's reader, as they are stored. */
sealed interface PixelReading {
    /** What the reader will make of the image. */
    default ImageSize size(ImageReader reader) throws IOException {
        int width = reader.getWidth(0);
        int height = reader.getHeight(0);
        return new FrameSize(width, height);
    }

    /** Heap that the pixels will take, in bytes for each of them. */
    int bytesPerPixel(ImageReader reader) throws IOException;

    /** Decodes the image. */
    RgbImage read(ImageReader reader) throws IOException;

    /** A size in pixels. */
    record FrameSize(int width, int height) implements ImageSize {}

    /** JPEG and PNG. */
    record Stored() implements PixelReading {
        private static final int[] BLUE_FIRST = {2, 1, 0};
        private static final int[] RED_FIRST = {0, 1, 2};

        @Override
        public int bytesPerPixel(ImageReader reader) throws IOException {
            return storedBytes(reader);
        }

        @Override
        public RgbImage read(ImageReader reader) throws IOException {
            ImageReadParam parameters = reader.getDefaultReadParam();
            redFirst(reader).ifPresent(parameters::setDestination);
            return new RgbImage(reader.read(0, parameters));
        }

        /**
         * Where to read to what would be read as B, G, R. The JPEG reader has R, G, B, and copies each row as it is to such a place, but
         * sample by sample, twice, to one in another order.
         */
        private static Optional<BufferedImage> redFirst(ImageReader reader) throws IOException {
            Iterator<ImageTypeSpecifier> types = reader.getImageTypes(0);
            if (types.hasNext()) {
                ImageTypeSpecifier type = types.next();
                if (type.getSampleModel() instanceof PixelInterleavedSampleModel pixels
                        && pixels.getTransferType() == DataBuffer.TYPE_BYTE
                        && Arrays.equals(pixels.getBandOffsets(), BLUE_FIRST)) {
                    return Optional.of(ImageTypeSpecifier.createInterleaved(
                                    type.getColorModel().getColorSpace(), RED_FIRST, DataBuffer.TYPE_BYTE, false, false)
                            .createBufferedImage(reader.getWidth(0), reader.getHeight(0)));
                }
            }
            return Optional.empty();
        }
    }

    /** GIF: a frame on its canvas. */
    record Gif(GifFrame frame) implements PixelReading {
        @Override
        public int bytesPerPixel(ImageReader reader) throws IOException {
            return storedBytes(reader);
        }

        @Override
        public RgbImage read(ImageReader reader) throws IOException {
            return new RgbImage(reader.read(0), frame.width(), frame.height(), frame.left(), frame.top());
        }
    }

    /** JPEG with four inks. ImageIO has no colour space for them, but gives their samples. */
    record Inks(JpegInks inks) implements PixelReading {
        @Override
        public int bytesPerPixel(ImageReader reader) {
            return JpegInks.COMPONENTS;
        }

        @Override
        public RgbImage read(ImageReader reader) throws IOException {
            return RgbImage.ofInks(reader.readRaster(0, reader.getDefaultReadParam()), inks);
        }
    }

    /** WebP: a frame on its canvas, always read to an int for each pixel. */
    record Webp(WebpFrame frame) implements PixelReading {
        @Override
        public ImageSize size(ImageReader reader) {
            return frame.size();
        }

        @Override
        public int bytesPerPixel(ImageReader reader) {
            return Integer.BYTES;
        }

        @Override
        public RgbImage read(ImageReader reader) throws IOException {
            return new RgbImage(WebpLibrary.read(reader), frame.width(), frame.height(), frame.left(), frame.top());
        }
    }

    private static int storedBytes(ImageReader reader) throws IOException {
        Iterator<ImageTypeSpecifier> types = reader.getImageTypes(0);
        if (!types.hasNext()) {
            throw new IOException("Unsupported Image Type");
        }
        // The first is the one that is read to.
        int bits = IntStream.of(types.next().getSampleModel().getSampleSize()).sum();
        return Math.max(1, (bits + 7) / 8);
    }
}
