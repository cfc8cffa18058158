package flotilla.protocol;

import flotilla.domain.BatchId;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/** Batches, durable: any gateway can tell of any batch. */
public interface BatchStore {
    /** Writes a batch; it is never changed. */
    CompletionStage<Done> put(Batch batch);

    CompletionStage<Optional<Batch>> find(BatchId id);

    /** Marks a batch as cancelled; doing so again changes nothing. */
    CompletionStage<Done> cancel(BatchId id);

    CompletionStage<Boolean> isCancelled(BatchId id);
}
