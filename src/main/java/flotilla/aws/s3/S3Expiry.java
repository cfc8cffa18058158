package flotilla.aws.s3;

import flotilla.aws.AwsClients;
import flotilla.aws.AwsErrors;
import flotilla.config.StorageSettings;
import flotilla.domain.ClassificationResult;
import flotilla.domain.RequestId;
import flotilla.protocol.Expiry;
import flotilla.protocol.ResultStore;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.stream.connectors.s3.ListBucketResultContents;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes objects by the rules of {@link Lifetimes}. An age goes from when S3 says that the object was written to now by the
 * caller's clock, which AWS holds within 15 minutes of its own by refusing requests beyond. Ids begin with the time of their
 * acceptance, and S3 lists in the order of keys: so a sweep lists no further than ids that may be due can be, a call for each
 * thousand objects. Only keys that Flotilla itself gives are touched, and no copies under a client's file name. What fails is
 * logged and passed over.
 */
public final class S3Expiry implements Expiry {
    private static final int AT_A_TIME = 8;
    /** How the first generation's object is called behind the id. */
    private static final String FIRST = ".json";
    /** How any generation's is. */
    private static final Predicate<String> RESULT =
            Pattern.compile("(\\.[0-9]+)?\\.json").asMatchPredicate();

    private static final int ID_LENGTH = 36;
    /** The part of an id that is its time, written as it begins. */
    private static final int TIME_LENGTH = 13;
    /** Failures of a sweep that are logged; the others are counted. */
    private static final int MOST_TOLD = 10;

    private static final Logger LOG = LoggerFactory.getLogger(S3Expiry.class);

    /** What one sweep has passed over. */
    private static final class Failures {
        private final AtomicLong count = new AtomicLong();

        void add(String what, Throwable failure) {
            if (count.incrementAndGet() <= MOST_TOLD) {
                LOG.warn(
                        "expiry passes over {}: {}",
                        what,
                        AwsErrors.unwrap(failure).getMessage());
            }
        }

        boolean any() {
            return count.get() > 0;
        }
    }

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
        Failures failures = new Failures();
        return inputs(now, failures)
                .thenCompose(inputs -> results(now, failures.any(), failures)
                        .thenCompose(gone -> others(now, failures)
                                .thenApply(others -> new Swept(inputs, gone, others, failures.count.get()))));
    }

    private CompletionStage<Long> inputs(Instant now, Failures failures) {
        return removed(
                due(storage.inputBucket(), true, name -> name.startsWith("/"), now, lifetimes.input())
                        .mapAsync(
                                AT_A_TIME,
                                input -> judged(
                                        input,
                                        mayGo(input, age(input.object(), now))
                                                .thenApply(gone -> gone ? List.of(input.object()) : List.of()),
                                        failures)),
                storage.inputBucket(),
                failures);
    }

    /** What cannot be judged stays. */
    private static CompletionStage<List<ListBucketResultContents>> judged(
            Stored stored, CompletionStage<List<ListBucketResultContents>> judgement, Failures failures) {
        return judgement.exceptionally(failure -> {
            failures.add(stored.object().getKey(), failure);
            return List.of();
        });
    }

    private CompletionStage<Boolean> mayGo(Stored input, Duration age) {
        return results.find(input.id())
                .thenApply(result ->
                        result.map(one -> !one.outcome().isProvisional()).orElse(lifetimes.isOldOrphan(age)));
    }

    /** @param imagesStay whether images may be left that were to go: their results stay with them, or they would look as if they waited */
    private CompletionStage<Long> results(Instant now, boolean imagesStay, Failures failures) {
        return removed(
                due(storage.outputBucket(), false, RESULT, now, lifetimes.result())
                        .mapAsync(
                                AT_A_TIME,
                                one -> judged(
                                        one,
                                        !isFirst(one)
                                                ? unlessFirstStands(one)
                                                : imagesStay ? unlessImageStays(one, now) : generations(one, now),
                                        failures)),
                storage.outputBucket(),
                failures);
    }

    private CompletionStage<List<ListBucketResultContents>> unlessImageStays(Stored first, Instant now) {
        return objects.listing()
                .objects(storage.inputBucket(), S3Keys.of(storage, first.id() + "/"), true)
                .runWith(Sink.headOption(), objects.system())
                .thenCompose(image ->
                        image.isPresent() ? CompletableFuture.completedStage(List.of()) : generations(first, now));
    }

    /** A later generation goes with the first; what was left of those when a sweep broke off goes alone. */
    private CompletionStage<List<ListBucketResultContents>> unlessFirstStands(Stored later) {
        String first = S3Keys.of(storage, later.id() + FIRST);
        return objects.listing()
                .objects(storage.outputBucket(), first, false)
                .runWith(Sink.headOption(), objects.system())
                .thenApply(standing -> standing.isPresent() ? List.of() : List.of(later.object()));
    }

    private boolean isFirst(Stored result) {
        return result.object().getKey().equals(S3Keys.of(storage, result.id() + FIRST));
    }

    /**
     * The objects of a result, its first generation first, if all of them may go: without that none is found, so that nobody is told an earlier one
     * than before, also when the sweep breaks off.
     */
    private CompletionStage<List<ListBucketResultContents>> generations(Stored first, Instant now) {
        return results.find(first.id()).thenCompose(result -> {
            CompletionStage<List<ListBucketResultContents>> all = objects.listing()
                    .objects(storage.outputBucket(), S3Keys.of(storage, first.id() + "."), false)
                    .runWith(Sink.seq(), objects.system());
            return all.thenApply(found -> found.stream().allMatch(one -> isOld(result, age(one, now)))
                    ? found.stream()
                            .sorted(Comparator.comparing(one -> !isFirst(one, first)))
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

    private CompletionStage<Long> others(Instant now, Failures failures) {
        return folder(OwnNames.ATTEMPTS, lifetimes::isOldAttempt, now, failures)
                .thenCombine(folder(OwnNames.QUARANTINE, lifetimes::isOldResult, now, failures), Long::sum)
                .thenCombine(folder(OwnNames.UNREADABLE, lifetimes::isOldResult, now, failures), Long::sum)
                .thenCombine(folder(OwnNames.BATCHES, lifetimes::isOldResult, now, failures), Long::sum)
                .thenCombine(folder(S3WishStore.GIVEN_UP, lifetimes::isOldResult, now, failures), Long::sum)
                .thenCombine(folder(S3WishStore.TOLD, lifetimes::isOldProvisionalResult, now, failures), Long::sum)
                .thenCombine(folder(OwnNames.IDEMPOTENCY, lifetimes::isOldKey, now, failures), Long::sum);
    }

    private CompletionStage<Long> folder(String name, Predicate<Duration> isOld, Instant now, Failures failures) {
        if (storage.resultLifetime().isZero()) {
            return CompletableFuture.completedStage(0L);
        }
        return removed(
                objects.listing()
                        .objects(storage.outputBucket(), S3Keys.of(storage, name), true)
                        .filter(object -> isOld.test(age(object, now)))
                        .map(List::of),
                storage.outputBucket(),
                failures);
    }

    /** Objects of ids that are older than a lifetime, by the time in the id and by S3's. */
    private Source<Stored, NotUsed> due(
            String bucket, boolean deep, Predicate<String> rest, Instant now, Duration lifetime) {
        Instant youngest = now.minus(lifetime);
        if (lifetime.isZero() || youngest.isBefore(Instant.EPOCH)) {
            return Source.empty();
        }
        String end = storage.prefix() + timeOfIds(youngest);
        return objects.listing()
                .objects(bucket, storage.prefix(), deep)
                .takeWhile(object -> object.getKey().compareTo(end) < 0)
                .mapConcat(object -> stored(object, rest).stream().toList())
                .filter(one -> age(one.object(), now).compareTo(lifetime) > 0);
    }

    /** What an id begins with that was given then; earlier ones sort before it, later ones behind. */
    private static String timeOfIds(Instant acceptedAt) {
        return new UUID(acceptedAt.toEpochMilli() << 16, 0).toString().substring(0, TIME_LENGTH);
    }

    private Optional<Stored> stored(ListBucketResultContents object, Predicate<String> rest) {
        String name = object.getKey().substring(storage.prefix().length());
        return Optional.of(name)
                .filter(one -> one.length() > ID_LENGTH && rest.test(one.substring(ID_LENGTH)))
                .flatMap(one -> RequestId.parse(one.substring(0, ID_LENGTH)))
                .map(uuid -> new Stored(new RequestId(uuid.toString()), object));
    }

    /** Removes one list after the other; of each what comes before the first failure. */
    private CompletionStage<Long> removed(
            Source<List<ListBucketResultContents>, NotUsed> due, String bucket, Failures failures) {
        return due.mapAsync(1, together -> inTurn(bucket, together, failures))
                .runFold(0L, Long::sum, objects.system())
                .exceptionally(failure -> {
                    failures.add("the rest of bucket " + bucket, failure);
                    return 0L;
                });
    }

    private CompletionStage<Long> inTurn(String bucket, List<ListBucketResultContents> together, Failures failures) {
        if (together.isEmpty()) {
            return CompletableFuture.completedStage(0L);
        }
        String key = together.get(0).getKey();
        return objects.delete(bucket, key)
                .thenCompose(done -> inTurn(bucket, together.subList(1, together.size()), failures))
                .thenApply(after -> after + 1)
                .exceptionally(failure -> {
                    failures.add(key, failure);
                    return 0L;
                });
    }

    private static Duration age(ListBucketResultContents object, Instant now) {
        return Duration.between(object.getLastModified(), now);
    }
}
