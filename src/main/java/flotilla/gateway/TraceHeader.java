package flotilla.gateway;

import flotilla.domain.TraceParent;
import java.util.Optional;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;

/** Where a client wants what it sends to belong in a trace: its header {@code traceparent}. One that cannot be read is none. */
final class TraceHeader {
    private static final String NAME = "traceparent";

    private TraceHeader() {}

    static Optional<TraceParent> of(HttpRequest request) {
        return request.getHeader(NAME).map(HttpHeader::value).flatMap(TraceParent::parse);
    }
}
