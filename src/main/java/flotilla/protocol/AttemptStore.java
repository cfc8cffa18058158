package flotilla.protocol;

import flotilla.domain.RequestId;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/**
 * The worker processes that died while an image was inside a classifier of theirs, or that have it inside all alone because
 * of that. Durable. A process is counted once, however often it is added.
 */
public interface AttemptStore {
    /**
     * Adds a process.
     *
     * @param process the name of this one life of a worker
     */
    CompletionStage<Done> add(RequestId id, String process);

    /** The processes that are to blame on this image, in the order of their names. */
    CompletionStage<List<String>> of(RequestId id);

    /** Removes a process, which the image has left alive; a missing one is no error. */
    CompletionStage<Done> remove(RequestId id, String process);

    /** Removes all: the image is as innocent as a new one. */
    CompletionStage<Done> clear(RequestId id);
}
