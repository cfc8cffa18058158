package flotilla.gateway;

import com.fasterxml.jackson.databind.node.ObjectNode;
import flotilla.domain.ClassificationResult;
import java.util.HexFormat;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/**
 * A result as a response. A result never changes, so its id is its version; only a provisional failure may be superseded, and
 * is asked for anew each time.
 */
final class Results {
    private Results() {}

    /** 200 with the result, or 304 when the client has it already. */
    static HttpResponse response(HttpRequest request, ClassificationResult result) {
        ObjectNode body = Replies.json(new Answer.Done(result));
        boolean provisional = result.outcome().isProvisional();
        String version =
                provisional ? result.id() + "-" + digest(body) : result.id().value();
        return Conditional.answer(request, version, () -> Replies.json(200, body))
                .addHeader(
                        RawHeader.create("Cache-Control", provisional ? "private, no-cache" : "private, max-age=3600"));
    }

    /** Tells the failures of one request apart, which are few. */
    private static String digest(ObjectNode body) {
        return HexFormat.of().toHexDigits(body.toString().hashCode());
    }
}
