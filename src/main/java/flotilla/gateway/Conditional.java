package flotilla.gateway;

import java.util.Arrays;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/**
 * Answers that a client need not be sent again when it has them ({@code If-None-Match}).
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2">RFC 9110, 13.1.2</a>
 */
final class Conditional {
    private Conditional() {}

    /**
     * The answer with its tag, or 304 when the client has it already.
     *
     * @param version of what is answered, without quotes
     */
    static HttpResponse answer(HttpRequest request, String version, Supplier<HttpResponse> fresh) {
        String tag = "\"" + version + "\"";
        HttpResponse response =
                isKnown(request, tag) ? HttpResponse.create().withStatus(StatusCodes.NOT_MODIFIED) : fresh.get();
        return response.addHeader(RawHeader.create("ETag", tag));
    }

    private static boolean isKnown(HttpRequest request, String tag) {
        for (HttpHeader header : request.getHeaders()) {
            if (header.is("if-none-match")
                    && Arrays.stream(header.value().split(","))
                            .map(String::strip)
                            .map(one -> one.startsWith("W/") ? one.substring(2) : one)
                            .anyMatch(one -> one.equals("*") || one.equals(tag))) {
                return true;
            }
        }
        return false;
    }
}
