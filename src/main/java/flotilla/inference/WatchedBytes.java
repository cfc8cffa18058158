package flotilla.inference;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/** The bytes of one image, which end with an exception when decoding them has taken too much. */
final class WatchedBytes extends InputStream {
    private final ByteArrayInputStream bytes;
    private final DecodeEffort effort;

    WatchedBytes(byte[] bytes, DecodeEffort effort) {
        this.bytes = new ByteArrayInputStream(bytes);
        this.effort = effort;
    }

    @Override
    public int read() throws IOException {
        effort.check();
        return bytes.read();
    }

    @Override
    public int read(byte[] into, int from, int count) throws IOException {
        effort.check();
        return bytes.read(into, from, count);
    }
}
