package flotilla.protocol;

import flotilla.domain.ClassificationResult;
import flotilla.domain.RequestId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/**
 * The truth about answers: one result for each request, the first one written stands. Only a provisional failure ({@link
 * flotilla.domain.FailureCode#isProvisional}) can be followed by another result, its next generation; it is kept beside it.
 */
public interface ResultStore {
    /**
     * The last result of a request.
     *
     * @param generation how many there are, counted from 1
     */
    record Standing(int generation, ClassificationResult result) {}

    /** The result of a request that stands and which one that is, or empty while there is none. */
    CompletionStage<Optional<Standing>> standing(RequestId id);

    /** All results of a request, the first one first: the last one stands, the others are provisional failures before it. */
    CompletionStage<List<ClassificationResult>> generations(RequestId id);

    /** The result of a request that stands, or empty while there is none. */
    default CompletionStage<Optional<ClassificationResult>> find(RequestId id) {
        return find(id, 1);
    }

    /**
     * The result that stands, if it answers a request of this generation: one that nothing can supersede does, whichever
     * generation it is of; a provisional failure of an earlier generation does not.
     */
    default CompletionStage<Optional<ClassificationResult>> find(RequestId id, int generation) {
        return standing(id)
                .thenApply(found -> found.filter(one -> one.generation() >= generation
                                || !one.result().outcome().isProvisional())
                        .map(Standing::result));
    }

    /**
     * Finds a result for somebody who answers with it although another wrote it, and makes up for what that writer may not have
     * come to: what belongs to a result beside itself.
     */
    default CompletionStage<Optional<ClassificationResult>> confirm(RequestId id, int generation) {
        return find(id, generation);
    }

    /** How long ago a result was written, by the store's own clock, which may know whole seconds only; empty when it does not tell. */
    default CompletionStage<Optional<Duration>> age(RequestId id, int generation) {
        return CompletableFuture.completedStage(Optional.empty());
    }

    /**
     * Writes a result unless one stands.
     *
     * @param generation of the request; a provisional failure is not written beyond it, any other result as the first
     *     generation that is free
     * @return the result that stands: {@code result}, or the one that was there before
     */
    CompletionStage<ClassificationResult> putIfAbsent(ClassificationResult result, int generation);

    /** Writes the result of a request that was not redriven, as {@link #putIfAbsent(ClassificationResult, int)} does. */
    default CompletionStage<ClassificationResult> putIfAbsent(ClassificationResult result) {
        return putIfAbsent(result, 1);
    }

    /** Keeps the body of a message that nobody can read, so that it is not lost. */
    CompletionStage<Done> keepUnreadable(String messageId, String body);
}
