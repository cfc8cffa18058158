package flotilla.supervisor;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.scaling.Instance;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/**
 * The machines that the supervisor may start and end: those that carry our cluster's tag, or belong to our Auto Scaling
 * group, and no others. Every call may be repeated.
 */
public interface InstanceFleet {
    /**
     * The machines at one moment.
     *
     * @param instances in every state that EC2 still describes, all pages of them
     * @param ordered machines that an Auto Scaling group was asked for and that are not among {@code instances} yet
     */
    record Described(List<Instance> instances, int ordered) {
        public Described {
            instances = List.copyOf(instances);
        }
    }

    /** All machines of ours. */
    CompletionStage<Described> describe();

    /**
     * Launches one machine that carries the tags {@code Name=app-tier-instance-<id>}, {@code flotilla:cluster} and {@code
     * flotilla:app-tier-id} from its first moment.
     *
     * @param clientToken makes the call idempotent: a repeated call with the same token launches nothing twice
     * @param userData plain text, HOCON
     * @return the machine, pending; fails with {@link LaunchFailedException}
     */
    CompletionStage<Instance> launch(AppTierId id, String clientToken, String userData);

    /** Starts a stopped machine; one that runs already is no error. Fails with {@link LaunchFailedException}. */
    CompletionStage<Done> start(InstanceId id);

    /** Stops a machine, to be started again; one that is stopped already is no error. */
    CompletionStage<Done> stop(InstanceId id);

    /** Terminates a machine; one that is gone is no error. In an Auto Scaling group its desired capacity falls by one. */
    CompletionStage<Done> terminate(InstanceId id);

    /** Terminates a machine, and another one takes its place in its Auto Scaling group; where there is none, as {@link #terminate}. */
    default CompletionStage<Done> replace(InstanceId id) {
        return terminate(id);
    }

    /** Writes the tags {@code Name} and {@code flotilla:app-tier-id} on a machine. */
    CompletionStage<Done> assignId(InstanceId id, AppTierId appTierId);

    /**
     * Raises the desired capacity of the Auto Scaling group; never lowers it, for the group would choose whom to end. Fails
     * with {@link LaunchFailedException}.
     */
    CompletionStage<Done> setGroupCapacity(int capacity);

    /** EC2 did not launch or start a machine. */
    final class LaunchFailedException extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final String code;
        private final boolean outcomeKnown;

        /**
         * @param code EC2's error code; empty when it did not answer
         * @param outcomeKnown whether EC2 answered that it launched nothing; false when no answer came, so that a machine
         *     may exist
         */
        public LaunchFailedException(String message, String code, boolean outcomeKnown, Throwable cause) {
            super(message, cause);
            this.code = code;
            this.outcomeKnown = outcomeKnown;
        }

        public String code() {
            return code;
        }

        public boolean outcomeKnown() {
            return outcomeKnown;
        }
    }
}
