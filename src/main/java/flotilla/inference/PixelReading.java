package flotilla.inference;

import java.io.IOException;
import java.util.Iterator;
import java.util.stream.IntStream;
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
        @Override
        public int bytesPerPixel(ImageReader reader) throws IOException {
            return storedBytes(reader);
        }

        @Override
        public RgbImage read(ImageReader reader) throws IOException {
            return new RgbImage(reader.read(0));
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
