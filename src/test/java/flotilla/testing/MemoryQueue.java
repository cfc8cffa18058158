package flotilla.testing;

import flotilla.domain.QueueDepth;
import flotilla.protocol.InfrastructureException;
import flotilla.protocol.MessageAction;
import flotilla.protocol.MessageQueue;
import flotilla.protocol.QueueMessage;
import flotilla.protocol.ReceiveControl;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.OverflowStrategy;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.javadsl.SourceQueueWithComplete;

/**
 * A queue in memory whose deliveries a test makes itself, one by one. It does not mind capacity: what is delivered is
 * emitted, unless it is paused. Safe for all threads.
 */
public final class MemoryQueue implements MessageQueue {
    private static final int BUFFER = 10_000;

    private final List<String> sent = new ArrayList<>();
    private final List<MessageAction> acknowledged = new ArrayList<>();
    private final List<QueueMessage> extended = new ArrayList<>();
    private final List<QueueMessage> early = new ArrayList<>();
    private SourceQueueWithComplete<QueueMessage> receiver;
    private IntSupplier capacity = () -> 0;
    private Predicate<String> refused = body -> false;
    private int longest = Integer.MAX_VALUE;
    private Consumer<String> listener = body -> {};
    private CompletableFuture<Done> receive = CompletableFuture.completedFuture(Done.getInstance());
    private Supplier<CompletionStage<Done>> extending = () -> CompletableFuture.completedFuture(Done.getInstance());
    private boolean leasesLost;
    private boolean paused;
    private int runs;
    private int deliveries;

    /** Bodies for which sending fails from now on. */
    public synchronized void refuse(Predicate<String> bodies) {
        refused = bodies;
    }

    /** Longer bodies are refused for good from now on. */
    public synchronized void takeUpTo(int characters) {
        longest = characters;
    }

    /** Hears of each message that is sent from now on. */
    public synchronized void onSent(Consumer<String> hears) {
        listener = hears;
    }

    /** From now on every extension finds its lease lost. */
    public synchronized void loseLeases() {
        leasesLost = true;
    }

    /** Is called at each extension of leases from now on, which comes to pass when what it gives is complete. */
    public synchronized void extendWhen(Supplier<CompletionStage<Done>> given) {
        extending = given;
    }

    /** From now on a receive is under way, and no pause is complete before {@link #endReceive}; deliveries still arrive. */
    public synchronized void beginReceive() {
        receive = new CompletableFuture<>();
    }

    public void endReceive() {
        underWay().complete(Done.getInstance());
    }

    private synchronized CompletableFuture<Done> underWay() {
        return receive;
    }

    /** Delivers a message for the {@code receiveCount}th time. */
    public synchronized QueueMessage deliver(String body, int receiveCount) {
        String id = "m" + ++deliveries;
        QueueMessage message = new QueueMessage(id, "receipt-" + id, body, Instant.now(), receiveCount);
        if (receiver == null) {
            early.add(message);
        } else {
            receiver.offer(message);
        }
        return message;
    }

    /** The running receiver loses the queue. */
    public synchronized void fail(RuntimeException failure) {
        receiver.fail(failure);
        receiver = null;
    }

    public synchronized List<String> sent() {
        return List.copyOf(sent);
    }

    public synchronized List<MessageAction> acknowledged() {
        return List.copyOf(acknowledged);
    }

    public synchronized List<QueueMessage> extended() {
        return List.copyOf(extended);
    }

    /** How many messages the running receiver would ask for now. */
    public synchronized int capacity() {
        return capacity.getAsInt();
    }

    public synchronized boolean isPaused() {
        return paused;
    }

    /** How often a receiver was run. */
    public synchronized int runs() {
        return runs;
    }

    @Override
    public synchronized CompletionStage<Done> send(String body) {
        if (refused.test(body)) {
            return CompletableFuture.failedFuture(new InfrastructureException("the queue is away", null));
        }
        if (body.length() > longest) {
            return CompletableFuture.failedFuture(new InfrastructureException("the message is too long", null, true));
        }
        sent.add(body);
        listener.accept(body);
        return CompletableFuture.completedFuture(Done.getInstance());
    }

    @Override
    public Source<QueueMessage, ReceiveControl> receive(IntSupplier capacity) {
        return Source.<QueueMessage>queue(BUFFER, OverflowStrategy.fail())
                .mapMaterializedValue(started -> started(started, capacity));
    }

    private synchronized ReceiveControl started(
            SourceQueueWithComplete<QueueMessage> started, IntSupplier capacityNow) {
        receiver = started;
        capacity = capacityNow;
        runs++;
        paused = false;
        early.forEach(started::offer);
        early.clear();
        return new ReceiveControl() {
            @Override
            public CompletionStage<Done> pause() {
                setPaused(true);
                return underWay();
            }

            @Override
            public void resume() {
                setPaused(false);
            }

            @Override
            public void wake() {
                // Deliveries wait for nothing here.
            }

            @Override
            public void stop() {
                setPaused(true);
                started.complete();
            }
        };
    }

    private synchronized void setPaused(boolean now) {
        paused = now;
    }

    @Override
    public Flow<MessageAction, MessageAction, NotUsed> acknowledge() {
        return Flow.<MessageAction>create().map(action -> {
            synchronized (this) {
                acknowledged.add(action);
            }
            return action;
        });
    }

    @Override
    public synchronized CompletionStage<List<QueueMessage>> extendLeases(
            List<QueueMessage> messages, Duration visibility) {
        extended.addAll(messages);
        List<QueueMessage> lost = leasesLost ? messages : List.of();
        return extending.get().thenApply(done -> lost);
    }

    @Override
    public CompletionStage<QueueDepth> depth() {
        return CompletableFuture.completedFuture(new QueueDepth(0, 0, 0));
    }
}
