package flotilla.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * Server-sent events.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">server-sent events</a>
 */
final class ServerEvents {
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(10);

    private ServerEvents() {}

    /** One event; its data is one line. */
    static ByteString event(String name, JsonNode data) {
        return ByteString.fromString("event: " + name + "\ndata: " + data + "\n\n");
    }

    /** A response that is kept open with a comment now and then. */
    static HttpResponse response(Source<ByteString, NotUsed> events) {
        Source<ByteString, Object> kept = events.keepAlive(KEEP_ALIVE, () -> ByteString.fromString(": still here\n\n"))
                .mapMaterializedValue(none -> none);
        return HttpResponse.create()
                .addHeader(RawHeader.create("Cache-Control", "no-store"))
                .addHeader(RawHeader.create("X-Accel-Buffering", "no"))
                .withEntity(HttpEntities.createChunked(MediaTypes.TEXT_EVENT_STREAM.toContentType(), kept));
    }
}
