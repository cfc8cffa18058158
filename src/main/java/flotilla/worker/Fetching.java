package flotilla.worker;

import flotilla.domain.FailureCode;
import flotilla.domain.Outcome;
import flotilla.protocol.EncodedImage;
import flotilla.protocol.ImageStore;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.util.ByteString;

/**
 * Brings a message's image into this process: from the message itself, or from the store, when there is room for it. What may
 * have a past is looked into first. Safe for all threads.
 */
final class Fetching {
    /** Images of unknown size that may be fetched at the same time. */
    private static final int UNKNOWN_AT_A_TIME = 4;

    private static final double NANOS_PER_MILLI = 1e6;

    private final ImageStore images;
    private final Redelivery redelivery;
    private final PatientCalls calls;
    private final WorkerIdentity identity;
    private final long imageBytes;
    private final Clock clock;

    /**
     * @param imageBytes of images in this process at the same time
     */
    Fetching(
            ImageStore images,
            Redelivery redelivery,
            PatientCalls calls,
            WorkerIdentity identity,
            long imageBytes,
            Clock clock) {
        this.images = images;
        this.redelivery = redelivery;
        this.calls = calls;
        this.identity = identity;
        this.imageBytes = imageBytes;
        this.clock = clock;
    }

    /**
     * The image, or what becomes of a message that needs it no more.
     *
     * @param memory the room for images; what is taken of it for an image that comes is given back by whoever is done with it
     */
    CompletionStage<Parcel> next(Parcel.Understood parcel, ByteBudget memory) {
        if (!Redelivery.mayHaveAPast(parcel.message(), parcel.request())) {
            return fetch(parcel, memory);
        }
        return calls.call(parcel.message(), () -> redelivery.next(parcel))
                .thenCompose(next -> next instanceof Parcel.Understood open
                        ? fetch(open, memory)
                        : CompletableFuture.completedStage(next));
    }

    private CompletionStage<Parcel> fetch(Parcel.Understood parcel, ByteBudget memory) {
        Optional<ByteString> content = parcel.request().content();
        if (content.isPresent()) {
            return memory.take(content.get().size()).thenApply(taken -> fetched(parcel, content, 0));
        }
        long expected = parcel.request().size().orElse(imageBytes / UNKNOWN_AT_A_TIME);
        return memory.take(expected).thenCompose(taken -> {
            long start = System.nanoTime();
            return calls.call(
                            parcel.message(), () -> images.get(parcel.request().image()))
                    .whenComplete((bytes, failure) -> memory.giveBack(expected
                            - (failure == null ? bytes.map(ByteString::size).orElse(0) : 0)))
                    .thenApply(bytes -> fetched(parcel, bytes, millisSince(start)));
        });
    }

    private Parcel fetched(Parcel.Understood parcel, Optional<ByteString> bytes, double millis) {
        if (bytes.isEmpty()) {
            return new Parcel.Answered(
                    parcel.message(),
                    parcel.at(),
                    parcel.request(),
                    !parcel.died().isEmpty(),
                    identity.result(
                            parcel.request(),
                            new Outcome.Failed(FailureCode.INPUT_MISSING, "the stored image is gone; upload it again"),
                            Map.of("fetch", millis),
                            identity.work(parcel, clock.instant(), 0)));
        }
        EncodedImage image =
                new EncodedImage(parcel.request().file().value(), bytes.get().toArrayUnsafe());
        return new Parcel.Fetched(parcel, image, millis);
    }

    private static double millisSince(long startNanos) {
        return (System.nanoTime() - startNanos) / NANOS_PER_MILLI;
    }
}
