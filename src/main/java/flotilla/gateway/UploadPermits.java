package flotilla.gateway;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpRequest;

/**
 * Bounds how many uploads are received at the same time; the others wait for their turn, first come first served, not for ever, and
 * only as long as what they hold meanwhile leaves the heap to others. Safe for all threads.
 */
final class UploadPermits {
    /** No turn came within the time that an upload may wait, or too many wait for theirs already. */
    static final class NoTurnException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NoTurnException(String why) {
            super(why, null, false, false);
        }
    }

    /** One upload that waits. */
    private static final class Turn {
        private final CompletableFuture<Void> come = new CompletableFuture<>();
        private final long held;

        Turn(long held) {
            this.held = held;
        }
    }

    /** So many may wait whatever they hold. */
    static final int FEWEST_WAITING = 100;

    /** What an upload that waits has at most in the buffers on its way here, about; in bytes. */
    private static final long MOST_OF_ONE = 256 << 10;
    /** This part of the heap may be in such buffers. */
    private static final int PART_OF_HEAP = 3;

    private final ActorSystem<?> system;
    private final Duration within;
    private final long mostHeld;
    private final Set<Turn> waiting = new LinkedHashSet<>();
    private int free;
    private long held;

    /**
     * @param within how long an upload waits for its turn
     * @param mostHeld bytes that all uploads that wait may hold together, when they are more than {@value #FEWEST_WAITING}
     */
    UploadPermits(ActorSystem<?> system, int permits, Duration within, long mostHeld) {
        this.system = system;
        this.free = permits;
        this.within = within;
        this.mostHeld = mostHeld;
    }

    /** What all uploads that wait may hold together in this process, in bytes. */
    static long mostHeld() {
        return Runtime.getRuntime().maxMemory() / PART_OF_HEAP;
    }

    /** What an upload holds of its body while it waits, in bytes. */
    static long held(HttpRequest request) {
        return Math.min(MOST_OF_ONE, request.entity().getContentLengthOption().orElse(MOST_OF_ONE));
    }

    /**
     * Runs {@code task} when it is its turn; the permit is given back when the task's stage completes. Fails with {@link
     * NoTurnException}, and never runs the task, when no turn came in time, and at once when too many wait.
     *
     * @param held bytes that it holds while it waits
     */
    <T> CompletionStage<T> run(long held, Supplier<CompletionStage<T>> task) {
        return acquire(new Turn(held)).thenCompose(permit -> {
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

    private CompletionStage<Void> acquire(Turn turn) {
        synchronized (this) {
            if (free > 0) {
                free--;
                return CompletableFuture.completedFuture(null);
            }
            if (waiting.size() >= FEWEST_WAITING && held + turn.held > mostHeld) {
                return CompletableFuture.failedFuture(
                        new NoTurnException(waiting.size() + " wait for their turn already"));
            }
            waiting.add(turn);
            held += turn.held;
        }
        Cancellable timeout = system.scheduler().scheduleOnce(within, () -> giveUp(turn), system.executionContext());
        turn.come.whenComplete((permit, failure) -> timeout.cancel());
        return turn.come;
    }

    private void giveUp(Turn turn) {
        boolean waits;
        synchronized (this) {
            waits = remove(turn);
        }
        if (waits) {
            turn.come.completeExceptionally(new NoTurnException("no turn within " + within.toMillis() + " ms"));
        }
    }

    private boolean remove(Turn turn) {
        boolean waits = waiting.remove(turn);
        held -= waits ? turn.held : 0;
        return waits;
    }

    private void release() {
        Turn next = null;
        synchronized (this) {
            if (waiting.isEmpty()) {
                free++;
            } else {
                next = waiting.iterator().next();
                remove(next);
            }
        }
        if (next != null) {
            next.come.complete(null);
        }
    }
}
