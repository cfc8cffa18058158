package flotilla.worker;

import flotilla.protocol.MessageQueue;
import flotilla.protocol.QueueMessage;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * Gives back what a worker still holds when it must end, so that nobody waits for its leases. What an image inside a
 * classifier comes to after that still counts.
 */
final class HandBack {
    private static final Duration WITHIN = Duration.ofSeconds(5);

    private final MessageQueue requests;
    private final Leases leases;

    HandBack(MessageQueue requests, Leases leases) {
        this.requests = requests;
        this.leases = leases;
    }

    /** Ends all leases now and for good; with the number of them, or a failure, within a few seconds. */
    CompletionStage<Integer> all() {
        // The keeper would lease them anew, by receipts that may still count; what it has begun must not come after
        // this.
        List<QueueMessage> held = leases.giveUp();
        return leases.extensionDone()
                .thenCompose(done -> requests.extendLeases(held, Duration.ZERO))
                .thenApply(lost -> held.size())
                .toCompletableFuture()
                .copy()
                .orTimeout(WITHIN.toMillis(), TimeUnit.MILLISECONDS);
    }
}
