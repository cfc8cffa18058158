package flotilla.worker;

import flotilla.worker.Worker.Command;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.BehaviorBuilder;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * The phases of a {@link Worker} from which there is no way back to work, but for a drain's: {@code reclaimed}, {@code leaving},
 * {@code hung} and {@code cut off}. In each it receives nothing more, gives back what is not begun, and finishes the rest until its grace
 * is over, which for the last it is already; then that is given back, too. Confined to the worker's actor.
 */
final class WorkerEnding {
    /** Makes a phase of what it adds to what a worker understands in every phase. */
    interface Phases {
        Behavior<Command> of(UnaryOperator<BehaviorBuilder<Command>> additions);
    }

    /** The images in hand had their time. */
    record GraceOver() implements Command {}

    /** Before the end of its machine a worker gives back what is not done: calls, reports and clocks that differ take some seconds. */
    private static final Duration GIVE_BACK = Duration.ofSeconds(10);

    /** The longest that it takes to give back what is in hand: 3 s for attempts and 5 s for leases, with a store and a queue that are slow. */
    static final Duration TIME_TO_GIVE_BACK = Duration.ofSeconds(8);

    private final Phases phases;
    private final Intake intake;
    private final Leases leases;
    private final Departure departure;
    private final Runnable onEnd;

    /**
     * @param onEnd ends the process
     */
    WorkerEnding(Phases phases, Intake intake, Leases leases, Departure departure, Runnable onEnd) {
        this.phases = phases;
        this.intake = intake;
        this.leases = leases;
        this.departure = departure;
        this.onEnd = onEnd;
    }

    /**
     * How long images in hand may take when the machine ends; zero gives them back at once.
     *
     * @param left until the machine ends; not positive when it is over by its clock
     * @param most of the settings
     */
    static Duration grace(Duration left, Duration most) {
        Duration possible = left.minus(GIVE_BACK);
        return possible.isNegative() ? Duration.ZERO : possible.compareTo(most) < 0 ? possible : most;
    }

    /**
     * EC2 takes the machine back.
     *
     * @param drained what follows when nothing is in hand and nothing can arrive any more
     */
    Behavior<Command> reclaimed(Supplier<Behavior<Command>> drained) {
        return phases.of(adds -> adds.onMessage(Worker.Paused.class, done -> {
                    intake.completed(done);
                    return drainedIfEmpty(drained);
                })
                .onMessage(Worker.HandsChanged.class, changed -> drainedIfEmpty(drained))
                .onMessage(GraceOver.class, over -> handingBack(() -> givenBack(drained))));
    }

    private Behavior<Command> drainedIfEmpty(Supplier<Behavior<Command>> drained) {
        return intake.isPaused() && leases.inHand() == 0 ? drained.get() : Behaviors.same();
    }

    /** What was in hand when the time was up is given back. A receive that is still under way may bring more, which goes back at once. */
    private Behavior<Command> givenBack(Supplier<Behavior<Command>> drained) {
        if (intake.isPaused() && leases.held().isEmpty()) {
            return drained.get();
        }
        return phases.of(adds -> adds.onMessage(Worker.Paused.class, done -> {
                    intake.completed(done);
                    return givenBack(drained);
                })
                .onMessage(Worker.HandsChanged.class, changed -> givenBack(drained)));
    }

    /** The process is about to end, and somebody waits for the word that it may. */
    Behavior<Command> leaving(ActorRef<Done> replyTo) {
        return phases.of(adds -> adds.onMessage(Worker.Paused.class, done -> {
                    intake.completed(done);
                    return leftIfEmpty(replyTo);
                })
                .onMessage(Worker.HandsChanged.class, changed -> leftIfEmpty(replyTo))
                .onMessage(
                        GraceOver.class,
                        over -> handingBack(() -> {
                            replyTo.tell(Done.getInstance());
                            return Behaviors.same();
                        })));
    }

    private Behavior<Command> leftIfEmpty(ActorRef<Done> replyTo) {
        if (intake.isPaused() && leases.inHand() == 0) {
            replyTo.tell(Done.getInstance());
        }
        return Behaviors.same();
    }

    /** A classifier does not come back. */
    Behavior<Command> hung(boolean graceOver) {
        if (departure.isReady(graceOver) && (graceOver || intake.isPaused())) {
            return handingBack(() -> {
                onEnd.run();
                return Behaviors.same();
            });
        }
        return phases.of(adds -> adds.onMessage(Worker.Blamed.class, done -> {
                    departure.blamed(done);
                    return hung(graceOver);
                })
                .onMessage(GraceOver.class, over -> hung(true))
                .onMessage(Worker.Paused.class, done -> {
                    intake.completed(done);
                    return hung(graceOver);
                })
                .onMessage(Worker.HandsChanged.class, changed -> hung(graceOver)));
    }

    /** The supervisor may soon take this worker for dead: what is in hand goes back now, and nobody is to blame for it. */
    Behavior<Command> cutOff() {
        return handingBack(() -> {
            departure.forgive();
            onEnd.run();
            return Behaviors.same();
        });
    }

    /** What is still in hand goes back, and then comes the end. */
    Behavior<Command> handingBack(Supplier<Behavior<Command>> end) {
        departure.handBack();
        return phases.of(adds -> adds.onMessage(Worker.Paused.class, done -> {
                    intake.completed(done);
                    return Behaviors.same();
                })
                .onMessage(Worker.HandedBack.class, done -> {
                    departure.handedBack(done);
                    return end.get();
                }));
    }
}
