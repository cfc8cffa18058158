package flotilla.hostile;

import static flotilla.hostile.Encoded.inserted;
import static flotilla.hostile.Encoded.joined;
import static flotilla.hostile.Encoded.with;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Finds and bends the segments of a JPEG. */
final class Jpeg {
    static final int BASELINE = 0xC0;
    static final int PROGRESSIVE = 0xC2;
    static final int HUFFMAN = 0xC4;
    static final int SCAN = 0xDA;
    static final int QUANTISATION = 0xDB;
    static final int APP0 = 0xE0;
    static final int COMMENT = 0xFE;

    private Jpeg() {}

    /** Where the first segment of a kind begins. */
    static int at(byte[] jpeg, int marker) {
        int at = 2;
        while ((jpeg[at + 1] & 0xFF) != marker) {
            at += 2 + length(jpeg, at);
        }
        return at;
    }

    /** The first segment of a kind. */
    static byte[] segment(byte[] jpeg, int marker) {
        int at = at(jpeg, marker);
        return Arrays.copyOfRange(jpeg, at, at + 2 + length(jpeg, at));
    }

    static byte[] segment(int marker, byte[] data) {
        return ByteBuffer.allocate(4 + data.length)
                .put((byte) 0xFF)
                .put((byte) marker)
                .putShort((short) (2 + data.length))
                .put(data)
                .array();
    }

    static byte[] before(byte[] jpeg, int marker, byte[] more) {
        return inserted(jpeg, at(jpeg, marker), more);
    }

    static byte[] first(byte[] jpeg, byte[] more) {
        return inserted(jpeg, 2, more);
    }

    /** Without any segment of a kind before the data. */
    static byte[] without(byte[] jpeg, int marker) {
        byte[] left = Arrays.copyOf(jpeg, 2);
        int at = 2;
        for (; (jpeg[at + 1] & 0xFF) != SCAN; at += 2 + length(jpeg, at)) {
            if ((jpeg[at + 1] & 0xFF) != marker) {
                left = joined(left, Arrays.copyOfRange(jpeg, at, at + 2 + length(jpeg, at)));
            }
        }
        return joined(left, Arrays.copyOfRange(jpeg, at, jpeg.length));
    }

    static byte[] sized(byte[] jpeg, int frame, int width, int height) {
        return with(jpeg, at(jpeg, frame) + 5, height >> 8, height, width >> 8, width);
    }

    private static int length(byte[] jpeg, int at) {
        return (jpeg[at + 2] & 0xFF) << 8 | jpeg[at + 3] & 0xFF;
    }
}
