package flotilla.gateway;

import flotilla.protocol.ImageStore;
import flotilla.protocol.MessageQueue;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** Whether what every image needs can be reached. */
final class Readiness {
    private static final Duration WITHIN = Duration.ofSeconds(5);

    private final MessageQueue requests;
    private final ImageStore images;

    Readiness(MessageQueue requests, ImageStore images) {
        this.requests = requests;
        this.images = images;
    }

    /** What is missing; empty when the queue answers and the store answers, both within a few seconds. */
    CompletionStage<Optional<String>> missing() {
        CompletableFuture<Optional<String>> queue = check(requests.depth(), "the request queue cannot be reached");
        CompletableFuture<Optional<String>> store =
                check(images.exists("readiness/"), "the image store cannot be reached");
        return queue.thenCombine(store, (first, second) -> first.or(() -> second));
    }

    private static CompletableFuture<Optional<String>> check(CompletionStage<?> probe, String otherwise) {
        return probe.toCompletableFuture()
                .thenApply(answered -> Optional.<String>empty())
                .completeOnTimeout(Optional.of(otherwise), WITHIN.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(failure -> Optional.of(otherwise));
    }
}
