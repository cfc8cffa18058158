package flotilla.app;

import flotilla.domain.RequestId;
import flotilla.protocol.AttemptStore;
import flotilla.protocol.MessageQueue;
import flotilla.protocol.QuarantineStore;
import flotilla.protocol.QuarantineStore.Quarantined;
import flotilla.protocol.QuarantineStore.Redriven;
import flotilla.protocol.ResultStore;
import flotilla.protocol.ResultStore.Standing;
import flotilla.protocol.WireFormat;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/**
 * Puts requests that were given up back into the request queue. What was held against their images is removed before, and
 * their place in quarantine after: a redrive that breaks off is done again, and a message too many leads to no second result.
 */
final class Redrive {
    /** What became of a request. */
    enum Fate {
        IN_QUARANTINE("in quarantine"),
        WOULD_BE_REDRIVEN("would be put back"),
        REDRIVEN("put back"),
        ANSWERED("has an answer"),
        UNKNOWN("not in quarantine"),
        FAILED("could not be dealt with");

        private final String words;

        Fate(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }

    /**
     * One request.
     *
     * @param quarantined as it was given up; empty when it was not, or is not known
     * @param failure why it could not be dealt with
     */
    record Line(RequestId id, Optional<Quarantined> quarantined, Fate fate, Optional<Throwable> failure) {
        Line(RequestId id, Optional<Quarantined> quarantined, Fate fate) {
            this(id, quarantined, fate, Optional.empty());
        }

        static Line failed(RequestId id, Throwable failure) {
            return new Line(id, Optional.empty(), Fate.FAILED, Optional.of(failure));
        }
    }

    private final QuarantineStore quarantine;
    private final ResultStore results;
    private final AttemptStore attempts;
    private final MessageQueue requests;
    private final Clock clock;

    Redrive(
            QuarantineStore quarantine,
            ResultStore results,
            AttemptStore attempts,
            MessageQueue requests,
            Clock clock) {
        this.quarantine = quarantine;
        this.results = results;
        this.attempts = attempts;
        this.requests = requests;
        this.clock = clock;
    }

    /** The oldest requests in quarantine. */
    CompletionStage<List<RequestId>> ids(int most) {
        return quarantine.ids(most);
    }

    /** Looks at a request and changes nothing. */
    CompletionStage<Line> look(RequestId id) {
        return found(id, (line, standing) -> done(line));
    }

    /** Says what {@link #redrive} would do. */
    CompletionStage<Line> rehearse(RequestId id) {
        return found(
                id,
                (line, standing) -> done(new Line(
                        id,
                        line.quarantined(),
                        line.fate() == Fate.IN_QUARANTINE ? Fate.WOULD_BE_REDRIVEN : line.fate())));
    }

    /** Puts a request back, unless it has an answer, which ends its quarantine too. */
    CompletionStage<Line> redrive(RequestId id) {
        return found(id, (line, standing) -> switch (line.fate()) {
            case IN_QUARANTINE ->
                putBack(line.quarantined().orElseThrow(), standing)
                        .thenApply(removed -> new Line(id, line.quarantined(), Fate.REDRIVEN));
            case ANSWERED -> quarantine.remove(line.quarantined().orElseThrow()).thenApply(removed -> line);
            default -> done(line);
        });
    }

    /** Asks for the generation after all that there are: an earlier one would count as answered. */
    private CompletionStage<Done> putBack(Quarantined given, int standing) {
        int next = Math.max(standing, given.request().generation()) + 1;
        RequestId id = given.request().id();
        return attempts.clear(id)
                .thenCompose(cleared ->
                        requests.send(WireFormat.write(given.request().redriven(next))))
                .thenCompose(sent -> quarantine.note(new Redriven(id, next, clock.instant())))
                .thenCompose(noted -> quarantine.remove(given));
    }

    private interface Step {
        /** What becomes of a request of whose results the last one is of generation {@code standing}, 0 without any. */
        CompletionStage<Line> of(Line line, int standing);
    }

    private CompletionStage<Line> found(RequestId id, Step step) {
        return quarantine
                .find(id)
                .thenCompose(found -> found.isEmpty()
                        ? done(new Line(id, found, Fate.UNKNOWN))
                        : results.standing(id)
                                .thenCompose(standing -> step.of(
                                        new Line(id, found, isAnswer(standing) ? Fate.ANSWERED : Fate.IN_QUARANTINE),
                                        standing.map(Standing::generation).orElse(0))));
    }

    private static boolean isAnswer(Optional<Standing> standing) {
        return standing.filter(one -> !one.result().outcome().isProvisional()).isPresent();
    }

    private static CompletionStage<Line> done(Line line) {
        return CompletableFuture.completedStage(line);
    }
}
