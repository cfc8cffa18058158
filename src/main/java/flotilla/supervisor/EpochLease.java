package flotilla.supervisor;

import flotilla.supervisor.LeaseContender.Step;
import flotilla.supervisor.LeaseContender.Terms;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Contends for the supervisor's lease while it is wanted: carries out what {@link LeaseContender} says, one call of the {@link
 * LeaseStore} at a time, and shows the outcome to all threads. It never acts on the fleet, and a store that does not answer only
 * means that nothing is held.
 */
public final class EpochLease extends AbstractBehavior<EpochLease.Command> {
    /** What it is told. */
    public sealed interface Command permits Want, Release, Proceed, Looked, Claimed, Removed, Released {}

    private record Want(Runnable changed) implements Command {}

    private record Release(ActorRef<Done> replyTo) implements Command {}

    private record Proceed() implements Command {}

    private record Looked(long startedAt, Optional<LeaseEpoch> found, Throwable failure) implements Command {}

    private record Claimed(long startedAt, Instant startedOn, LeaseEpoch epoch, Boolean written, Throwable failure)
            implements Command {}

    private record Removed(Throwable failure) implements Command {}

    private record Released(Throwable failure) implements Command {}

    /**
     * What all threads see. A machine that slept goes on with its monotonic clock where it stood; the time of day tells.
     *
     * @param until nanoseconds of the monotonic clock
     * @param by the same as time of day
     */
    private record View(long tenure, long until, Instant by, String why) {}

    private static final Duration CALL_WITHIN = Duration.ofSeconds(3);
    private static final Duration RELEASE_WITHIN = Duration.ofSeconds(8);
    private static final int CLAIMS_BETWEEN_REMOVALS = 16;
    private static final View NOTHING = new View(0, 0, Instant.MIN, "not asked for yet");

    private final TimerScheduler<Command> timers;
    private final LeaseStore store;
    private final LeaseContender contender;
    private final Terms terms;
    private final Clock clock;
    private final LongSupplier nanos;
    private final AtomicReference<View> view;
    private final List<ActorRef<Done>> releasing = new ArrayList<>();
    private Runnable changed = () -> {};
    private boolean wanted;
    private boolean calling;
    private int claims;

    /**
     * Starts a contender that wants nothing yet.
     *
     * @param holder its name, which no other contender may ever have
     * @param clock the time of day
     * @param nanos the monotonic clock
     */
    public static SupervisorLease start(
            ActorSystem<?> system, LeaseStore store, String holder, Clock clock, LongSupplier nanos) {
        return start(system, store, holder, Terms.USUAL, clock, nanos);
    }

    static SupervisorLease start(
            ActorSystem<?> system, LeaseStore store, String holder, Terms terms, Clock clock, LongSupplier nanos) {
        AtomicReference<View> view = new AtomicReference<>(NOTHING);
        ActorRef<Command> contest = system.systemActorOf(
                create(store, holder, terms, clock, nanos, view), "supervisor-lease", Props.empty());
        return new SupervisorLease() {
            @Override
            public Standing standing() {
                View now = view.get();
                boolean held = now.tenure() > 0
                        && now.until() - nanos.getAsLong() > 0
                        && clock.instant().isBefore(now.by());
                return held ? new Standing.Held(now.tenure()) : new Standing.NotHeld(now.why());
            }

            @Override
            public void want(Runnable changed) {
                contest.tell(new Want(changed));
            }

            @Override
            public CompletionStage<Done> release() {
                view.set(NOTHING);
                return AskPattern.ask(contest, Release::new, RELEASE_WITHIN, system.scheduler());
            }
        };
    }

    private static Behavior<Command> create(
            LeaseStore store, String holder, Terms terms, Clock clock, LongSupplier nanos, AtomicReference<View> view) {
        return Behaviors.setup(context -> Behaviors.withTimers(
                timers -> new EpochLease(context, timers, store, holder, terms, clock, nanos, view)));
    }

    private EpochLease(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            LeaseStore store,
            String holder,
            Terms terms,
            Clock clock,
            LongSupplier nanos,
            AtomicReference<View> view) {
        super(context);
        this.timers = timers;
        this.store = store;
        this.contender = new LeaseContender(holder, terms);
        this.terms = terms;
        this.clock = clock;
        this.nanos = nanos;
        this.view = view;
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Want.class, this::onWant)
                .onMessage(Release.class, this::onRelease)
                .onMessage(Proceed.class, proceed -> proceed())
                .onMessage(Looked.class, this::onLooked)
                .onMessage(Claimed.class, this::onClaimed)
                .onMessage(Removed.class, this::onRemoved)
                .onMessage(Released.class, this::onReleased)
                .build();
    }

    private Behavior<Command> onWant(Want want) {
        wanted = true;
        changed = want.changed();
        changed.run();
        return proceed();
    }

    private Behavior<Command> proceed() {
        if (calling) {
            return this;
        }
        if (!releasing.isEmpty()) {
            return layDown();
        }
        if (!wanted) {
            return this;
        }
        long now = nanos.getAsLong();
        Step step = contender.next(now);
        if (step instanceof Step.Rest rest) {
            timers.startSingleTimer(new Proceed(), Duration.ofNanos(rest.nanos()));
        } else if (step instanceof Step.Claim claim) {
            claim(now, claim.epoch());
        } else {
            calling = true;
            getContext().pipeToSelf(inTime(store.newest()), (found, failure) -> new Looked(now, found, failure));
        }
        return this;
    }

    private void claim(long now, LeaseEpoch number) {
        Instant today = clock.instant();
        LeaseEpoch epoch = new LeaseEpoch(number.number(), number.holder(), number.term(), false, today);
        calling = true;
        getContext()
                .pipeToSelf(
                        inTime(store.create(epoch)),
                        (written, failure) -> new Claimed(now, today, epoch, written, failure));
    }

    private Behavior<Command> onLooked(Looked looked) {
        calling = false;
        if (looked.failure() == null) {
            contender.looked(looked.startedAt(), nanos.getAsLong(), looked.found());
        } else {
            contender.failed(nanos.getAsLong(), reason(looked.failure()));
        }
        publish(view.get().by());
        return proceed();
    }

    private Behavior<Command> onClaimed(Claimed claimed) {
        calling = false;
        if (claimed.failure() == null) {
            contender.claimed(claimed.startedAt(), nanos.getAsLong(), claimed.epoch(), claimed.written());
        } else {
            contender.failed(nanos.getAsLong(), reason(claimed.failure()));
        }
        boolean written = Boolean.TRUE.equals(claimed.written());
        publish(
                written
                        ? claimed.startedOn().plus(terms.term()).minus(terms.margin())
                        : view.get().by());
        if (written && claims++ % CLAIMS_BETWEEN_REMOVALS == 0) {
            long from = contender.keepFrom(nanos.getAsLong());
            if (from > 0) {
                getContext().pipeToSelf(store.removeBefore(from), (done, failure) -> new Removed(failure));
            }
        }
        return proceed();
    }

    private Behavior<Command> onRemoved(Removed removed) {
        if (removed.failure() != null) {
            getContext().getLog().info("old epochs of the lease stay for now: {}", reason(removed.failure()));
        }
        return this;
    }

    /** Shows what is so now, tells who wants to know, and says once in the log what is new. */
    private void publish(Instant by) {
        if (!wanted) {
            return;
        }
        View before = view.get();
        boolean held = contender.mayAct(nanos.getAsLong());
        View now = new View(held ? contender.tenure() : 0, contender.actsUntil(), by, contender.why());
        view.set(now);
        if (before.tenure() != now.tenure()) {
            getContext()
                    .getLog()
                    .info(held ? "lease=held tenure={}" : "lease=none why=\"{}\"", held ? now.tenure() : now.why());
            changed.run();
        } else if (!held && !before.why().equals(now.why())) {
            getContext().getLog().info("lease=none why=\"{}\"", now.why());
        }
    }

    private Behavior<Command> onRelease(Release release) {
        wanted = false;
        view.set(NOTHING);
        timers.cancelAll();
        releasing.add(release.replyTo());
        return proceed();
    }

    private Behavior<Command> layDown() {
        Optional<LeaseEpoch> last = contender.release();
        if (last.isEmpty()) {
            return onReleased(new Released(null));
        }
        calling = true;
        LeaseEpoch epoch = last.get();
        getContext()
                .pipeToSelf(
                        inTime(store.create(
                                new LeaseEpoch(epoch.number(), epoch.holder(), epoch.term(), true, clock.instant()))),
                        (written, failure) -> new Released(failure));
        return this;
    }

    private Behavior<Command> onReleased(Released released) {
        calling = false;
        if (released.failure() != null) {
            getContext()
                    .getLog()
                    .info("the lease was not laid down and ends by itself: {}", reason(released.failure()));
        }
        releasing.forEach(asker -> asker.tell(Done.getInstance()));
        releasing.clear();
        return proceed();
    }

    /** The call's outcome; a failure when it takes so long that the next one is worth more. */
    private static <T> CompletionStage<T> inTime(CompletionStage<T> call) {
        return call.toCompletableFuture().copy().orTimeout(CALL_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static String reason(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof TimeoutException
                ? "its store did not answer within " + CALL_WITHIN.toSeconds() + "s"
                : String.valueOf(cause.getMessage()).replaceAll("\\s+", " ");
    }
}
