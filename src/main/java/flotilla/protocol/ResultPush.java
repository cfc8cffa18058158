package flotilla.protocol;

import flotilla.domain.BatchId;
import flotilla.domain.ClassificationResult;
import flotilla.domain.RequestId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/** Tells others of results when they are there: whoever a client named by a callback URL, and a topic. */
public interface ResultPush {
    /**
     * Why a callback URL is not taken.
     *
     * @param malformed whether it is no such URL at all; otherwise it is one that is not allowed here
     * @param detail what to do about it, in one line
     */
    record Refusal(boolean malformed, String detail) {}

    /**
     * A callback that was not taken yet.
     *
     * @param webhookId what its deliveries carry
     * @param receiver the host of its URL, or {@code topic}
     * @param attempts in vain so far
     * @param lastError what went wrong with the last of them; empty text without one
     * @param nextAttempt when the next is due; empty without one in vain
     * @param gaveUp why there will be no more; empty while there will
     */
    record Callback(
            String webhookId,
            String receiver,
            int attempts,
            String lastError,
            Optional<Instant> nextAttempt,
            Optional<String> gaveUp) {}

    /** The callbacks of a request or a batch that are open or were given up; those that were taken are forgotten. */
    CompletionStage<List<Callback>> callbacks(String id);

    /** Why a callback URL is not taken; empty when it is. */
    Optional<Refusal> refusal(String callback);

    /**
     * Have a URL called for each of these requests when its result is there, or soon, when it is there already. Complete when
     * that is durable; to ask again for the same changes nothing.
     */
    CompletionStage<Done> whenAnswered(List<RequestId> ids, String callback);

    /** Have a URL called, and the topic told, when each image of a batch has its result. Complete when that is durable. */
    CompletionStage<Done> whenFinished(BatchId id, Optional<String> callback);

    /**
     * A request has its result. Complete when its notice may be forgotten; when the stage fails, the notice must come again.
     */
    CompletionStage<Done> answered(ClassificationResult result);

    /** Tells nobody, and refuses every callback. */
    static ResultPush off() {
        return new ResultPush() {
            @Override
            public Optional<Refusal> refusal(String callback) {
                return Optional.of(new Refusal(
                        false,
                        "this gateway calls nobody back; leave the callback out, or set flotilla.push.allowed-hosts"));
            }

            @Override
            public CompletionStage<List<Callback>> callbacks(String id) {
                return CompletableFuture.completedFuture(List.of());
            }

            @Override
            public CompletionStage<Done> whenAnswered(List<RequestId> ids, String callback) {
                return CompletableFuture.failedFuture(new IllegalStateException("callbacks are off"));
            }

            @Override
            public CompletionStage<Done> whenFinished(BatchId id, Optional<String> callback) {
                return callback.isPresent()
                        ? CompletableFuture.failedFuture(new IllegalStateException("callbacks are off"))
                        : CompletableFuture.completedFuture(Done.getInstance());
            }

            @Override
            public CompletionStage<Done> answered(ClassificationResult result) {
                return CompletableFuture.completedFuture(Done.getInstance());
            }
        };
    }
}
