package flotilla.gateway;

import flotilla.domain.FailureCode;
import flotilla.domain.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/**
 * Who counts what goes on in a gateway. Called on the way of every request and image, from any thread: it must neither block nor
 * fail. Names that are passed are few and fixed; nothing that a client chooses is among them.
 */
public interface GatewayMeters {
    /** Counts nothing. */
    GatewayMeters NONE = new NoGatewayMeters();

    /** The requests of one kind. */
    @FunctionalInterface
    interface RequestMeter {
        /**
         * One was answered.
         *
         * @param status of HTTP
         * @param nanos from its header to that of its answer
         */
        void answered(int status, long nanos);
    }

    /**
     * Requests for an endpoint; asked for once each.
     *
     * @param path its template, such as {@code /v1/classifications/{id}}
     */
    RequestMeter requests(String method, String path);

    /** Requests that no endpoint is for: another path, another method, or what is asked before a request from another page. */
    RequestMeter otherRequests();

    /** A request was answered with a problem. */
    void problem(String code);

    /** An image is about to be received, or waits for its turn to be; {@link #uploadEnded} follows. */
    void uploadBegan();

    void uploadEnded();

    /**
     * An image was stored and queued.
     *
     * @param bytes 0 when that is not known
     */
    void accepted(long bytes);

    /** An image was not taken. */
    void refused(String code);

    /**
     * An image that this gateway accepted has an answer, and was not {@link #forgotten}.
     *
     * @param took since it was admitted
     */
    void answered(Outcome outcome, Duration took);

    /** An image that was {@link #forgotten} has an answer after all. */
    void answeredLate(Outcome outcome);

    /**
     * An image that this gateway accepted has waited for so long that its answer, should it come, is not timed any more.
     *
     * @param waited since it was admitted
     */
    void forgotten(Duration waited);

    /**
     * An image was given up, whichever gateway had accepted it: its request is kept for a redrive and its caller told so.
     *
     * @param code a provisional one
     */
    void givenUp(FailureCode code);

    /**
     * What this gateway accepted and has no answer to now.
     *
     * @param oldest when the one was admitted that has waited longest
     */
    void unanswered(int images, Optional<Instant> oldest);

    /** Callers that wait for an answer now. */
    void waiting(int callers);

    /** A service that is not asked while it fails; {@code open} tells whether that is so. */
    void breaker(String service, BooleanSupplier open);

    /** How many connections there are. */
    void connections(IntSupplier open);
}
