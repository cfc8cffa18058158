package flotilla.gateway;

import flotilla.domain.ClassificationResult;
import flotilla.domain.RequestId;
import flotilla.gateway.Endpoint.Access;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** The requests that ask for a result by its id: long poll, conditional, or as an event when it comes. */
final class ResultApi {
    private static final String EVENT_STREAM = "text/event-stream";
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(10);

    private final Answers answers;
    private final Duration longestWait;

    ResultApi(Answers answers, Duration longestWait) {
        this.answers = answers;
        this.longestWait = longestWait;
    }

    List<Endpoint> endpoints() {
        return List.of(new Endpoint("GET", "/v1/classifications/{id}", Access.READ, this::result));
    }

    private CompletionStage<HttpResponse> result(HttpRequest request, String text) {
        Optional<RequestId> id = RequestId.parse(text).map(uuid -> new RequestId(uuid.toString()));
        Optional<Duration> wait = Preferences.waitParameter(request, longestWait);
        if (id.isEmpty()) {
            return Answers.done(unknown(text).toResponse());
        }
        if (wait.isEmpty()) {
            return Answers.done(Preferences.invalid().toResponse());
        }
        boolean events = Replies.accepts(request, EVENT_STREAM);
        return answers.find(id.get(), events ? Duration.ZERO : wait.get()).thenCompose(result -> {
            if (result.isPresent()) {
                return Answers.done(
                        events ? events(Source.single(event(result.get()))) : Results.response(request, result.get()));
            }
            return answers.isAccepted(id.get()).thenApply(accepted -> {
                if (!accepted) {
                    return unknown(text).toResponse();
                }
                return events
                        ? events(untilAnswered(id.get()))
                        : Replies.pending(id.get(), Replies.pendingJson(id.get()));
            });
        });
    }

    /** {@code pending} at once, {@code result} when it is there; then the stream ends. */
    private Source<ByteString, NotUsed> untilAnswered(RequestId id) {
        Source<ByteString, NotUsed> pending =
                Source.single(ByteString.fromString("event: pending\ndata: " + Replies.pendingJson(id) + "\n\n"));
        Source<ByteString, NotUsed> answer = Source.completionStage(answers.find(id, longestWait))
                .map(result -> result.map(ResultApi::event)
                        .orElseGet(() -> ByteString.fromString("event: timeout\ndata: {}\n\n")));
        return pending.concat(answer).keepAlive(KEEP_ALIVE, () -> ByteString.fromString(": still pending\n\n"));
    }

    private static ByteString event(ClassificationResult result) {
        return ByteString.fromString(
                "id: " + result.id() + "\nevent: result\ndata: " + Replies.json(new Answer.Done(result)) + "\n\n");
    }

    private static HttpResponse events(Source<ByteString, NotUsed> events) {
        return HttpResponse.create()
                .withStatus(StatusCodes.OK)
                .addHeader(RawHeader.create("Cache-Control", "no-store"))
                .withEntity(HttpEntities.createChunked(
                        MediaTypes.TEXT_EVENT_STREAM.toContentType(),
                        events.mapMaterializedValue(none -> (Object) none)));
    }

    private static Problem unknown(String id) {
        return Problem.of(404, "unknown-id", "there is no such classification", "check the id " + id);
    }
}
