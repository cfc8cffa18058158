package flotilla.protocol;

import flotilla.domain.FileName;
import flotilla.domain.GatewayId;
import flotilla.domain.ImageRef;
import flotilla.domain.RequestId;
import java.time.Instant;
import java.util.Optional;
import org.apache.pekko.util.ByteString;

/**
 * The message in the request queue: a pointer to an image that was accepted, and a small image itself. JSON, versioned.
 *
 * @param id the request
 * @param image where the image is
 * @param file the client's name for it
 * @param gateway the gateway process that waits for the answer
 * @param acceptedAt when the gateway accepted it, by the gateway's clock
 * @param trace the W3C trace context ({@code traceparent}) of the upload, when there is one
 * @param size of the image in bytes, when it is known
 * @param content the image itself, when it is small enough; it is stored all the same
 */
public record ClassificationRequest(
        RequestId id,
        ImageRef image,
        FileName file,
        GatewayId gateway,
        Instant acceptedAt,
        Optional<String> trace,
        Optional<Long> size,
        Optional<ByteString> content) {

    /** A pointer to an image of unknown size. */
    public ClassificationRequest(
            RequestId id,
            ImageRef image,
            FileName file,
            GatewayId gateway,
            Instant acceptedAt,
            Optional<String> trace) {
        this(id, image, file, gateway, acceptedAt, trace, Optional.empty(), Optional.empty());
    }
}
