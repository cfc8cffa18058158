package flotilla.protocol;

import flotilla.domain.InstanceId;
import flotilla.protocol.DecisionReport.Decision;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Decisions that no supervisor remembers any more. */
public interface DecisionArchive {
    /** Has none. */
    DecisionArchive NONE = (instance, before) -> CompletableFuture.completedStage(Optional.empty());

    /**
     * The decision that supplied an instance, if it is found: see {@link Supply}.
     *
     * @param before when the instance was there already; decisions long before it are not looked through
     */
    CompletionStage<Optional<Decision>> supplier(InstanceId instance, Instant before);
}
