package flotilla.inference;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32;

/**
 * The first chunk of a PNG.
 *
 * @see <a href="https://www.w3.org/TR/png-3/#11IHDR">PNG, IHDR</a>
 */
record PngHeader(int width, int height) implements ImageSize {
    private static final int SIGNATURE = 8;
    private static final int CHUNK_HEAD = 8;
    private static final int CHECKSUM = 4;
    private static final int COLOUR_AT = 25;
    private static final int END = 33;
    private static final int PALETTE = 3;
    /** Besides the data, all that the pixels of a first picture depend on. */
    private static final Set<String> PIXELS = Set.of("IHDR", "PLTE", "tRNS", "IEND");

    private static final String DATA = "IDAT";
    /** Programs write data in pieces of 8 KiB and more. */
    private static final int MANY_CHUNKS = 200;

    /** Reads a PNG of which {@code bytes} is the beginning. */
    static HeaderScan<PngHeader> scan(byte[] bytes) {
        if (bytes.length < END) {
            return new HeaderScan.Ended<>();
        }
        if (Bytes.big32(bytes, SIGNATURE) != 13 || !Bytes.isAt(bytes, SIGNATURE + 4, "IHDR")) {
            return new HeaderScan.Broken<>("does not begin with its header");
        }
        return isValid(bytes)
                ? new HeaderScan.Found<>(new PngHeader(Bytes.big32(bytes, 16), Bytes.big32(bytes, 20)))
                : new HeaderScan.Broken<>("has a broken header");
    }

    /** Where the EXIF data of a whole PNG is. */
    static Optional<Bytes.Range> exif(byte[] png) {
        int at = SIGNATURE;
        while (png.length - at >= CHUNK_HEAD) {
            int length = Bytes.big32(png, at);
            if (length < 0 || length > png.length - at - CHUNK_HEAD) {
                return Optional.empty();
            }
            int from = at + CHUNK_HEAD;
            if (Bytes.isAt(png, at + 4, "eXIf")) {
                return Optional.of(new Bytes.Range(from, from + length));
            }
            at = from + length + CHECKSUM;
        }
        return Optional.empty();
    }

    /**
     * A PNG of the same pixels, when this one has a palette or very many chunks: without texts, profiles and whatever else is
     * not pixels, and with data in one piece. ImageIO reads all of these where there is a palette, and some unpack to thousands
     * of times their size; and it takes longer for a piece of data than for the data in it.
     *
     * @param png with a whole header
     * @return {@code png} itself when its chunks are few; what follows a broken chunk stays as it is
     */
    static byte[] pixelsAlone(byte[] png) {
        return png[COLOUR_AT] == PALETTE || hasManyChunks(png) ? new Rebuilt(png).bytes() : png;
    }

    private static boolean hasManyChunks(byte[] png) {
        int at = SIGNATURE;
        for (int chunks = 0; chunks < MANY_CHUNKS; chunks++) {
            at = end(png, at);
            if (at < 0) {
                return false;
            }
        }
        return true;
    }

    /** Where the chunk at {@code at} ends; -1 when there is no whole one. */
    private static int end(byte[] png, int at) {
        if (png.length - at < CHUNK_HEAD + CHECKSUM) {
            return -1;
        }
        int length = Bytes.big32(png, at);
        return length < 0 || length > png.length - at - CHUNK_HEAD - CHECKSUM
                ? -1
                : at + CHUNK_HEAD + length + CHECKSUM;
    }

    /** A PNG put together anew, chunk by chunk; never longer than the one before. */
    private static final class Rebuilt {
        private final byte[] png;
        private final ByteBuffer kept;
        /** Where the chunk of data begins that is still growing; -1 when there is none. */
        private int data = -1;

        Rebuilt(byte[] png) {
            this.png = png;
            this.kept = ByteBuffer.allocate(png.length).put(png, 0, SIGNATURE);
        }

        byte[] bytes() {
            int at = SIGNATURE;
            for (int end = end(png, at); end >= 0; end = end(png, at)) {
                if (Bytes.isAt(png, at + 4, DATA)) {
                    grow(at, end);
                } else if (PIXELS.contains(new String(png, at + 4, 4, StandardCharsets.ISO_8859_1))) {
                    close();
                    kept.put(png, at, end - at);
                }
                at = end;
            }
            close();
            kept.put(png, at, png.length - at);
            return Arrays.copyOf(kept.array(), kept.position());
        }

        private void grow(int at, int end) {
            if (data < 0) {
                data = kept.position();
                kept.put(png, at, CHUNK_HEAD);
            }
            kept.put(png, at + CHUNK_HEAD, end - at - CHUNK_HEAD - CHECKSUM);
        }

        /** Writes length and sum of the data. */
        private void close() {
            if (data >= 0) {
                int length = kept.position() - data - CHUNK_HEAD;
                kept.putInt(data, length);
                CRC32 sum = new CRC32();
                sum.update(kept.array(), data + 4, 4 + length);
                kept.putInt((int) sum.getValue());
                data = -1;
            }
        }
    }

    private static boolean isValid(byte[] bytes) {
        int depth = bytes[24];
        boolean depthFitsColour =
                switch (bytes[COLOUR_AT]) {
                    case 0 -> depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
                    case 3 -> depth == 1 || depth == 2 || depth == 4 || depth == 8;
                    case 2, 4, 6 -> depth == 8 || depth == 16;
                    default -> false;
                };
        CRC32 sum = new CRC32();
        sum.update(bytes, 12, 17);
        return depthFitsColour
                && bytes[26] == 0
                && bytes[27] == 0
                && (bytes[28] == 0 || bytes[28] == 1)
                && (int) sum.getValue() == Bytes.big32(bytes, 29);
    }
}
