package flotilla.gateway;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.IntFunction;

/** A TCP connection on which a test speaks HTTP/2 frame by frame, without being asked to keep its rules. Not for several threads. */
final class RawHttp2 implements AutoCloseable {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int CONTINUATION = 9;
    static final int END_STREAM = 0x1;
    static final int END_HEADERS = 0x4;
    static final int CANCEL = 0x8;

    static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /** A frame of the server. */
    record Frame(int type, int flags, int stream, byte[] payload) {
        /** Of GOAWAY. */
        int errorCode() {
            return ByteBuffer.wrap(payload).getInt(4);
        }
    }

    private final Socket socket;
    private final DataInputStream in;

    private RawHttp2(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    }

    /** Connects, and says that it will speak HTTP/2. */
    static RawHttp2 open(String url) throws IOException {
        URI uri = URI.create(url);
        return begin(new Socket(uri.getHost(), uri.getPort()));
    }

    /** The same on a connection that is there. */
    static RawHttp2 begin(Socket socket) throws IOException {
        socket.setTcpNoDelay(true);
        return new RawHttp2(socket).send(bytes(PREFACE, frame(SETTINGS, 0, 0), frame(SETTINGS, 1, 0)));
    }

    static byte[] bytes(byte[]... pieces) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] piece : pieces) {
            all.writeBytes(piece);
        }
        return all.toByteArray();
    }

    static byte[] frame(int type, int flags, int stream, byte... payload) {
        return bytes(head(type, flags, stream, payload.length), payload);
    }

    /** Of a frame whose payload is left to the caller. */
    static byte[] head(int type, int flags, int stream, int length) {
        return ByteBuffer.allocate(9)
                .putInt(length << 8 | type)
                .put((byte) flags)
                .putInt(stream)
                .array();
    }

    /** {@code GET path} whole, on a stream of its own. */
    static byte[] get(int stream, String path) {
        return frame(HEADERS, END_STREAM | END_HEADERS, stream, getHeaders(path));
    }

    /** {@code POST path} on a stream of its own, of which nothing but the header comes. */
    static byte[] begunPost(int stream, String path) {
        byte[] block = getHeaders(path);
        block[0] = (byte) 0x83;
        return frame(HEADERS, END_HEADERS, stream, block);
    }

    /** The header block of {@code GET path}: two fields of HPACK's own table (RFC 7541, appendix A), and two whose names are in it. */
    static byte[] getHeaders(String path) {
        return bytes(new byte[] {(byte) 0x82, (byte) 0x86}, named(4, path), named(1, "localhost"));
    }

    private static byte[] named(int index, String value) {
        byte[] text = value.getBytes(StandardCharsets.US_ASCII);
        return bytes(new byte[] {(byte) index, (byte) text.length}, text);
    }

    static byte[] reset(int stream) {
        return frame(RST_STREAM, 0, stream, (byte) 0, (byte) 0, (byte) 0, (byte) CANCEL);
    }

    static byte[] ping() {
        return frame(PING, 0, 0, new byte[8]);
    }

    RawHttp2 send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        return this;
    }

    /** Sends so many times what the function gives, or until the server has closed the connection. */
    RawHttp2 flood(int times, IntFunction<byte[]> bytes) {
        try {
            for (int i = 0; i < times; i++) {
                send(bytes.apply(i));
            }
        } catch (IOException closed) {
            // That is what floods come to; awaitEnd sees it as well.
        }
        return this;
    }

    /** The next frame of the server; waits for it. */
    Frame next() throws IOException {
        int lengthAndType = in.readInt();
        int flags = in.readUnsignedByte();
        int stream = in.readInt();
        byte[] payload = new byte[lengthAndType >>> 8];
        in.readFully(payload);
        return new Frame(lengthAndType & 0xff, flags, stream, payload);
    }

    /** The next frame of this type; others are passed over. */
    Frame next(int type) throws IOException {
        Frame frame = next();
        while (frame.type() != type) {
            frame = next();
        }
        return frame;
    }

    /**
     * Reads until the server closes the connection, in good order or not.
     *
     * @return what it gave as the reason, if that has come through
     */
    Optional<Integer> awaitEnd() {
        Optional<Integer> reason = Optional.empty();
        try {
            while (true) {
                Frame frame = next();
                if (frame.type() == GOAWAY) {
                    reason = Optional.of(frame.errorCode());
                }
            }
        } catch (IOException end) {
            return reason;
        }
    }

    /** Asks once more, on a new stream: whether the answer comes before the server closes the connection, if it is still there at all. */
    boolean isAnswered(int stream) {
        flood(1, once -> get(stream, "/healthz"));
        try {
            for (Frame frame = next(HEADERS); frame.stream() != stream; ) {
                frame = next(HEADERS);
            }
            return true;
        } catch (IOException end) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
