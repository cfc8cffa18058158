package flotilla.protocol;

import flotilla.domain.ClassificationResult;
import flotilla.domain.RequestId;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/** The truth about answers: one result for each request, the first one written stands. */
public interface ResultStore {
    /** The result of a request, or empty while there is none. */
    CompletionStage<Optional<ClassificationResult>> find(RequestId id);

    /**
     * Writes a result unless one exists.
     *
     * @return the result that stands: {@code result}, or the one that was there before
     */
    CompletionStage<ClassificationResult> putIfAbsent(ClassificationResult result);

    /** Keeps the body of a message that nobody can read, so that it is not lost. */
    CompletionStage<Done> keepUnreadable(String messageId, String body);
}
