package flotilla.inference;

import java.util.Optional;
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
    private static final int END = 33;

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

    private static boolean isValid(byte[] bytes) {
        int depth = bytes[24];
        boolean depthFitsColour =
                switch (bytes[25]) {
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
