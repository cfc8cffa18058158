package flotilla.inference;

/** Numbers and names within the bytes of a file. The caller sees to it that they are there. */
final class Bytes {
    private Bytes() {}

    /** A part of the bytes, from {@code from} up to {@code to}, which lies outside. */
    record Range(int from, int to) {
        int length() {
            return to - from;
        }
    }

    static int big16(byte[] bytes, int at) {
        return (bytes[at] & 0xFF) << 8 | bytes[at + 1] & 0xFF;
    }

    /** As a signed number, so that what is too large is negative. */
    static int big32(byte[] bytes, int at) {
        return big16(bytes, at) << 16 | big16(bytes, at + 2);
    }

    static int little16(byte[] bytes, int at) {
        return bytes[at] & 0xFF | (bytes[at + 1] & 0xFF) << 8;
    }

    static int little24(byte[] bytes, int at) {
        return little16(bytes, at) | (bytes[at + 2] & 0xFF) << 16;
    }

    /** As a signed number, so that what is too large is negative. */
    static int little32(byte[] bytes, int at) {
        return little16(bytes, at) | little16(bytes, at + 2) << 16;
    }

    /** Whether these characters, of a byte each, stand at {@code at}; false when the bytes end before. */
    static boolean isAt(byte[] bytes, int at, String text) {
        if (bytes.length - at < text.length()) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if ((bytes[at + i] & 0xFF) != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
