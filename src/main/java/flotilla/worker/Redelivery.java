package flotilla.worker;

import flotilla.domain.ClassificationResult;
import flotilla.protocol.About;
import flotilla.protocol.ClassificationRequest;
import flotilla.protocol.QueueMessage;
import flotilla.protocol.ResultStore;
import flotilla.protocol.WireFormat;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is to be done with a message whose image may have a past: somebody may have answered it, and it may have ended whoever
 * tried. How often it was delivered says nothing: messages that were only held come back too.
 */
final class Redelivery {
    /** What the past of a message means. */
    sealed interface Past {
        /** It has its answer; only the end of its way is missing. */
        record Answered(ClassificationResult result) implements Past {}

        /** No process died of it. */
        record Innocent() implements Past {}

        /** Another process has it inside alone, or ended with it and nobody has told of that yet: it is looked at again later. */
        record Tried(String process) implements Past {}

        /** Processes died with it inside, and each maybe of another image: it is tried alone. */
        record Suspect(List<String> processes) implements Past {}

        /** Processes died with it inside, at least one with it alone: it is tried no more. */
        record Guilty(List<String> processes) implements Past {
            /** In one line. */
            String reason() {
                return "it was inside the classifier of " + processes.size() + " workers when they died ("
                        + String.join(", ", processes) + ")";
            }
        }
    }

    /**
     * From an image's id to its message, with the upload and the wait for its turn in between: a message that is made later is most
     * likely not its first.
     */
    private static final Duration FIRST_WITHIN = Duration.ofSeconds(60);

    /** Deaths after which an image is tried no more, if it was alone in one of them. */
    private static final int GUILTY_AFTER = 2;

    private static final Logger LOG = LoggerFactory.getLogger(Redelivery.class);

    private final ResultStore results;
    private final Attempts attempts;
    private final DeadLetters deadLetters;

    Redelivery(ResultStore results, Attempts attempts, DeadLetters deadLetters) {
        this.results = results;
        this.attempts = attempts;
        this.deadLetters = deadLetters;
    }

    /**
     * Whether something may have become of the image before: its message was delivered before, or it is not the first one, as after
     * a redrive or when its upload was repeated. Only the first delivery of the first message is spared the calls.
     */
    static boolean mayHaveAPast(QueueMessage message, ClassificationRequest request) {
        Duration made = Duration.between(request.id().acceptedAt(), request.acceptedAt());
        return message.receiveCount() > 1 || request.generation() > 1 || made.compareTo(FIRST_WITHIN) > 0;
    }

    /**
     * What is next for a delivery: its result is sent once more, its image goes the usual way, maybe alone, or it is in the
     * dead-letter queue now.
     */
    CompletionStage<Parcel> next(Parcel.Understood parcel) {
        return past(parcel.request()).thenCompose(past -> next(parcel, past));
    }

    private CompletionStage<Parcel> next(Parcel.Understood parcel, Past past) {
        ClassificationRequest request = parcel.request();
        if (past instanceof Past.Answered answered) {
            return CompletableFuture.completedStage(
                    new Parcel.Stored(parcel.message(), parcel.at(), request, answered.result(), Optional.empty()));
        }
        if (past instanceof Past.Guilty guilty) {
            About.image(LOG.atWarn(), request).log("goes to quarantine: {}", guilty.reason());
            return deadLetters
                    .send(WireFormat.write(request.quarantined(guilty.reason())
                            .tried(new ClassificationRequest.Tries(
                                    parcel.message().receiveCount() - 1, guilty.processes()))))
                    .thenApply(sent -> parcel.settled(Verdict.QUARANTINED));
        }
        if (past instanceof Past.Tried tried) {
            About.image(LOG.atInfo(), request)
                    .log("is tried alone by worker process={}, it is looked at again later", tried.process());
            return CompletableFuture.completedStage(parcel.settled(Verdict.LATER));
        }
        if (past instanceof Past.Suspect suspect) {
            About.image(LOG.atWarn(), request)
                    .log(
                            "was inside when worker process={} died, it is tried alone",
                            String.join(", ", suspect.processes()));
            return CompletableFuture.completedStage(parcel.suspect(suspect.processes()));
        }
        return CompletableFuture.completedStage(parcel);
    }

    private CompletionStage<Past> past(ClassificationRequest request) {
        return results.confirm(request.id(), request.generation())
                .thenCompose(known -> known.isPresent()
                        ? CompletableFuture.<Past>completedStage(new Past.Answered(known.get()))
                        : attempts.of(request.id()).thenApply(Redelivery::verdict));
    }

    /**
     * The table: the processes that died count, and while one may still have it inside there is no judgement. An image that was in company
     * whenever one died may have been beside the one to blame each time: it is tried alone, however many died.
     */
    static Past verdict(Attempts.Record attempts) {
        List<String> deaths = attempts.deaths();
        if (deaths.size() >= GUILTY_AFTER && attempts.alone()) {
            return new Past.Guilty(deaths);
        }
        if (!attempts.living().isEmpty()) {
            return new Past.Tried(attempts.living().get(0));
        }
        return deaths.isEmpty() ? new Past.Innocent() : new Past.Suspect(deaths);
    }
}
