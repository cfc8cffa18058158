package flotilla.metrics;

import flotilla.domain.ImageRef;
import flotilla.domain.RequestId;
import flotilla.protocol.ImageStore;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** The image store, whose reads are timed. */
final class MeteredImages implements ImageStore {
    private final ImageStore images;
    private final Timer reads;
    private final Counter bytes;

    MeteredImages(ImageStore images, Timer reads, Counter bytes) {
        this.images = images;
        this.reads = reads;
        this.bytes = bytes;
    }

    @Override
    public CompletionStage<Optional<ByteString>> get(ImageRef ref) {
        long start = System.nanoTime();
        return images.get(ref).whenComplete((image, failure) -> {
            reads.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
            if (failure == null && image.isPresent()) {
                bytes.increment(image.get().size());
            }
        });
    }

    @Override
    public CompletionStage<ImageRef> put(String key, String contentType, Source<ByteString, ?> content) {
        return images.put(key, contentType, content);
    }

    @Override
    public CompletionStage<ImageRef> put(String key, String contentType, ByteString content) {
        return images.put(key, contentType, content);
    }

    @Override
    public boolean isImageOf(RequestId id, ImageRef ref) {
        return images.isImageOf(id, ref);
    }

    @Override
    public CompletionStage<Optional<Source<ByteString, ?>>> open(ImageRef ref) {
        return images.open(ref);
    }

    @Override
    public CompletionStage<List<ImageRef>> list(String bucket, String prefix, int most) {
        return images.list(bucket, prefix, most);
    }

    @Override
    public CompletionStage<Boolean> exists(String keyPrefix) {
        return images.exists(keyPrefix);
    }

    @Override
    public CompletionStage<Done> delete(ImageRef ref) {
        return images.delete(ref);
    }
}
