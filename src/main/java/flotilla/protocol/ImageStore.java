package flotilla.protocol;

import flotilla.domain.ImageRef;
import flotilla.domain.RequestId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** Where uploaded images are kept until they are answered. */
public interface ImageStore {
    /**
     * Stores an image; complete when it is durable. When {@code bytes} fails, nothing is left behind, and the stage fails
     * with that same failure.
     *
     * @param key what to call the image, {@code <id>/<file name>}; the store may put a prefix before it and write unusual
     *     characters differently
     * @param contentType a media type
     * @param bytes the encoded image; it may be longer than what is held in memory
     * @return where the image is; only this leads back to it
     */
    CompletionStage<ImageRef> put(String key, String contentType, Source<ByteString, ?> bytes);

    /** Stores an image that is in memory, as {@link #put(String, String, Source)} does. */
    CompletionStage<ImageRef> put(String key, String contentType, ByteString bytes);

    /**
     * Reads an image whole.
     *
     * @return the bytes, or an empty optional when there is no such object
     */
    CompletionStage<Optional<ByteString>> get(ImageRef ref);

    /**
     * Whether {@link #put} could have given this pointer for an image of {@code id}. Messages are believed no more than that:
     * who can write to the queue cannot make a worker read other objects.
     */
    boolean isImageOf(RequestId id, ImageRef ref);

    /**
     * Reads an object that a client has named, as it comes: one of the input bucket or of the sources that are configured, never
     * one that is kept for a request.
     *
     * @return the bytes, or an empty optional when there is no such object; fails when it may not be read
     */
    CompletionStage<Optional<Source<ByteString, ?>>> open(ImageRef ref);

    /**
     * Objects that clients may name, without those that are kept for a request; fails when none below {@code prefix} may be.
     *
     * @param prefix what their keys begin with
     * @param most how many at most, in the order of their keys
     */
    CompletionStage<List<ImageRef>> list(String bucket, String prefix, int most);

    /** Whether an object exists that was put under a key that begins with {@code keyPrefix}. */
    CompletionStage<Boolean> exists(String keyPrefix);

    /** Removes an image; a missing one is no error. */
    CompletionStage<Done> delete(ImageRef ref);
}
