package flotilla.gateway;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Goes through the frames of one direction of an HTTP/2 connection, in whatever pieces its bytes come; of each it reads the head and
 * passes over the rest. RFC 9113, 4.1 and 6.8. Not for several threads.
 */
final class Http2Frames {
    static final int HEADERS = 1;
    static final int GOAWAY = 7;
    static final int CONTINUATION = 9;
    /** Before each frame's payload, in bytes. */
    static final int HEAD = 9;

    /** A GOAWAY frame is read up to its error code, behind the last stream's id. */
    private static final int GOAWAY_HEAD = HEAD + 8;

    /**
     * One frame.
     *
     * @param length of its payload, in bytes
     * @param errorCode of a GOAWAY frame; 0 is none
     */
    record Frame(int type, int length, int errorCode) {}

    private final byte[] head = new byte[GOAWAY_HEAD];
    private int read;
    private int toSkip;

    /** The next frame whose head ends in these bytes, which are used up to there; empty when all are used up. */
    Optional<Frame> next(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            if (toSkip > 0) {
                int skipped = Math.min(toSkip, bytes.remaining());
                bytes.position(bytes.position() + skipped);
                toSkip -= skipped;
            } else {
                head[read++] = bytes.get();
                if (read == GOAWAY_HEAD || read == HEAD && !isLongGoaway()) {
                    return Optional.of(frame());
                }
            }
        }
        return Optional.empty();
    }

    private boolean isLongGoaway() {
        return type() == GOAWAY && length() >= GOAWAY_HEAD - HEAD;
    }

    private Frame frame() {
        Frame frame = new Frame(type(), length(), read == GOAWAY_HEAD ? number(GOAWAY_HEAD - 4, 4) : 0);
        toSkip = length() - (read - HEAD);
        read = 0;
        return frame;
    }

    private int length() {
        return number(0, 3);
    }

    private int type() {
        return number(3, 1);
    }

    private int number(int from, int bytes) {
        int number = 0;
        for (int i = from; i < from + bytes; i++) {
            number = number << 8 | head[i] & 0xff;
        }
        return number;
    }
}
