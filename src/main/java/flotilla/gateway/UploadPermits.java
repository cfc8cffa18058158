package flotilla.gateway;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Bounds how many uploads are received at the same time; the others wait for their turn, first come first served. */
final class UploadPermits {
    private final Deque<CompletableFuture<Void>> waiting = new ArrayDeque<>();
    private int free;

    UploadPermits(int permits) {
        this.free = permits;
    }

    /** Runs {@code task} when it is its turn; the permit is given back when the task's stage completes. */
    <T> CompletionStage<T> run(Supplier<CompletionStage<T>> task) {
        return acquire().thenCompose(permit -> {
            CompletionStage<T> running;
            try {
                running = task.get();
            } catch (RuntimeException e) {
                release();
                throw e;
            }
            return running.whenComplete((done, failure) -> release());
        });
    }

    private synchronized CompletionStage<Void> acquire() {
        if (free > 0) {
            free--;
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> turn = new CompletableFuture<>();
        waiting.add(turn);
        return turn;
    }

    private void release() {
        CompletableFuture<Void> next;
        synchronized (this) {
            next = waiting.poll();
            if (next == null) {
                free++;
            }
        }
        if (next != null) {
            next.complete(null);
        }
    }
}
