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
 * The files of a zip as it streams in, one after the other. Of each no more than a limit is unpacked, so that a small zip
 * cannot become a large one; folders and the metadata that macOS adds are passed over.
 */
final class ZipEntries {
    private static final Duration STALLED_AFTER = Duration.ofSeconds(30);
    private static final String MAC_METADATA = "__MACOSX/";

    /**
     * One file.
     *
     * @param bytes at most one more than the limit, so that a longer file is known
     */
    record Entry(String name, ByteString bytes) {}

    private ZipEntries() {}

    /**
     * Unpacks a zip; the stream fails when it is none.
     *
     * @param most unpacked bytes of one file
     */
    static Source<Entry, NotUsed> of(ActorSystem<?> system, Source<ByteString, ?> zip, long most) {
        return Source.<Entry, ZipInputStream>unfoldResource(
                        () -> new ZipInputStream(zip.runWith(StreamConverters.asInputStream(STALLED_AFTER), system)),
                        in -> next(in, most),
                        ZipInputStream::close)
                .withAttributes(ActorAttributes.dispatcher(
                        ActorAttributes.IODispatcher().dispatcher()));
    }

    private static Optional<Entry> next(ZipInputStream in, long most) {
        try {
            ZipEntry entry = in.getNextEntry();
            while (entry != null && (entry.isDirectory() || entry.getName().startsWith(MAC_METADATA))) {
                entry = in.getNextEntry();
            }
            return entry == null ? Optional.empty() : Optional.of(new Entry(entry.getName(), read(in, most + 1)));
        } catch (IOException e) {
            throw new UncheckedIOException("this is no zip that can be read: " + e.getMessage(), e);
        }
    }

    private static ByteString read(InputStream in, long most) throws IOException {
        return ByteString.fromArrayUnsafe(in.readNBytes((int) Math.min(Integer.MAX_VALUE - 16, most)));
    }
}
