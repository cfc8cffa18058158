package flotilla.gateway;

import flotilla.domain.ClassificationResult;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/** A result as a response. A result never changes, so its id is its version. */
final class Results {
    private Results() {}

    /** 200 with the result, or 304 when the client has it already. */
    static HttpResponse response(HttpRequest request, ClassificationResult result) {
        return Conditional.answer(
                        request, result.id().value(), () -> Replies.json(200, Replies.json(new Answer.Done(result))))
                .addHeader(RawHeader.create("Cache-Control", "private, max-age=3600"));
    }
}
