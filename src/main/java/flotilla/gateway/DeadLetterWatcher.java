package flotilla.gateway;

import flotilla.domain.ClassificationResult;
import flotilla.domain.FailureCode;
import flotilla.domain.Journey;
import flotilla.domain.Outcome;
import flotilla.protocol.About;
import flotilla.protocol.AttemptStore;
import flotilla.protocol.AttemptStore.Attempt;
import flotilla.protocol.ClassificationRequest;
import flotilla.protocol.MessageAction;
import flotilla.protocol.MessageQueue;
import flotilla.protocol.QuarantineStore;
import flotilla.protocol.QueueMessage;
import flotilla.protocol.ResultNotice;
import flotilla.protocol.ResultStore;
import flotilla.protocol.WireFormat;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of a message that was given up, by the queue after its last delivery or by a worker: failure stored where no
 * result stands → request kept for a redrive → caller told → message deleted. Each step may be done twice. What cannot be
 * read is kept as it is. Safe for all threads.
 */
final class DeadLetterWatcher {
    private static final Logger LOG = LoggerFactory.getLogger(DeadLetterWatcher.class);

    private final MessageQueue responses;
    private final ResultStore results;
    private final QuarantineStore quarantine;
    private final AttemptStore attempts;
    private final GatewayMeters meters;
    private final Clock clock;

    DeadLetterWatcher(
            MessageQueue responses,
            ResultStore results,
            QuarantineStore quarantine,
            AttemptStore attempts,
            GatewayMeters meters,
            Clock clock) {
        this.responses = responses;
        this.results = results;
        this.quarantine = quarantine;
        this.attempts = attempts;
        this.meters = meters;
        this.clock = clock;
    }

    /** Never fails: what could not be done is tried again when the message's lease ends. */
    CompletionStage<MessageAction> bury(QueueMessage message) {
        return buried(message).handle((done, failure) -> {
            if (failure == null) {
                return new MessageAction.Delete(message);
            }
            About.message(LOG.atWarn(), message).log("dead letter comes again: {}", failure.toString());
            return new MessageAction.Ignore(message);
        });
    }

    private CompletionStage<Done> buried(QueueMessage message) {
        try {
            return bury(message, WireFormat.readRequest(message.body()));
        } catch (WireFormat.UnreadableException e) {
            LOG.warn("unreadable request message={} is kept in the result store", message.messageId());
            return results.keepUnreadable(message.messageId(), message.body());
        }
    }

    private CompletionStage<Done> bury(QueueMessage letter, ClassificationRequest request) {
        Outcome.Failed failure = failure(request);
        About.image(LOG.atWarn(), request)
                .log(
                        "generation={} was given up code={}: {}",
                        request.generation(),
                        failure.code().text(),
                        request.quarantine().orElse("its last delivery ended without an answer"));
        return tried(letter, request)
                .thenCompose(givenUp -> results.putIfAbsent(
                        new ClassificationResult(
                                request.id(),
                                request.file(),
                                failure,
                                Optional.empty(),
                                Optional.empty(),
                                Map.of(),
                                Optional.of(request.journey(givenUp))),
                        request.generation()))
                .thenCompose(standing -> kept(request, failure, standing)
                        .thenCompose(kept -> responses
                                .send(WireFormat.write(new ResultNotice(request.gateway(), standing)))
                                .thenApply(sent -> {
                                    if (kept) {
                                        meters.givenUp(failure.code());
                                    }
                                    return sent;
                                })));
    }

    /**
     * A worker that gives an image up tells what was tried. Of what the queue gave up the marks of dead processes are known, as far as the
     * store tells them, and the deliveries: a dead-letter queue goes on counting, so that those of this letter before are among them.
     */
    private CompletionStage<Journey.GivenUp> tried(QueueMessage letter, ClassificationRequest request) {
        if (request.tries().isPresent()) {
            ClassificationRequest.Tries tries = request.tries().get();
            return CompletableFuture.completedStage(
                    new Journey.GivenUp(clock.instant(), OptionalInt.of(tries.deliveries()), tries.died()));
        }
        int before = letter.receiveCount() - 1;
        OptionalInt deliveries =
                request.quarantine().isEmpty() && before > 0 ? OptionalInt.of(before) : OptionalInt.empty();
        return attempts.of(request.id())
                .exceptionally(away -> {
                    About.image(LOG.atWarn(), request)
                            .log("given up without the processes that died of it: {}", away.getMessage());
                    return List.of();
                })
                .thenApply(all -> new Journey.GivenUp(
                        clock.instant(),
                        deliveries,
                        all.stream().filter(Attempt::died).map(Attempt::process).toList()));
    }

    /** Only what has no answer is worth a redrive, and no letter that comes again after its request was redriven; whether it is. */
    private CompletionStage<Boolean> kept(
            ClassificationRequest request, Outcome.Failed failure, ClassificationResult result) {
        if (!result.outcome().isProvisional()) {
            return CompletableFuture.completedStage(false);
        }
        return results.standing(request.id())
                .thenCompose(standing ->
                        standing.filter(one -> isLater(one, request)).isPresent()
                                ? CompletableFuture.completedStage(true)
                                : isRedriven(request))
                .thenCompose(over -> over
                        ? CompletableFuture.completedStage(false)
                        : quarantine
                                .keep(new QuarantineStore.Quarantined(
                                        request,
                                        failure.code(),
                                        request.quarantine().orElse(failure.message()),
                                        clock.instant()))
                                .thenApply(done -> true));
    }

    /** Whether a later generation is under way, which has no result yet. */
    private CompletionStage<Boolean> isRedriven(ClassificationRequest request) {
        return quarantine
                .redrives(request.id())
                .thenApply(all -> all.stream().anyMatch(one -> one.generation() > request.generation()));
    }

    private static boolean isLater(ResultStore.Standing standing, ClassificationRequest request) {
        return standing.generation() > request.generation()
                || !standing.result().outcome().isProvisional();
    }

    private static Outcome.Failed failure(ClassificationRequest request) {
        return request.quarantine().isPresent()
                ? new Outcome.Failed(
                        FailureCode.QUARANTINED,
                        "two workers died with this image inside their classifiers; it is tried no more until an operator"
                                + " redrives it")
                : new Outcome.Failed(
                        FailureCode.UNDELIVERABLE,
                        "no worker could answer within the deliveries that the queue allows; upload it again");
    }
}
