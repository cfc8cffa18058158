package flotilla.aws.s3;

import flotilla.aws.AwsClients;
import flotilla.config.StorageSettings;
import flotilla.domain.ClassificationResult;
import flotilla.domain.RequestId;
import flotilla.protocol.Expiry;
import flotilla.protocol.ResultStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.stream.connectors.s3.ListBucketResultContents;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;

/**
 * Removes objects by the rules of {@link Lifetimes}; their age is that of S3. Ids begin with the time of their acceptance, and S3 lists in the order
 * of keys: so a sweep ends at the first id that is too young, and costs a call for each thousand objects that are due. Only
 * keys that Flotilla itself gives are touched, and no copies under a client's file name.
 */
public final class S3Expiry implements Expiry {
    private static final int AT_A_TIME = 8;
    private static final int ID_LENGTH = 36;

    private record Stored(RequestId id, ListBucketResultContents object) {}

    private final S3Objects objects;
    private final ResultStore results;
    private final StorageSettings storage;
    private final Lifetimes lifetimes;

    public S3Expiry(ClassicActorSystemProvider system, AwsClients clients, StorageSettings storage) {
        this.objects = new S3Objects(system, clients);
        this.results = new S3ResultStore(system, clients, storage);
        this.storage = storage;
        this.lifetimes = Lifetimes.of(storage);
    }

    @Override
    public CompletionStage<Swept> sweep(Instant now) {
        return inputs(now)
                .thenCompose(inputs -> results(now)
                        .thenCompose(gone -> others(now).thenApply(others -> new Swept(inputs, gone, others))));
    }

    private CompletionStage<Long> inputs(Instant now) {
        return removed(
                due(storage.inputBucket(), true, name -> name.startsWith("/"), now, lifetimes::isOldInput)
                        .mapAsync(
                                AT_A_TIME,
                                input -> mayGo(input, age(input.object(), now))
                                        .thenApply(gone -> gone
                                                ? Stream.of(input.object())
                                                : Stream.<ListBucketResultContents>empty())
                                        .thenApply(Stream::toList)),
                storage.inputBucket());
    }

    private CompletionStage<Boolean> mayGo(Stored input, Duration age) {
        return results.find(input.id())
                .thenApply(result ->
                        result.map(one -> !one.outcome().isProvisional()).orElse(lifetimes.isOldOrphan(age)));
    }

    private CompletionStage<Long> results(Instant now) {
        return removed(
                due(storage.outputBucket(), false, name -> name.equals(".json"), now, lifetimes::isOldResult)
                        .mapAsync(AT_A_TIME, first -> generations(first, now)),
                storage.outputBucket());
    }

    /** The objects of a result, its first generation last, if all of them may go: one without the first would not be found. */
    private CompletionStage<List<ListBucketResultContents>> generations(Stored first, Instant now) {
        return results.find(first.id()).thenCompose(result -> {
            CompletionStage<List<ListBucketResultContents>> all = objects.listed(
                            storage.outputBucket(), S3Keys.of(storage, first.id() + "."), false)
                    .runWith(Sink.seq(), objects.system());
            return all.thenApply(found -> found.stream().allMatch(one -> isOld(result, age(one, now)))
                    ? found.stream()
                            .sorted((a, b) -> Boolean.compare(isFirst(a, first), isFirst(b, first)))
                            .toList()
                    : List.of());
        });
    }

    private boolean isOld(Optional<ClassificationResult> result, Duration age) {
        return result.filter(one -> one.outcome().isProvisional()).isPresent()
                ? lifetimes.isOldProvisionalResult(age)
                : lifetimes.isOldResult(age);
    }

    private static boolean isFirst(ListBucketResultContents object, Stored first) {
        return object.getKey().equals(first.object().getKey());
    }

    private CompletionStage<Long> others(Instant now) {
        return folder(S3AttemptStore.FOLDER, lifetimes::isOldAttempt, now)
                .thenCombine(folder(S3QuarantineStore.FOLDER, lifetimes::isOldResult, now), Long::sum)
                .thenCombine(folder("unreadable/", lifetimes::isOldResult, now), Long::sum)
                .thenCombine(folder("batches/", lifetimes::isOldResult, now), Long::sum)
                .thenCombine(folder("callbacks/given-up/", lifetimes::isOldResult, now), Long::sum)
                .thenCombine(folder("idempotency/", lifetimes::isOldKey, now), Long::sum);
    }

    private CompletionStage<Long> folder(String name, Predicate<Duration> isOld, Instant now) {
        if (storage.resultLifetime().isZero()) {
            return CompletableFuture.completedStage(0L);
        }
        return removed(
                objects.listed(storage.outputBucket(), S3Keys.of(storage, name), true)
                        .filter(object -> isOld.test(age(object, now)))
                        .map(List::of),
                storage.outputBucket());
    }

    /** Objects of ids that are old enough, by the time in the id and by S3's. */
    private Source<Stored, NotUsed> due(
            String bucket, boolean deep, Predicate<String> rest, Instant now, Predicate<Duration> isOld) {
        // Nothing is older than it can be.
        if (!isOld.test(Duration.between(Instant.EPOCH, now))) {
            return Source.empty();
        }
        return objects.listed(bucket, storage.prefix(), deep)
                .mapConcat(object -> stored(object, rest).stream().toList())
                .takeWhile(one -> isOld.test(Duration.between(one.id().acceptedAt(), now)))
                .filter(one -> isOld.test(age(one.object(), now)));
    }

    private Optional<Stored> stored(ListBucketResultContents object, Predicate<String> rest) {
        String name = object.getKey().substring(storage.prefix().length());
        return Optional.of(name)
                .filter(one -> one.length() > ID_LENGTH && rest.test(one.substring(ID_LENGTH)))
                .flatMap(one -> RequestId.parse(one.substring(0, ID_LENGTH)))
                .map(uuid -> new Stored(new RequestId(uuid.toString()), object));
    }

    private CompletionStage<Long> removed(Source<List<ListBucketResultContents>, NotUsed> due, String bucket) {
        return due.mapConcat(objects -> objects)
                .mapAsync(1, object -> objects.delete(bucket, object.getKey()))
                .runFold(0L, (count, done) -> count + 1, objects.system());
    }

    private static Duration age(ListBucketResultContents object, Instant now) {
        return Duration.between(object.getLastModified(), now);
    }
}
