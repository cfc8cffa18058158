package flotilla.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import flotilla.domain.ClassificationResult;
import flotilla.domain.Outcome;
import flotilla.domain.RequestId;
import flotilla.gateway.ImageIntake.Intake;
import flotilla.protocol.InPlace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/** Waits for results: those of uploads just taken, and those asked for by id. */
final class Answers {
    /** Added to a wait before the ask for it is given up; the wait itself is PendingReplies' to end. */
    private static final Duration ASK_MARGIN = Duration.ofSeconds(10);

    /** What is known of a request without asking this gateway's memory. */
    interface Lookup {
        /** The result of a request, or empty while there is none. */
        CompletionStage<Optional<ClassificationResult>> find(RequestId id);

        /** What becomes of a request that had no result when it was looked for; pending, too, when there is one now. */
        CompletionStage<Unanswered> unanswered(RequestId id);
    }

    /**
     * A wait that can be given up.
     *
     * @param result empty when the wait ran out or was withdrawn
     */
    record Wait(CompletionStage<Optional<ClassificationResult>> result, Runnable withdrawal) {
        /** Nobody wants the answer any more: the wait is over at once. */
        void withdraw() {
            withdrawal.run();
        }
    }

    private final ActorSystem<?> system;
    private final ActorRef<PendingReplies.Command> pending;
    private final Lookup lookup;

    Answers(ActorSystem<?> system, ActorRef<PendingReplies.Command> pending, Lookup lookup) {
        this.system = system;
        this.pending = pending;
        this.lookup = lookup;
    }

    /** What each upload came to, in their order, after at most {@code wait}. */
    CompletionStage<List<Answer>> await(List<Intake> intakes, Duration wait) {
        CompletionStage<List<Answer>> all = done(new ArrayList<>());
        for (Intake intake : intakes) {
            all = all.thenCombine(await(intake, wait), (list, answer) -> {
                list.add(answer);
                return list;
            });
        }
        return all;
    }

    private CompletionStage<Answer> await(Intake intake, Duration wait) {
        if (intake instanceof Intake.Refused refused) {
            return done(new Answer.Refused(refused.file(), refused.problem()));
        }
        Intake.Accepted accepted = (Intake.Accepted) intake;
        if (wait.isZero()) {
            return done(new Answer.Waiting(accepted.id(), accepted.file()));
        }
        return waitFor(accepted.id(), wait)
                .result()
                .thenApply(result -> result.<Answer>map(Answer.Done::new)
                        .orElseGet(() -> new Answer.Waiting(accepted.id(), accepted.file())));
    }

    /** The result of a request; empty while there is none. */
    CompletionStage<Optional<ClassificationResult>> find(RequestId id) {
        return lookup.find(id);
    }

    /** Waits for a result that is not known here. What this gateway does not wait for already is looked up once. */
    Wait waitFor(RequestId id, Duration within) {
        AtomicReference<ActorRef<PendingReplies.Reply>> waiter = new AtomicReference<>();
        CompletionStage<PendingReplies.Reply> reply = InPlace.of(AskPattern.ask(
                pending,
                replyTo -> {
                    waiter.set(replyTo);
                    return new PendingReplies.Await(id, within, replyTo);
                },
                within.plus(ASK_MARGIN),
                system.scheduler()));
        return new Wait(
                reply.thenApply(PendingReplies.Reply::result),
                () -> pending.tell(new PendingReplies.NoLonger(id, waiter.get())));
    }

    /** What becomes of a request that has no result, whoever accepted it. */
    CompletionStage<Unanswered> unanswered(RequestId id) {
        return lookup.unanswered(id);
    }

    /** 202: the request was accepted and has no answer yet. */
    CompletionStage<HttpResponse> pending(RequestId id, JsonNode body) {
        return later(Replies.json(202, body).addHeader(RawHeader.create("Location", Replies.location(id))));
    }

    /** Says when to ask again. */
    CompletionStage<HttpResponse> later(HttpResponse response) {
        CompletionStage<Integer> seconds =
                AskPattern.ask(pending, PendingReplies.WhenToAsk::new, ASK_MARGIN, system.scheduler());
        return seconds.thenApply(
                retryAfter -> response.addHeader(RawHeader.create("Retry-After", retryAfter.toString())));
    }

    /** The error response for a single upload that was refused or cannot be classified. */
    static Optional<HttpResponse> error(Answer answer) {
        if (answer instanceof Answer.Refused refused) {
            return Optional.of(refused.problem().toResponse());
        }
        if (answer instanceof Answer.Done done && done.result().outcome() instanceof Outcome.Failed failed) {
            return Optional.of(Problem.of(failed.code(), failed.message())
                    .about(done.result().id())
                    .toResponse());
        }
        return Optional.empty();
    }

    static <T> CompletionStage<T> done(T value) {
        return CompletableFuture.completedFuture(value);
    }
}
