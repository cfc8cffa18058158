package flotilla.gateway;

import flotilla.protocol.ImageStore;
import flotilla.protocol.MessageQueue;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Whether what every image needs can be reached. Safe for all threads. */
final class Readiness {
    private static final Duration WITHIN = Duration.ofSeconds(5);

    /** Everybody may ask, without a key and at any rate: queue and store are asked no more often than this. */
    private static final Duration GOOD_FOR = Duration.ofSeconds(1);

    private final Supplier<CompletionStage<?>> queue;
    private final Supplier<CompletionStage<?>> store;
    private final LongSupplier nanos;
    private CompletionStage<Optional<String>> last = CompletableFuture.completedStage(Optional.empty());
    private OptionalLong askedAt = OptionalLong.empty();

    /** @param nanos the monotonic clock */
    Readiness(MessageQueue requests, ImageStore images, LongSupplier nanos) {
        this(requests::depth, () -> images.exists("readiness/"), nanos);
    }

    /**
     * @param queue asks the queue for something
     * @param store asks the store for something
     */
    Readiness(Supplier<CompletionStage<?>> queue, Supplier<CompletionStage<?>> store, LongSupplier nanos) {
        this.queue = queue;
        this.store = store;
        this.nanos = nanos;
    }

    /** What is missing; empty when the queue answers and the store answers, both within a few seconds. Up to a second old. */
    synchronized CompletionStage<Optional<String>> missing() {
        long now = nanos.getAsLong();
        if (askedAt.isEmpty() || now - askedAt.getAsLong() >= GOOD_FOR.toNanos()) {
            last = ask();
            askedAt = OptionalLong.of(now);
        }
        return last;
    }

    private CompletionStage<Optional<String>> ask() {
        CompletableFuture<Optional<String>> first = check(queue.get(), "the request queue cannot be reached");
        CompletableFuture<Optional<String>> second = check(store.get(), "the image store cannot be reached");
        return first.thenCombine(second, (queueMissing, storeMissing) -> queueMissing.or(() -> storeMissing));
    }

    private static CompletableFuture<Optional<String>> check(CompletionStage<?> probe, String otherwise) {
        return probe.toCompletableFuture()
                .thenApply(answered -> Optional.<String>empty())
                .completeOnTimeout(Optional.of(otherwise), WITHIN.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(failure -> Optional.of(otherwise));
    }
}
