package flotilla.gateway;

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
 * each no more than a limit is unpacked to memory. What is passed over (the rest of longer files, folders, the metadata that
 * macOS adds) must be unpacked too to find the next file, and is limited for the whole zip: a small one cannot keep a
 * processor busy.
 */
final class ZipEntries implements AutoCloseable {
    private static final Duration STALLED_AFTER = Duration.ofSeconds(30);
    private static final String MAC_METADATA = "__MACOSX/";
    /** So many times the limit of one file may be passed over. */
    private static final int PASSED_OVER = 10;

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

    private final ZipInputStream in;
    private final long most;
    private final byte[] piece = new byte[PIECE];
    private long passedOver;

    /** For one thread at a time. */
    ZipEntries(InputStream zip, long most) {
        this.in = new ZipInputStream(zip);
        this.most = most;
    }

    /**
     * Unpacks a zip; the stream fails when it is none.
     *
     * @param most unpacked bytes of one file
     */
    static Source<Entry, NotUsed> of(ActorSystem<?> system, Source<ByteString, ?> zip, long most) {
        return Source.<Entry, ZipEntries>unfoldResource(
                        () -> new ZipEntries(zip.runWith(StreamConverters.asInputStream(STALLED_AFTER), system), most),
                        ZipEntries::next,
                        ZipEntries::close)
                .withAttributes(ActorAttributes.dispatcher(
                        ActorAttributes.IODispatcher().dispatcher()));
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
            passedOver += count;
            if (passedOver > PASSED_OVER * most) {
                throw new IOException("it unpacks to far more than images of " + most + " bytes");
            }
        }
    }

    private static String end(String name) {
        return name.substring(Math.max(0, name.length() - LONGEST_NAME));
    }

    private ByteString bytes() throws IOException {
        return ByteString.fromArrayUnsafe(in.readNBytes((int) Math.min(Integer.MAX_VALUE - 16, most + 1)));
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
