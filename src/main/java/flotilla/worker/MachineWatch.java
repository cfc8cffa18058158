package flotilla.worker;

import flotilla.protocol.ExponentialBackoff;
import flotilla.scaling.MachineOutlook;
import flotilla.worker.MachineNotices.Notice;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Looks every few seconds for notices of EC2 about this machine, for each kind by itself, and tells its {@link Worker} what is new.
 * A look that fails is repeated with growing pauses, short enough that the next notice still leaves most of its two minutes; of
 * failures in a row one is logged. It ends when EC2 takes the machine back, for nothing comes after that.
 */
public final class MachineWatch extends AbstractBehavior<MachineWatch.Command> {
    /** What the watch is told, by itself. */
    public sealed interface Command permits Look, Looked {}

    private record Look(Notice notice) implements Command {}

    private record Looked(Notice notice, Optional<Instant> moment, Throwable failure) implements Command {}

    /** EC2 tells two minutes ahead: more than that is a clock that is wrong. */
    private static final Duration LONGEST_NOTICE = Duration.ofMinutes(2);

    /** From a failed look's end to the next look, unless the interval is longer. A look takes a few seconds at most. */
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private final TimerScheduler<Command> timers;
    private final MachineNotices notices;
    private final Duration interval;
    private final Clock clock;
    private final RandomGenerator random;
    private final ActorRef<Worker.Command> worker;
    private final Map<Notice, Integer> failures = new EnumMap<>(Notice.class);
    private MachineOutlook known = MachineOutlook.STAYS;

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
        this.clock = clock;
        this.random = random;
        this.worker = worker;
        for (Notice notice : Notice.values()) {
            look(notice);
        }
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Look.class, look -> look(look.notice()))
                .onMessage(Looked.class, this::onLooked)
                .build();
    }

    private Behavior<Command> look(Notice notice) {
        getContext().pipeToSelf(notices.look(notice), (moment, failure) -> new Looked(notice, moment, failure));
        return this;
    }

    private Behavior<Command> onLooked(Looked looked) {
        if (looked.failure() != null) {
            return lookLater(looked.notice(), looked.failure());
        }
        if (failures.remove(looked.notice()) != null) {
            getContext().getLog().info("EC2's notices about this machine are read again notice={}", looked.notice());
        }
        MachineOutlook now = outlook(looked).after(known);
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
        timers.startSingleTimer(new Look(looked.notice()), interval);
        return this;
    }

    private static MachineOutlook outlook(Looked looked) {
        return switch (looked.notice()) {
            case INTERRUPTION -> new MachineOutlook(looked.moment(), Optional.empty());
            case REBALANCE -> new MachineOutlook(Optional.empty(), looked.moment());
        };
    }

    private Behavior<Command> lookLater(Notice notice, Throwable failure) {
        int inARow = failures.merge(notice, 1, Integer::sum);
        if (inARow == 1) {
            getContext()
                    .getLog()
                    .warn(
                            "cannot read EC2's notices about this machine, trying again and again notice={}: {}",
                            notice,
                            failure.getMessage());
        }
        timers.startSingleTimer(new Look(notice), pause(interval, inARow, random));
        return this;
    }

    /** How long to wait after so many failures in a row. */
    static Duration pause(Duration interval, int inARow, RandomGenerator random) {
        Duration longest = interval.compareTo(LONGEST_PAUSE) > 0 ? interval : LONGEST_PAUSE;
        Duration pause = interval.plus(new ExponentialBackoff(interval, longest).pause(inARow, random));
        return pause.compareTo(longest) < 0 ? pause : longest;
    }

    private Duration left(Instant endsAt) {
        Duration left = Duration.between(clock.instant(), endsAt);
        return left.isNegative() ? Duration.ZERO : left.compareTo(LONGEST_NOTICE) > 0 ? LONGEST_NOTICE : left;
    }
}
