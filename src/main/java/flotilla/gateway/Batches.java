package flotilla.gateway;

import flotilla.domain.BatchId;
import flotilla.domain.ClassificationResult;
import flotilla.domain.FailureCode;
import flotilla.domain.FileName;
import flotilla.domain.Outcome;
import flotilla.domain.RequestId;
import flotilla.gateway.ImageIntake.Intake;
import flotilla.protocol.Batch;
import flotilla.protocol.BatchStore;
import flotilla.protocol.ImageStore;
import flotilla.protocol.ResultStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;

/**
 * What becomes of batches: how far one is, what its images came to, and that it may be cancelled. The batch itself and the
 * results are durable; this only looks. Safe for all threads.
 */
final class Batches {
    private static final int LOOKUPS = 16;

    /**
     * How far a batch is.
     *
     * @param results of its images, in the batch's order; empty where there is none yet, or none any more, or where the image was
     *     refused
     * @param gone those of its images whose results have expired
     */
    record Progress(Batch batch, List<Optional<ClassificationResult>> results, Set<RequestId> gone, boolean cancelled) {
        int refused() {
            return (int) batch.items().stream()
                    .filter(item -> item.refusal().isPresent())
                    .count();
        }

        int done() {
            return count(Outcome.Labelled.class);
        }

        int failed() {
            return count(Outcome.Failed.class);
        }

        int expired() {
            return gone.size();
        }

        int pending() {
            return batch.items().size() - refused() - done() - failed() - expired();
        }

        boolean isExpired(Batch.Item item) {
            return item.taken().filter(taken -> gone.contains(taken.id())).isPresent();
        }

        private int count(Class<? extends Outcome> kind) {
            return (int) results.stream()
                    .flatMap(Optional::stream)
                    .filter(result -> kind.isInstance(result.outcome()))
                    .count();
        }

        /** Seconds until the last answer, if the rest takes as long as what was answered; empty without an answer yet. */
        Optional<Long> etaSeconds(Instant now) {
            int answered = done() + failed();
            if (pending() == 0) {
                return Optional.of(0L);
            }
            double passed = Duration.between(batch.createdAt(), now).toMillis() / 1000.0;
            return answered == 0 ? Optional.empty() : Optional.of(Math.round(Math.ceil(passed / answered * pending())));
        }
    }

    private final ActorSystem<?> system;
    private final BatchStore store;
    private final ResultStore results;
    private final ImageStore images;
    private final Answers answers;
    private final Retention retention;
    private final Clock clock;
    private final RandomGenerator random;

    Batches(
            ActorSystem<?> system,
            BatchStore store,
            ResultStore results,
            ImageStore images,
            Answers answers,
            Retention retention,
            Clock clock,
            RandomGenerator random) {
        this.system = system;
        this.store = store;
        this.results = results;
        this.images = images;
        this.answers = answers;
        this.retention = retention;
        this.clock = clock;
        this.random = random;
    }

    /** Makes a batch of what was taken and refused; complete when it is durable. */
    CompletionStage<Batch> create(List<Intake> intakes) {
        BatchId id = new BatchId(RequestId.create(clock.instant(), random).value());
        Batch batch = new Batch(
                id, clock.instant(), intakes.stream().map(Batches::item).toList());
        return store.put(batch).thenApply(done -> batch);
    }

    private static Batch.Item item(Intake intake) {
        if (intake instanceof Intake.Accepted accepted) {
            return Batch.Item.taken(accepted.file().value(), accepted.id(), accepted.image(), accepted.journey());
        }
        Intake.Refused refused = (Intake.Refused) intake;
        return Batch.Item.refused(
                refused.file(),
                refused.problem().code(),
                refused.problem().title() + ", " + refused.problem().detail());
    }

    /** How far a batch is; empty when there is no such batch. */
    CompletionStage<Optional<Progress>> progress(BatchId id) {
        return store.find(id)
                .thenCompose(found -> found.isEmpty()
                        ? Answers.done(Optional.<Progress>empty())
                        : look(found.get()).thenApply(Optional::of));
    }

    private CompletionStage<Progress> look(Batch batch) {
        CompletionStage<List<Optional<ClassificationResult>>> all = Source.from(batch.items())
                .mapAsync(
                        LOOKUPS,
                        item -> item.taken()
                                .map(taken -> results.find(taken.id()))
                                .orElseGet(() -> Answers.done(Optional.empty())))
                .runWith(Sink.seq(), system);
        return all.thenCompose(found -> gone(batch, found)
                .thenCombine(
                        store.isCancelled(batch.id()),
                        (gone, cancelled) -> new Progress(batch, new ArrayList<>(found), gone, cancelled)));
    }

    /** Images without a result whose answer is not to come any more. Only what is old enough is asked for. */
    private CompletionStage<Set<RequestId>> gone(Batch batch, List<Optional<ClassificationResult>> found) {
        Instant now = clock.instant();
        List<RequestId> old = IntStream.range(0, found.size())
                .filter(i -> found.get(i).isEmpty())
                .mapToObj(i -> batch.items().get(i).taken())
                .flatMap(Optional::stream)
                .map(Batch.Taken::id)
                .filter(id -> retention.mayHaveExpired(id, now))
                .toList();
        return Source.from(old)
                .mapAsync(
                        LOOKUPS,
                        id -> answers.unanswered(id)
                                .thenApply(state -> state == Unanswered.EXPIRED ? List.of(id) : List.<RequestId>of()))
                .mapConcat(ids -> ids)
                .runWith(Sink.seq(), system)
                .thenApply(Set::copyOf);
    }

    /**
     * Cancels a batch: every image without an answer is answered as cancelled, and removed, so that no worker spends time on
     * it. An answer that a worker was quicker with stands.
     */
    CompletionStage<Optional<Progress>> cancel(BatchId id) {
        return progress(id).thenCompose(found -> {
            if (found.isEmpty() || found.get().pending() == 0) {
                return Answers.done(found);
            }
            Progress before = found.get();
            List<Batch.Item> open = new ArrayList<>();
            for (int i = 0; i < before.results().size(); i++) {
                Batch.Item item = before.batch().items().get(i);
                if (before.results().get(i).isEmpty() && item.taken().isPresent() && !before.isExpired(item)) {
                    open.add(item);
                }
            }
            return store.cancel(id)
                    .thenCompose(marked ->
                            Source.from(open).mapAsync(LOOKUPS, this::giveUp).runWith(Sink.ignore(), system))
                    .thenCompose(done -> progress(id));
        });
    }

    private CompletionStage<Done> giveUp(Batch.Item item) {
        Batch.Taken taken = item.taken().orElseThrow();
        ClassificationResult cancelled = new ClassificationResult(
                taken.id(),
                new FileName(item.file()),
                new Outcome.Failed(FailureCode.CANCELLED, "the batch was cancelled before this image was answered"),
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                taken.journey());
        return results.putIfAbsent(cancelled).thenCompose(standing -> images.delete(taken.image()));
    }

    Instant now() {
        return clock.instant();
    }
}
