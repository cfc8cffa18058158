package flotilla.hostile;

import static flotilla.hostile.Encoded.ascii;

import java.nio.ByteBuffer;

/** EXIF data that promises more than there is. */
final class LyingExif {
    private LyingExif() {}

    /** A directory of 65,535 entries that ends in the first, which points at the directory itself. */
    static byte[] bytes() {
        return ByteBuffer.allocate(22)
                .put(ascii("MM\0*"))
                .putInt(8)
                .putShort((short) 0xFFFF)
                .putShort((short) 0x8769)
                .putShort((short) 4)
                .putInt(Integer.MAX_VALUE)
                .putInt(8)
                .array();
    }

    /** The orientation alone, any number. */
    static byte[] orientation(int value) {
        return ByteBuffer.allocate(26)
                .put(ascii("MM\0*"))
                .putInt(8)
                .putShort((short) 1)
                .putShort((short) 0x0112)
                .putShort((short) 3)
                .putInt(1)
                .putShort((short) value)
                .array();
    }
}
