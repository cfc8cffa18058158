package flotilla.local;

import flotilla.domain.InstanceId;
import java.time.Instant;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One instance at one moment.
 *
 * @param sequence its place in the order of launches
 * @param index its place within its reservation
 * @param stateReason why it is not running, as EC2 says it
 * @param tags by key
 * @param changedAt when it came into this state
 */
record LocalInstance(
        InstanceId id,
        long sequence,
        String reservationId,
        int index,
        LaunchSpec spec,
        State state,
        Optional<StateReason> stateReason,
        SortedMap<String, String> tags,
        Instant launchedAt,
        Instant changedAt) {

    /** EC2's states with EC2's codes. */
    enum State {
        PENDING(0, "pending"),
        RUNNING(16, "running"),
        SHUTTING_DOWN(32, "shutting-down"),
        TERMINATED(48, "terminated"),
        STOPPING(64, "stopping"),
        STOPPED(80, "stopped");

        private final int code;
        private final String text;

        State(int code, String text) {
            this.code = code;
            this.text = text;
        }

        int code() {
            return code;
        }

        /** EC2's name, such as {@code shutting-down}. */
        String text() {
            return text;
        }
    }

    /** Why an instance came into its state. */
    record StateReason(String code, String message) {
        static final StateReason USER_SHUTDOWN = new StateReason(
                "Client.UserInitiatedShutdown", "Client.UserInitiatedShutdown: User initiated shutdown");
        static final StateReason INSTANCE_SHUTDOWN = new StateReason(
                "Client.InstanceInitiatedShutdown",
                "Client.InstanceInitiatedShutdown: Instance initiated shutdown, exit status 0");

        static final StateReason SPOT_TERMINATION = new StateReason(
                "Server.SpotInstanceTermination", "Server.SpotInstanceTermination: Spot instance termination");

        static StateReason internalError(String what) {
            return new StateReason("Server.InternalError", "Server.InternalError: " + what);
        }
    }

    LocalInstance {
        tags = Collections.unmodifiableSortedMap(new TreeMap<>(tags));
    }

    LocalInstance in(State next, Optional<StateReason> reason, Instant now) {
        Instant launched = next == State.PENDING ? now : launchedAt;
        return new LocalInstance(id, sequence, reservationId, index, spec, next, reason, tags, launched, now);
    }

    LocalInstance withUserData(String other) {
        return new LocalInstance(
                id,
                sequence,
                reservationId,
                index,
                spec.withUserData(other),
                state,
                stateReason,
                tags,
                launchedAt,
                changedAt);
    }

    LocalInstance tagged(SortedMap<String, String> newTags) {
        return new LocalInstance(
                id, sequence, reservationId, index, spec, state, stateReason, newTags, launchedAt, changedAt);
    }
}
