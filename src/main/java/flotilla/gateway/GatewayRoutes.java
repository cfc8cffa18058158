package flotilla.gateway;

import flotilla.config.HttpSettings;
import flotilla.domain.ClassificationResult;
import flotilla.domain.Outcome;
import flotilla.domain.RequestId;
import flotilla.gateway.ImageIntake.Intake;
import flotilla.gateway.Uploads.Received;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.ExceptionHandler;
import org.apache.pekko.http.javadsl.server.MethodRejection;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.RejectionHandler;
import org.apache.pekko.http.javadsl.server.Route;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP interface: which request is answered how. What is behind it is asked, never done here. */
final class GatewayRoutes extends AllDirectives {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayRoutes.class);
    /** Added to a wait before the ask for it is given up; the wait itself is PendingReplies' to end. */
    private static final Duration ASK_MARGIN = Duration.ofSeconds(10);

    private static final Duration DEFAULT_WAIT = Duration.ofSeconds(30);
    /** The ancestors' field whose answers are {@code stem:label}. */
    private static final String STEM_FIELD = "inputFile";

    /** What is known of a request without asking this gateway's memory. */
    interface Lookup {
        /** The result of a request, or empty while there is none. */
        CompletionStage<Optional<ClassificationResult>> find(RequestId id);

        /** Whether the request's image is stored, so that it was accepted once. */
        CompletionStage<Boolean> isAccepted(RequestId id);
    }

    private final ActorSystem<?> system;
    private final Uploads uploads;
    private final ActorRef<PendingReplies.Command> pending;
    private final ScalingAnswers scaling;
    private final DecisionStream stream;
    private final Lookup results;
    private final Supplier<CompletionStage<Optional<String>>> readiness;
    private final HttpSettings settings;

    /**
     * @param readiness what is not ready, or empty
     */
    GatewayRoutes(
            ActorSystem<?> system,
            Uploads uploads,
            ActorRef<PendingReplies.Command> pending,
            ScalingAnswers scaling,
            DecisionStream stream,
            Lookup results,
            Supplier<CompletionStage<Optional<String>>> readiness,
            HttpSettings settings) {
        this.system = system;
        this.uploads = uploads;
        this.pending = pending;
        this.scaling = scaling;
        this.stream = stream;
        this.results = results;
        this.readiness = readiness;
        this.settings = settings;
    }

    Route create() {
        return routes().seal(rejections(), failures());
    }

    private Route routes() {
        return concat(
                pathEndOrSingleSlash(() -> concat(get(this::home), post(() -> answer(this::classic)))),
                path(PathMatchers.segment("v1").slash("classifications"), () -> post(() -> answer(this::classify))),
                path(
                        PathMatchers.segment("v1").slash("classifications").slash(PathMatchers.segment()),
                        id -> get(() -> answer(request -> result(id, request)))),
                path(PathMatchers.segment("v1").slash("fleet"), () -> get(() -> answer(scaling::fleet))),
                pathPrefix(
                        PathMatchers.segment("v1").slash("scaling").slash("decisions"),
                        () -> concat(
                                pathEnd(() -> get(() -> answer(scaling::decisions))),
                                path("stream", () -> get(() -> answer(stream::open))),
                                path(PathMatchers.segment(), n -> get(() -> answer(request -> scaling.decision(n)))))),
                path("healthz", () -> get(() -> complete(Replies.json(200, Replies.object("status", "ok"))))),
                path("readyz", () -> get(() -> answer(request -> ready()))));
    }

    /** What no route takes is answered in the same form as every other error. */
    private RejectionHandler rejections() {
        return RejectionHandler.newBuilder()
                .handleNotFound(
                        complete(Problem.of(404, "not-found", "there is nothing here", "see GET / for what there is")
                                .toResponse()))
                .handleAll(
                        MethodRejection.class,
                        rejected -> complete(Problem.of(
                                        405,
                                        "method-not-allowed",
                                        "this method is not for this address",
                                        "use "
                                                + rejected.stream()
                                                        .map(one ->
                                                                one.supported().value())
                                                        .distinct()
                                                        .collect(Collectors.joining(" or ")))
                                .toResponse()))
                .build();
    }

    private ExceptionHandler failures() {
        return ExceptionHandler.newBuilder()
                .matchAny(failure -> {
                    LOG.warn("a request failed", failure);
                    return complete(Problem.unavailable("something went wrong here; try again")
                            .toResponse());
                })
                .build();
    }

    private interface Handler {
        CompletionStage<HttpResponse> handle(HttpRequest request);
    }

    private Route answer(Handler handler) {
        return extractRequest(request ->
                completeWithFuture(handler.handle(request).exceptionally(failure -> {
                    LOG.warn(
                            "{} {} failed",
                            request.method().value(),
                            request.getUri().path(),
                            failure);
                    return Problem.unavailable("something went wrong here; try again")
                            .toResponse();
                })));
    }

    private Route home() {
        return extractRequest(request -> Replies.accepts(request, "text/html")
                ? getFromResource("web/index.html")
                : complete(Replies.json(
                        200,
                        Replies.object("response", "success")
                                .put("message", "flotilla is running; POST an image to / or /v1/classifications"))));
    }

    /** {@code POST /}: waits for the results; text for the ancestors' clients, JSON for those who want it. */
    private CompletionStage<HttpResponse> classic(HttpRequest request) {
        if (!Uploads.isMultipart(request)) {
            request.discardEntityBytes(system);
            return done(Problem.noFile().toResponse());
        }
        return form(
                request,
                received -> await(received.intakes(), settings.syncWait())
                        .thenApply(answers -> classic(request, received, answers)));
    }

    private HttpResponse classic(HttpRequest request, Received received, List<Answer> answers) {
        boolean json = Replies.accepts(request, "application/json");
        boolean stems = received.field().filter(STEM_FIELD::equals).isPresent();
        if (answers.size() > 1) {
            return json ? Replies.json(200, Replies.json(answers)) : Replies.text(Replies.lines(answers, stems));
        }
        Answer answer = answers.get(0);
        Optional<HttpResponse> error = error(answer);
        if (error.isPresent()) {
            return error.get();
        }
        if (answer instanceof Answer.Waiting waiting) {
            return Problem.noAnswerYet(Replies.location(waiting.id())).toResponse();
        }
        if (json) {
            return Replies.json(200, Replies.json(answer));
        }
        ClassificationResult result = ((Answer.Done) answer).result();
        String label = ((Outcome.Labelled) result.outcome()).label();
        return Replies.text(stems ? result.file().stem() + ":" + label : label);
    }

    /** {@code POST /v1/classifications}: waits as long as the client prefers. */
    private CompletionStage<HttpResponse> classify(HttpRequest request) {
        Optional<Duration> wait = Preferences.read(request, DEFAULT_WAIT, settings.syncWait());
        if (wait.isEmpty()) {
            request.discardEntityBytes(system);
            return done(Preferences.invalid().toResponse());
        }
        return Uploads.isMultipart(request)
                ? form(request, received -> classified(received, wait.get()))
                : uploads.raw(request).thenCompose(received -> classified(received, wait.get()));
    }

    private CompletionStage<HttpResponse> classified(Received received, Duration wait) {
        return await(received.intakes(), wait).thenApply(answers -> {
            if (answers.size() > 1) {
                boolean waiting = answers.stream().anyMatch(Answer.Waiting.class::isInstance);
                return Replies.json(waiting ? 202 : 200, Replies.json(answers));
            }
            Answer answer = answers.get(0);
            return error(answer)
                    .orElseGet(() -> answer instanceof Answer.Waiting waiting
                            ? Replies.pending(waiting.id(), Replies.json(answer))
                            : Replies.json(200, Replies.json(answer)));
        });
    }

    private CompletionStage<HttpResponse> form(
            HttpRequest request, Function<Received, CompletionStage<HttpResponse>> next) {
        return uploads.form(request)
                .<Optional<Received>>thenApply(Optional::of)
                .exceptionally(failure -> {
                    LOG.info("not a form that can be read: {}", failure.getMessage());
                    return Optional.empty();
                })
                .thenCompose(received ->
                        received.isEmpty() || received.get().intakes().isEmpty()
                                ? done(Problem.noFile().toResponse())
                                : next.apply(received.get()));
    }

    /** The error response for a single upload that was refused or cannot be classified. */
    private static Optional<HttpResponse> error(Answer answer) {
        if (answer instanceof Answer.Refused refused) {
            return Optional.of(refused.problem().toResponse());
        }
        if (answer instanceof Answer.Done done && done.result().outcome() instanceof Outcome.Failed failed) {
            return Optional.of(Problem.of(failed.code(), failed.message()).toResponse());
        }
        return Optional.empty();
    }

    private CompletionStage<HttpResponse> result(String text, HttpRequest request) {
        Optional<RequestId> id = RequestId.parse(text).map(uuid -> new RequestId(uuid.toString()));
        Optional<Duration> wait = Preferences.waitParameter(request, settings.syncWait());
        if (id.isEmpty()) {
            return done(unknown(text).toResponse());
        }
        if (wait.isEmpty()) {
            return done(Preferences.invalid().toResponse());
        }
        return find(id.get(), wait.get()).thenCompose(result -> {
            if (result.isPresent()) {
                return done(Replies.json(200, Replies.json(new Answer.Done(result.get()))));
            }
            return results.isAccepted(id.get())
                    .thenApply(accepted -> accepted
                            ? Replies.pending(id.get(), Replies.pendingJson(id.get()))
                            : unknown(text).toResponse());
        });
    }

    private CompletionStage<Optional<ClassificationResult>> find(RequestId id, Duration wait) {
        return results.find(id)
                .thenCompose(result -> result.isPresent() || wait.isZero()
                        ? done(result)
                        : ask(id, wait).thenApply(PendingReplies.Reply::result));
    }

    private static Problem unknown(String id) {
        return Problem.of(404, "unknown-id", "there is no such classification", "check the id " + id);
    }

    private CompletionStage<List<Answer>> await(List<Intake> intakes, Duration wait) {
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
        return ask(accepted.id(), wait)
                .thenApply(reply -> reply.result()
                        .<Answer>map(Answer.Done::new)
                        .orElseGet(() -> new Answer.Waiting(accepted.id(), accepted.file())));
    }

    private CompletionStage<PendingReplies.Reply> ask(RequestId id, Duration wait) {
        return AskPattern.ask(
                pending,
                replyTo -> new PendingReplies.Await(id, wait, replyTo),
                wait.plus(ASK_MARGIN),
                system.scheduler());
    }

    private CompletionStage<HttpResponse> ready() {
        return readiness
                .get()
                .thenApply(missing -> missing.map(
                                what -> Problem.unavailable(what).toResponse())
                        .orElseGet(() -> Replies.json(200, Replies.object("status", "ready"))));
    }

    private static <T> CompletionStage<T> done(T value) {
        return CompletableFuture.completedFuture(value);
    }
}
