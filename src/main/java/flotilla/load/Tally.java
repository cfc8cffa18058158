package flotilla.load;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * Where a run stands.
 *
 * @param total requests of the whole run, when that is known
 * @param judged whether there are predictions to compare with
 */
public record Tally(
        OptionalLong total,
        long sent,
        long ended,
        long right,
        long wrong,
        long missing,
        boolean judged,
        Duration elapsed) {
    /** The counts in a few words. */
    String counts() {
        return (judged ? right + " right, " : "") + troubles();
    }

    /** What is not done or not good, in few words. */
    String troubles() {
        return wrong + " wrong, " + missing + " missing, " + (sent - ended) + " waiting";
    }
}
