package flotilla.supervisor;

import flotilla.cost.Past;
import flotilla.protocol.SupervisorCommand;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.BehaviorBuilder;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Brings the costs of earlier supervisors into the {@link CostBook}; what cannot be read is read again until it can. Confined to the
 * supervisor's actor, which never waits for it.
 */
final class CostRecall {
    private static final Duration READ_AGAIN = Duration.ofMinutes(1);

    private record Read(Instant account, Optional<Past> past, Throwable failure) implements SupervisorCommand {}

    private record ReadAgain() implements SupervisorCommand {}

    private final ActorContext<SupervisorCommand> context;
    private final TimerScheduler<SupervisorCommand> timers;
    private final CostBook costs;
    private final Clock clock;

    CostRecall(
            ActorContext<SupervisorCommand> context,
            TimerScheduler<SupervisorCommand> timers,
            CostBook costs,
            Clock clock) {
        this.context = context;
        this.timers = timers;
        this.costs = costs;
        this.clock = clock;
    }

    /** The same phase, which takes what was read besides. */
    BehaviorBuilder<SupervisorCommand> in(BehaviorBuilder<SupervisorCommand> phase) {
        return phase.onMessage(Read.class, this::onRead).onMessage(ReadAgain.class, again -> {
            read();
            return Behaviors.same();
        });
    }

    /** Reads for the account that the book has begun last. */
    void read() {
        Instant account = costs.begun();
        costs.readPast(clock.instant())
                .ifPresent(reading -> context.pipeToSelf(
                        reading,
                        (past, failure) -> new Read(account, failure == null ? past : Optional.empty(), failure)));
    }

    private Behavior<SupervisorCommand> onRead(Read read) {
        if (read.failure() != null) {
            context.getLog()
                    .warn(
                            "costs of earlier supervisors cannot be read, trying again in {}: {}",
                            READ_AGAIN,
                            read.failure().getMessage());
            timers.startSingleTimer(new ReadAgain(), READ_AGAIN);
        }
        costs.recall(read.account(), read.past());
        return Behaviors.same();
    }
}
