package flotilla.load;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * Where a run stands.
 *
 * @param total requests of the whole run, when that is known
 * @param answered with a label, whether right, wrong or not compared
 */
public record Tally(
        OptionalLong total,
        long sent,
        long ended,
        long answered,
        long right,
        long wrong,
        long missing,
        boolean judged,
        Duration elapsed) {
    /** The counts in a few words. */
    public String counts() {
        String answers = judged ? right + " right, " + wrong + " wrong" : answered + " answered, " + wrong + " wrong";
        return answers + ", " + missing + " missing, " + (sent - ended) + " waiting";
    }
}
