package flotilla.worker;

import java.time.Duration;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Tells a worker when the supervisor may soon take it for dead, by the one thing that the supervisor goes by: whether the
 * worker's reports arrive. What the cluster believes of its members plays no part in it.
 *
 * <p>Let <i>s</i> be the moment in which the last report was <em>sent</em> of those that the supervisor has acknowledged (the
 * worker's start, when there is none), and <i>F</i> the time {@code worker.self-fence}. The fence is closed from <i>s + F</i>
 * on until a report is acknowledged that was sent less than <i>F</i> ago. The supervisor heard that report, or a later one,
 * last at some <i>h ≥ s</i>, and takes the worker for dead only after <i>h + F + margin</i> (see {@code ScalingLimits}): so
 * the fence always closes first, whichever way the link is cut, however late words are, and whatever the clocks say, since
 * each side measures by its own.
 *
 * <p>From <i>s + E</i> on the time is up: <i>E</i> is shorter than <i>F + margin</i> by what it takes to give everything back, so that
 * nothing is in hand any more when the supervisor may take the worker for dead.
 *
 * <p>Each report has a timer for either moment, both from its sending, so that no clock is read and a worker that stood still is not
 * late for the second because it was late for the first. Confined to the worker's actor, in whose time it is told everything.
 */
final class SelfFence {
    /** The report of this number, 0 being the start, was sent <i>F</i> ago. */
    record Due(long report) implements Worker.Command {}

    /** The report of this number was sent <i>E</i> ago. */
    record Up(long report) implements Worker.Command {}

    private final TimerScheduler<Worker.Command> timers;
    private final Duration after;
    private final Duration end;
    private long heard;
    private long due = -1;
    private long up = -1;

    /**
     * It counts from now.
     *
     * @param after the time <i>F</i>
     * @param end the time <i>E</i>, which is longer
     */
    SelfFence(TimerScheduler<Worker.Command> timers, Duration after, Duration end) {
        this.timers = timers;
        this.after = after;
        this.end = end;
        sent(0);
    }

    /** A report is on its way. */
    void sent(long report) {
        timers.startSingleTimer(new Due(report), after);
        timers.startSingleTimer(new Up(report), end);
    }

    /** The supervisor has heard this report, and so no earlier one matters. */
    void heard(long report) {
        for (; heard < report; heard++) {
            timers.cancel(new Due(heard));
            timers.cancel(new Up(heard));
        }
    }

    /** The fence closes for a report. */
    void due(Due one) {
        due = Math.max(due, one.report());
    }

    /** The time of a report is up. */
    void up(Up one) {
        up = Math.max(up, one.report());
    }

    /** Whether the supervisor has acknowledged any report. */
    boolean isHeard() {
        return heard > 0;
    }

    /** Whether the supervisor may have heard nothing for so long that this worker must receive nothing more. */
    boolean isClosed() {
        return due >= heard;
    }

    /** Whether the supervisor may take this worker for dead within seconds. */
    boolean isTimeUp() {
        return up >= heard;
    }
}
