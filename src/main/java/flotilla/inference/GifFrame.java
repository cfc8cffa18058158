package flotilla.inference;

import java.io.ByteArrayOutputStream;
import java.util.Optional;

/**
 * Where the first frame of a GIF is and how large its canvas.
 *
 * @param width of the canvas: the logical screen's, enlarged to hold the frame; likewise the height
 * @param left where the frame lies on the canvas
 * @param top where the frame lies on the canvas
 * @param control the block that says which colour is transparent
 * @param at where the frame's descriptor begins
 * @see <a href="https://www.w3.org/Graphics/GIF/spec-gif89a.txt">GIF89a</a>
 */
record GifFrame(int width, int height, int left, int top, Optional<Bytes.Range> control, int at) implements ImageSize {
    private static final int SCREEN_END = 13;
    private static final int DESCRIPTOR_LENGTH = 9;
    private static final int EXTENSION = 0x21;
    private static final int CONTROL = 0xF9;
    private static final int CONTROL_LENGTH = 8;
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
        Optional<Bytes.Range> control = Optional.empty();
        while (at < bytes.length) {
            int start = at;
            int block = bytes[at++] & 0xFF;
            if (block == IMAGE) {
                return descriptor(bytes, at, control);
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
            if (at - start == CONTROL_LENGTH && (bytes[start + 1] & 0xFF) == CONTROL) {
                control = Optional.of(new Bytes.Range(start, at));
            }
        }
        return new HeaderScan.Ended<>();
    }

    /**
     * A GIF of this frame alone, without comments and other extensions, which some readers put together in time that grows
     * with the square of their blocks. A frame whose data ends early ends early there too.
     */
    byte[] alone(byte[] gif) {
        int tables = Math.min(gif.length, SCREEN_END + colourTable(gif[10]));
        int data = at + DESCRIPTOR_LENGTH + 1 + colourTable(gif[at + DESCRIPTOR_LENGTH]);
        int end = data < gif.length ? endOfSubBlocks(gif, data + 1) : -1;
        ByteArrayOutputStream alone = new ByteArrayOutputStream(gif.length);
        alone.write(gif, 0, tables);
        control.ifPresent(block -> alone.write(gif, block.from(), block.length()));
        alone.write(gif, at, (end < 0 ? gif.length : end) - at);
        if (end >= 0) {
            alone.write(TRAILER);
        }
        return alone.toByteArray();
    }

    private static HeaderScan<GifFrame> descriptor(byte[] bytes, int at, Optional<Bytes.Range> control) {
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
                top,
                control,
                at - 1));
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
