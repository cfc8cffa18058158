package flotilla.gateway;

import flotilla.domain.ClassificationResult;
import java.util.Arrays;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/** A result as a response. A result never changes, so its id is its version. */
final class Results {
    private Results() {}

    /** 200 with the result, or 304 when the client has it already ({@code If-None-Match}, RFC 9110). */
    static HttpResponse response(HttpRequest request, ClassificationResult result) {
        String tag = "\"" + result.id() + "\"";
        boolean known = request.getHeader("If-None-Match")
                .filter(header -> matches(header.value(), tag))
                .isPresent();
        HttpResponse response = known
                ? HttpResponse.create().withStatus(StatusCodes.NOT_MODIFIED)
                : Replies.json(200, Replies.json(new Answer.Done(result)));
        return response.addHeader(RawHeader.create("ETag", tag))
                .addHeader(RawHeader.create("Cache-Control", "private, max-age=3600"));
    }

    private static boolean matches(String header, String tag) {
        return Arrays.stream(header.split(","))
                .map(String::strip)
                .map(one -> one.startsWith("W/") ? one.substring(2) : one)
                .anyMatch(one -> one.equals("*") || one.equals(tag));
    }
}
