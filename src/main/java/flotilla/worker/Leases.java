package flotilla.worker;

import flotilla.domain.RequestId;
import flotilla.domain.WorkerId;
import flotilla.protocol.HolderReport;
import flotilla.protocol.QueueMessage;
import flotilla.protocol.WireFormat;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The messages that this worker holds, and since when nothing has come of each. The stream writes it, the {@link LeaseKeeper} and the {@link Worker}
 * read it; safe for all threads.
 */
final class Leases {
    private enum State {
        WAITING,
        CLASSIFYING,
        CLASSIFIED,
        SETTLED,
        RETURNING
    }

    /**
     * Messages with work to do.
     *
     * @param unclassified their images did not come out of a classifier yet
     * @param classified they did, and what came of it is on its way to the store and to those who wait
     */
    record Work(int unclassified, int classified) {}

    /**
     * @param takenAt by the time as it passes for the queue too
     * @param since when it last came a step further, or is known not to hang, by the time in which this process ran
     * @param extendedAt as {@code takenAt}
     */
    private record Lease(QueueMessage message, long takenAt, long since, long extendedAt, State state, boolean lost) {
        Lease stepped(long now, State next) {
            return new Lease(message, takenAt, now, extendedAt, next, lost);
        }

        Lease extended(long at) {
            return new Lease(message, takenAt, since, at, state, lost);
        }

        Lease gone() {
            return new Lease(message, takenAt, since, extendedAt, state, true);
        }
    }

    private static final Duration EXTENDED_WITHIN = Duration.ofSeconds(2);

    private final Map<String, Lease> byReceipt = new ConcurrentHashMap<>();
    private final RunningTime time;
    private final Runnable onRelease;
    private volatile CompletionStage<?> extension = CompletableFuture.completedFuture(null);

    /**
     * @param onRelease called when a message's image is classified, when it is settled and when it is released, on the thread that does
     *     it; must not block
     */
    Leases(RunningTime time, Runnable onRelease) {
        this.time = time;
        this.onRelease = onRelease;
    }

    /** A message came into this worker's hands. */
    void take(QueueMessage message) {
        long now = time.monotonicNanos();
        byReceipt.put(message.receiptHandle(), new Lease(message, now, time.nanos(), now, State.WAITING, false));
    }

    /** A message's image is now in a classifier, or has left it. */
    void classifying(QueueMessage message, boolean now) {
        become(message, now ? State.CLASSIFYING : State.WAITING);
    }

    /** A message's image has its outcome, which is still to be stored and told. */
    void classified(QueueMessage message) {
        become(message, State.CLASSIFIED);
        onRelease.run();
    }

    /** A message is no further, and it is known why: it does not hang. */
    void progressed(QueueMessage message) {
        byReceipt.computeIfPresent(
                message.receiptHandle(), (receipt, lease) -> lease.stepped(time.nanos(), lease.state()));
    }

    /**
     * It is clear what becomes of a message; the queue is still to be told.
     *
     * @param returned whether it goes back: its lease must not be extended then, which would hide it from all others
     */
    void settled(QueueMessage message, boolean returned) {
        become(message, returned ? State.RETURNING : State.SETTLED);
        onRelease.run();
    }

    private void become(QueueMessage message, State state) {
        byReceipt.computeIfPresent(message.receiptHandle(), (receipt, lease) -> lease.stepped(time.nanos(), state));
    }

    /** A message left this worker's hands. */
    void release(QueueMessage message) {
        if (byReceipt.remove(message.receiptHandle()) != null) {
            onRelease.run();
        }
    }

    /** Everything was lost with the stream that held it; the queue gives it out again when the leases end. */
    void releaseAll() {
        byReceipt.clear();
        onRelease.run();
    }

    /**
     * The lease was extended.
     *
     * @param at by {@link RunningTime#monotonicNanos}
     */
    void extended(QueueMessage message, long at) {
        byReceipt.computeIfPresent(message.receiptHandle(), (receipt, lease) -> lease.extended(at));
    }

    /** The lease is not ours any more: another worker has the message. What is done for it still counts. */
    void lost(QueueMessage message) {
        byReceipt.computeIfPresent(message.receiptHandle(), (receipt, lease) -> lease.gone());
    }

    /** Leases are being extended until {@code done} completes. Told before it is asked which are {@link #due}, so that none is missed. */
    void extending(CompletionStage<?> done) {
        extension = done;
    }

    /**
     * For a message that goes back, and is not {@link #due} any more: completes, never with a failure, when no lease is being extended that
     * was begun before, or after some seconds. What is extended after its lease was ended would be hidden from all for one lease more.
     */
    CompletionStage<Void> extensionDone() {
        CompletableFuture<?> begun = extension.toCompletableFuture();
        return begun.isDone()
                ? CompletableFuture.completedFuture(null)
                : begun.<Void>handle((done, failure) -> null)
                        .completeOnTimeout(null, EXTENDED_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** All messages in hand are given back, and are told here: no lease is extended any more. */
    List<QueueMessage> giveUp() {
        List<QueueMessage> held = held();
        held.forEach(this::lost);
        return held;
    }

    /** All messages in hand that are still ours. */
    List<QueueMessage> held() {
        return byReceipt.values().stream()
                .filter(lease -> !lease.lost())
                .map(Lease::message)
                .toList();
    }

    /** What is known of an image in hand that is still ours. For whoever asks, which is seldom: all bodies are looked through. */
    Optional<HolderReport> find(RequestId id, WorkerId self) {
        return byReceipt.values().stream()
                .filter(lease -> !lease.lost() && lease.state() != State.SETTLED)
                .filter(lease -> isAbout(id, lease.message()))
                .findFirst()
                .map(lease -> new HolderReport(
                        self.value(),
                        lease.message().receiveCount(),
                        Duration.ofNanos(time.monotonicNanos() - lease.takenAt()),
                        lease.state() == State.CLASSIFYING));
    }

    private static boolean isAbout(RequestId id, QueueMessage message) {
        try {
            return message.body().contains(id.value())
                    && WireFormat.readRequest(message.body()).id().equals(id);
        } catch (WireFormat.UnreadableException e) {
            // It is on its way back to the queue.
            return false;
        }
    }

    int inHand() {
        return byReceipt.size();
    }

    /** The messages in hand with work to do. */
    Work work() {
        int unclassified = 0;
        int classified = 0;
        for (Lease lease : byReceipt.values()) {
            if (lease.state() == State.WAITING || lease.state() == State.CLASSIFYING) {
                unclassified++;
            } else if (lease.state() == State.CLASSIFIED) {
                classified++;
            }
        }
        return new Work(unclassified, classified);
    }

    int busy() {
        return count(State.CLASSIFYING);
    }

    private int count(State state) {
        return (int) byReceipt.values().stream()
                .filter(lease -> lease.state() == state)
                .count();
    }

    /**
     * The leases to extend now: not extended for {@code every}, still ours, and a step further less than {@code hangAfter}
     * ago.
     */
    List<QueueMessage> due(Duration every, Duration hangAfter) {
        long now = time.monotonicNanos();
        long running = time.nanos();
        return byReceipt.values().stream()
                .filter(lease -> !lease.lost() && lease.state() != State.RETURNING)
                .filter(lease -> now - lease.extendedAt() >= every.toNanos())
                .filter(lease -> running - lease.since() < hangAfter.toNanos())
                .map(Lease::message)
                .toList();
    }
}
