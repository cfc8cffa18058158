package flotilla.load;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a run measured.
 *
 * @param judged whether there were predictions to compare with
 * @param sent requests that were sent
 * @param answered requests that got a label: the right and the wrong ones
 * @param missing requests that ended without a label
 * @param unfinished requests that were under way when the run was stopped
 * @param retries requests that were sent again because the server asked for it
 * @param seconds from the start to the last end
 * @param latency of the answered ones, from when they were due
 * @param accepted from sending to the promise of an answer; empty when there were no promises
 * @param latestStartMillis how long after its due time a request was sent, at most
 * @param errors missing ones by kind
 * @param workers who classified how many
 * @param workersFrom where those figures come from: {@code answers} or {@code fleet}
 * @param notRight the first wrong and missing ones
 */
public record Summary(
        String url,
        Api api,
        boolean judged,
        long sent,
        long answered,
        long right,
        long wrong,
        long missing,
        long unfinished,
        long retries,
        double seconds,
        Latency latency,
        Optional<Latency> accepted,
        double latestStartMillis,
        Map<String, Long> errors,
        Map<String, Long> workers,
        String workersFrom,
        List<NotRight> notRight) {
    /** A request whose answer is wrong or missing. */
    public record NotRight(long number, String file, boolean missing, String expected, String got) {}

    /** Whether everything that was sent got an answer and none is wrong. */
    public boolean isGood() {
        return wrong == 0 && missing == 0 && unfinished == 0;
    }

    /** Answers per second. */
    public double throughput() {
        return seconds > 0 ? answered / seconds : 0;
    }
}
