package flotilla.inference;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The first frame of a whole WebP: where its chunks are and where it lies on the canvas.
 *
 * @param width of the canvas; likewise the height
 * @param left where the frame lies on the canvas
 * @param top where the frame lies on the canvas
 * @param size of the frame, as its own data says it
 * @param picture the chunk with the pixels, its head included
 * @param alpha the chunk with the transparency of a lossy picture, its head included
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9649#section-2.7">RFC 9649, extended file format</a>
 */
record WebpFrame(
        int width, int height, int left, int top, WebpHeader size, Bytes.Range picture, Optional<Bytes.Range> alpha)
        implements ImageSize {
    private static final String ALPHA = "ALPH";
    private static final String ANIMATION_FRAME = "ANMF";
    private static final String EXIF = "EXIF";
    private static final String EXIF_PREFIX = "Exif\0\0";
    private static final int ANIMATION_FRAME_HEAD = 16;
    private static final int HAS_ALPHA = 0x10;

    /** Never {@link HeaderScan.Ended}: a file that ends early is broken. */
    static HeaderScan<WebpFrame> scan(byte[] webp) {
        if (!(WebpHeader.scan(webp) instanceof HeaderScan.Found<WebpHeader> canvas)) {
            return new HeaderScan.Broken<>("has a broken header");
        }
        int end = end(webp);
        if (end < 0) {
            return new HeaderScan.Broken<>("ends early");
        }
        Optional<Bytes.Range> alpha = Optional.empty();
        Optional<Bytes.Range> chunk = chunk(webp, WebpHeader.FIRST_CHUNK, end);
        for (; chunk.isPresent(); chunk = chunk(webp, next(chunk.get()), end)) {
            int at = chunk.get().from();
            if (isPicture(webp, at)) {
                return frame(webp, canvas.header(), 0, 0, canvas.header(), chunk.get(), alpha);
            }
            if (Bytes.isAt(webp, at, ANIMATION_FRAME)) {
                return animationFrame(webp, canvas.header(), chunk.get());
            }
            alpha = Bytes.isAt(webp, at, ALPHA) ? chunk : alpha;
        }
        return new HeaderScan.Broken<>("holds no whole picture");
    }

    /** Where the EXIF data of a whole WebP is. */
    static Optional<Bytes.Range> exif(byte[] webp) {
        int end = end(webp);
        Optional<Bytes.Range> chunk = chunk(webp, WebpHeader.FIRST_CHUNK, end);
        while (chunk.isPresent() && !Bytes.isAt(webp, chunk.get().from(), EXIF)) {
            chunk = chunk(webp, next(chunk.get()), end);
        }
        return chunk.map(found -> {
            int from = found.from() + WebpHeader.CHUNK_HEAD;
            // Not in the specification, but some programs write the prefix that EXIF has in a JPEG.
            int skipped = Bytes.isAt(webp, from, EXIF_PREFIX) ? EXIF_PREFIX.length() : 0;
            return new Bytes.Range(Math.min(found.to(), from + skipped), found.to());
        });
    }

    /** A WebP of this frame alone, without metadata, which is what every decoder takes. */
    byte[] alone(byte[] webp) {
        int length = WebpHeader.FIRST_CHUNK + even(picture.length());
        if (alpha.isPresent()) {
            length += WebpHeader.CHUNK_HEAD + 10 + even(alpha.get().length());
        }
        ByteBuffer file = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        file.put(ascii("RIFF")).putInt(length - WebpHeader.CHUNK_HEAD).put(ascii("WEBP"));
        if (alpha.isPresent()) {
            file.put(ascii(WebpHeader.EXTENDED)).putInt(10).putInt(HAS_ALPHA);
            putSide(file, size.width());
            putSide(file, size.height());
            putChunk(file, webp, alpha.get());
        }
        putChunk(file, webp, picture);
        return file.array();
    }

    private static HeaderScan<WebpFrame> animationFrame(byte[] webp, WebpHeader canvas, Bytes.Range frame) {
        int head = frame.from() + WebpHeader.CHUNK_HEAD;
        if (frame.to() - head < ANIMATION_FRAME_HEAD) {
            return new HeaderScan.Broken<>("has a broken first frame");
        }
        int left = 2 * Bytes.little24(webp, head);
        int top = 2 * Bytes.little24(webp, head + 3);
        WebpHeader size = new WebpHeader(1 + Bytes.little24(webp, head + 6), 1 + Bytes.little24(webp, head + 9));
        Optional<Bytes.Range> alpha = Optional.empty();
        Optional<Bytes.Range> chunk = chunk(webp, head + ANIMATION_FRAME_HEAD, frame.to());
        for (; chunk.isPresent(); chunk = chunk(webp, next(chunk.get()), frame.to())) {
            int at = chunk.get().from();
            if (isPicture(webp, at)) {
                return frame(webp, canvas, left, top, size, chunk.get(), alpha);
            }
            alpha = Bytes.isAt(webp, at, ALPHA) ? chunk : alpha;
        }
        return new HeaderScan.Broken<>("has a broken first frame");
    }

    /** What is announced of the frame must be what its data says, or memory would be taken by a lie. */
    private static HeaderScan<WebpFrame> frame(
            byte[] webp,
            WebpHeader canvas,
            int left,
            int top,
            WebpHeader announced,
            Bytes.Range picture,
            Optional<Bytes.Range> alpha) {
        boolean agrees =
                WebpHeader.picture(webp, picture.from(), picture.to()) instanceof HeaderScan.Found<WebpHeader> found
                        && found.header().equals(announced);
        boolean onCanvas = left + announced.width() <= canvas.width() && top + announced.height() <= canvas.height();
        if (!agrees || !onCanvas) {
            return new HeaderScan.Broken<>("has a frame of another size than its header says");
        }
        boolean lossy = Bytes.isAt(webp, picture.from(), WebpHeader.LOSSY);
        return new HeaderScan.Found<>(new WebpFrame(
                canvas.width(), canvas.height(), left, top, announced, picture, alpha.filter(chunk -> lossy)));
    }

    private static boolean isPicture(byte[] webp, int at) {
        return Bytes.isAt(webp, at, WebpHeader.LOSSY) || Bytes.isAt(webp, at, WebpHeader.LOSSLESS);
    }

    /** Where the file ends by its own account, or -1 when the bytes end before. */
    private static int end(byte[] webp) {
        int length = Bytes.little32(webp, 4);
        return length < WebpHeader.CHUNK_HEAD || length > webp.length - WebpHeader.CHUNK_HEAD
                ? -1
                : length + WebpHeader.CHUNK_HEAD;
    }

    /** The chunk at {@code at}, without its padding; empty when it does not end before {@code end}. */
    private static Optional<Bytes.Range> chunk(byte[] webp, int at, int end) {
        if (end - at < WebpHeader.CHUNK_HEAD) {
            return Optional.empty();
        }
        int length = Bytes.little32(webp, at + 4);
        return length < 0 || length > end - at - WebpHeader.CHUNK_HEAD
                ? Optional.empty()
                : Optional.of(new Bytes.Range(at, at + WebpHeader.CHUNK_HEAD + length));
    }

    private static int next(Bytes.Range chunk) {
        return chunk.from() + even(chunk.length());
    }

    private static int even(int length) {
        return length + (length & 1);
    }

    private static void putSide(ByteBuffer file, int side) {
        file.putShort((short) (side - 1)).put((byte) (side - 1 >> 16));
    }

    private static void putChunk(ByteBuffer file, byte[] webp, Bytes.Range chunk) {
        file.put(webp, chunk.from(), chunk.length());
        if (chunk.length() % 2 == 1) {
            file.put((byte) 0);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
