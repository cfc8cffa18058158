package flotilla.scaling;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import java.util.Optional;

/** One thing to do. Each action is safe to repeat. */
public sealed interface ScalingAction {
    /** The app-tier id concerned, when it is known. */
    Optional<AppTierId> appTierId();

    /**
     * Launch an instance.
     *
     * @param id its app-tier id
     * @param generation distinguishes this launch from every other with the same id; a launch whose outcome is unknown is
     *     repeated with the same one
     */
    record Launch(AppTierId id, long generation) implements ScalingAction {
        @Override
        public Optional<AppTierId> appTierId() {
            return Optional.of(id);
        }
    }

    /** Ask a worker to end: it receives nothing more, finishes what is in hand and says that it is drained. */
    record Drain(InstanceId instance, Optional<AppTierId> appTierId, long epoch) implements ScalingAction {}

    /** Take back a drain that is not finished. */
    record CancelDrain(InstanceId instance, Optional<AppTierId> appTierId, long epoch) implements ScalingAction {}

    /**
     * Terminate an instance.
     *
     * @param why what makes it safe
     */
    record Terminate(InstanceId instance, Optional<AppTierId> appTierId, Why why) implements ScalingAction {
        /** Why an instance may be terminated. */
        public enum Why {
            /** Its worker confirmed that it has nothing in hand. */
            DRAINED,
            /** Its worker was silent for so long that it has fenced itself. */
            SILENT,
            /** It did not report within its boot allowance. */
            NEVER_REPORTED
        }
    }
}
