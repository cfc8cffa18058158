package flotilla.protocol;

import flotilla.domain.FailureCode;
import flotilla.domain.RequestId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/** Requests that were given up with a provisional failure, until they are redriven. Durable. */
public interface QuarantineStore {
    /**
     * A request that was given up.
     *
     * @param request as its last message had it
     * @param code the failure that its caller heard
     * @param reason in one line
     * @param at when it was given up
     */
    record Quarantined(ClassificationRequest request, FailureCode code, String reason, Instant at) {}

    /** Keeps a request, in the place of what was kept for this generation of it. */
    CompletionStage<Done> keep(Quarantined quarantined);

    /** The request that is kept under an id, in its last generation. */
    CompletionStage<Optional<Quarantined>> find(RequestId id);

    /**
     * Ids of requests that are kept, oldest request first.
     *
     * @param most how many at most
     */
    CompletionStage<List<RequestId>> ids(int most);

    /**
     * A request was put back into the queue.
     *
     * @param generation of the result that is asked for since
     */
    record Redriven(RequestId id, int generation, Instant at) {}

    /** Keeps that a request was put back; what is kept for this generation already stays. */
    CompletionStage<Done> note(Redriven redriven);

    /** Each time that a request was put back, the first one first. */
    CompletionStage<List<Redriven>> redrives(RequestId id);

    /** Removes a request and its earlier generations; a later one stays, as does what is noted of redrives, and a missing one is no error. */
    CompletionStage<Done> remove(Quarantined quarantined);
}
