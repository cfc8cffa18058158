package flotilla.domain;

import java.util.Optional;

/**
 * The identity of a batch: made like a {@link RequestId}.
 *
 * @param value a UUID in canonical form
 */
public record BatchId(String value) {
    public BatchId {
        if (RequestId.parse(value).isEmpty()) {
            throw new IllegalArgumentException("not a batch id: " + value);
        }
    }

    /** The id written in {@code text}, or empty when it is not one in canonical form. */
    public static Optional<BatchId> parse(String text) {
        return RequestId.parse(text).map(uuid -> new BatchId(uuid.toString()));
    }

    @Override
    public String toString() {
        return value;
    }
}
