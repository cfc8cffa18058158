package flotilla.gateway;

import flotilla.domain.RequestId;
import java.util.Optional;

/** What becomes of a request that has no result. */
enum Unanswered {
    /** It was accepted, and its answer comes. */
    PENDING,
    /** It is older than results are kept. */
    EXPIRED,
    /** It was never accepted. */
    UNKNOWN;

    /** What whoever asks for the answer is told; empty when he may wait for it. */
    Optional<Problem> problem(RequestId id) {
        return switch (this) {
            case PENDING -> Optional.empty();
            case EXPIRED -> Optional.of(Problem.expired(id));
            case UNKNOWN -> Optional.of(Problem.unknownId(id.value()));
        };
    }
}
