package flotilla.aws.s3;

import flotilla.aws.AwsClients;
import flotilla.config.StorageSettings;
import flotilla.domain.ImageRef;
import flotilla.domain.RequestId;
import flotilla.protocol.ImageStore;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * Images in the input bucket, below the configured prefix; an {@link ImageRef} holds the whole key, as {@link S3Keys} makes
 * it. With {@link StorageSettings.Layout#BY_NAME} a put also copies the object to {@code
 * <prefix><file name>}; the last one wins, and a copy that fails fails the put, so that an accepted image has one.
 */
public final class S3ImageStore implements ImageStore {
    private final S3Objects objects;
    private final StorageSettings storage;
    private final UploadFolder uploads;

    /** @param uploads keeps long images while they come */
    public S3ImageStore(
            ClassicActorSystemProvider system, AwsClients clients, StorageSettings storage, UploadFolder uploads) {
        this.uploads = uploads;
        this.objects = new S3Objects(system, clients);
        this.storage = storage;
    }

    @Override
    public CompletionStage<ImageRef> put(String name, String contentType, Source<ByteString, ?> bytes) {
        String bucket = storage.inputBucket();
        String key = S3Keys.of(storage, name);
        return named(
                name, key, new S3Upload(objects, bucket, key, ContentTypes.parse(contentType), uploads).run(bytes));
    }

    @Override
    public CompletionStage<ImageRef> put(String name, String contentType, ByteString bytes) {
        String key = S3Keys.of(storage, name);
        return named(name, key, objects.put(storage.inputBucket(), key, ContentTypes.parse(contentType), bytes));
    }

    private CompletionStage<ImageRef> named(String name, String key, CompletionStage<Done> stored) {
        String bucket = storage.inputBucket();
        return stored.thenCompose(done -> copyByName(bucket, key, name)).thenApply(done -> new ImageRef(bucket, key));
    }

    /** A name that is one of ours gets no copy: the bucket may be that of the results too. */
    private CompletionStage<Done> copyByName(String bucket, String key, String name) {
        String file = name.substring(name.lastIndexOf('/') + 1);
        return storage.layout() == StorageSettings.Layout.BY_NAME
                        && name.contains("/")
                        && !OwnNames.isInFolder(file)
                        && !OwnNames.isOfRequest(file)
                ? objects.copy(bucket, key, S3Keys.of(storage, file))
                : CompletableFuture.completedStage(Done.getInstance());
    }

    @Override
    public CompletionStage<Optional<ByteString>> get(ImageRef ref) {
        return objects.get(ref.bucket(), ref.key());
    }

    @Override
    public boolean isImageOf(RequestId id, ImageRef ref) {
        return ref.bucket().equals(storage.inputBucket())
                && ref.key().startsWith(S3Keys.of(storage, id + "/"))
                && !S3Keys.climbs(ref.key());
    }

    @Override
    public CompletionStage<Optional<Source<ByteString, ?>>> open(ImageRef ref) {
        if (!storage.isSource(ref.bucket(), ref.key()) || S3Keys.climbs(ref.key())) {
            return CompletableFuture.failedStage(notAllowed(ref.bucket(), ref.key()));
        }
        if (isOurs(ref.bucket(), ref.key())) {
            return CompletableFuture.failedStage(new IllegalArgumentException("s3://" + ref.bucket() + "/" + ref.key()
                    + " is kept here for a request; name an object of your own"));
        }
        return objects.open(ref.bucket(), ref.key());
    }

    @Override
    public CompletionStage<List<ImageRef>> list(String bucket, String prefix, int most) {
        if (!storage.isSource(bucket, prefix) || S3Keys.climbs(prefix)) {
            return CompletableFuture.failedStage(notAllowed(bucket, prefix));
        }
        return objects.listing()
                .keys(bucket, prefix, key -> !isOurs(bucket, key), most)
                .thenApply(keys ->
                        keys.stream().map(key -> new ImageRef(bucket, key)).toList());
    }

    /** The message goes to clients: it tells nothing of what is there. */
    private static IllegalArgumentException notAllowed(String bucket, String key) {
        return new IllegalArgumentException("s3://" + bucket + "/" + key
                + " is no object that may be named here; have its bucket added to flotilla.storage.source-buckets");
    }

    /** Whether an object is this service's own: what one client has sent or got is no other client's to read. */
    private boolean isOurs(String bucket, String key) {
        boolean input = bucket.equals(storage.inputBucket());
        boolean output = bucket.equals(storage.outputBucket());
        if (!input && !output || !key.startsWith(storage.prefix())) {
            return false;
        }
        String name = key.substring(storage.prefix().length());
        return output && !input || OwnNames.isOfRequest(name) || output && OwnNames.isInFolder(name);
    }

    @Override
    public CompletionStage<Boolean> exists(String namePrefix) {
        return objects.listing().exists(storage.inputBucket(), S3Keys.of(storage, namePrefix));
    }

    @Override
    public CompletionStage<Done> delete(ImageRef ref) {
        return objects.delete(ref.bucket(), ref.key());
    }
}
