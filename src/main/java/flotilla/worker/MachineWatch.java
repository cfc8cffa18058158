package flotilla.worker;

import flotilla.protocol.ExponentialBackoff;
import flotilla.scaling.MachineOutlook;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Looks every few seconds for notices of EC2 about this machine, and tells its {@link Worker} what is new. A look that fails is
 * repeated with growing pauses; of failures in a row one is logged. It ends when EC2 takes the machine back, for nothing comes
 * after that.
 */
public final class MachineWatch extends AbstractBehavior<MachineWatch.Command> {
    /** What the watch is told, by itself. */
    public sealed interface Command permits Look, Looked {}

    private record Look() implements Command {}

    private record Looked(MachineOutlook outlook, Throwable failure) implements Command {}

    /** EC2 tells two minutes ahead: more than that is a clock that is wrong. */
    private static final Duration LONGEST_NOTICE = Duration.ofMinutes(2);

    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    private final TimerScheduler<Command> timers;
    private final MachineNotices notices;
    private final Duration interval;
    private final ExponentialBackoff pauses;
    private final Clock clock;
    private final RandomGenerator random;
    private final ActorRef<Worker.Command> worker;
    private MachineOutlook known = MachineOutlook.STAYS;
    private int failures;

    /**
     * Creates a watch that looks at once.
     *
     * @param interval from one look's answer to the next look
     * @param clock tells how much time is left to the machine
     * @param random spreads the pauses after failures
     */
    public static Behavior<Command> create(
            MachineNotices notices,
            Duration interval,
            Clock clock,
            RandomGenerator random,
            ActorRef<Worker.Command> worker) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            // Otherwise the first timer names it, after a class of Pekko.
            context.setLoggerName(MachineWatch.class);
            return new MachineWatch(context, timers, notices, interval, clock, random, worker);
        }));
    }

    private MachineWatch(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            MachineNotices notices,
            Duration interval,
            Clock clock,
            RandomGenerator random,
            ActorRef<Worker.Command> worker) {
        super(context);
        this.timers = timers;
        this.notices = notices;
        this.interval = interval;
        this.pauses =
                new ExponentialBackoff(interval, interval.compareTo(LONGEST_PAUSE) > 0 ? interval : LONGEST_PAUSE);
        this.clock = clock;
        this.random = random;
        this.worker = worker;
        look();
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Look.class, look -> look())
                .onMessage(Looked.class, this::onLooked)
                .build();
    }

    private Behavior<Command> look() {
        getContext().pipeToSelf(notices.look(), Looked::new);
        return this;
    }

    private Behavior<Command> onLooked(Looked looked) {
        if (looked.failure() != null) {
            return lookLater(looked.failure());
        }
        if (failures > 0) {
            getContext().getLog().info("notices of EC2 about this machine are read again");
            failures = 0;
        }
        MachineOutlook now = looked.outlook().after(known);
        if (!now.equals(known)) {
            known = now;
            now.atRiskSince()
                    .ifPresent(since ->
                            getContext().getLog().info("EC2 recommends to replace this machine since={}", since));
            worker.tell(new Worker.Noticed(now, now.endsAt().map(this::left).orElse(Duration.ZERO)));
        }
        if (now.ends()) {
            return Behaviors.stopped();
        }
        timers.startSingleTimer(new Look(), interval);
        return this;
    }

    private Behavior<Command> lookLater(Throwable failure) {
        failures++;
        if (failures == 1) {
            getContext()
                    .getLog()
                    .warn(
                            "cannot read EC2's notices about this machine, trying again and again: {}",
                            failure.getMessage());
        }
        timers.startSingleTimer(new Look(), interval.plus(pauses.pause(failures, random)));
        return this;
    }

    private Duration left(Instant endsAt) {
        Duration left = Duration.between(clock.instant(), endsAt);
        return left.isNegative() ? Duration.ZERO : left.compareTo(LONGEST_NOTICE) > 0 ? LONGEST_NOTICE : left;
    }
}
