package flotilla.inference;

import flotilla.domain.FailureCode;
import flotilla.domain.Outcome;
import flotilla.protocol.ImageInspector.Inspection;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decodes JPEG, PNG, GIF and WebP, of animations the first frame, and turns it upright. Whatever the bytes are, the answer
 * is a value: a broken image is no exception. Stateless but for the memory it shares; any number of threads.
 *
 * <p>ImageIO answers some truncated files with half an image, and only warns. Here they are damaged.
 */
final class ImageDecoder {
    /** Of one image when nothing else is said. */
    static final Duration DEFAULT_LIMIT = Duration.ofSeconds(30);

    /**
     * The most scans of a JPEG; programs write some ten. Each goes over all pixels, so that a small file with thousands of
     * empty ones would take hours.
     */
    private static final int MAX_SCANS = 100;

    /** The largest images may be gone over so often; smaller ones more often, up to {@link #MAX_SCANS}. */
    private static final int SCANS_OF_LARGEST = 20;

    private final ImageHeaders headers;
    private final long maxPixels;
    private final DecodeMemory memory;
    private final DecodeEffort.Limit limit;

    /** What the bytes turned out to be; to be closed when the pixels are not needed any more. */
    sealed interface Decoded extends AutoCloseable {
        @Override
        default void close() {}

        /** An image, and the memory that it holds until it is closed. */
        record Image(PixelRows pixels, DecodeMemory.Share share) implements Decoded {
            @Override
            public void close() {
                share.close();
            }
        }

        /** Not an image that can be classified. */
        record Refused(Outcome.Failed failure) implements Decoded {}
    }

    ImageDecoder(long maxPixels, DecodeMemory memory) {
        this(maxPixels, memory, DecodeEffort.Limit.of(DEFAULT_LIMIT));
    }

    /**
     * @param limit of each image
     */
    ImageDecoder(long maxPixels, DecodeMemory memory, DecodeEffort.Limit limit) {
        this.headers = new ImageHeaders(maxPixels);
        this.maxPixels = maxPixels;
        this.memory = memory;
        this.limit = limit;
    }

    /**
     * Decodes one image; waits while other large images fill the memory for it.
     *
     * @throws IllegalStateException when a decoder is missing here; the image is innocent
     */
    Decoded decode(byte[] bytes) {
        Inspection inspection = headers.inspect(bytes, true);
        if (inspection instanceof Inspection.Refused refused) {
            return refused(refused.code(), refused.message());
        }
        ImageKind kind = ImageKind.of(bytes).orElseThrow();
        Orientation orientation = Orientation.of(kind, bytes);
        return switch (kind) {
            case JPEG -> decodeJpeg(bytes, orientation);
            case PNG -> decode(kind, PngHeader.pixelsAlone(bytes), new PixelReading.Stored(), orientation);
            case GIF -> decodeGif(bytes, orientation);
            case WEBP -> decodeWebp(bytes, orientation);
        };
    }

    private Decoded decodeJpeg(byte[] bytes, Orientation orientation) {
        JpegHeader header = ((HeaderScan.Found<JpegHeader>) JpegHeader.scan(bytes)).header();
        long pixels = (long) header.width() * header.height();
        long most = Math.min(MAX_SCANS, SCANS_OF_LARGEST * maxPixels / pixels);
        int scans = JpegHeader.scans(bytes);
        if (scans > most) {
            return refused(
                    FailureCode.UNSUPPORTED_TYPE,
                    "this JPEG has " + scans + " scans, more than the " + most
                            + " that are decoded here of one this large; save it anew");
        }
        PixelReading reading = header.components() == JpegInks.COMPONENTS
                ? new PixelReading.Inks(JpegInks.of(header))
                : new PixelReading.Stored();
        return decode(ImageKind.JPEG, JpegHeader.withoutProfiles(bytes), reading, orientation);
    }

    private Decoded decodeGif(byte[] bytes, Orientation orientation) {
        GifFrame frame = ((HeaderScan.Found<GifFrame>) GifFrame.scan(bytes)).header();
        return decode(ImageKind.GIF, frame.alone(bytes), new PixelReading.Gif(frame), orientation);
    }

    private Decoded decodeWebp(byte[] bytes, Orientation orientation) {
        HeaderScan<WebpFrame> scan = WebpFrame.scan(bytes);
        if (!(scan instanceof HeaderScan.Found<WebpFrame> found)) {
            return damaged(ImageKind.WEBP, "it " + ((HeaderScan.Broken<WebpFrame>) scan).reason());
        }
        WebpLibrary.load();
        WebpFrame frame = found.header();
        return decode(ImageKind.WEBP, frame.alone(bytes), new PixelReading.Webp(frame), orientation);
    }

    private Decoded decode(ImageKind kind, byte[] file, PixelReading reading, Orientation orientation) {
        ImageReader reader = kind.newReader();
        DecodeEffort effort = limit.start();
        try (ImageInputStream input = new MemoryCacheImageInputStream(new WatchedBytes(file, effort))) {
            ReadWatch watch = ReadWatch.on(reader, kind, effort);
            reader.setInput(input, true, true);
            return read(kind, reader, watch, reading, orientation);
        } catch (IOException | RuntimeException e) {
            // Of broken data ImageIO's readers throw whatever comes: beyond IIOException also, for example,
            // IndexOutOfBounds, IllegalArgument, NegativeArraySize and CMMException.
            if (effort.isSpent()) {
                return damaged(kind, effort.reason());
            }
            return String.valueOf(e.getMessage()).startsWith("Unsupported")
                    ? refused(
                            FailureCode.UNSUPPORTED_TYPE,
                            "this " + kind + " is of a variety that is not decoded here; send it as 8-bit RGB")
                    : damaged(kind, reason(e));
        } finally {
            reader.dispose();
        }
    }

    private Decoded read(
            ImageKind kind, ImageReader reader, ReadWatch watch, PixelReading reading, Orientation orientation)
            throws IOException {
        ImageSize size = reading.size(reader);
        long pixels = (long) size.width() * size.height();
        if (pixels > maxPixels) {
            return damaged(kind, "it holds two sizes, one of them " + size.width() + "x" + size.height());
        }
        long bytes = pixels * reading.bytesPerPixel(reader);
        Optional<DecodeMemory.Share> share = memory.take(bytes);
        if (share.isEmpty()) {
            return refused(
                    FailureCode.TOO_MANY_PIXELS,
                    "decoding the image takes " + (bytes >> 20) + " MiB, and there are " + (memory.total() >> 20)
                            + " for it; send a smaller one or give the worker a larger heap");
        }
        boolean kept = false;
        try {
            RgbImage image = reading.read(reader);
            if (watch.damage().isPresent()) {
                return damaged(kind, watch.damage().get());
            }
            kept = true;
            return new Decoded.Image(OrientedImage.of(image, orientation), share.get());
        } finally {
            if (!kept) {
                share.get().close();
            }
        }
    }

    private static String reason(Exception e) {
        Throwable cause = e.getCause() == null || e.getCause() instanceof Error ? e : e.getCause();
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
