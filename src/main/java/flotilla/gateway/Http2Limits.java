package flotilla.gateway;

import flotilla.gateway.Http2Frames.Frame;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What a client of HTTP/2 may send besides what the server limits itself. The server would collect a frame of 16 MiB, collect a header
 * block without end (CONTINUATION frames, empty ones too), and go on reading after it has told the client that the connection is at
 * its end, so that each stream which is broken leaves a request behind. RFC 9113, 4.2, 5.4.1 and 10.5.1. Bytes of a connection that
 * speaks HTTP/1 pass unread; so who offers HTTP/2 in HTTP/1 sends nothing after the offer until it is taken, and then the preface (RFC 7540,
 * 3.2). For one connection; not for several threads.
 */
final class Http2Limits {
    /** With what an HTTP/2 client begins. */
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /** No larger one is ever allowed to clients here; 2^14 bytes. */
    private static final int LONGEST_FRAME = 1 << 14;

    /** The last four bytes of a request without a body, as a number. */
    private static final int HEADER_END = '\r' << 24 | '\n' << 16 | '\r' << 8 | '\n';

    private static final int PROTOCOL_ERROR = 0x1;
    private static final int FRAME_SIZE_ERROR = 0x6;
    private static final int ENHANCE_YOUR_CALM = 0xb;

    /**
     * What was too much.
     *
     * @param errorCode as HTTP/2 has it
     * @param what for a log
     */
    record Excess(int errorCode, String what) {}

    private enum Speech {
        /** It has not sent enough to tell. */
        UNKNOWN,
        HTTP1,
        /** It has offered HTTP/2, which was taken. */
        SWITCHING,
        HTTP2
    }

    private final int longestHeaderBlock;
    private final Http2Frames fromClient = new Http2Frames();
    private final Http2Frames fromServer = new Http2Frames();
    private Speech speech = Speech.UNKNOWN;
    /** The last four bytes from the client while it speaks HTTP/1. */
    private int lastBytes;

    private int prefaceRead;
    private int headerBlock;
    private boolean over;

    /** @param longestHeaderBlock of one request, compressed, with the heads of its frames, in bytes */
    Http2Limits(int longestHeaderBlock) {
        this.longestHeaderBlock = longestHeaderBlock;
    }

    /** The server goes on in HTTP/2 because the client has offered that; what it has sent behind the offer was not looked at. */
    Optional<Excess> upgraded() {
        speech = Speech.SWITCHING;
        prefaceRead = 0;
        return lastBytes == HEADER_END
                ? Optional.empty()
                : Optional.of(new Excess(PROTOCOL_ERROR, "more than the request that offers HTTP/2"));
    }

    /** Bytes come from the client. */
    Optional<Excess> received(ByteBuffer bytes) {
        noteLast(bytes);
        while ((speech == Speech.UNKNOWN || speech == Speech.SWITCHING) && bytes.hasRemaining()) {
            boolean switching = speech == Speech.SWITCHING;
            readPreface(bytes.get());
            if (switching && speech == Speech.HTTP1) {
                return Optional.of(new Excess(PROTOCOL_ERROR, "no preface of HTTP/2 after it was offered"));
            }
        }
        if (speech != Speech.HTTP2) {
            return Optional.empty();
        }
        Optional<Excess> excess = Optional.empty();
        for (Optional<Frame> next = fromClient.next(bytes);
                next.isPresent() && excess.isEmpty();
                next = fromClient.next(bytes)) {
            excess = excess(next.get());
        }
        return excess;
    }

    /** Bytes leave for the client. */
    void sent(ByteBuffer bytes) {
        if (speech == Speech.HTTP2) {
            for (Optional<Frame> next = fromServer.next(bytes); next.isPresent(); next = fromServer.next(bytes)) {
                over |= next.get().errorCode() != 0;
            }
        }
    }

    /** Whether the server has told the client of an error that ends the connection. */
    boolean isOver() {
        return over;
    }

    private void noteLast(ByteBuffer bytes) {
        if (speech == Speech.UNKNOWN || speech == Speech.HTTP1) {
            for (int at = Math.max(bytes.position(), bytes.limit() - Integer.BYTES); at < bytes.limit(); at++) {
                lastBytes = lastBytes << Byte.SIZE | bytes.get(at) & 0xFF;
            }
        }
    }

    private void readPreface(byte next) {
        if (next != PREFACE[prefaceRead]) {
            speech = Speech.HTTP1;
        } else if (++prefaceRead == PREFACE.length) {
            speech = Speech.HTTP2;
        }
    }

    private Optional<Excess> excess(Frame frame) {
        if (frame.length() > LONGEST_FRAME) {
            return Optional.of(new Excess(FRAME_SIZE_ERROR, "a frame of " + frame.length() + " bytes"));
        }
        if (frame.type() == Http2Frames.HEADERS) {
            headerBlock = 0;
        }
        if (frame.type() == Http2Frames.HEADERS || frame.type() == Http2Frames.CONTINUATION) {
            headerBlock += Http2Frames.HEAD + frame.length();
        }
        return headerBlock > longestHeaderBlock
                ? Optional.of(
                        new Excess(ENHANCE_YOUR_CALM, "a header block of more than " + longestHeaderBlock + " bytes"))
                : Optional.empty();
    }
}
