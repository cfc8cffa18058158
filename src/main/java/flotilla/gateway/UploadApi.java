package flotilla.gateway;

import flotilla.domain.ClassificationResult;
import flotilla.domain.Outcome;
import flotilla.gateway.Endpoint.Access;
import flotilla.gateway.Uploads.Received;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** The requests that bring images: the classic form, the classic asynchronous one, and {@code /v1/classifications}. */
final class UploadApi {
    private static final Duration DEFAULT_WAIT = Duration.ofSeconds(30);
    /** The field whose answers are {@code stem:label}. */
    private static final String STEM_FIELD = "inputFile";

    private static final String IDEMPOTENCY_KEY = "Idempotency-Key";
    private static final int LONGEST_KEY = 255;

    private final Uploads uploads;
    private final Answers answers;
    private final Duration syncWait;
    private final List<String> classicPaths;

    /**
     * @param syncWait how long the classic form waits
     * @param classicPaths where it is served besides {@code /}
     */
    UploadApi(Uploads uploads, Answers answers, Duration syncWait, List<String> classicPaths) {
        this.uploads = uploads;
        this.answers = answers;
        this.syncWait = syncWait;
        this.classicPaths = List.copyOf(classicPaths);
    }

    List<Endpoint> endpoints() {
        List<Endpoint> all = new ArrayList<>();
        all.add(new Endpoint("POST", "/", Access.SUBMIT, (request, none) -> classic(request)));
        classicPaths.forEach(
                path -> all.add(new Endpoint("POST", path, Access.SUBMIT, (request, none) -> classic(request))));
        all.add(new Endpoint("POST", "/api/v1/upload", Access.SUBMIT, (request, none) -> uploadOnly(request)));
        all.add(new Endpoint("POST", "/v1/classifications", Access.SUBMIT, (request, none) -> classify(request)));
        all.add(new Endpoint(
                "GET",
                "/v1/classifications/{id}/callbacks",
                Access.READ,
                (request, id) -> uploads.callbacks().answer(id)));
        return all;
    }

    /** {@code POST /}: waits for the results; text for the classic clients, JSON for those who want it. */
    private CompletionStage<HttpResponse> classic(HttpRequest request) {
        return form(
                request,
                false,
                received ->
                        answers.await(received.intakes(), syncWait).thenApply(all -> classic(request, received, all)));
    }

    private static HttpResponse classic(HttpRequest request, Received received, List<Answer> all) {
        boolean json = Accepted.types(request).prefers("application/json", "text/plain");
        boolean stems = received.field().filter(STEM_FIELD::equals).isPresent();
        if (all.size() > 1) {
            return json ? Replies.json(200, Replies.json(all)) : Replies.text(Replies.lines(all, stems));
        }
        Answer answer = all.get(0);
        Optional<HttpResponse> error = Answers.error(answer);
        if (error.isPresent()) {
            return error.get();
        }
        if (answer instanceof Answer.Waiting waiting) {
            return Problem.noAnswerYet(waiting.id()).toResponse();
        }
        if (json) {
            return Replies.json(200, Replies.json(answer));
        }
        ClassificationResult result = ((Answer.Done) answer).result();
        String label = ((Outcome.Labelled) result.outcome()).label();
        return Replies.text(stems ? result.file().stem() + ":" + label : label);
    }

    /** {@code POST /api/v1/upload}: JSON at once; the result comes later. */
    private CompletionStage<HttpResponse> uploadOnly(HttpRequest request) {
        Optional<HttpResponse> refusal = uploads.refusal(request);
        if (refusal.isPresent()) {
            return Answers.done(refusal.get());
        }
        return form(
                request,
                true,
                received -> calledBack(
                        request,
                        received,
                        () -> answers.await(received.intakes(), Duration.ZERO).thenApply(Replies::uploaded)));
    }

    /** {@code POST /v1/classifications}: waits as long as the client prefers. */
    private CompletionStage<HttpResponse> classify(HttpRequest request) {
        Optional<Preferences.Wait> wait = Preferences.read(request, DEFAULT_WAIT, syncWait);
        if (wait.isEmpty()) {
            return Answers.done(Preferences.invalid().toResponse());
        }
        Optional<HttpResponse> refusal = uploads.refusal(request);
        if (refusal.isPresent()) {
            return Answers.done(refusal.get());
        }
        Function<Received, CompletionStage<HttpResponse>> next =
                received -> calledBack(request, received, () -> classified(received, wait.get()));
        return Uploads.isMultipart(request)
                ? form(request, true, next)
                : withKey(request, key -> uploads.raw(request, key).thenCompose(next));
    }

    /** Stores the wish for a callback, if there is one, before anything is promised. */
    private CompletionStage<HttpResponse> calledBack(
            HttpRequest request, Received received, Supplier<CompletionStage<HttpResponse>> next) {
        Optional<String> url = received.callback().or(() -> Callbacks.of(request));
        Optional<Problem> problem = uploads.callbacks().problem(url);
        return problem.isPresent()
                ? Answers.done(problem.get().toResponse())
                : uploads.callbacks().whenAnswered(received.intakes(), url).thenCompose(done -> next.get());
    }

    private CompletionStage<HttpResponse> classified(Received received, Preferences.Wait wait) {
        return classified(received, wait.duration()).thenApply(wait::applied);
    }

    private CompletionStage<HttpResponse> classified(Received received, Duration wait) {
        return answers.await(received.intakes(), wait).thenCompose(all -> {
            if (all.size() > 1) {
                boolean waiting = all.stream().anyMatch(Answer.Waiting.class::isInstance);
                HttpResponse list = Replies.json(waiting ? 202 : 200, Replies.json(all));
                return waiting ? answers.later(list) : Answers.done(list);
            }
            Answer answer = all.get(0);
            if (answer instanceof Answer.Waiting waiting) {
                return answers.pending(waiting.id(), Replies.json(answer));
            }
            return Answers.done(Answers.error(answer).orElseGet(() -> Replies.json(200, Replies.json(answer))));
        });
    }

    private CompletionStage<HttpResponse> form(
            HttpRequest request, boolean mayCallBack, Function<Received, CompletionStage<HttpResponse>> next) {
        if (!Uploads.isMultipart(request)) {
            return Answers.done(Problem.noFile().toResponse());
        }
        return withKey(
                request,
                key -> uploads.form(request, key, mayCallBack)
                        .thenCompose(received -> isEmpty(received)
                                ? Answers.done(Problem.noFile().toResponse())
                                : next.apply(received)));
    }

    /** No image, and no refused callback that is the reason. */
    private boolean isEmpty(Received received) {
        return received.intakes().isEmpty()
                && uploads.callbacks().problem(received.callback()).isEmpty();
    }

    /** With the client's idempotency key, when it sent one that can be used; those of different clients are different, though they read alike. */
    private CompletionStage<HttpResponse> withKey(
            HttpRequest request, Function<Optional<String>, CompletionStage<HttpResponse>> next) {
        Optional<String> key =
                request.getHeader(IDEMPOTENCY_KEY).map(header -> header.value().strip());
        if (key.filter(text -> text.isEmpty() || text.length() > LONGEST_KEY).isPresent()) {
            return Answers.done(Problem.badIdempotencyKey(LONGEST_KEY).toResponse());
        }
        return next.apply(key.map(text -> AccessControl.client(request) + "\n" + text));
    }
}
