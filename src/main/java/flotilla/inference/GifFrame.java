package flotilla.inference;

/**
 * Where the first frame of a GIF is and how large its canvas.
 *
 * @param width of the canvas: the logical screen's, enlarged to hold the frame; likewise the height
 * @param left where the frame lies on the canvas
 * @param top where the frame lies on the canvas
 * @see <a href="https://www.w3.org/Graphics/GIF/spec-gif89a.txt">GIF89a</a>
 */
record GifFrame(int width, int height, int left, int top) implements ImageSize {
    private static final int SCREEN_END = 13;
    private static final int DESCRIPTOR_LENGTH = 9;
    private static final int EXTENSION = 0x21;
    private static final int IMAGE = 0x2C;
    private static final int TRAILER = 0x3B;

    /** Looks for the first frame in a GIF of which {@code bytes} is the beginning. */
    static HeaderScan<GifFrame> scan(byte[] bytes) {
        if (bytes.length < SCREEN_END) {
            return new HeaderScan.Ended<>();
        }
        if (bytes[4] != '7' && bytes[4] != '9' || bytes[5] != 'a') {
            return new HeaderScan.Broken<>("has a version that is neither 87a nor 89a");
        }
        int at = SCREEN_END + colourTable(bytes[10]);
        while (at < bytes.length) {
            int block = bytes[at++] & 0xFF;
            if (block == IMAGE) {
                return descriptor(bytes, at);
            }
            if (block == TRAILER) {
                return new HeaderScan.Broken<>("holds no picture");
            }
            if (block != EXTENSION) {
                return new HeaderScan.Broken<>("has broken blocks");
            }
            at = endOfSubBlocks(bytes, at + 1);
            if (at < 0) {
                return new HeaderScan.Ended<>();
            }
        }
        return new HeaderScan.Ended<>();
    }

    private static HeaderScan<GifFrame> descriptor(byte[] bytes, int at) {
        if (bytes.length < at + DESCRIPTOR_LENGTH) {
            return new HeaderScan.Ended<>();
        }
        int left = Bytes.little16(bytes, at);
        int top = Bytes.little16(bytes, at + 2);
        int width = Bytes.little16(bytes, at + 4);
        int height = Bytes.little16(bytes, at + 6);
        if (width == 0 || height == 0) {
            return new HeaderScan.Broken<>("has a first frame of " + width + "x" + height);
        }
        return new HeaderScan.Found<>(new GifFrame(
                Math.max(Bytes.little16(bytes, 6), left + width),
                Math.max(Bytes.little16(bytes, 8), top + height),
                left,
                top));
    }

    /** Length of the colour table that a packed field announces. */
    private static int colourTable(byte packed) {
        return (packed & 0x80) == 0 ? 0 : 3 << ((packed & 0x07) + 1);
    }

    /** The offset after a chain of sub-blocks, or -1 when the bytes end within it. */
    private static int endOfSubBlocks(byte[] bytes, int start) {
        int at = start;
        while (at < bytes.length) {
            int length = bytes[at] & 0xFF;
            at += 1 + length;
            if (length == 0) {
                return at;
            }
        }
        return -1;
    }
}
