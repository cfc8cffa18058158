package flotilla.gateway;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorSystem;

/**
 * Bounds how many uploads are received at the same time; the others wait for their turn, first come first served, and not for
 * ever. Safe for all threads.
 */
final class UploadPermits {
    /** No turn came within the time that an upload may wait. */
    static final class NoTurnException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NoTurnException(Duration within) {
            super("no turn within " + within.toMillis() + " ms", null, false, false);
        }
    }

    /** One upload that waits. */
    private static final class Turn {
        private final CompletableFuture<Void> come = new CompletableFuture<>();
    }

    private final ActorSystem<?> system;
    private final Duration within;
    private final Set<Turn> waiting = new LinkedHashSet<>();
    private int free;

    /**
     * @param within how long an upload waits for its turn
     */
    UploadPermits(ActorSystem<?> system, int permits, Duration within) {
        this.system = system;
        this.free = permits;
        this.within = within;
    }

    /**
     * Runs {@code task} when it is its turn; the permit is given back when the task's stage completes. Fails with {@link
     * NoTurnException}, and never runs the task, when no turn came in time.
     */
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

    private CompletionStage<Void> acquire() {
        Turn turn = new Turn();
        synchronized (this) {
            if (free > 0) {
                free--;
                return CompletableFuture.completedFuture(null);
            }
            waiting.add(turn);
        }
        Cancellable timeout = system.scheduler().scheduleOnce(within, () -> giveUp(turn), system.executionContext());
        turn.come.whenComplete((permit, failure) -> timeout.cancel());
        return turn.come;
    }

    private void giveUp(Turn turn) {
        boolean waits;
        synchronized (this) {
            waits = waiting.remove(turn);
        }
        if (waits) {
            turn.come.completeExceptionally(new NoTurnException(within));
        }
    }

    private void release() {
        Turn next = null;
        synchronized (this) {
            if (waiting.isEmpty()) {
                free++;
            } else {
                next = waiting.iterator().next();
                waiting.remove(next);
            }
        }
        if (next != null) {
            next.come.complete(null);
        }
    }
}
