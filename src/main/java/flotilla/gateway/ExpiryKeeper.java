package flotilla.gateway;

import flotilla.config.StorageSettings;
import flotilla.protocol.Expiry;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Has stored objects removed that are too old: first at a random moment, so that gateways that start together do not sweep
 * together, then in each quarter of the shortest lifetime, and each hour at least. It decides nothing itself.
 */
public final class ExpiryKeeper {
    /** What the keeper is told. */
    public sealed interface Command permits Sweep, Swept {}

    private record Sweep() implements Command {}

    private record Swept(Expiry.Swept swept, Throwable failure) implements Command {}

    private static final int SWEEPS_IN_A_LIFETIME = 4;
    private static final Duration LONGEST_PAUSE = Duration.ofHours(1);

    private final ActorContext<Command> context;
    private final TimerScheduler<Command> timers;
    private final Expiry expiry;
    private final Duration pause;
    private final Clock clock;

    private ExpiryKeeper(
            ActorContext<Command> context, TimerScheduler<Command> timers, Expiry expiry, Duration pause, Clock clock) {
        this.context = context;
        this.timers = timers;
        this.expiry = expiry;
        this.pause = pause;
        this.clock = clock;
    }

    /** A keeper; none when everything is kept for ever. */
    public static Optional<Behavior<Command>> create(
            Expiry expiry, StorageSettings storage, Clock clock, RandomGenerator random) {
        return Stream.of(storage.inputLifetime(), storage.resultLifetime())
                .filter(lifetime -> !lifetime.isZero())
                .min(Duration::compareTo)
                .map(shortest -> shortest.dividedBy(SWEEPS_IN_A_LIFETIME))
                .map(pause -> pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE)
                .map(pause -> Behaviors.setup(context -> Behaviors.withTimers(timers -> {
                    context.setLoggerName(ExpiryKeeper.class);
                    timers.startSingleTimer(new Sweep(), Duration.ofMillis(random.nextLong(pause.toMillis())));
                    return new ExpiryKeeper(context, timers, expiry, pause, clock).behavior();
                })));
    }

    private Behavior<Command> behavior() {
        return Behaviors.receive(Command.class)
                .onMessage(Sweep.class, this::onSweep)
                .onMessage(Swept.class, this::onSwept)
                .build();
    }

    private Behavior<Command> onSweep(Sweep sweep) {
        context.pipeToSelf(expiry.sweep(clock.instant()), Swept::new);
        return Behaviors.same();
    }

    private Behavior<Command> onSwept(Swept done) {
        timers.startSingleTimer(new Sweep(), pause);
        if (done.failure() != null) {
            context.getLog()
                    .warn(
                            "could not remove all that is too old: {}",
                            done.failure().getMessage());
        } else if (!done.swept().isNothing()) {
            context.getLog()
                    .info(
                            "removed inputs={} results={} others={} failed={}",
                            done.swept().inputs(),
                            done.swept().results(),
                            done.swept().others(),
                            done.swept().failed());
        }
        return Behaviors.same();
    }
}
