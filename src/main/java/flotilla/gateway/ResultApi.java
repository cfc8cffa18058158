package flotilla.gateway;

import flotilla.domain.ClassificationResult;
import flotilla.domain.RequestId;
import flotilla.gateway.Endpoint.Access;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** The requests that ask for results by their ids: long poll, conditional, or as events when they come. */
final class ResultApi {
    private static final String EVENT_STREAM = "text/event-stream";

    private final Answers answers;
    private final AnswerStream stream;
    private final Duration longestWait;

    ResultApi(Answers answers, AnswerStream stream, Duration longestWait) {
        this.answers = answers;
        this.stream = stream;
        this.longestWait = longestWait;
    }

    List<Endpoint> endpoints() {
        return List.of(
                new Endpoint("GET", "/v1/classifications/{id}", Access.READ, this::result),
                new Endpoint(
                        "POST", "/v1/classifications/stream", Access.READ, (request, none) -> stream.open(request)));
    }

    private CompletionStage<HttpResponse> result(HttpRequest request, String text) {
        Optional<RequestId> id = RequestId.parse(text).map(uuid -> new RequestId(uuid.toString()));
        Optional<Duration> wait = Preferences.waitParameter(request, longestWait);
        if (id.isEmpty()) {
            return Answers.done(Problem.unknownId(text).toResponse());
        }
        if (wait.isEmpty()) {
            return Answers.done(Preferences.invalid().toResponse());
        }
        boolean events = Accepted.types(request).prefers(EVENT_STREAM, "application/json");
        return answer(request, id.get(), events, wait.get()).thenApply(response -> Replies.vary(response, "Accept"));
    }

    private CompletionStage<HttpResponse> answer(HttpRequest request, RequestId id, boolean events, Duration wait) {
        return answers.find(id).thenCompose(result -> {
            if (result.isPresent()) {
                return Answers.done(
                        events
                                ? ServerEvents.response(Source.single(event(result.get())))
                                : Results.response(request, result.get()));
            }
            // Nobody waits for what was never accepted, nor for what is there no more.
            return answers.unanswered(id).thenCompose(state -> {
                Optional<Problem> problem = state.problem(id);
                if (problem.isPresent()) {
                    return Answers.done(problem.get().toResponse());
                }
                return events ? Answers.done(ServerEvents.response(untilAnswered(id))) : poll(request, id, wait);
            });
        });
    }

    private CompletionStage<HttpResponse> poll(HttpRequest request, RequestId id, Duration wait) {
        CompletionStage<Optional<ClassificationResult>> result =
                wait.isZero() ? Answers.done(Optional.empty()) : awaited(request, id, wait);
        return result.thenCompose(found -> found.map(known -> Answers.done(Results.response(request, known)))
                .orElseGet(() -> answers.pending(id, Replies.pendingJson(id))));
    }

    /** Waits no longer than the client is there. */
    private CompletionStage<Optional<ClassificationResult>> awaited(HttpRequest request, RequestId id, Duration wait) {
        Answers.Wait awaited = answers.waitFor(id, wait);
        Runnable forget = ConnectionWatch.whenGone(request, awaited::withdraw);
        return awaited.result().whenComplete((result, failure) -> forget.run());
    }

    /** {@code pending} at once, {@code result} when it is there; then the stream ends. */
    private Source<ByteString, NotUsed> untilAnswered(RequestId id) {
        Source<ByteString, ?> answer = Source.lazySource(() -> awaited(id))
                .map(result -> result.map(ResultApi::event)
                        .orElseGet(() -> ServerEvents.event("timeout", Replies.pendingJson(id))));
        return Source.single(ServerEvents.event("pending", Replies.pendingJson(id)))
                .concat(answer);
    }

    /** Waits from when it is begun, and no longer than somebody reads it. */
    private Source<Optional<ClassificationResult>, NotUsed> awaited(RequestId id) {
        Answers.Wait wait = answers.waitFor(id, longestWait);
        return Source.completionStage(wait.result()).watchTermination((none, ended) -> {
            ended.whenComplete((done, failure) -> wait.withdraw());
            return none;
        });
    }

    private static ByteString event(ClassificationResult result) {
        return ServerEvents.event("result", Replies.json(new Answer.Done(result)));
    }
}
