package flotilla.protocol;

import flotilla.domain.ImageRef;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** Where uploaded images are kept until they are answered. */
public interface ImageStore {
    /**
     * Stores an image; complete when it is durable. When {@code bytes} fails, nothing is left behind.
     *
     * @param key the object's key within the input bucket
     * @param contentType a media type
     * @param bytes the encoded image; it may be longer than what is held in memory
     */
    CompletionStage<ImageRef> put(String key, String contentType, Source<ByteString, ?> bytes);

    /**
     * Reads an image whole.
     *
     * @return the bytes, or an empty optional when there is no such object
     */
    CompletionStage<Optional<ByteString>> get(ImageRef ref);

    /** Whether an object exists whose key within the input bucket begins with {@code keyPrefix}. */
    CompletionStage<Boolean> exists(String keyPrefix);

    /** Removes an image; a missing one is no error. */
    CompletionStage<Done> delete(ImageRef ref);
}
