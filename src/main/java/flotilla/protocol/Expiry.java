package flotilla.protocol;

import java.time.Instant;
import java.util.concurrent.CompletionStage;

/** Removes stored objects that have outlived their lifetime. */
public interface Expiry {
    /**
     * What was removed.
     *
     * @param others attempts, requests in quarantine, unreadable messages, batches and what else belongs to results
     */
    record Swept(long inputs, long results, long others) {
        public boolean isNothing() {
            return inputs + results + others == 0;
        }
    }

    /** Removes what is too old now. Whoever does that at the same time does no harm. */
    CompletionStage<Swept> sweep(Instant now);
}
