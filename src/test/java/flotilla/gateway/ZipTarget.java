package flotilla.gateway;

import flotilla.domain.FileName;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.zip.ZipException;

/**
 * What a fuzzer guided by coverage feeds with bytes: a zip and the names in it. Each must be read to its end or refused as no
 * zip; what is unpacked has its limit.
 */
public final class ZipTarget {
    private static final int MOST = 1_000;
    private static final int FILES = 1_000;

    private ZipTarget() {}

    public static void fuzzerTestOneInput(byte[] bytes) throws IOException {
        try (ZipEntries entries = new ZipEntries(new ByteArrayInputStream(bytes), MOST)) {
            Optional<ZipEntries.Entry> entry = entries.next();
            for (int i = 0; i < FILES && entry.isPresent(); i++, entry = entries.next()) {
                if (entry.get().bytes().size() > MOST + 1) {
                    throw new IllegalStateException("unpacked beyond the limit");
                }
                FileName.of(entry.get().name()).ifPresent(ZipTarget::requireSafe);
            }
        } catch (UncheckedIOException refused) {
            if (!refused.getMessage().startsWith("this is no zip that can be read: ")) {
                throw refused;
            }
        } catch (IllegalArgumentException name) {
            // The JDK's answer to a name that is no UTF-8; the stream fails with it, and the batch is refused.
            if (!(String.valueOf(name.getMessage()).startsWith("malformed input")
                    || name.getCause() instanceof ZipException)) {
                throw name;
            }
        }
    }

    private static void requireSafe(FileName name) {
        if (name.value().contains("/")
                || name.value().contains("\\")
                || name.value().contains("\n")) {
            throw new IllegalStateException("unsafe: " + name);
        }
    }
}
