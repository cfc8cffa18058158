package flotilla.gateway;

import flotilla.domain.RequestId;
import flotilla.gateway.PendingReplies.Admission;
import flotilla.protocol.InPlace;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/** Asks {@link PendingReplies} for a place in the backlog. Safe for all threads. */
final class Admissions {
    /** Too many images wait for an answer. */
    static final class FullException extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final int retryAfterSeconds;

        FullException(int retryAfterSeconds) {
            super("the backlog is full", null, false, false);
            this.retryAfterSeconds = retryAfterSeconds;
        }

        int retryAfterSeconds() {
            return retryAfterSeconds;
        }
    }

    /** Nobody has said in time whether there is room; it may be counted. */
    static final class NoAnswerException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NoAnswerException(Throwable cause) {
            super("nobody has said in time whether the backlog is full: " + cause.getMessage(), cause, false, false);
        }
    }

    private static final Duration WITHIN = Duration.ofSeconds(5);

    private final ActorSystem<?> system;
    private final ActorRef<PendingReplies.Command> pending;

    Admissions(ActorSystem<?> system, ActorRef<PendingReplies.Command> pending) {
        this.system = system;
        this.pending = pending;
    }

    /** Whether an image would be admitted; none is counted. Fails with {@link FullException} when not, or with {@link NoAnswerException}. */
    CompletionStage<Done> hasRoom() {
        return ask(PendingReplies.HasRoom::new);
    }

    /**
     * Counts an image from now on; {@link #withdraw} when it is not accepted after all. Fails with {@link FullException} when it may
     * not be, or with {@link NoAnswerException}.
     */
    CompletionStage<Done> admit(RequestId id) {
        return ask(replyTo -> new PendingReplies.Admit(id, replyTo));
    }

    void withdraw(RequestId id) {
        pending.tell(new PendingReplies.Withdraw(id));
    }

    private CompletionStage<Done> ask(Function<ActorRef<Admission>, PendingReplies.Command> question) {
        CompletionStage<Admission> answer =
                InPlace.of(AskPattern.ask(pending, question::apply, WITHIN, system.scheduler()));
        return answer.handle((admission, failure) -> {
            if (failure != null) {
                throw new NoAnswerException(failure);
            }
            if (!admission.admitted()) {
                throw new FullException(admission.retryAfterSeconds());
            }
            return Done.getInstance();
        });
    }
}
