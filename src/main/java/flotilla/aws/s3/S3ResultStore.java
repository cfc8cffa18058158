package flotilla.aws.s3;

import flotilla.aws.AwsClients;
import flotilla.config.StorageSettings;
import flotilla.domain.ClassificationResult;
import flotilla.domain.Outcome;
import flotilla.domain.RequestId;
import flotilla.protocol.InfrastructureException;
import flotilla.protocol.ResultStore;
import flotilla.protocol.WireFormat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
 * stands whoever else writes. What follows a provisional failure is its next generation, {@code <prefix><id>.2.json} and so on;
 * a reader looks for it only then. With {@link StorageSettings.Layout#BY_NAME} the label that stands is also written as text to
 * {@code <prefix><stem of the file name>}; that is done again whenever a result is written or confirmed again, so that a copy
 * that failed, which fails the write, is made up for.
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
    public CompletionStage<Optional<Standing>> standing(RequestId id) {
        return generations(id).thenApply(S3ResultStore::last);
    }

    private static Optional<Standing> last(List<ClassificationResult> all) {
        return all.isEmpty() ? Optional.empty() : Optional.of(new Standing(all.size(), all.get(all.size() - 1)));
    }

    @Override
    public CompletionStage<List<ClassificationResult>> generations(RequestId id) {
        return from(id, 1, List.of());
    }

    /** Those before, and all that there are from one on: a further read for each provisional failure. */
    private CompletionStage<List<ClassificationResult>> from(
            RequestId id, int generation, List<ClassificationResult> before) {
        return get(id, generation).thenCompose(found -> {
            if (found.isEmpty()) {
                return CompletableFuture.completedStage(before);
            }
            List<ClassificationResult> all = new ArrayList<>(before);
            all.add(found.get());
            return found.get().outcome().isProvisional()
                    ? from(id, generation + 1, all)
                    : CompletableFuture.completedStage(all);
        });
    }

    private CompletionStage<Optional<ClassificationResult>> get(RequestId id, int generation) {
        String key = key(id, generation);
        return objects.get(storage.outputBucket(), key).thenApply(found -> found.map(bytes -> read(key, bytes)));
    }

    @Override
    public CompletionStage<Optional<ClassificationResult>> confirm(RequestId id, int generation) {
        return find(id, generation)
                .thenCompose(found -> found.isPresent()
                        ? copyByName(found.get()).thenApply(done -> found)
                        : CompletableFuture.completedStage(found));
    }

    @Override
    public CompletionStage<ClassificationResult> putIfAbsent(ClassificationResult result, int generation) {
        return write(result, generation, 1, 1)
                .thenCompose(standing -> copyByName(standing).thenApply(done -> standing));
    }

    private CompletionStage<ClassificationResult> write(
            ClassificationResult result, int generation, int place, int attempt) {
        return objects.putIfAbsent(
                        storage.outputBucket(),
                        key(result.id(), place),
                        JSON,
                        ByteString.fromString(WireFormat.write(result)))
                .thenCompose(written ->
                        written ? CompletableFuture.completedStage(result) : taken(result, generation, place, attempt));
    }

    /** There was a result in the place: it stands, or the next place is tried. */
    private CompletionStage<ClassificationResult> taken(
            ClassificationResult result, int generation, int place, int attempt) {
        return get(result.id(), place).thenCompose(before -> {
            if (before.isEmpty()) {
                return attempt < ATTEMPTS
                        ? write(result, generation, place, attempt + 1)
                        : CompletableFuture.failedStage(new InfrastructureException(
                                "S3 PutObject of " + key(result.id(), place)
                                        + " failed: it exists when written and not when read",
                                null));
            }
            ClassificationResult standing = before.get();
            if (!standing.outcome().isProvisional()) {
                return CompletableFuture.completedStage(standing);
            }
            if (!result.outcome().isProvisional() || place < generation) {
                return write(result, generation, place + 1, 1);
            }
            return from(result.id(), place + 1, List.of(standing)).thenApply(all -> all.get(all.size() - 1));
        });
    }

    /** A name that is one of ours gets no copy: it would take the place of a result, or of a folder. */
    private CompletionStage<Done> copyByName(ClassificationResult result) {
        String name = result.file().stem();
        return storage.layout() == StorageSettings.Layout.BY_NAME
                        && result.outcome() instanceof Outcome.Labelled labelled
                        && !OwnNames.isInFolder(name)
                        && !OwnNames.isOfRequest(name)
                ? objects.put(
                        storage.outputBucket(), S3Keys.of(storage, name), TEXT, ByteString.fromString(labelled.label()))
                : CompletableFuture.completedStage(Done.getInstance());
    }

    @Override
    public CompletionStage<Optional<Duration>> age(RequestId id, int generation) {
        return objects.age(storage.outputBucket(), key(id, generation));
    }

    @Override
    public CompletionStage<Done> keepUnreadable(String messageId, String body) {
        return objects.put(
                storage.outputBucket(),
                S3Keys.of(storage, OwnNames.UNREADABLE + messageId + ".txt"),
                TEXT,
                ByteString.fromString(body));
    }

    private String key(RequestId id, int generation) {
        return S3Keys.of(storage, new OwnNames.Generation(id, generation).name());
    }

    private ClassificationResult read(String key, ByteString bytes) {
        try {
            return WireFormat.readResult(bytes.utf8String());
        } catch (WireFormat.UnreadableException e) {
            throw new InfrastructureException(
                    "object " + key + " in bucket " + storage.outputBucket() + " is " + e.getMessage(), e);
        }
    }
}
