package flotilla.supervisor;

import flotilla.scaling.FleetObservation.DrainConfirmation;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * The two terminate queues. A worker takes a request when it has just finished an image or has nothing to do, drains, and
 * confirms with its instance and the request's token.
 */
public interface DrainRequests {
    /**
     * Sends one request for each token.
     *
     * @return the tokens that could not be sent; fails when the lease is not held, and none was sent
     */
    CompletionStage<List<Long>> send(List<Long> tokens);

    /**
     * Takes requests back that no worker has taken: exactly as many as are asked for, or as there are.
     *
     * @param count the most to take back
     * @return the tokens of those that were taken back; fewer when the lease is lost meanwhile
     */
    CompletionStage<List<Long>> cancel(int count);

    /** Takes all confirmations that are there. */
    CompletionStage<List<DrainConfirmation>> confirmations();
}
