package flotilla.inference;

/**
 * The first chunk of a WebP, which tells the size: of the picture itself ({@code VP8}, lossy; {@code VP8L}, lossless), or of
 * the canvas on which it lies ({@code VP8X}).
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9649#section-2">RFC 9649, WebP container</a>
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6386#section-9.1">RFC 6386, frame header of VP8</a>
 */
record WebpHeader(int width, int height) implements ImageSize {
    static final int CHUNK_HEAD = 8;
    static final int FIRST_CHUNK = 12;
    static final String LOSSY = "VP8 ";
    static final String LOSSLESS = "VP8L";
    static final String EXTENDED = "VP8X";

    private static final int LOSSY_START = 10;
    private static final int LOSSLESS_START = 5;
    private static final int EXTENDED_LENGTH = 10;

    /** Reads a WebP of which {@code bytes} is the beginning. */
    static HeaderScan<WebpHeader> scan(byte[] bytes) {
        if (bytes.length < FIRST_CHUNK + CHUNK_HEAD) {
            return new HeaderScan.Ended<>();
        }
        int at = FIRST_CHUNK + CHUNK_HEAD;
        if (Bytes.isAt(bytes, FIRST_CHUNK, EXTENDED)) {
            if (Bytes.little32(bytes, at - 4) < EXTENDED_LENGTH && Bytes.little32(bytes, at - 4) >= 0) {
                return new HeaderScan.Broken<>("has a broken header");
            }
            return bytes.length < at + EXTENDED_LENGTH
                    ? new HeaderScan.Ended<>()
                    : new HeaderScan.Found<>(
                            new WebpHeader(1 + Bytes.little24(bytes, at + 4), 1 + Bytes.little24(bytes, at + 7)));
        }
        return picture(bytes, FIRST_CHUNK, bytes.length);
    }

    /**
     * Reads the chunk of a picture.
     *
     * @param at where the chunk begins; its head is there
     * @param end where the bytes end for it
     */
    static HeaderScan<WebpHeader> picture(byte[] bytes, int at, int end) {
        int data = at + CHUNK_HEAD;
        if (Bytes.isAt(bytes, at, LOSSY)) {
            return end < data + LOSSY_START ? new HeaderScan.Ended<>() : lossy(bytes, data);
        }
        if (Bytes.isAt(bytes, at, LOSSLESS)) {
            return end < data + LOSSLESS_START ? new HeaderScan.Ended<>() : lossless(bytes, data);
        }
        return new HeaderScan.Broken<>("does not begin with a picture");
    }

    private static HeaderScan<WebpHeader> lossy(byte[] bytes, int at) {
        boolean keyFrame = (bytes[at] & 1) == 0 && Bytes.isAt(bytes, at + 3, "\u009d\u0001\u002a");
        int width = Bytes.little16(bytes, at + 6) & 0x3FFF;
        int height = Bytes.little16(bytes, at + 8) & 0x3FFF;
        return keyFrame && width > 0 && height > 0
                ? new HeaderScan.Found<>(new WebpHeader(width, height))
                : new HeaderScan.Broken<>("has a broken frame header");
    }

    private static HeaderScan<WebpHeader> lossless(byte[] bytes, int at) {
        int packed = Bytes.little32(bytes, at + 1);
        return bytes[at] == 0x2F && packed >>> 29 == 0
                ? new HeaderScan.Found<>(new WebpHeader(1 + (packed & 0x3FFF), 1 + (packed >>> 14 & 0x3FFF)))
                : new HeaderScan.Broken<>("has a broken frame header");
    }
}
