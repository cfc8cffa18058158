package flotilla.load;

import java.net.http.HttpResponse;
import java.util.Optional;

/** What the generator looks at in an HTTP response. */
record Response(
        int status, Optional<String> contentType, Optional<String> location, Optional<String> retryAfter, String body) {
    static Response of(HttpResponse<String> response) {
        return new Response(
                response.statusCode(),
                response.headers().firstValue("Content-Type"),
                response.headers().firstValue("Location"),
                response.headers().firstValue("Retry-After"),
                response.body());
    }
}
