package flotilla.worker;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.protocol.QueueMessage;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/** The terminate queues in memory, with a record of everything that was done to them. Safe for all threads. */
final class MemoryTerminateRequests implements TerminateRequests {
    private final Deque<Long> waiting = new ArrayDeque<>();
    private final List<String> done = new ArrayList<>();
    private int looks;
    private boolean away;
    private CompletableFuture<Void> gate = CompletableFuture.completedFuture(null);

    synchronized void put(long token) {
        waiting.add(token);
    }

    /** From now on nothing can be reached, or everything again. */
    synchronized void setAway(boolean now) {
        away = now;
    }

    /** From now on looks are not answered until {@link #answerLooks}. */
    synchronized void holdLooks() {
        gate = new CompletableFuture<>();
    }

    synchronized void answerLooks() {
        gate.complete(null);
    }

    synchronized int looks() {
        return looks;
    }

    /** What was done, one word and a token each, takes of nothing left out. */
    synchronized List<String> done() {
        return List.copyOf(done);
    }

    @Override
    public synchronized CompletionStage<Optional<Held>> take() {
        looks++;
        return gate.thenCompose(open -> {
            synchronized (this) {
                if (away) {
                    return failed();
                }
                Optional<Held> held = Optional.ofNullable(waiting.poll()).map(MemoryTerminateRequests::held);
                held.ifPresent(request -> done.add("take " + request.token()));
                return CompletableFuture.completedFuture(held);
            }
        });
    }

    private static Held held(long token) {
        return new Held(token, new QueueMessage("m" + token, "receipt-" + token, "", Instant.EPOCH, 1));
    }

    @Override
    public synchronized CompletionStage<Done> keep(Held request) {
        return note("keep " + request.token());
    }

    @Override
    public synchronized CompletionStage<Done> putBack(Held request) {
        waiting.add(request.token());
        return note("put-back " + request.token());
    }

    @Override
    public synchronized CompletionStage<Done> discard(Held request) {
        return note("discard " + request.token());
    }

    @Override
    public synchronized CompletionStage<Done> confirm(
            Held request, InstanceId instance, Optional<AppTierId> appTierId) {
        return note("confirm " + request.token() + " " + instance + "/"
                + appTierId.map(AppTierId::toString).orElse("-"));
    }

    private CompletionStage<Done> note(String what) {
        if (away) {
            return failed();
        }
        done.add(what);
        return CompletableFuture.completedFuture(Done.getInstance());
    }

    private static <T> CompletionStage<T> failed() {
        return CompletableFuture.failedFuture(new IllegalStateException("the queue is away"));
    }
}
