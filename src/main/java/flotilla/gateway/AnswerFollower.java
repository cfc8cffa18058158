package flotilla.gateway;

import flotilla.domain.ClassificationResult;
import flotilla.domain.RequestId;
import flotilla.protocol.ExponentialBackoff;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one stream of answers waits for. An image's answer is waited for again and again; after a first wait in vain it is looked
 * once whether there is, or was, such an image. A look that fails is repeated with growing pauses, in which the answer is waited for
 * as well. When the client has gone, its waits are withdrawn and nothing more is asked. Safe for all threads.
 */
final class AnswerFollower {
    private static final Logger LOG = LoggerFactory.getLogger(AnswerFollower.class);
    private static final ExponentialBackoff PAUSES =
            new ExponentialBackoff(Duration.ofSeconds(1), Duration.ofSeconds(30));
    /** Also where chance wants no pause at all. */
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(100);

    private static final ByteString NOTHING = ByteString.emptyByteString();

    private final Answers answers;
    private final Duration lookAgain;
    private final RandomGenerator random;
    private final Map<RequestId, Answers.Wait> waits = new ConcurrentHashMap<>();
    private final AtomicBoolean inTrouble = new AtomicBoolean();
    private volatile boolean gone;

    /**
     * @param lookAgain the length of one wait
     * @param random drawn from by several threads
     */
    AnswerFollower(Answers answers, Duration lookAgain, RandomGenerator random) {
        this.answers = answers;
        this.lookAgain = lookAgain;
        this.random = random;
    }

    /** The event {@code result}, {@code expired} or {@code unknown} of an image; no bytes when the client went before there was one. */
    CompletionStage<ByteString> follow(RequestId id) {
        // Most answers come soon, and nobody need ask then whether there is such an image.
        return answerOr(id, lookAgain, () -> look(id, 0));
    }

    /** The client has gone. */
    void leave() {
        gone = true;
        waits.values().forEach(Answers.Wait::withdraw);
    }

    private CompletionStage<ByteString> look(RequestId id, int failures) {
        return answers.unanswered(id)
                .handle((state, failure) -> failure == null ? Optional.of(state) : failed(failure))
                .thenCompose(state -> state.isEmpty()
                        ? answerOr(id, pause(failures + 1), () -> look(id, failures + 1))
                        : switch (state.get()) {
                            case PENDING -> later(id);
                            case EXPIRED -> Answers.done(event("expired", id));
                            case UNKNOWN -> Answers.done(event("unknown", id));
                        });
    }

    private Optional<Unanswered> failed(Throwable failure) {
        if (inTrouble.compareAndSet(false, true)) {
            LOG.warn("stream=wait reason=\"images cannot be looked for, trying again: {}\"", failure.getMessage());
        }
        return Optional.empty();
    }

    private Duration pause(int failures) {
        return PAUSES.pause(failures, random).plus(SHORTEST_PAUSE);
    }

    private CompletionStage<ByteString> later(RequestId id) {
        return answerOr(id, lookAgain, () -> later(id));
    }

    /** The answer as an event, or what comes of going on without it. */
    private CompletionStage<ByteString> answerOr(
            RequestId id, Duration within, Supplier<CompletionStage<ByteString>> further) {
        return answer(id, within).thenCompose(result -> {
            if (result.isPresent()) {
                return Answers.done(ServerEvents.event("result", Replies.json(new Answer.Done(result.get()))));
            }
            return gone ? Answers.done(NOTHING) : further.get();
        });
    }

    private CompletionStage<Optional<ClassificationResult>> answer(RequestId id, Duration within) {
        Answers.Wait wait = answers.waitFor(id, within);
        waits.put(id, wait);
        // It may have gone before this wait could be seen.
        if (gone) {
            wait.withdraw();
        }
        return wait.result().whenComplete((result, failure) -> waits.remove(id, wait));
    }

    private static ByteString event(String name, RequestId id) {
        return ServerEvents.event(name, Replies.object("id", id.value()));
    }
}
