package flotilla.domain;

/**
 * The id of a machine as EC2 gives it, such as {@code i-0123456789abcdef0}.
 *
 * @param value not blank
 */
public record InstanceId(String value) implements Comparable<InstanceId> {
    public InstanceId {
        if (value.isBlank()) {
            throw new IllegalArgumentException("InstanceId must not be blank");
        }
    }

    @Override
    public int compareTo(InstanceId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
