package flotilla.domain;

/**
 * The number of a worker instance within the application tier. It is unique among living instances, the lowest free one
 * is given out first, and it comes back when its instance is gone.
 *
 * @param value from 1 to the maximum of instances
 */
public record AppTierId(int value) implements Comparable<AppTierId> {
    public AppTierId {
        if (value < 1) {
            throw new IllegalArgumentException("an app-tier id is at least 1, not " + value);
        }
    }

    @Override
    public int compareTo(AppTierId other) {
        return Integer.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Integer.toString(value);
    }
}
