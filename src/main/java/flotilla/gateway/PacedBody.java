package flotilla.gateway;

import flotilla.config.HttpSettings;
import flotilla.gateway.CheckedUpload.RefusedException;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.japi.pf.PFBuilder;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * Request bodies as they are read here: of any length, but not at any pace. Whatever goes wrong on the sender's side fails
 * the stream with {@link RefusedException}, so that it is never taken for a failure of the service.
 */
final class PacedBody {
    private final HttpSettings.Limits limits;

    PacedBody(HttpSettings.Limits limits) {
        this.limits = limits;
    }

    Source<ByteString, ?> bytes(HttpRequest request) {
        return request.entity()
                .withoutSizeLimit()
                .getDataBytes()
                .via(new UploadPace(limits.uploadStall(), limits.minUploadRate()))
                .mapError(new PFBuilder<Throwable, Throwable>()
                        .matchAny(PacedBody::refusal)
                        .build());
    }

    /** The body with its type, for those who read its parts. */
    HttpEntity whole(HttpRequest request) {
        return HttpEntities.createChunked(request.entity().getContentType(), bytes(request));
    }

    /** The sender's failure in our own words. */
    static RefusedException refusal(Throwable failure) {
        if (failure instanceof RefusedException refused) {
            return refused;
        }
        return new RefusedException(
                failure instanceof UploadPace.TooSlowException ? Problem.uploadStalled() : Problem.brokenBody());
    }
}
