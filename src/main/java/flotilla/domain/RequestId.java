package flotilla.domain;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * The identity of one accepted image: a UUID of version 7 (RFC 9562), so that ids sort by the time of acceptance.
 *
 * @param value the canonical form, 36 lower-case characters
 */
public record RequestId(String value) implements Comparable<RequestId> {
    public RequestId {
        if (parse(value).isEmpty()) {
            throw new IllegalArgumentException("not a request id: " + value);
        }
    }

    private RequestId(UUID uuid) {
        this(uuid.toString());
    }

    /** A fresh id for an image accepted at {@code now}; 74 bits come from {@code random}. */
    public static RequestId create(Instant now, RandomGenerator random) {
        long high = (now.toEpochMilli() << 16) | 0x7000L | (random.nextLong() & 0x0fffL);
        long low = 0x8000000000000000L | (random.nextLong() & 0x3fffffffffffffffL);
        return new RequestId(new UUID(high, low));
    }

    /** The id written in {@code text}, or empty when it is not one in canonical form. */
    public static Optional<UUID> parse(String text) {
        if (text == null || text.length() != 36) {
            return Optional.empty();
        }
        try {
            UUID uuid = UUID.fromString(text);
            return uuid.toString().equals(text) ? Optional.of(uuid) : Optional.empty();
        } catch (IllegalArgumentException notAUuid) {
            return Optional.empty();
        }
    }

    /** When the image was accepted, to the millisecond. */
    public Instant acceptedAt() {
        return Instant.ofEpochMilli(UUID.fromString(value).getMostSignificantBits() >>> 16);
    }

    @Override
    public int compareTo(RequestId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
