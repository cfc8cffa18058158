package flotilla.supervisor;

import flotilla.supervisor.LeaseContender.Moment;
import flotilla.supervisor.SupervisorLease.Standing;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * What is told of the lease between its contender and all other threads: who wants it, and the standing. What the contender shows
 * counts only for the wish that it was begun for, so that nothing is held after a wish has ended. Outlives a contender that fails
 * and starts anew. Safe for all threads.
 */
final class LeaseBoard {
    /**
     * What is so until somebody writes something else.
     *
     * @param tenure 0 when it is not held
     * @param until when it ends by itself, by either clock
     * @param why it is not held, or will not be
     */
    record View(long tenure, Moment until, String why) {}

    /** Somebody's wish for the lease; each is another one. */
    static final class Wish {
        private final Runnable changed;

        private Wish(Runnable changed) {
            this.changed = changed;
        }

        /** Tells who wants the lease that the standing may have changed. */
        void tellChanged() {
            changed.run();
        }
    }

    static final View NOTHING = new View(0, new Moment(0, Instant.MIN), "not asked for yet");

    private final Clock clock;
    private final LongSupplier nanos;
    private Optional<Wish> wish = Optional.empty();
    private View view = NOTHING;

    /**
     * @param clock the time of day
     * @param nanos the monotonic clock
     */
    LeaseBoard(Clock clock, LongSupplier nanos) {
        this.clock = clock;
        this.nanos = nanos;
    }

    /** By both clocks. */
    Moment now() {
        return new Moment(nanos.getAsLong(), clock.instant());
    }

    synchronized Standing standing() {
        boolean held = view.tenure() > 0 && now().isBefore(view.until());
        return held ? new Standing.Held(view.tenure()) : new Standing.NotHeld(view.why());
    }

    /** From now on it is wanted. */
    synchronized Wish want(Runnable changed) {
        Wish next = new Wish(changed);
        wish = Optional.of(next);
        view = NOTHING;
        return next;
    }

    /** Nothing is wanted from now on, nor held. */
    synchronized void giveUp() {
        wish = Optional.empty();
        view = NOTHING;
    }

    synchronized Optional<Wish> wish() {
        return wish;
    }

    /**
     * Shows what is so now, unless the wish has ended meanwhile.
     *
     * @return what was so before; empty when the wish has ended
     */
    synchronized Optional<View> show(Wish of, View now) {
        if (wish.filter(of::equals).isEmpty()) {
            return Optional.empty();
        }
        View before = view;
        view = now;
        return Optional.of(before);
    }
}
