package flotilla.gateway;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import flotilla.domain.BatchId;
import flotilla.domain.RequestId;
import flotilla.gateway.ImageIntake.Intake;
import flotilla.protocol.ResultPush;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** The option {@code callback} of uploads and batches: a query parameter, a field of a form, or a key of JSON. */
final class Callbacks {
    /** What the option is called, wherever it stands. */
    static final String NAME = "callback";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final ResultPush push;

    Callbacks(ResultPush push) {
        this.push = push;
    }

    /** The URL that a request's query names. */
    static Optional<String> of(HttpRequest request) {
        return request.getUri().query().get(NAME);
    }

    /** Why a URL is not taken; empty when it is, or when there is none. */
    Optional<Problem> problem(Optional<String> url) {
        return url.flatMap(push::refusal)
                .map(refusal -> refusal.malformed()
                        ? Problem.badCallback(refusal.detail())
                        : Problem.callbackNotAllowed(refusal.detail()));
    }

    /** What became of the callbacks of a request or a batch; none for an id that is none, or that is not known. */
    CompletionStage<HttpResponse> answer(String id) {
        return RequestId.parse(id).isEmpty()
                ? Answers.done(json(List.of()))
                : push.callbacks(id).thenApply(Callbacks::json);
    }

    private static HttpResponse json(List<ResultPush.Callback> callbacks) {
        ArrayNode all = JSON.createArrayNode();
        for (ResultPush.Callback callback : callbacks) {
            ObjectNode one = all.addObject()
                    .put("webhookId", callback.webhookId())
                    .put("receiver", callback.receiver())
                    .put("status", callback.gaveUp().isPresent() ? "given-up" : "open")
                    .put("attempts", callback.attempts());
            if (callback.attempts() > 0) {
                one.put("lastError", callback.lastError());
            }
            callback.nextAttempt().ifPresent(next -> one.put("nextAttempt", next.toString()));
            callback.gaveUp().ifPresent(why -> one.put("reason", why));
        }
        ObjectNode node = JSON.createObjectNode();
        node.set("callbacks", all);
        return Replies.json(200, node);
    }

    /** Has the URL called for each image that was accepted; complete when that is durable. */
    CompletionStage<Done> whenAnswered(List<Intake> intakes, Optional<String> url) {
        List<RequestId> ids = intakes.stream()
                .filter(Intake.Accepted.class::isInstance)
                .map(intake -> ((Intake.Accepted) intake).id())
                .distinct()
                .toList();
        return url.isEmpty() || ids.isEmpty() ? Answers.done(Done.getInstance()) : push.whenAnswered(ids, url.get());
    }

    /** Has the URL called when a batch is finished; complete when that is durable. */
    CompletionStage<Done> whenFinished(BatchId id, Optional<String> url) {
        return push.whenFinished(id, url);
    }
}
