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
import flotilla.protocol.InfrastructureException;
import flotilla.protocol.QuarantineStore;
import flotilla.protocol.ResultStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
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
        /** A bucket whose objects nobody may name. */
        public static final String FORBIDDEN = "forbidden-bucket";
        /** Writes are not answered before this is complete. */
        public volatile CompletionStage<Done> gate = CompletableFuture.completedStage(Done.getInstance());

        public final AtomicInteger writesBegun = new AtomicInteger();
        /** Reads are never answered. */
        public volatile boolean silent;

        private final ActorSystem<?> system;

        public Images(ActorSystem<?> system) {
            this.system = system;
        }

        @Override
        public CompletionStage<ImageRef> put(String key, String contentType, Source<ByteString, ?> bytes) {
            writesBegun.incrementAndGet();
            return bytes.runWith(Sink.fold(ByteString.emptyByteString(), ByteString::concat), system)
                    .thenCombine(gate, (whole, open) -> {
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
            return ref.bucket().equals(FORBIDDEN)
                    ? CompletableFuture.failedFuture(notAllowed())
                    : get(ref).thenApply(found -> found.map(Source::single));
        }

        @Override
        public CompletionStage<List<ImageRef>> list(String bucket, String prefix, int most) {
            if (bucket.equals(FORBIDDEN)) {
                return CompletableFuture.failedFuture(notAllowed());
            }
            if (away) {
                return CompletableFuture.failedFuture(new InfrastructureException("the store is away", null));
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

        private static IllegalArgumentException notAllowed() {
            return new IllegalArgumentException("no object of that bucket may be named");
        }

        private void refuseWhenAway() {
            if (away) {
                throw new InfrastructureException("the store is away", null);
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
                return CompletableFuture.failedFuture(new InfrastructureException("the store is away", null));
            }
            batches.put(batch.id(), batch);
            return CompletableFuture.completedFuture(Done.getInstance());
        }

        @Override
        public CompletionStage<Optional<Batch>> find(BatchId id) {
            return away
                    ? CompletableFuture.failedFuture(new InfrastructureException("the store is away", null))
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
        public final Map<String, RequestId> sent = new ConcurrentHashMap<>();

        @Override
        public CompletionStage<Claim> claim(String key, Claim claim) {
            Claim before = claims.putIfAbsent(key, claim);
            return CompletableFuture.completedFuture(before == null ? claim : before);
        }

        @Override
        public CompletionStage<Claim> supersede(String key, Claim gone, Claim next) {
            return CompletableFuture.completedFuture(claims.compute(
                    key, (same, standing) -> standing == null || standing.equals(gone) ? next : standing));
        }

        @Override
        public CompletionStage<Done> sent(String key, RequestId id) {
            sent.put(key, id);
            return CompletableFuture.completedFuture(Done.getInstance());
        }

        @Override
        public CompletionStage<Boolean> isSent(String key, RequestId id) {
            return CompletableFuture.completedFuture(id.equals(sent.get(key)));
        }
    }

    /** What is known of processes that had images inside. */
    public static final class Attempts implements AttemptStore {
        /** That ended. */
        public final Map<RequestId, Set<String>> processes = new ConcurrentHashMap<>();
        /** Those of them that had it inside alone. */
        public final Map<RequestId, Set<String>> diedAlone = new ConcurrentHashMap<>();
        /** That have one inside alone, and since when. */
        public final Map<RequestId, Map<String, Duration>> alone = new ConcurrentHashMap<>();

        public volatile boolean away;
        /** Attempts are written only when this is complete. */
        public volatile CompletionStage<Done> gate = CompletableFuture.completedStage(Done.getInstance());

        @Override
        public CompletionStage<Done> died(RequestId id, String process, boolean wasAlone) {
            return unlessAway(() -> {
                processes
                        .computeIfAbsent(id, first -> new ConcurrentSkipListSet<>())
                        .add(process);
                if (wasAlone) {
                    diedAlone
                            .computeIfAbsent(id, first -> new ConcurrentSkipListSet<>())
                            .add(process);
                }
            });
        }

        @Override
        public CompletionStage<Done> enters(RequestId id, String process) {
            return gate.thenCompose(
                    open -> unlessAway(() -> alone.computeIfAbsent(id, first -> new ConcurrentSkipListMap<>())
                            .put(process, Duration.ZERO)));
        }

        @Override
        public CompletionStage<Done> left(RequestId id, String process) {
            return unlessAway(() -> alone.computeIfPresent(id, (same, all) -> {
                all.remove(process);
                return all.isEmpty() ? null : all;
            }));
        }

        @Override
        public CompletionStage<List<Attempt>> of(RequestId id) {
            return unlessAway(() -> {}).thenApply(done -> {
                Set<String> dead = processes.getOrDefault(id, Set.of());
                Set<String> deadAlone = diedAlone.getOrDefault(id, Set.of());
                Map<String, Attempt> all = new TreeMap<>();
                alone.getOrDefault(id, Map.of())
                        .forEach((process, age) -> all.put(process, Attempt.alone(process, age)));
                dead.forEach(process -> all.put(
                        process, deadAlone.contains(process) ? Attempt.deadAlone(process) : Attempt.dead(process)));
                return List.copyOf(all.values());
            });
        }

        @Override
        public CompletionStage<Done> clear(RequestId id) {
            return unlessAway(() -> {
                processes.remove(id);
                diedAlone.remove(id);
                alone.remove(id);
            });
        }

        private CompletionStage<Done> unlessAway(Runnable change) {
            if (away) {
                return CompletableFuture.failedFuture(new InfrastructureException("the store is away", null));
            }
            change.run();
            return CompletableFuture.completedFuture(Done.getInstance());
        }
    }

    /** Requests that were given up, of each the last generation. */
    public static final class Quarantine implements QuarantineStore {
        public final Map<RequestId, Quarantined> kept = new ConcurrentSkipListMap<>();
        /** Of requests that were put back. */
        public final List<Redriven> notes = new CopyOnWriteArrayList<>();
        /** Requests whose records cannot be read. */
        public final Set<RequestId> damaged = ConcurrentHashMap.newKeySet();

        @Override
        public CompletionStage<Done> keep(Quarantined quarantined) {
            kept.merge(
                    quarantined.request().id(),
                    quarantined,
                    (before, now) ->
                            before.request().generation() > now.request().generation() ? before : now);
            return CompletableFuture.completedFuture(Done.getInstance());
        }

        @Override
        public CompletionStage<Optional<Quarantined>> find(RequestId id) {
            if (damaged.contains(id)) {
                return CompletableFuture.failedFuture(new InfrastructureException("record is damaged", null));
            }
            return CompletableFuture.completedFuture(Optional.ofNullable(kept.get(id)));
        }

        @Override
        public CompletionStage<List<RequestId>> ids(int most) {
            return CompletableFuture.completedFuture(
                    kept.keySet().stream().limit(most).toList());
        }

        @Override
        public CompletionStage<Done> note(Redriven redriven) {
            if (notes.stream()
                    .noneMatch(one -> one.id().equals(redriven.id()) && one.generation() == redriven.generation())) {
                notes.add(redriven);
            }
            return CompletableFuture.completedFuture(Done.getInstance());
        }

        @Override
        public CompletionStage<List<Redriven>> redrives(RequestId id) {
            return CompletableFuture.completedFuture(
                    notes.stream().filter(one -> one.id().equals(id)).toList());
        }

        @Override
        public CompletionStage<Done> remove(Quarantined quarantined) {
            kept.computeIfPresent(
                    quarantined.request().id(),
                    (id, last) ->
                            last.request().generation() > quarantined.request().generation() ? last : null);
            return CompletableFuture.completedFuture(Done.getInstance());
        }
    }

    /** Results; the first one stands. */
    public static final class Results implements ResultStore {
        public final Map<RequestId, ClassificationResult> results = new ConcurrentHashMap<>();
        /** Of results after the first. */
        public final Map<RequestId, Integer> generations = new ConcurrentHashMap<>();
        /** Failures that others followed. */
        public final Map<RequestId, List<ClassificationResult>> superseded = new ConcurrentHashMap<>();

        public final Map<String, String> unreadable = new ConcurrentHashMap<>();
        /** Requests whose results were confirmed. */
        public final Set<RequestId> confirmed = ConcurrentHashMap.newKeySet();

        public volatile boolean away;
        /** Results are not written before this is complete. */
        public volatile CompletionStage<Done> gate = CompletableFuture.completedStage(Done.getInstance());

        @Override
        public CompletionStage<Optional<ClassificationResult>> confirm(RequestId id, int generation) {
            confirmed.add(id);
            return find(id, generation);
        }

        @Override
        public CompletionStage<Optional<Standing>> standing(RequestId id) {
            AtomicReference<Standing> standing = new AtomicReference<>();
            // As one look, between which nothing is written.
            results.computeIfPresent(id, (key, result) -> {
                standing.set(new Standing(generation(id), result));
                return result;
            });
            return CompletableFuture.completedFuture(Optional.ofNullable(standing.get()));
        }

        @Override
        public CompletionStage<List<ClassificationResult>> generations(RequestId id) {
            return standing(id)
                    .thenApply(last -> Stream.concat(
                                    superseded.getOrDefault(id, List.of()).stream(),
                                    last.map(Standing::result).stream())
                            .toList());
        }

        @Override
        public CompletionStage<ClassificationResult> putIfAbsent(ClassificationResult result, int generation) {
            if (away) {
                return CompletableFuture.failedFuture(new InfrastructureException("the store is away", null));
            }
            return gate.thenApply(open -> write(result, generation));
        }

        private ClassificationResult write(ClassificationResult result, int generation) {
            return results.compute(result.id(), (id, before) -> {
                if (before == null || !before.outcome().isProvisional()) {
                    return before == null ? result : before;
                }
                boolean supersedes = !result.outcome().isProvisional() || generation(id) < generation;
                if (supersedes) {
                    generations.put(id, generation(id) + 1);
                    superseded
                            .computeIfAbsent(id, first -> new CopyOnWriteArrayList<>())
                            .add(before);
                }
                return supersedes ? result : before;
            });
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
