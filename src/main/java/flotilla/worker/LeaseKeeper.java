package flotilla.worker;

import flotilla.protocol.About;
import flotilla.protocol.MessageQueue;
import flotilla.protocol.QueueMessage;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * Extends the leases of the messages in hand before they end, three times within each lease, as long as their images have
 * not hung. It never decides what becomes of a message.
 */
final class LeaseKeeper {
    /** What the keeper is told. */
    sealed interface Command permits Tick, Extended {}

    private record Tick() implements Command {}

    private record Extended(List<QueueMessage> asked, List<QueueMessage> lost, long at, Throwable failure)
            implements Command {}

    private final ActorContext<Command> context;
    private final MessageQueue queue;
    private final Leases leases;
    private final Duration visibility;
    private final Duration hangAfter;
    private final RunningTime time;
    private boolean failing;

    static Behavior<Command> create(
            MessageQueue queue, Leases leases, Duration visibility, Duration hangAfter, RunningTime time) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            timers.startTimerWithFixedDelay(new Tick(), visibility.dividedBy(6));
            return new LeaseKeeper(context, queue, leases, visibility, hangAfter, time).idle();
        }));
    }

    private LeaseKeeper(
            ActorContext<Command> context,
            MessageQueue queue,
            Leases leases,
            Duration visibility,
            Duration hangAfter,
            RunningTime time) {
        this.context = context;
        this.queue = queue;
        this.leases = leases;
        this.visibility = visibility;
        this.hangAfter = hangAfter;
        this.time = time;
    }

    private Behavior<Command> idle() {
        return Behaviors.receive(Command.class)
                .onMessage(Tick.class, this::onTick)
                .build();
    }

    private Behavior<Command> extending() {
        return Behaviors.receive(Command.class)
                .onMessage(Tick.class, tick -> Behaviors.same())
                .onMessage(Extended.class, this::onExtended)
                .build();
    }

    private Behavior<Command> onTick(Tick tick) {
        CompletableFuture<Done> done = new CompletableFuture<>();
        leases.extending(done);
        List<QueueMessage> due = leases.due(visibility.dividedBy(3), hangAfter);
        if (due.isEmpty()) {
            done.complete(Done.getInstance());
            return Behaviors.same();
        }
        long at = time.monotonicNanos();
        CompletionStage<List<QueueMessage>> extension = queue.extendLeases(due, visibility);
        extension.whenComplete((lost, failure) -> done.complete(Done.getInstance()));
        context.pipeToSelf(extension, (lost, failure) -> new Extended(due, lost, at, failure));
        return extending();
    }

    private Behavior<Command> onExtended(Extended extended) {
        if (extended.failure() != null) {
            if (!failing) {
                context.getLog()
                        .warn(
                                "could not extend {} leases, trying again until it can be done: {}",
                                extended.asked().size(),
                                extended.failure().getMessage());
            }
            failing = true;
            return idle();
        }
        if (failing) {
            context.getLog().info("leases are extended again");
            failing = false;
        }
        extended.asked().forEach(message -> leases.extended(message, extended.at()));
        extended.lost().forEach(message -> {
            About.message(context.getLog().atWarn(), message).log("lease lost: another worker may have it");
            leases.lost(message);
        });
        return idle();
    }
}
