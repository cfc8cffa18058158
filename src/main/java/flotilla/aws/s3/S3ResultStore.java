package flotilla.aws.s3;

import flotilla.aws.AwsClients;
import flotilla.config.StorageSettings;
import flotilla.domain.ClassificationResult;
import flotilla.domain.Outcome;
import flotilla.domain.RequestId;
import flotilla.protocol.InfrastructureException;
import flotilla.protocol.ResultStore;
import flotilla.protocol.WireFormat;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.util.ByteString;

/**
 * Results in the output bucket: {@code <prefix><id>.json}, written with {@code If-None-Match: *}, so that the first one
 * stands whoever else writes. With {@link StorageSettings.Layout#BY_NAME} the label that stands is also written as text to
 * {@code <prefix><stem of the file name>}; that is done again whenever a result is written again, so that a copy that
 * failed, which fails the write, is made up for.
 */
public final class S3ResultStore implements ResultStore {
    private static final ContentType JSON = ContentTypes.APPLICATION_JSON;
    private static final ContentType TEXT = ContentTypes.TEXT_PLAIN_UTF8;
    /** Writes of one result before we give up; more than one is only needed when somebody deletes in between. */
    private static final int ATTEMPTS = 3;

    private final S3Objects objects;
    private final StorageSettings storage;

    public S3ResultStore(ClassicActorSystemProvider system, AwsClients clients, StorageSettings storage) {
        this.objects = new S3Objects(system, clients);
        this.storage = storage;
    }

    @Override
    public CompletionStage<Optional<ClassificationResult>> find(RequestId id) {
        return objects.get(storage.outputBucket(), key(id)).thenApply(found -> found.map(bytes -> read(id, bytes)));
    }

    @Override
    public CompletionStage<ClassificationResult> putIfAbsent(ClassificationResult result) {
        return putIfAbsent(result, 1)
                .thenCompose(standing -> copyByName(standing).thenApply(done -> standing));
    }

    private CompletionStage<ClassificationResult> putIfAbsent(ClassificationResult result, int attempt) {
        String key = key(result.id());
        return objects.putIfAbsent(storage.outputBucket(), key, JSON, ByteString.fromString(WireFormat.write(result)))
                .thenCompose(
                        written -> written ? CompletableFuture.completedStage(Optional.of(result)) : find(result.id()))
                .thenCompose(standing -> {
                    if (standing.isPresent()) {
                        return CompletableFuture.completedStage(standing.get());
                    }
                    return attempt < ATTEMPTS
                            ? putIfAbsent(result, attempt + 1)
                            : CompletableFuture.failedStage(new InfrastructureException(
                                    "S3 PutObject of " + key + " failed: it exists when written and not when read",
                                    null));
                });
    }

    private CompletionStage<Done> copyByName(ClassificationResult result) {
        return storage.layout() == StorageSettings.Layout.BY_NAME
                        && result.outcome() instanceof Outcome.Labelled labelled
                ? objects.put(
                        storage.outputBucket(),
                        S3Keys.of(storage, result.file().stem()),
                        TEXT,
                        ByteString.fromString(labelled.label()))
                : CompletableFuture.completedStage(Done.getInstance());
    }

    @Override
    public CompletionStage<Done> keepUnreadable(String messageId, String body) {
        return objects.put(
                storage.outputBucket(),
                S3Keys.of(storage, "unreadable/" + messageId + ".txt"),
                TEXT,
                ByteString.fromString(body));
    }

    private String key(RequestId id) {
        return S3Keys.of(storage, id.value() + ".json");
    }

    private ClassificationResult read(RequestId id, ByteString bytes) {
        try {
            return WireFormat.readResult(bytes.utf8String());
        } catch (WireFormat.UnreadableException e) {
            throw new InfrastructureException(
                    "object " + key(id) + " in bucket " + storage.outputBucket() + " is " + e.getMessage(), e);
        }
    }
}
