package flotilla.scaling;

import flotilla.scaling.Placed.Standing;
import java.util.Locale;
import java.util.Optional;

/** As what decisions and metrics count an instance. One that has ended is counted as nothing. */
public enum CountedAs {
    /** Booting: has not reported yet. */
    PENDING,
    /** At work. */
    RUNNING,
    /** Asked to end, not terminated yet. */
    DRAINING,
    /** Alive by EC2's word, but not heard of. */
    SILENT,
    /** Shutting down, stopping, or leaving by its own decision or because EC2 takes its machine back. */
    ENDING,
    /** Stopped: it can be started. */
    SPARE;

    static Optional<CountedAs> of(Standing standing) {
        return switch (standing) {
            case GONE -> Optional.empty();
            case BOOTING -> Optional.of(PENDING);
            case WORKING -> Optional.of(RUNNING);
            case DRAINING, DRAINED -> Optional.of(DRAINING);
            case SILENT, DEAD -> Optional.of(SILENT);
            case ENDING, LEAVING -> Optional.of(ENDING);
            case SPARE -> Optional.of(SPARE);
        };
    }

    /** Its name in metrics and in the HTTP interface. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
