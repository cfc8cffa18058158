package flotilla.inference;

import flotilla.domain.FailureCode;
import flotilla.domain.Outcome;
import flotilla.protocol.ImageInspector.Inspection;
import java.awt.image.BufferedImage;
import java.awt.image.SampleModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import java.util.Optional;
import java.util.stream.IntStream;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decodes JPEG, PNG and the first frame of GIF. Whatever the bytes are, the answer is a value: a broken image is no
 * exception. Stateless but for the memory it shares; any number of threads.
 *
 * <p>ImageIO answers some truncated files with half an image, and only warns. Here they are damaged.
 */
final class ImageDecoder {
    private final ImageHeaders headers;
    private final long maxPixels;
    private final DecodeMemory memory;

    /** What the bytes turned out to be; to be closed when the pixels are not needed any more. */
    sealed interface Decoded extends AutoCloseable {
        @Override
        default void close() {}

        /** An image, and the memory that it holds until it is closed. */
        record Image(RgbImage pixels, DecodeMemory.Share share) implements Decoded {
            @Override
            public void close() {
                share.close();
            }
        }

        /** Not an image that can be classified. */
        record Refused(Outcome.Failed failure) implements Decoded {}
    }

    ImageDecoder(long maxPixels, DecodeMemory memory) {
        this.headers = new ImageHeaders(maxPixels);
        this.maxPixels = maxPixels;
        this.memory = memory;
    }

    /** Decodes one image; waits while other large images fill the memory for it. */
    Decoded decode(byte[] bytes) {
        Inspection inspection = headers.inspect(bytes, true);
        if (inspection instanceof Inspection.Refused refused) {
            return refused(refused.code(), refused.message());
        }
        ImageKind kind = ImageKind.of(bytes).orElseThrow();
        Optional<GifFrame.Scan.Found> gif = kind == ImageKind.GIF ? gifFrame(bytes) : Optional.empty();
        ImageReader reader = kind.newReader();
        try (ImageInputStream input = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
            ReadWatch watch = ReadWatch.on(reader, kind);
            reader.setInput(input, true, true);
            return read(kind, reader, watch, gif);
        } catch (IOException | RuntimeException e) {
            // Of broken data ImageIO's readers throw whatever comes: beyond IIOException also, for example,
            // IndexOutOfBounds, IllegalArgument, NegativeArraySize and CMMException.
            return String.valueOf(e.getMessage()).startsWith("Unsupported")
                    ? refused(
                            FailureCode.UNSUPPORTED_TYPE,
                            "this " + kind + " is of a variety that is not decoded here; send it as 8-bit RGB")
                    : damaged(kind, reason(e));
        } finally {
            reader.dispose();
        }
    }

    private Decoded read(ImageKind kind, ImageReader reader, ReadWatch watch, Optional<GifFrame.Scan.Found> gif)
            throws IOException {
        int width = reader.getWidth(0);
        int height = reader.getHeight(0);
        if ((long) width * height > maxPixels) {
            return damaged(kind, "it holds two sizes, one of them " + width + "x" + height);
        }
        ImageTypeSpecifier type = storedType(reader);
        long bytes = (long) width * height * bytesPerPixel(type.getSampleModel());
        Optional<DecodeMemory.Share> share = memory.take(bytes);
        if (share.isEmpty()) {
            return refused(
                    FailureCode.TOO_MANY_PIXELS,
                    "decoding the image takes " + (bytes >> 20) + " MiB, and there are " + (memory.total() >> 20)
                            + " for it; send a smaller one or give the worker a larger heap");
        }
        boolean kept = false;
        try {
            ImageReadParam param = reader.getDefaultReadParam();
            param.setDestinationType(type);
            BufferedImage image = reader.read(0, param);
            if (watch.damage().isPresent()) {
                return damaged(kind, watch.damage().get());
            }
            RgbImage pixels = gif.map(frame ->
                            new RgbImage(image, frame.canvasWidth(), frame.canvasHeight(), frame.left(), frame.top()))
                    .orElseGet(() -> new RgbImage(image));
            kept = true;
            return new Decoded.Image(pixels, share.get());
        } finally {
            if (!kept) {
                share.get().close();
            }
        }
    }

    private static Optional<GifFrame.Scan.Found> gifFrame(byte[] bytes) {
        return GifFrame.scan(bytes) instanceof GifFrame.Scan.Found found ? Optional.of(found) : Optional.empty();
    }

    /**
     * The type that keeps the samples as they are stored. With a colour profile in a JPEG, ImageIO's first choice is to
     * convert to sRGB, which takes longer than the decoding and gives values that models were not trained on.
     */
    private static ImageTypeSpecifier storedType(ImageReader reader) throws IOException {
        ImageTypeSpecifier first = null;
        for (Iterator<ImageTypeSpecifier> types = reader.getImageTypes(0); types.hasNext(); ) {
            ImageTypeSpecifier type = types.next();
            first = first == null ? type : first;
            boolean profile = type.getNumBands() == 3
                    && !type.getColorModel().getColorSpace().isCS_sRGB();
            if (profile) {
                return type;
            }
        }
        if (first == null) {
            throw new IOException("Unsupported Image Type");
        }
        return first;
    }

    private static int bytesPerPixel(SampleModel samples) {
        int bits = IntStream.of(samples.getSampleSize()).sum();
        return Math.max(1, (bits + 7) / 8);
    }

    private static String reason(Exception e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    private static Decoded damaged(ImageKind kind, String reason) {
        return refused(
                FailureCode.DAMAGED,
                "this " + kind + " is damaged ("
                        + reason.replaceAll("\\s+", " ").strip() + "); send it again, undamaged");
    }

    private static Decoded refused(FailureCode code, String message) {
        return new Decoded.Refused(new Outcome.Failed(code, message));
    }
}
