package flotilla.push;

import flotilla.domain.BatchId;
import flotilla.domain.ClassificationResult;
import flotilla.domain.Outcome;
import flotilla.domain.RequestId;
import flotilla.protocol.Batch;
import flotilla.protocol.BatchStore;
import flotilla.protocol.ResultStore;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;

/**
 * Looks whether what is waited for is there. A batch is walked from its first image on and no further than to the first one
 * without a result; the next look goes on there, so that each result is read once. Safe for all threads.
 */
final class News {
    private static final int AT_A_TIME = 16;

    /**
     * How far a batch was walked.
     *
     * @param seen images that have a result or were refused
     */
    record Walk(int seen, int done, int failed) {
        static final Walk START = new Walk(0, 0, 0);

        private Walk and(Batch.Item item, Optional<ClassificationResult> result) {
            boolean labelled = result.filter(one -> one.outcome() instanceof Outcome.Labelled)
                    .isPresent();
            return item.taken().isEmpty()
                    ? new Walk(seen + 1, done, failed)
                    : new Walk(seen + 1, done + (labelled ? 1 : 0), failed + (labelled ? 0 : 1));
        }
    }

    /** What a look finds. */
    sealed interface Found {
        /** It is finished. */
        record Ready(Message message) implements Found {}

        /** Not yet; the next look goes on from here. */
        record NotYet(Walk walk) implements Found {}

        /** It never will be. */
        record Never(String why) implements Found {}
    }

    private final ActorSystem<?> system;
    private final ResultStore results;
    private final BatchStore batches;

    News(ActorSystem<?> system, ResultStore results, BatchStore batches) {
        this.system = system;
        this.results = results;
        this.batches = batches;
    }

    /**
     * Looks once.
     *
     * @param walk how far an earlier look came
     */
    CompletionStage<Found> look(Wish wish, Walk walk) {
        return switch (wish.about()) {
            case CLASSIFICATION ->
                results.standing(new RequestId(wish.id()))
                        .thenApply(standing -> standing.filter(one -> isNews(one, wish))
                                .<Found>map(one -> new Found.Ready(Message.of(one)))
                                .orElseGet(() -> new Found.NotYet(Walk.START)));
            case BATCH ->
                batches.find(new BatchId(wish.id()))
                        .thenCompose(found -> found.isPresent()
                                ? walk(found.get(), walk, 1)
                                : CompletableFuture.completedFuture(new Found.Never("the batch is not kept any more")));
        };
    }

    private static boolean isNews(ResultStore.Standing standing, Wish wish) {
        return standing.generation() > wish.told();
    }

    private CompletionStage<Found> walk(Batch batch, Walk from, int atATime) {
        if (from.seen() >= batch.items().size()) {
            return batches.isCancelled(batch.id())
                    .thenApply(cancelled -> new Found.Ready(Message.of(batch, cancelled, from.done(), from.failed())));
        }
        List<Batch.Item> next = batch.items()
                .subList(
                        from.seen(),
                        Math.min(from.seen() + atATime, batch.items().size()));
        return Source.from(next)
                .mapAsync(atATime, this::result)
                .runWith(Sink.seq(), system)
                .thenCompose(found -> {
                    Walk walk = from;
                    for (int i = 0; i < next.size(); i++) {
                        if (next.get(i).taken().isPresent() && found.get(i).isEmpty()) {
                            return CompletableFuture.completedFuture(new Found.NotYet(walk));
                        }
                        walk = walk.and(next.get(i), found.get(i));
                    }
                    return walk(batch, walk, AT_A_TIME);
                });
    }

    private CompletionStage<Optional<ClassificationResult>> result(Batch.Item item) {
        return item.taken()
                .map(taken -> results.find(taken.id()))
                .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty()));
    }
}
