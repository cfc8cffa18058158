package flotilla.supervisor;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.scaling.Instance;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/** The machines that the supervisor may launch and terminate: those that carry our cluster's tag, and no others. */
public interface InstanceFleet {
    /** All machines with our cluster's tag, in every state that EC2 still describes, all pages of them. */
    CompletionStage<List<Instance>> describe();

    /**
     * Launches one machine that carries the tags {@code Name=app-tier-instance-<id>}, {@code flotilla:cluster} and {@code
     * flotilla:app-tier-id} from its first moment.
     *
     * @param clientToken makes the call idempotent: a repeated call with the same token launches nothing twice
     * @param userData plain text, HOCON
     * @return the machine, pending; fails with {@link LaunchFailedException}
     */
    CompletionStage<Instance> launch(AppTierId id, String clientToken, String userData);

    /** Terminates a machine; one that is gone is no error. */
    CompletionStage<Done> terminate(InstanceId id);

    /** EC2 did not launch a machine. */
    final class LaunchFailedException extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final boolean outcomeKnown;

        /**
         * @param outcomeKnown whether EC2 answered that it launched nothing; false when no answer came, so that a machine
         *     may exist
         */
        public LaunchFailedException(String message, boolean outcomeKnown, Throwable cause) {
            super(message, cause);
            this.outcomeKnown = outcomeKnown;
        }

        public boolean outcomeKnown() {
            return outcomeKnown;
        }
    }
}
