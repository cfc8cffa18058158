package flotilla.domain;

/**
 * The name of one worker process: its instance id on EC2, or what the configuration says for a worker started by hand.
 *
 * @param value not blank
 */
public record WorkerId(String value) implements Comparable<WorkerId> {
    public WorkerId {
        if (value.isBlank()) {
            throw new IllegalArgumentException("WorkerId must not be blank");
        }
    }

    @Override
    public int compareTo(WorkerId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
