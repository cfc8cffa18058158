package flotilla.protocol;

import flotilla.domain.FileName;
import flotilla.domain.ImageRef;
import flotilla.domain.RequestId;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/** Which request a client's idempotency key stands for: the first one that claimed it. */
public interface IdempotencyStore {
    /**
     * A request that a key stands for.
     *
     * @param sha256 of the image's bytes, 64 lower-case hexadecimal digits
     * @param image where the image is, so that its message can be sent by whoever finds that it was not
     */
    record Claim(RequestId id, FileName file, String sha256, ImageRef image) {}

    /**
     * Claims a key unless it is claimed already.
     *
     * @param key opaque, of any characters
     * @return the claim that stands: {@code claim}, or the one that was there before
     */
    CompletionStage<Claim> claim(String key, Claim claim);

    /**
     * Claims a key anew whose claim leads to nothing any more. Of several who do so at the same time one succeeds.
     *
     * @param gone the claim that stood
     * @return the claim that stands now: {@code next}, or the one that took the place of {@code gone} before
     */
    CompletionStage<Claim> supersede(String key, Claim gone, Claim next);

    /**
     * Remembers that the message of the key's request is in the queue.
     *
     * @param id the request that stands for the key; what was remembered of an earlier one is forgotten
     */
    CompletionStage<Done> sent(String key, RequestId id);

    /** Whether the message of this request, which stands for the key, is known to be in the queue, or to have been. */
    CompletionStage<Boolean> isSent(String key, RequestId id);
}
