package flotilla.domain;

/**
 * The name of one gateway process; a request carries it so that the answer finds the caller who waits.
 *
 * @param value not blank
 */
public record GatewayId(String value) implements Comparable<GatewayId> {
    public GatewayId {
        if (value.isBlank()) {
            throw new IllegalArgumentException("GatewayId must not be blank");
        }
    }

    @Override
    public int compareTo(GatewayId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
