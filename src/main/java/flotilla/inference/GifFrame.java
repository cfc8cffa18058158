package flotilla.inference;

/**
 * Where the first frame of a GIF is and how large its canvas.
 *
 * @see <a href="https://www.w3.org/Graphics/GIF/spec-gif89a.txt">GIF89a</a>
 */
final class GifFrame {
    private static final int SCREEN_END = 13;
    private static final int DESCRIPTOR_LENGTH = 9;
    private static final int EXTENSION = 0x21;
    private static final int IMAGE = 0x2C;
    private static final int TRAILER = 0x3B;

    private GifFrame() {}

    /** What the bytes say. */
    sealed interface Scan {
        /**
         * The first frame.
         *
         * @param canvasWidth the logical screen's width, enlarged to hold the frame; likewise the height
         * @param left where the frame lies on the canvas
         * @param top where the frame lies on the canvas
         */
        record Found(int canvasWidth, int canvasHeight, int left, int top, int width, int height) implements Scan {}

        /** The bytes end before the first frame's descriptor does. */
        record Ended() implements Scan {}

        /** What cannot be a GIF. */
        record Broken(String reason) implements Scan {}
    }

    /** Looks for the first frame in a GIF of which {@code bytes} is the beginning. */
    static Scan scan(byte[] bytes) {
        if (bytes.length < SCREEN_END) {
            return new Scan.Ended();
        }
        if (bytes[4] != '7' && bytes[4] != '9' || bytes[5] != 'a') {
            return new Scan.Broken("its GIF version is neither 87a nor 89a");
        }
        int at = SCREEN_END + colourTable(bytes[10]);
        while (at < bytes.length) {
            int block = bytes[at++] & 0xFF;
            if (block == IMAGE) {
                return descriptor(bytes, at);
            }
            if (block == TRAILER) {
                return new Scan.Broken("it holds no picture");
            }
            if (block != EXTENSION) {
                return new Scan.Broken("its blocks are broken");
            }
            at = endOfSubBlocks(bytes, at + 1);
            if (at < 0) {
                return new Scan.Ended();
            }
        }
        return new Scan.Ended();
    }

    private static Scan descriptor(byte[] bytes, int at) {
        if (bytes.length < at + DESCRIPTOR_LENGTH) {
            return new Scan.Ended();
        }
        int left = unsignedShort(bytes, at);
        int top = unsignedShort(bytes, at + 2);
        int width = unsignedShort(bytes, at + 4);
        int height = unsignedShort(bytes, at + 6);
        if (width == 0 || height == 0) {
            return new Scan.Broken("its first frame is " + width + "x" + height);
        }
        return new Scan.Found(
                Math.max(unsignedShort(bytes, 6), left + width),
                Math.max(unsignedShort(bytes, 8), top + height),
                left,
                top,
                width,
                height);
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

    private static int unsignedShort(byte[] bytes, int at) {
        return bytes[at] & 0xFF | (bytes[at + 1] & 0xFF) << 8;
    }
}
