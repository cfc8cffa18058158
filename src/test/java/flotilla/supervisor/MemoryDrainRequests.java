package flotilla.supervisor;

import flotilla.scaling.FleetObservation.DrainConfirmation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The terminate queues in memory. Safe for all threads. */
final class MemoryDrainRequests implements DrainRequests {
    private final List<Long> waiting = new ArrayList<>();
    private final List<DrainConfirmation> confirmations = new ArrayList<>();
    private boolean away;

    /** Tokens that a worker could take. */
    synchronized List<Long> waiting() {
        return List.copyOf(waiting);
    }

    /** A worker takes a request. */
    synchronized long take() {
        return waiting.remove(0);
    }

    synchronized void confirm(DrainConfirmation confirmation) {
        confirmations.add(confirmation);
    }

    /** From now on the queues cannot be reached. */
    synchronized void goAway() {
        away = true;
    }

    @Override
    public synchronized CompletionStage<List<Long>> send(List<Long> tokens) {
        if (away) {
            return CompletableFuture.completedFuture(tokens);
        }
        waiting.addAll(tokens);
        return CompletableFuture.completedFuture(List.of());
    }

    @Override
    public synchronized CompletionStage<List<Long>> cancel(int count) {
        if (away) {
            return CompletableFuture.failedFuture(new IllegalStateException("the queue is away"));
        }
        List<Long> back = List.copyOf(waiting.subList(0, Math.min(count, waiting.size())));
        waiting.removeAll(back);
        return CompletableFuture.completedFuture(back);
    }

    @Override
    public synchronized CompletionStage<List<DrainConfirmation>> confirmations() {
        List<DrainConfirmation> all = List.copyOf(confirmations);
        confirmations.clear();
        return CompletableFuture.completedFuture(all);
    }
}
