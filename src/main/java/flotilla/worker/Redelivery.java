package flotilla.worker;

import flotilla.domain.ClassificationResult;
import flotilla.protocol.ClassificationRequest;
import flotilla.protocol.ResultStore;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

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

    private final ResultStore results;
    private final Attempts attempts;

    Redelivery(ResultStore results, Attempts attempts) {
        this.results = results;
        this.attempts = attempts;
    }

    /** Looks at a request's past. */
    CompletionStage<Past> past(ClassificationRequest request) {
        return results.find(request.id(), request.generation())
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
