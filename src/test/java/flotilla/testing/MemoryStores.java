package flotilla.testing;

import flotilla.domain.BatchId;
import flotilla.domain.ClassificationResult;
import flotilla.domain.ImageRef;
import flotilla.domain.RequestId;
import flotilla.protocol.AttemptStore;
import flotilla.protocol.Batch;
import flotilla.protocol.BatchStore;
import flotilla.protocol.IdempotencyStore;
import flotilla.protocol.ImageStore;
import flotilla.protocol.QuarantineStore;
import flotilla.protocol.ResultStore;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** Images and results in memory. */
public final class MemoryStores {
    private MemoryStores() {}

    /** Images; a failed upload leaves nothing. */
    public static final class Images implements ImageStore {
        public final Map<String, ByteString> objects = new ConcurrentHashMap<>();
        /** Keys that were read. */
        public final Set<String> fetched = ConcurrentHashMap.newKeySet();

        public volatile boolean away;
        /** Reads are never answered. */
        public volatile boolean silent;

        private final ActorSystem<?> system;

        public Images(ActorSystem<?> system) {
            this.system = system;
        }

        @Override
        public CompletionStage<ImageRef> put(String key, String contentType, Source<ByteString, ?> bytes) {
            return bytes.runWith(Sink.fold(ByteString.emptyByteString(), ByteString::concat), system)
                    .thenApply(whole -> {
                        refuseWhenAway();
                        objects.put(key, whole);
                        return new ImageRef("input", key);
                    });
        }

        @Override
        public CompletionStage<ImageRef> put(String key, String contentType, ByteString bytes) {
            return put(key, contentType, Source.single(bytes));
        }

        @Override
        public CompletionStage<Optional<ByteString>> get(ImageRef ref) {
            if (silent) {
                return new CompletableFuture<>();
            }
            return CompletableFuture.supplyAsync(() -> {
                refuseWhenAway();
                fetched.add(ref.key());
                return Optional.ofNullable(objects.get(ref.key()));
            });
        }

        @Override
        public boolean isImageOf(RequestId id, ImageRef ref) {
            return ref.bucket().equals("input") && ref.key().startsWith(id + "/");
        }

        @Override
        public CompletionStage<Optional<Source<ByteString, ?>>> open(ImageRef ref) {
            return get(ref).thenApply(found -> found.map(Source::single));
        }

        @Override
        public CompletionStage<List<ImageRef>> list(String bucket, String prefix, int most) {
            if (away) {
                return CompletableFuture.failedFuture(new IllegalStateException("the store is away"));
            }
            return CompletableFuture.completedFuture(objects.keySet().stream()
                    .filter(key -> key.startsWith(prefix))
                    .sorted()
                    .limit(most)
                    .map(key -> new ImageRef(bucket, key))
                    .toList());
        }

        @Override
        public CompletionStage<Boolean> exists(String keyPrefix) {
            return CompletableFuture.supplyAsync(() -> {
                refuseWhenAway();
                return objects.keySet().stream().anyMatch(key -> key.startsWith(keyPrefix));
            });
        }

        @Override
        public CompletionStage<Done> delete(ImageRef ref) {
            objects.remove(ref.key());
            return CompletableFuture.completedFuture(Done.getInstance());
        }

        private void refuseWhenAway() {
            if (away) {
                throw new IllegalStateException("the store is away");
            }
        }
    }

    /** Batches. */
    public static final class Batches implements BatchStore {
        public final Map<BatchId, Batch> batches = new ConcurrentHashMap<>();
        public final Map<BatchId, Boolean> cancelled = new ConcurrentHashMap<>();
        public volatile boolean away;

        @Override
        public CompletionStage<Done> put(Batch batch) {
            if (away) {
                return CompletableFuture.failedFuture(new IllegalStateException("the store is away"));
            }
            batches.put(batch.id(), batch);
            return CompletableFuture.completedFuture(Done.getInstance());
        }

        @Override
        public CompletionStage<Optional<Batch>> find(BatchId id) {
            return away
                    ? CompletableFuture.failedFuture(new IllegalStateException("the store is away"))
                    : CompletableFuture.completedFuture(Optional.ofNullable(batches.get(id)));
        }

        @Override
        public CompletionStage<Done> cancel(BatchId id) {
            cancelled.put(id, true);
            return CompletableFuture.completedFuture(Done.getInstance());
        }

        @Override
        public CompletionStage<Boolean> isCancelled(BatchId id) {
            return CompletableFuture.completedFuture(cancelled.containsKey(id));
        }
    }

    /** Idempotency keys; the first claim stands. */
    public static final class Keys implements IdempotencyStore {
        public final Map<String, Claim> claims = new ConcurrentHashMap<>();
        public final Map<String, Boolean> sent = new ConcurrentHashMap<>();

        @Override
        public CompletionStage<Claim> claim(String key, Claim claim) {
            Claim before = claims.putIfAbsent(key, claim);
            return CompletableFuture.completedFuture(before == null ? claim : before);
        }

        @Override
        public CompletionStage<Done> sent(String key) {
            sent.put(key, true);
            return CompletableFuture.completedFuture(Done.getInstance());
        }

        @Override
        public CompletionStage<Boolean> isSent(String key) {
            return CompletableFuture.completedFuture(sent.containsKey(key));
        }
    }

    /** Attempts that ended a process. */
    public static final class Attempts implements AttemptStore {
        public final Map<RequestId, Set<String>> processes = new ConcurrentHashMap<>();
        public volatile boolean away;

        @Override
        public CompletionStage<Done> add(RequestId id, String process) {
            return unlessAway(() -> processes
                    .computeIfAbsent(id, first -> new ConcurrentSkipListSet<>())
                    .add(process));
        }

        @Override
        public CompletionStage<List<String>> of(RequestId id) {
            return unlessAway(() -> {}).thenApply(done -> List.copyOf(processes.getOrDefault(id, Set.of())));
        }

        @Override
        public CompletionStage<Done> remove(RequestId id, String process) {
            return unlessAway(() -> processes.getOrDefault(id, new HashSet<>()).remove(process));
        }

        @Override
        public CompletionStage<Done> clear(RequestId id) {
            return unlessAway(() -> processes.remove(id));
        }

        private CompletionStage<Done> unlessAway(Runnable change) {
            if (away) {
                return CompletableFuture.failedFuture(new IllegalStateException("the store is away"));
            }
            change.run();
            return CompletableFuture.completedFuture(Done.getInstance());
        }
    }

    /** Requests that were given up. */
    public static final class Quarantine implements QuarantineStore {
        public final Map<RequestId, Quarantined> kept = new ConcurrentSkipListMap<>();

        @Override
        public CompletionStage<Done> keep(Quarantined quarantined) {
            kept.put(quarantined.request().id(), quarantined);
            return CompletableFuture.completedFuture(Done.getInstance());
        }

        @Override
        public CompletionStage<Optional<Quarantined>> find(RequestId id) {
            return CompletableFuture.completedFuture(Optional.ofNullable(kept.get(id)));
        }

        @Override
        public CompletionStage<List<RequestId>> ids(int most) {
            return CompletableFuture.completedFuture(
                    kept.keySet().stream().limit(most).toList());
        }

        @Override
        public CompletionStage<Done> remove(RequestId id) {
            kept.remove(id);
            return CompletableFuture.completedFuture(Done.getInstance());
        }
    }

    /** Results; the first one stands. */
    public static final class Results implements ResultStore {
        public final Map<RequestId, ClassificationResult> results = new ConcurrentHashMap<>();
        /** Of results after the first. */
        public final Map<RequestId, Integer> generations = new ConcurrentHashMap<>();

        public final Map<String, String> unreadable = new ConcurrentHashMap<>();
        public volatile boolean away;

        @Override
        public CompletionStage<Optional<ClassificationResult>> find(RequestId id, int generation) {
            return CompletableFuture.completedFuture(Optional.ofNullable(results.get(id))
                    .filter(result -> !result.outcome().isProvisional() || generation(id) >= generation));
        }

        @Override
        public CompletionStage<ClassificationResult> putIfAbsent(ClassificationResult result, int generation) {
            if (away) {
                return CompletableFuture.failedFuture(new IllegalStateException("the store is away"));
            }
            return CompletableFuture.completedFuture(results.compute(result.id(), (id, before) -> {
                if (before == null || !before.outcome().isProvisional()) {
                    return before == null ? result : before;
                }
                boolean supersedes = !result.outcome().isProvisional() || generation(id) < generation;
                if (supersedes) {
                    generations.put(id, generation(id) + 1);
                }
                return supersedes ? result : before;
            }));
        }

        private int generation(RequestId id) {
            return generations.getOrDefault(id, 1);
        }

        @Override
        public CompletionStage<Done> keepUnreadable(String messageId, String body) {
            unreadable.put(messageId, body);
            return CompletableFuture.completedFuture(Done.getInstance());
        }
    }
}
