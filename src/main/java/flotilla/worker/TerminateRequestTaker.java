package flotilla.worker;

import flotilla.worker.TerminateRequests.Held;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.BehaviorBuilder;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Takes at most one terminate request for its {@link Worker}, keeps it while the worker drains, and confirms it.
 *
 * <p>It looks for a request only when the worker has finished an image since the last look, or has had nothing in hand from
 * one tick to the next: a receive stands at the request queue all that time, so the queue had nothing to give. It never
 * looks while the worker does not receive. The worker may refuse what was taken; it is then put back.
 *
 * <p>Phases: {@code watching}, {@code looking}, {@code offering}, {@code holding}, {@code confirming}, {@code done}.
 */
final class TerminateRequestTaker {
    /** What the taker is told. */
    interface Command {}

    /** The worker receives images: look for requests. */
    record Open() implements Command {}

    /** The worker receives nothing: look for no requests. */
    record Shut() implements Command {}

    /** A message left the worker's hands. */
    record HandsChanged() implements Command {}

    /** Requests with a lower token are an earlier supervisor's. */
    record RequestsFrom(long token) implements Command {}

    /** The worker drains because of what was taken. */
    record Accept() implements Command {}

    /** The worker does not drain because of what was taken, or ends before it is drained. */
    record Refuse() implements Command {}

    /** The worker has nothing left in hand. */
    record Drained() implements Command {}

    private record Tick() implements Command {}

    private record Rest() implements Command {}

    private record Looked(Optional<Held> request, Throwable failure) implements Command {}

    private record Keep() implements Command {}

    private record Kept(Throwable failure) implements Command {}

    private record Retry() implements Command {}

    private record Confirmed(Throwable failure) implements Command {}

    /**
     * Times of the taker.
     *
     * @param lookEvery the least time between two looks, and what an idle worker waits between them
     * @param lease of a request that was taken; it is extended three times within each
     */
    record Settings(Duration lookEvery, Duration lease) {}

    /** What tells whether the worker is busy, and its replies. */
    record Parts(
            WorkerIdentity identity,
            TerminateRequests requests,
            Leases leases,
            LongSupplier answered,
            ActorRef<Worker.Command> worker) {}

    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private final ActorContext<Command> context;
    private final TimerScheduler<Command> timers;
    private final Settings settings;
    private final Parts parts;
    private boolean open;
    private boolean emptyAtLastTick;
    private long answeredAtLastTick;
    private long answeredAtLastLook;
    private long requestsFrom = Long.MIN_VALUE;

    /** Creates a taker that does not look until it is told that the worker receives. */
    static Behavior<Command> create(Settings settings, Parts parts) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            // Otherwise the first timer names it, after a class of Pekko.
            context.setLoggerName(TerminateRequestTaker.class);
            timers.startTimerWithFixedDelay(new Tick(), settings.lookEvery());
            return new TerminateRequestTaker(context, timers, settings, parts).watching();
        }));
    }

    private TerminateRequestTaker(
            ActorContext<Command> context, TimerScheduler<Command> timers, Settings settings, Parts parts) {
        this.context = context;
        this.timers = timers;
        this.settings = settings;
        this.parts = parts;
    }

    private Behavior<Command> watching() {
        return phase(common().onMessage(Tick.class, this::onTick)
                .onMessage(HandsChanged.class, changed -> mayLook(false) ? look() : Behaviors.same()));
    }

    private Behavior<Command> looking() {
        return phase(common().onMessage(Looked.class, this::onLooked));
    }

    private Behavior<Command> offering(Held request) {
        return phase(common().onMessage(Accept.class, accept -> hold(request))
                .onMessage(Refuse.class, refuse -> putBack(request)));
    }

    private Behavior<Command> holding(Held request) {
        return phase(common().onMessage(Keep.class, keep -> keep(request))
                .onMessage(Kept.class, this::onKept)
                .onMessage(Refuse.class, refuse -> putBack(request))
                .onMessage(Drained.class, drained -> confirm(request)));
    }

    private Behavior<Command> confirming(Held request) {
        return phase(common().onMessage(Keep.class, keep -> keep(request))
                .onMessage(Kept.class, this::onKept)
                .onMessage(Retry.class, retry -> confirm(request))
                .onMessage(Confirmed.class, this::onConfirmed));
    }

    private Behavior<Command> done() {
        return Behaviors.receive(Command.class)
                .onAnyMessage(ignored -> Behaviors.same())
                .build();
    }

    /** What is understood in every phase. */
    private BehaviorBuilder<Command> common() {
        return Behaviors.receive(Command.class)
                .onMessage(Open.class, opened -> setOpen(true))
                .onMessage(Shut.class, shut -> setOpen(false))
                .onMessage(RequestsFrom.class, this::onRequestsFrom);
    }

    private static Behavior<Command> phase(BehaviorBuilder<Command> handlers) {
        return handlers.onAnyMessage(ignored -> Behaviors.same()).build();
    }

    private Behavior<Command> setOpen(boolean now) {
        open = now;
        emptyAtLastTick = false;
        return Behaviors.same();
    }

    private Behavior<Command> onRequestsFrom(RequestsFrom from) {
        requestsFrom = from.token();
        return Behaviors.same();
    }

    private Behavior<Command> onTick(Tick tick) {
        long answered = parts.answered().getAsLong();
        boolean empty = open && parts.leases().inHand() == 0;
        boolean idle = empty && emptyAtLastTick && answered == answeredAtLastTick;
        emptyAtLastTick = empty;
        answeredAtLastTick = answered;
        return mayLook(idle) ? look() : Behaviors.same();
    }

    private boolean mayLook(boolean idle) {
        boolean finishedAnImage = parts.answered().getAsLong() > answeredAtLastLook;
        return open && (idle || finishedAnImage) && !timers.isTimerActive(new Rest());
    }

    private Behavior<Command> look() {
        answeredAtLastLook = parts.answered().getAsLong();
        // A little less than a tick, which may come a little early.
        timers.startSingleTimer(new Rest(), settings.lookEvery().multipliedBy(9).dividedBy(10));
        context.pipeToSelf(parts.requests().take(), Looked::new);
        return looking();
    }

    private Behavior<Command> onLooked(Looked looked) {
        if (looked.failure() != null) {
            context.getLog()
                    .warn(
                            "cannot look for terminate requests: {}",
                            looked.failure().getMessage());
            return watching();
        }
        if (looked.request().isEmpty()) {
            return watching();
        }
        Held request = looked.request().get();
        if (request.token() < requestsFrom) {
            context.getLog().info("terminate request of an earlier supervisor removed token={}", request.token());
            context.pipeToSelf(
                    parts.requests()
                            .discard(request)
                            .thenCompose(gone -> parts.requests().take()),
                    Looked::new);
            return Behaviors.same();
        }
        parts.worker().tell(new Worker.RequestTaken(request.token()));
        return offering(request);
    }

    private Behavior<Command> hold(Held request) {
        timers.cancel(new Tick());
        timers.startTimerWithFixedDelay(new Keep(), settings.lease().dividedBy(3));
        return holding(request);
    }

    private Behavior<Command> putBack(Held request) {
        context.getLog().info("terminate request put back token={}", request.token());
        parts.requests().putBack(request);
        return watching();
    }

    private Behavior<Command> keep(Held request) {
        context.pipeToSelf(parts.requests().keep(request), (done, failure) -> new Kept(failure));
        return Behaviors.same();
    }

    private Behavior<Command> onKept(Kept kept) {
        if (kept.failure() != null) {
            context.getLog()
                    .warn(
                            "cannot keep the terminate request, trying again: {}",
                            kept.failure().getMessage());
        }
        return Behaviors.same();
    }

    private Behavior<Command> confirm(Held request) {
        WorkerIdentity identity = parts.identity();
        context.pipeToSelf(
                parts.requests().confirm(request, identity.instance().orElseThrow(), identity.appTierId()),
                (done, failure) -> new Confirmed(failure));
        return confirming(request);
    }

    /** A confirmation that may have been sent is sent again: the second one changes nothing. */
    private Behavior<Command> onConfirmed(Confirmed confirmed) {
        if (confirmed.failure() != null) {
            context.getLog()
                    .warn(
                            "cannot confirm the terminate request, trying again in {}: {}",
                            RETRY_AFTER,
                            confirmed.failure().getMessage());
            timers.startSingleTimer(new Retry(), RETRY_AFTER);
            return Behaviors.same();
        }
        timers.cancelAll();
        parts.worker().tell(new Worker.RequestConfirmed());
        return done();
    }
}
