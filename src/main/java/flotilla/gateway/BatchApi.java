package flotilla.gateway;

import com.fasterxml.jackson.databind.node.ObjectNode;
import flotilla.domain.BatchId;
import flotilla.gateway.Batches.Progress;
import flotilla.gateway.Endpoint.Access;
import flotilla.gateway.ImageIntake.Intake;
import flotilla.gateway.Uploads.Received;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** The requests about batches: make one, see how far it is, get its results, cancel it. */
final class BatchApi {
    private static final String EVENT_STREAM = "text/event-stream";
    private static final String CSV = "csv";
    private static final String LINES = "jsonl";
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    private final Uploads uploads;
    private final BatchUploads sources;
    private final Batches batches;
    private final OpenStreams streams;

    BatchApi(Uploads uploads, BatchUploads sources, Batches batches, OpenStreams streams) {
        this.uploads = uploads;
        this.sources = sources;
        this.batches = batches;
        this.streams = streams;
    }

    List<Endpoint> endpoints() {
        return List.of(
                new Endpoint("POST", "/v1/batches", Access.SUBMIT, (request, none) -> create(request)),
                new Endpoint("GET", "/v1/batches/{id}", Access.READ, this::status),
                new Endpoint("DELETE", "/v1/batches/{id}", Access.SUBMIT, (request, id) -> cancel(id)),
                new Endpoint("GET", "/v1/batches/{id}/results", Access.READ, this::results),
                new Endpoint(
                        "GET",
                        "/v1/batches/{id}/callbacks",
                        Access.READ,
                        (request, id) -> uploads.callbacks().answer(id)));
    }

    private CompletionStage<HttpResponse> create(HttpRequest request) {
        Optional<HttpResponse> refusal = uploads.refusal(request);
        if (refusal.isPresent()) {
            return Answers.done(refusal.get());
        }
        return received(request)
                .thenCompose(received -> create(received, received.callback().or(() -> Callbacks.of(request))))
                .exceptionally(failure -> {
                    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
                    if (cause instanceof BatchUploads.UnreadableException unreadable) {
                        return Problem.badBatch(unreadable.getMessage()).toResponse();
                    }
                    throw failure instanceof CompletionException known ? known : new CompletionException(failure);
                });
    }

    private CompletionStage<HttpResponse> create(Received received, Optional<String> callback) {
        Optional<Problem> problem = uploads.callbacks().problem(callback).or(() -> comeAgain(received.intakes()));
        if (problem.isPresent() || received.intakes().isEmpty()) {
            return Answers.done(problem.orElseGet(Problem::emptyBatch).toResponse());
        }
        return batches.create(received.intakes())
                .thenCompose(batch -> uploads.callbacks()
                        .whenFinished(batch.id(), callback)
                        .thenCompose(done -> batches.progress(batch.id())))
                .thenApply(progress -> created(progress.orElseThrow()));
    }

    /** That no image was taken and one or more would be later; the last of them says when. */
    private static Optional<Problem> comeAgain(List<Intake> intakes) {
        if (intakes.stream().anyMatch(Intake.Accepted.class::isInstance)) {
            return Optional.empty();
        }
        return intakes.stream()
                .map(refused -> ((Intake.Refused) refused).problem())
                .filter(problem -> problem.retryAfterSeconds().isPresent())
                .reduce((earlier, last) -> last);
    }

    private CompletionStage<Received> received(HttpRequest request) {
        String type = request.entity().getContentType().mediaType().toString();
        try {
            if (Uploads.isMultipart(request)) {
                return uploads.form(request, Optional.empty(), true);
            }
            return type.equals("application/json")
                    ? sources.listed(request)
                    : sources.zip(request)
                            .thenApply(intakes -> new Received(Optional.empty(), intakes, Optional.empty()));
        } catch (BatchUploads.UnreadableException e) {
            return java.util.concurrent.CompletableFuture.failedFuture(e);
        }
    }

    private HttpResponse created(Progress progress) {
        return Replies.json(202, json(progress)).addHeader(RawHeader.create("Location", location(progress)));
    }

    private CompletionStage<HttpResponse> status(HttpRequest request, String id) {
        boolean events = Accepted.types(request).prefers(EVENT_STREAM, "application/json");
        return withBatch(
                id,
                batches::progress,
                progress -> Replies.vary(
                        events
                                ? ServerEvents.response(streams.endless(events(progress)))
                                : Replies.json(200, json(progress)),
                        "Accept"));
    }

    /** An event {@code progress} whenever something has changed, and {@code done} at the end. */
    private Source<ByteString, NotUsed> events(Progress first) {
        return Source.single(first)
                .concat(Source.tick(LOOK_EVERY, LOOK_EVERY, first.batch().id())
                        .mapAsync(1, batches::progress)
                        .map(Optional::orElseThrow))
                .statefulMapConcat(() -> {
                    int[] before = {-1};
                    return progress -> {
                        boolean same = progress.pending() == before[0];
                        before[0] = progress.pending();
                        return same ? List.of() : List.of(progress);
                    };
                })
                .takeWhile(progress -> progress.pending() > 0, true)
                .map(progress -> ServerEvents.event(progress.pending() == 0 ? "done" : "progress", json(progress)))
                .mapMaterializedValue(none -> NotUsed.getInstance());
    }

    private CompletionStage<HttpResponse> cancel(String id) {
        return withBatch(id, batches::cancel, progress -> Replies.json(200, json(progress)));
    }

    private CompletionStage<HttpResponse> results(HttpRequest request, String id) {
        String format = request.getUri()
                .query()
                .get("format")
                .orElseGet(() -> Accepted.types(request).prefers("text/csv", BatchResults.LINES_TYPE) ? CSV : LINES);
        if (!format.equals(CSV) && !format.equals(LINES)) {
            return Answers.done(Problem.badFormat(CSV, LINES).toResponse());
        }
        return withBatch(
                id,
                batches::progress,
                progress -> Replies.vary(
                        format.equals(CSV) ? BatchResults.csv(progress) : BatchResults.lines(progress), "Accept"));
    }

    private static CompletionStage<HttpResponse> withBatch(
            String text,
            Function<BatchId, CompletionStage<Optional<Progress>>> ask,
            Function<Progress, HttpResponse> answer) {
        Optional<BatchId> id = BatchId.parse(text);
        return id.isEmpty()
                ? Answers.done(Problem.unknownBatch(text).toResponse())
                : ask.apply(id.get())
                        .thenApply(progress -> progress.map(answer)
                                .orElseGet(() -> Problem.unknownBatch(text).toResponse()));
    }

    private ObjectNode json(Progress progress) {
        ObjectNode node = Replies.object("id", progress.batch().id().value())
                .put("status", progress.cancelled() ? "cancelled" : progress.pending() == 0 ? "done" : "running")
                .put("location", location(progress))
                .put("createdAt", progress.batch().createdAt().toString())
                .put("total", progress.batch().items().size())
                .put("done", progress.done())
                .put("failed", progress.failed())
                .put("refused", progress.refused())
                .put("expired", progress.expired())
                .put("pending", progress.pending());
        progress.etaSeconds(batches.now())
                .ifPresentOrElse(seconds -> node.put("etaSeconds", seconds), () -> node.putNull("etaSeconds"));
        return node;
    }

    private static String location(Progress progress) {
        return "/v1/batches/" + progress.batch().id();
    }
}
