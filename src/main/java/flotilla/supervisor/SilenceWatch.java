package flotilla.supervisor;

import flotilla.protocol.SupervisorCommand;
import flotilla.scaling.FleetController;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Wakes the supervisor when a worker that its last decision counted has been silent for longer than it may be. There is one timer for all
 * workers: a report only makes its worker's moment later, and a worker that is new has longer than the timer has, so it never comes too
 * late; when it comes too early it is set anew. Confined to the supervisor's actor.
 */
final class SilenceWatch {
    /** It may be that a worker is silent for too long. */
    record Due() implements SupervisorCommand {}

    private static final Due DUE = new Due();
    /** A silence that is as long as it may be is not too long yet, and timers count whole milliseconds. */
    private static final Duration JUST_AFTER = Duration.ofMillis(1);

    private final TimerScheduler<SupervisorCommand> timers;
    private final Clock clock;
    private final Supplier<FleetController> controller;

    /**
     * @param controller the one that decides at the moment
     */
    SilenceWatch(TimerScheduler<SupervisorCommand> timers, Clock clock, Supplier<FleetController> controller) {
        this.timers = timers;
        this.clock = clock;
        this.controller = controller;
    }

    /** After a decision, and after a {@link Due} that came too early. */
    void set() {
        Instant now = clock.instant();
        controller.get().nextSilence(now).ifPresent(at -> timers.startSingleTimer(DUE, untilAfter(at, now)));
    }

    /** After a report, which may be that of a fleet's first worker. */
    void heard() {
        if (!timers.isTimerActive(DUE)) {
            set();
        }
    }

    /** Whether a {@link Due} did not come too early. */
    boolean isTrue() {
        return controller.get().missesAnother(clock.instant());
    }

    private static Duration untilAfter(Instant at, Instant now) {
        return (at.isAfter(now) ? Duration.between(now, at) : Duration.ZERO).plus(JUST_AFTER);
    }
}
