package flotilla.supervisor;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/**
 * Where the epochs of the supervisor's lease are kept. What was written is seen by every look that begins later. Stages fail
 * with {@link flotilla.protocol.InfrastructureException} when the store does not answer; a write may have happened then, or
 * still happen.
 */
public interface LeaseStore {
    /**
     * The epoch with the highest number; empty when there is none. One that cannot be understood counts as somebody else's of the
     * {@linkplain LeaseEpoch#USUAL_TERM usual term}.
     */
    CompletionStage<Optional<LeaseEpoch>> newest();

    /**
     * Writes an epoch unless there is one with its number.
     *
     * @return whether it was written by this call
     */
    CompletionStage<Boolean> create(LeaseEpoch epoch);

    /** Removes the epochs with lower numbers. */
    CompletionStage<Done> removeBefore(long number);
}
