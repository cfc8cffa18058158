package flotilla.gateway;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.pekko.NotUsed;
import org.apache.pekko.japi.function.Function;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.util.ByteString;

/**
 * Takes the offer {@code Upgrade: h2c} out of requests that may have a body. A server may ignore it; the HTTP server here would switch at
 * once, while the body is still on its way in HTTP/1.1, and lose the upload (RFC 7540, 3.2, has it read the whole body
 * first). Clients make the offer by default: Java's is one.
 *
 * <p>Looks at chunks that begin with the method of such a request: a client sends its next request when it has the last answer, so that a
 * request begins a chunk.
 */
final class UpgradeFilter {
    private static final List<ByteString> METHODS = Stream.of("POST ", "PUT ", "PATCH ", "DELETE ")
            .map(ByteString::fromString)
            .toList();
    private static final ByteString HEADER_END = ByteString.fromString("\r\n\r\n");
    private static final Pattern OFFER = Pattern.compile("(?im)^Upgrade:[^\r\n]*h2c[^\r\n]*\r\n");
    /** In bytes; a longer one is passed as it is. */
    private static final int LONGEST_HEADER = 64 << 10;

    private ByteString held = ByteString.emptyByteString();

    private UpgradeFilter() {}

    static Flow<ByteString, ByteString, NotUsed> flow() {
        return Flow.<ByteString>create().statefulMapConcat(() -> {
            UpgradeFilter filter = new UpgradeFilter();
            Function<ByteString, Iterable<ByteString>> step = filter::next;
            return step;
        });
    }

    private List<ByteString> next(ByteString chunk) {
        if (held.isEmpty() && METHODS.stream().noneMatch(method -> chunk.startsWith(method, 0))) {
            return List.of(chunk);
        }
        held = held.concat(chunk);
        int end = held.indexOfSlice(HEADER_END, 0);
        if (end < 0 && held.size() <= LONGEST_HEADER) {
            return List.of();
        }
        ByteString passed = end < 0 ? held : withoutOffer(end + HEADER_END.size());
        held = ByteString.emptyByteString();
        return List.of(passed);
    }

    private ByteString withoutOffer(int end) {
        String header = held.take(end).decodeString(StandardCharsets.ISO_8859_1);
        String without = OFFER.matcher(header).replaceAll("");
        return without.length() == header.length()
                ? held
                : ByteString.fromString(without, StandardCharsets.ISO_8859_1).concat(held.drop(end));
    }
}
