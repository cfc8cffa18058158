package flotilla.protocol;

import java.time.Instant;
import java.util.concurrent.CompletionStage;

/** Removes stored objects that have outlived their lifetime. */
public interface Expiry {
    /**
     * What was removed.
     *
     * @param others attempts, requests in quarantine, unreadable messages, batches and what else belongs to results
     * @param failed what could not be judged, removed or listed, and was passed over
     */
    record Swept(long inputs, long results, long others, long failed) {
        public boolean isNothing() {
            return inputs + results + others + failed == 0;
        }
    }

    /** Removes what is too old now. Whoever does that at the same time does no harm, and a failure spoils nothing else. */
    CompletionStage<Swept> sweep(Instant now);
}
