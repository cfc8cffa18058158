package flotilla.protocol;

import flotilla.domain.BatchId;
import flotilla.domain.ImageRef;
import flotilla.domain.Journey;
import flotilla.domain.RequestId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Images that belong together. It is written once, when all of them were taken or refused; how far it is is told by the
 * results.
 *
 * @param items in the order in which they came
 */
public record Batch(BatchId id, Instant createdAt, List<Item> items) {
    public Batch {
        items = List.copyOf(items);
    }

    /**
     * One image of a batch: taken, or refused.
     *
     * @param file the client's name for it
     * @param taken empty when it was refused
     * @param refusal why, when it was refused
     */
    public record Item(String file, Optional<Taken> taken, Optional<Refusal> refusal) {
        public static Item taken(String file, RequestId id, ImageRef image, Optional<Journey> journey) {
            return new Item(file, Optional.of(new Taken(id, image, journey)), Optional.empty());
        }

        public static Item refused(String file, String code, String message) {
            return new Item(file, Optional.empty(), Optional.of(new Refusal(code, message)));
        }
    }

    /**
     * An image whose message is in the queue.
     *
     * @param journey its way up to there; empty when an earlier upload had taken it, or an older gateway
     */
    public record Taken(RequestId id, ImageRef image, Optional<Journey> journey) {}

    /** Why an image was not taken. */
    public record Refusal(String code, String message) {}
}
