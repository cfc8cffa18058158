package flotilla.gateway;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.stream.ActorAttributes;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.javadsl.StreamConverters;
import org.apache.pekko.util.ByteString;

/**
 * The files of a zip as it streams in, one after the other, in their own order; its directory at the end is not looked at. Of
 * each no more than a limit is unpacked to memory. All that is unpacked of a zip, also what is passed over on the way to the
 * next file (the rest of longer files, folders, the metadata that macOS adds), is limited by the bytes that came for it: a small
 * zip cannot keep a processor busy. Images are compressed already and stay far below that.
 */
final class ZipEntries implements AutoCloseable {
    /** Its threads wait for what clients send, so that they are nobody else's; a zip takes one of them while it is unpacked. */
    private static final String DISPATCHER = "flotilla-zips";

    private static final Duration STALLED_AFTER = Duration.ofSeconds(30);
    private static final String MAC_METADATA = "__MACOSX/";
    /** So many bytes may come of one byte of the zip, */
    private static final int RATIO = 20;
    /** and so many times the limit of one file besides. */
    private static final int BESIDES = 10;

    private static final int PIECE = 1 << 16;
    /** Of a name; what comes before it are folders, and the names of thousands of files are held together. */
    private static final int LONGEST_NAME = 1024;

    /**
     * One file.
     *
     * @param name as the zip has it: any text at all, of which the end
     * @param bytes at most one more than the limit, so that a longer file is known
     */
    record Entry(String name, ByteString bytes) {}

    /** Knows how many bytes were read of it. */
    private static final class CountingInputStream extends FilterInputStream {
        private long read;

        CountingInputStream(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int one = super.read();
            read += one < 0 ? 0 : 1;
            return one;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int count = super.read(bytes, offset, length);
            read += Math.max(0, count);
            return count;
        }
    }

    private final CountingInputStream zip;
    private final ZipInputStream in;
    private final long most;
    private final byte[] piece = new byte[PIECE];
    private long unpacked;

    /** For one thread at a time. */
    ZipEntries(InputStream zip, long most) {
        this.zip = new CountingInputStream(zip);
        this.in = new ZipInputStream(this.zip);
        this.most = most;
    }

    /**
     * Unpacks a zip; the stream fails when it is none. Besides the file that is unpacked one waits for whoever takes it, when the
     * stream that this becomes a part of has input buffers of one element.
     *
     * @param most unpacked bytes of one file
     */
    static Source<Entry, NotUsed> of(ActorSystem<?> system, Source<ByteString, ?> zip, long most) {
        return Source.<Entry, ZipEntries>unfoldResource(
                        () -> new ZipEntries(zip.runWith(StreamConverters.asInputStream(STALLED_AFTER), system), most),
                        ZipEntries::next,
                        ZipEntries::close)
                .withAttributes(ActorAttributes.dispatcher(DISPATCHER));
    }

    /** How many may be unpacked at the same time; one more would only wait for a thread. */
    static int most(ActorSystem<?> system) {
        return system.settings().config().getInt(DISPATCHER + ".thread-pool-executor.fixed-pool-size");
    }

    /** The next file; empty when there is none. Fails when the rest is no zip. */
    Optional<Entry> next() {
        try {
            ZipEntry entry = nextEntry();
            while (entry != null && (entry.isDirectory() || entry.getName().startsWith(MAC_METADATA))) {
                entry = nextEntry();
            }
            return entry == null ? Optional.empty() : Optional.of(new Entry(end(entry.getName()), bytes()));
        } catch (IOException e) {
            throw new UncheckedIOException("this is no zip that can be read: " + e.getMessage(), e);
        }
    }

    private ZipEntry nextEntry() throws IOException {
        passOver();
        return in.getNextEntry();
    }

    /** The rest of the file before. */
    private void passOver() throws IOException {
        for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
            count(count);
        }
    }

    private void count(int bytes) throws IOException {
        unpacked += bytes;
        if (unpacked > RATIO * zip.read + BESIDES * most) {
            throw new IOException("it unpacks to far more than images do");
        }
    }

    private static String end(String name) {
        return name.substring(Math.max(0, name.length() - LONGEST_NAME));
    }

    private ByteString bytes() throws IOException {
        byte[] bytes = in.readNBytes((int) Math.min(Integer.MAX_VALUE - 16, most + 1));
        count(bytes.length);
        return ByteString.fromArrayUnsafe(bytes);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
