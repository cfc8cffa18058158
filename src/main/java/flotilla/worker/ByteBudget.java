package flotilla.worker;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/**
 * Bytes of images that may be in this process at the same time. Who wants more than is free waits, first come first served;
 * one image is let in whatever its size when there is no other. Safe for all threads.
 */
final class ByteBudget {
    private record Waiter(long bytes, CompletableFuture<Done> granted) {}

    private final long most;
    private final Deque<Waiter> waiters = new ArrayDeque<>();
    private long taken;

    /**
     * @param most bytes
     */
    ByteBudget(long most) {
        this.most = most;
    }

    /** Complete when the bytes may be brought in; {@link #giveBack} them once they are gone. */
    CompletionStage<Done> take(long bytes) {
        CompletableFuture<Done> granted = new CompletableFuture<>();
        synchronized (this) {
            waiters.add(new Waiter(bytes, granted));
        }
        grant();
        return granted;
    }

    /** Some of what was taken is free again. */
    void giveBack(long bytes) {
        synchronized (this) {
            taken -= bytes;
        }
        grant();
    }

    /** Whether somebody waits. */
    synchronized boolean isShort() {
        return !waiters.isEmpty();
    }

    /** What is taken now. */
    synchronized long taken() {
        return taken;
    }

    private void grant() {
        List<Waiter> granted = new ArrayList<>();
        synchronized (this) {
            while (!waiters.isEmpty() && (taken == 0 || taken + waiters.peek().bytes() <= most)) {
                Waiter next = waiters.poll();
                taken += next.bytes();
                granted.add(next);
            }
        }
        granted.forEach(waiter -> waiter.granted().complete(Done.getInstance()));
    }
}
