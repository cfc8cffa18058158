package flotilla.gateway;

import flotilla.domain.BatchId;
import flotilla.domain.RequestId;
import flotilla.gateway.ImageIntake.Intake;
import flotilla.protocol.ResultPush;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.http.javadsl.model.HttpRequest;

/** The option {@code callback} of uploads and batches: a query parameter, a field of a form, or a key of JSON. */
final class Callbacks {
    /** What the option is called, wherever it stands. */
    static final String NAME = "callback";

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
