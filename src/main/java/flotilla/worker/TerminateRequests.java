package flotilla.worker;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.protocol.QueueMessage;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/** The two terminate queues, from a worker's side. Every stage fails when its queue cannot be reached. */
public interface TerminateRequests {
    /** A request that this worker holds: nobody else gets it while its lease lasts. */
    record Held(long token, QueueMessage message) {}

    /** Takes one request if there is one at this moment. */
    CompletionStage<Optional<Held>> take();

    /** Extends the lease. */
    CompletionStage<Done> keep(Held request);

    /** Lets others have the request at once. Never fails: otherwise it comes back when its lease ends. */
    CompletionStage<Done> putBack(Held request);

    /** Removes a request that nobody waits for. */
    CompletionStage<Done> discard(Held request);

    /** Says that this worker is drained, and only then removes the request. */
    CompletionStage<Done> confirm(Held request, InstanceId instance, Optional<AppTierId> appTierId);
}
