package flotilla.worker;

import flotilla.domain.ClassificationResult;
import flotilla.protocol.ClassificationRequest;
import flotilla.protocol.ResultStore;
import flotilla.protocol.WireFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is to be done with a message that was delivered before: somebody may have answered it, and it may have ended whoever
 * tried. How often it was delivered says nothing: messages that were only held come back too.
 */
final class Redelivery {
    /** What the past of a message means. */
    sealed interface Past {
        /** It has its answer; only the end of its way is missing. */
        record Answered(ClassificationResult result) implements Past {}

        /** No process died of it. */
        record Innocent() implements Past {}

        /** One process died with it inside, and maybe with others: it is tried alone. */
        record Suspect(String process) implements Past {}

        /** Processes died with it inside, the last one with it alone: it is tried no more. */
        record Guilty(List<String> processes) implements Past {
            /** In one line. */
            String reason() {
                return "it was inside the classifier of " + processes.size() + " workers when they died ("
                        + String.join(", ", processes) + ")";
            }
        }
    }

    /** Deaths after which an image is tried no more. */
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
     * What is next for a delivery: its result is sent once more, its image goes the usual way, maybe alone, or it is in the
     * dead-letter queue now.
     */
    CompletionStage<Parcel> next(Parcel.Understood parcel) {
        return past(parcel.request()).thenCompose(past -> next(parcel, past));
    }

    private CompletionStage<Parcel> next(Parcel.Understood parcel, Past past) {
        ClassificationRequest request = parcel.request();
        if (past instanceof Past.Answered answered) {
            return CompletableFuture.completedStage(new Parcel.Stored(parcel.message(), request, answered.result()));
        }
        if (past instanceof Past.Guilty guilty) {
            LOG.warn("request={} goes to quarantine: {}", request.id(), guilty.reason());
            return deadLetters
                    .send(WireFormat.write(request.quarantined(guilty.reason())))
                    .thenApply(sent -> new Parcel.Settled(parcel.message(), Verdict.QUARANTINED));
        }
        if (past instanceof Past.Suspect suspect) {
            LOG.warn(
                    "request={} was inside when worker process={} died, it is tried alone",
                    request.id(),
                    suspect.process());
            return CompletableFuture.completedStage(
                    new Parcel.Understood(parcel.message(), parcel.at(), request, true));
        }
        return CompletableFuture.completedStage(parcel);
    }

    private CompletionStage<Past> past(ClassificationRequest request) {
        return results.confirm(request.id(), request.generation())
                .thenCompose(known -> known.isPresent()
                        ? CompletableFuture.completedStage(verdict(known, List.of()))
                        : attempts.of(request.id()).thenApply(processes -> verdict(known, processes)));
    }

    /** The table: an answer wins; otherwise the processes that died count. */
    static Past verdict(Optional<ClassificationResult> known, List<String> processes) {
        if (known.isPresent()) {
            return new Past.Answered(known.get());
        }
        if (processes.size() >= GUILTY_AFTER) {
            return new Past.Guilty(processes);
        }
        return processes.isEmpty() ? new Past.Innocent() : new Past.Suspect(processes.get(0));
    }
}
