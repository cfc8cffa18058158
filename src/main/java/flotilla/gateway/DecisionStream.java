package flotilla.gateway;

import flotilla.protocol.DecisionReport;
import flotilla.protocol.DecisionReport.Decision;
import flotilla.protocol.SupervisorCommand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.http.javadsl.model.HttpCharsets;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaType;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.pattern.Patterns;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * Scaling decisions as server-sent events. Each client's stream asks the supervisor, wherever it runs now, for what came after
 * the last decision that the client has: a page at a time and not before the client has taken the page before, so that a slow
 * client costs a page of memory; every second while there is nothing new. A supervisor that does not answer is asked again,
 * and its successor's decisions have higher numbers; thus nothing has to be told to a stream when the supervisor moves.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">server-sent events</a>
 */
final class DecisionStream {
    private static final MediaType.WithFixedCharset EVENT_STREAM =
            MediaTypes.customWithFixedCharset("text", "event-stream", HttpCharsets.UTF_8, Map.of(), false);
    /** A question that a supervisor on the move has lost is asked again. */
    private static final Duration ASK = Duration.ofSeconds(2);

    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
    /** Proxies end connections on which nothing moves for a minute or so. */
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);

    private static final int PAGE = 50;
    private static final ByteString COMMENT = ByteString.fromString(":\n\n");
    /** A client that lost its connection comes back after two seconds. */
    private static final ByteString HELLO = ByteString.fromString("retry: 2000\n\n");

    private final ActorSystem<?> system;
    private final ActorRef<SupervisorCommand> supervisor;
    private final Duration keepAlive;
    private final OpenStreams streams;

    /**
     * Where a client is.
     *
     * @param last the number of the last decision that it has; empty when it begins with the newest ones
     */
    private record Position(OptionalLong last) {
        Position after(DecisionReport report) {
            return report.decisions().isEmpty()
                    ? this
                    : new Position(OptionalLong.of(report.decisions().get(0).n()));
        }
    }

    DecisionStream(ActorSystem<?> system, ActorRef<SupervisorCommand> supervisor, OpenStreams streams) {
        this(system, supervisor, streams, KEEP_ALIVE);
    }

    /**
     * @param keepAlive silence after which a comment is sent
     */
    DecisionStream(
            ActorSystem<?> system, ActorRef<SupervisorCommand> supervisor, OpenStreams streams, Duration keepAlive) {
        this.system = system;
        this.supervisor = supervisor;
        this.streams = streams;
        this.keepAlive = keepAlive;
    }

    /**
     * The stream from {@code Last-Event-ID} on; without it, or when it is no number, from the last {@code limit} decisions on
     * (default: 1).
     */
    CompletionStage<HttpResponse> open(HttpRequest request) {
        int limit = ScalingAnswers.limit(request, 1);
        Position start = new Position(request.getHeader("Last-Event-ID")
                .map(header -> header.value().strip())
                .filter(id -> id.matches("\\d{1,18}"))
                .map(id -> OptionalLong.of(Long.parseLong(id)))
                .orElse(OptionalLong.empty()));
        Source<ByteString, NotUsed> events = Source.unfoldAsync(start, position -> next(position, limit))
                .mapConcat(page -> page)
                .map(DecisionStream::event)
                .keepAlive(keepAlive, () -> COMMENT);
        return CompletableFuture.completedFuture(HttpResponse.create()
                .withEntity(HttpEntities.create(
                        EVENT_STREAM.toContentType(),
                        streams.endless(Source.single(HELLO).concat(events)).mapMaterializedValue(none -> none)))
                .addHeader(RawHeader.create("Cache-Control", "no-cache"))
                .addHeader(RawHeader.create("X-Accel-Buffering", "no")));
    }

    private <T> CompletionStage<T> later(T value, Duration after) {
        return Patterns.after(after, system.classicSystem(), () -> CompletableFuture.completedFuture(value));
    }

    private CompletionStage<Optional<Pair<Position, List<Decision>>>> next(Position position, int limit) {
        return ask(position, limit)
                .exceptionally(failure -> new DecisionReport(List.of()))
                .thenCompose(report -> {
                    Optional<Pair<Position, List<Decision>>> page =
                            Optional.of(Pair.create(position.after(report), page(position, report, limit)));
                    return report.decisions().isEmpty()
                            ? later(page, LOOK_EVERY)
                            : CompletableFuture.completedFuture(page);
                });
    }

    private CompletionStage<DecisionReport> ask(Position position, int limit) {
        return AskPattern.ask(
                supervisor,
                replyTo -> position.last().isPresent()
                        ? new SupervisorCommand.GetDecisionsAfter(
                                position.last().getAsLong(), PAGE, replyTo)
                        : new SupervisorCommand.GetDecisions(Math.max(1, Math.min(PAGE, limit)), replyTo),
                ASK,
                system.scheduler());
    }

    /** The decisions to send, oldest first. One that only tells where the newest ones begin is not among them. */
    private static List<Decision> page(Position position, DecisionReport report, int limit) {
        if (position.last().isEmpty() && limit == 0) {
            return List.of();
        }
        List<Decision> page = new ArrayList<>(report.decisions());
        Collections.reverse(page);
        return page;
    }

    /** JSON has no line breaks, which would end the data. */
    private static ByteString event(Decision decision) {
        return ByteString.fromString(
                "id: " + decision.n() + "\nevent: decision\ndata: " + Replies.json(decision) + "\n\n");
    }
}
