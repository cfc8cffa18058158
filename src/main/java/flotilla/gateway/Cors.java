package flotilla.gateway;

import java.util.List;
import java.util.Optional;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/**
 * Which web pages may use the interface from a browser: those of the listed origins. Without any, no header is sent, and
 * browsers keep other pages out.
 *
 * @see <a href="https://fetch.spec.whatwg.org/#http-cors-protocol">the CORS protocol</a>
 */
final class Cors {
    private static final String METHODS = "GET, HEAD, POST, DELETE";
    private static final String HEADERS =
            "Accept, Authorization, Content-Type, Content-Disposition, Idempotency-Key, If-None-Match, Last-Event-ID,"
                    + " Prefer, X-API-Key";
    private static final String EXPOSED = "ETag, Location, Preference-Applied, Retry-After";
    private static final String REMEMBERED_SECONDS = "600";

    private final List<String> origins;

    /**
     * @param origins such as {@code https://example.org}; {@code *} for all
     */
    Cors(List<String> origins) {
        this.origins = List.copyOf(origins);
    }

    /** The answer to a browser's question whether it may ask. */
    Optional<HttpResponse> preflight(HttpRequest request) {
        boolean asks = request.method().value().equals("OPTIONS")
                && request.getHeader("Access-Control-Request-Method").isPresent();
        return asks && allowed(request).isPresent()
                ? Optional.of(HttpResponse.create()
                        .withStatus(StatusCodes.NO_CONTENT)
                        .addHeader(RawHeader.create("Access-Control-Allow-Methods", METHODS))
                        .addHeader(RawHeader.create("Access-Control-Allow-Headers", HEADERS))
                        .addHeader(RawHeader.create("Access-Control-Max-Age", REMEMBERED_SECONDS)))
                : Optional.empty();
    }

    /** Adds what a browser needs to hand the answer to its page. */
    HttpResponse allow(HttpRequest request, HttpResponse response) {
        // To some origins, and in other words to each, the answer is another: caches must know, also when there is
        // none.
        boolean differs = !origins.isEmpty() && !origins.contains("*");
        HttpResponse varying = differs ? Replies.vary(response, "Origin") : response;
        return allowed(request)
                .map(origin -> varying.addHeader(RawHeader.create("Access-Control-Allow-Origin", origin))
                        .addHeader(RawHeader.create("Access-Control-Expose-Headers", EXPOSED)))
                .orElse(varying);
    }

    private Optional<String> allowed(HttpRequest request) {
        return request.getHeader("Origin")
                .map(header -> header.value())
                .flatMap(origin -> origins.contains("*")
                        ? Optional.of("*")
                        : origins.contains(origin) ? Optional.of(origin) : Optional.empty());
    }
}
