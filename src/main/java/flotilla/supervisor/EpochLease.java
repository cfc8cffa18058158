package flotilla.supervisor;

import flotilla.supervisor.LeaseBoard.View;
import flotilla.supervisor.LeaseBoard.Wish;
import flotilla.supervisor.LeaseContender.Moment;
import flotilla.supervisor.LeaseContender.Step;
import flotilla.supervisor.LeaseContender.Terms;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Contends for the supervisor's lease while it is wanted, and only looks while it is watched: carries out what {@link LeaseContender} says, one call of the {@link
 * LeaseStore} at a time, and shows the outcome on the {@link LeaseBoard}. It never acts on the fleet, and a store that does not
 * answer only means that nothing is held. When it fails it starts anew, and contends again for what is still wanted.
 */
public final class EpochLease extends AbstractBehavior<EpochLease.Command> {
    /** What it is told. */
    public sealed interface Command
            permits Want, Watch, Release, Abandon, Proceed, Looked, Claimed, Removed, Released {}

    private record Want(Wish wish) implements Command {}

    private record Watch() implements Command {}

    private record Release(ActorRef<Done> replyTo) implements Command {}

    private record Abandon() implements Command {}

    private record Proceed() implements Command {}

    private record Looked(Call call, Optional<LeaseEpoch> found, Throwable failure) implements Command {}

    private record Claimed(Call call, LeaseEpoch epoch, Boolean written, Throwable failure) implements Command {}

    private record Removed(Throwable failure) implements Command {}

    private record Released(Call call, Throwable failure) implements Command {}

    /** A call that is under way; the answer to any other one is late and counts for nothing. */
    private static final class Call {
        private final Moment startedAt;

        private Call(Moment startedAt) {
            this.startedAt = startedAt;
        }
    }

    private static final Duration CALL_WITHIN = Duration.ofSeconds(3);
    private static final Duration RELEASE_WITHIN = Duration.ofSeconds(8);
    private static final Duration ANEW_AFTER = Duration.ofMillis(500);
    private static final Duration ANEW_AFTER_AT_MOST = Duration.ofSeconds(10);
    private static final double ANEW_SPREAD = 0.1;
    private static final int CLAIMS_BETWEEN_REMOVALS = 16;
    /** Longer than a holder that is missed takes to be dropped from the cluster. */
    private static final Duration WATCH_FOR = Duration.ofMinutes(1);
    /** While it could be claimed and is not wanted. */
    private static final Duration WATCH_AGAIN_AFTER = Duration.ofMillis(250);

    private final TimerScheduler<Command> timers;
    private final LeaseStore store;
    private final LeaseContender contender;
    private final LeaseBoard board;
    private final List<ActorRef<Done>> releasing = new ArrayList<>();
    private Optional<Wish> wish;
    private Optional<Moment> watchedUntil = Optional.empty();
    private Optional<Call> underWay = Optional.empty();
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
        LeaseBoard board = new LeaseBoard(clock, nanos);
        ActorRef<Command> contest =
                system.systemActorOf(create(store, holder, terms, board), "supervisor-lease", Props.empty());
        return new SupervisorLease() {
            @Override
            public Standing standing() {
                return board.standing();
            }

            @Override
            public void want(Runnable changed) {
                contest.tell(new Want(board.want(changed)));
            }

            @Override
            public void watch() {
                contest.tell(new Watch());
            }

            @Override
            public CompletionStage<Done> release() {
                board.giveUp();
                return AskPattern.ask(contest, Release::new, RELEASE_WITHIN, system.scheduler());
            }

            @Override
            public void abandon() {
                board.giveUp();
                contest.tell(new Abandon());
            }
        };
    }

    private static Behavior<Command> create(LeaseStore store, String holder, Terms terms, LeaseBoard board) {
        return Behaviors.supervise(Behaviors.<Command>setup(context -> Behaviors.withTimers(
                        timers -> new EpochLease(context, timers, store, new LeaseContender(holder, terms), board))))
                .onFailure(SupervisorStrategy.restartWithBackoff(ANEW_AFTER, ANEW_AFTER_AT_MOST, ANEW_SPREAD));
    }

    private EpochLease(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            LeaseStore store,
            LeaseContender contender,
            LeaseBoard board) {
        super(context);
        // Otherwise the first timer names it, after a class of Pekko, whose level is another.
        context.setLoggerName(EpochLease.class);
        this.timers = timers;
        this.store = store;
        this.contender = contender;
        this.board = board;
        this.wish = board.wish();
        context.getSelf().tell(new Proceed());
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Want.class, this::onWant)
                .onMessage(Watch.class, this::onWatch)
                .onMessage(Release.class, this::onRelease)
                .onMessage(Abandon.class, this::onAbandon)
                .onMessage(Proceed.class, proceed -> proceed())
                .onMessage(Looked.class, this::onLooked)
                .onMessage(Claimed.class, this::onClaimed)
                .onMessage(Removed.class, this::onRemoved)
                .onMessage(Released.class, this::onReleased)
                .build();
    }

    private Behavior<Command> onWant(Want want) {
        wish = Optional.of(want.wish());
        want.wish().tellChanged();
        return proceed();
    }

    private Behavior<Command> onWatch(Watch watch) {
        watchedUntil = Optional.of(board.now().plus(WATCH_FOR));
        return proceed();
    }

    private Behavior<Command> proceed() {
        if (underWay.isPresent()) {
            return this;
        }
        if (!releasing.isEmpty()) {
            return layDown();
        }
        Moment now = board.now();
        if (wish.isEmpty() && watchedUntil.filter(now::isBefore).isEmpty()) {
            return this;
        }
        Step step = contender.next(now);
        if (step instanceof Step.Rest rest) {
            timers.startSingleTimer(new Proceed(), Duration.ofNanos(rest.nanos()));
        } else if (step instanceof Step.Claim && wish.isEmpty()) {
            timers.startSingleTimer(new Proceed(), WATCH_AGAIN_AFTER);
        } else if (step instanceof Step.Claim claim) {
            Call call = begin(now);
            LeaseEpoch epoch = dated(claim.epoch(), now);
            getContext()
                    .pipeToSelf(
                            inTime(() -> store.create(epoch)),
                            (written, failure) -> new Claimed(call, epoch, written, failure));
        } else {
            Call call = begin(now);
            getContext().pipeToSelf(inTime(store::newest), (found, failure) -> new Looked(call, found, failure));
        }
        return this;
    }

    private Call begin(Moment now) {
        Call call = new Call(now);
        underWay = Optional.of(call);
        return call;
    }

    /** Whether this is the answer that is waited for, which is then no more. */
    private boolean ends(Call call) {
        boolean waitedFor = underWay.filter(call::equals).isPresent();
        underWay = waitedFor ? Optional.empty() : underWay;
        return waitedFor;
    }

    private static LeaseEpoch dated(LeaseEpoch epoch, Moment now) {
        return new LeaseEpoch(epoch.number(), epoch.holder(), epoch.term(), epoch.released(), now.day());
    }

    private Behavior<Command> onLooked(Looked looked) {
        if (!ends(looked.call())) {
            return this;
        }
        if (looked.failure() == null) {
            contender.looked(board.now(), looked.found());
        } else {
            contender.failed(board.now(), reason(looked.failure()));
        }
        publish();
        return proceed();
    }

    private Behavior<Command> onClaimed(Claimed claimed) {
        if (!ends(claimed.call())) {
            return this;
        }
        if (claimed.failure() == null) {
            // Nothing follows from it before the next look.
            contender.claimed(claimed.call().startedAt, board.now(), claimed.epoch(), claimed.written());
        } else {
            contender.failed(board.now(), reason(claimed.failure()));
            publish();
        }
        if (Boolean.TRUE.equals(claimed.written()) && claims++ % CLAIMS_BETWEEN_REMOVALS == 0) {
            long from = contender.keepFrom(board.now());
            if (from > 0) {
                getContext()
                        .pipeToSelf(inTime(() -> store.removeBefore(from)), (done, failure) -> new Removed(failure));
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
    private void publish() {
        wish.ifPresent(mine -> {
            boolean held = contender.mayAct(board.now());
            View now = new View(held ? contender.tenure() : 0, contender.actsUntil(), contender.why());
            board.show(mine, now).ifPresent(before -> tellWhatIsNew(mine, before, now));
        });
    }

    private void tellWhatIsNew(Wish of, View before, View now) {
        boolean held = now.tenure() > 0;
        if (before.tenure() != now.tenure()) {
            getContext()
                    .getLog()
                    .info(held ? "lease=held tenure={}" : "lease=none why=\"{}\"", held ? now.tenure() : now.why());
            of.tellChanged();
        } else if (!held && !before.why().equals(now.why())) {
            getContext().getLog().info("lease=none why=\"{}\"", now.why());
        }
    }

    private Behavior<Command> onRelease(Release release) {
        wish = Optional.empty();
        timers.cancelAll();
        releasing.add(release.replyTo());
        return proceed();
    }

    /** Whatever is under way may still be written, and counts for nothing. */
    private Behavior<Command> onAbandon(Abandon abandon) {
        wish = Optional.empty();
        timers.cancelAll();
        underWay = Optional.empty();
        contender.abandon();
        return proceed();
    }

    private Behavior<Command> layDown() {
        Optional<LeaseEpoch> last = contender.release();
        if (last.isEmpty()) {
            return laidDown();
        }
        Moment now = board.now();
        Call call = begin(now);
        getContext()
                .pipeToSelf(
                        inTime(() -> store.create(dated(last.get(), now))),
                        (written, failure) -> new Released(call, failure));
        return this;
    }

    private Behavior<Command> onReleased(Released released) {
        if (!ends(released.call())) {
            return this;
        }
        if (released.failure() != null) {
            getContext()
                    .getLog()
                    .info("the lease was not laid down and ends by itself: {}", reason(released.failure()));
        }
        return laidDown();
    }

    private Behavior<Command> laidDown() {
        releasing.forEach(asker -> asker.tell(Done.getInstance()));
        releasing.clear();
        return proceed();
    }

    /** The call's outcome; a failure when it takes so long that the next one is worth more. */
    private static <T> CompletionStage<T> inTime(Supplier<CompletionStage<T>> call) {
        return CompletableFuture.completedFuture(call)
                .thenCompose(Supplier::get)
                .orTimeout(CALL_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static String reason(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof TimeoutException
                ? "its store did not answer within " + CALL_WITHIN.toSeconds() + "s"
                : String.valueOf(cause.getMessage()).replaceAll("\\s+", " ");
    }
}
