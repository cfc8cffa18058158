package flotilla.worker;

import flotilla.protocol.Patience;
import flotilla.protocol.QueueMessage;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Calls to stores and queues for the messages in hand. None takes for ever; one that fails is made again as long as the
 * worker has {@link Patience}, and meanwhile its message does not count as hung. Safe for all threads.
 */
final class PatientCalls {
    private final Patience patience;
    private final Leases leases;
    private final Duration ioWithin;

    /**
     * @param ioWithin how long one try may take
     */
    PatientCalls(Patience patience, Leases leases, Duration ioWithin) {
        this.patience = patience;
        this.leases = leases;
        this.ioWithin = ioWithin;
    }

    /** Makes a call for a message, again and again if need be. */
    <T> CompletionStage<T> call(QueueMessage message, Supplier<CompletionStage<T>> call) {
        return patience.call(() -> once(call.get()), () -> leases.progressed(message));
    }

    /** A call that takes too long fails; what it does later changes nothing that matters. */
    <T> CompletionStage<T> once(CompletionStage<T> call) {
        return call.toCompletableFuture().copy().orTimeout(ioWithin.toMillis(), TimeUnit.MILLISECONDS);
    }
}
