package flotilla.gateway;

import flotilla.cost.CallCount;
import flotilla.domain.ClassificationResult;
import flotilla.domain.GatewayId;
import flotilla.domain.RequestId;
import flotilla.protocol.About;
import flotilla.protocol.PaceReport;
import flotilla.protocol.ResultStore;
import flotilla.protocol.SupervisorCommand;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * The images that this gateway accepted and that have no answer yet, and the callers who wait. Answers are matched by
 * request id, so none can reach another's caller. A notice may be lost: every few seconds the result store, which holds the
 * truth, is asked for what somebody waits for.
 */
final class PendingReplies extends AbstractBehavior<PendingReplies.Command> {
    /** What this actor is told. */
    sealed interface Command
            permits HasRoom,
                    Admit,
                    Withdraw,
                    Enqueued,
                    Await,
                    NoLonger,
                    WhenToAsk,
                    Answered,
                    Found,
                    WaitOver,
                    EndWaits,
                    PollTick,
                    TellSupervisor,
                    PaceTold {}

    /** Would another image be accepted now? None is counted: it may be that it never comes. */
    record HasRoom(ActorRef<Admission> replyTo) implements Command {}

    /** May another image be accepted? If so it is counted from now on; one that is counted already may, and counts once. */
    record Admit(RequestId id, ActorRef<Admission> replyTo) implements Command {}

    /** An admitted image was refused or failed after all. */
    record Withdraw(RequestId id) implements Command {}

    /**
     * An admitted image's message is in the queue.
     *
     * @param bytes 0 when that is not known
     */
    record Enqueued(RequestId id, long bytes) implements Command {}

    /** Wait for an answer. */
    record Await(RequestId id, Duration within, ActorRef<Reply> replyTo) implements Command {}

    /** Whoever waited for an answer has gone; its wait is over. */
    record NoLonger(RequestId id, ActorRef<Reply> replyTo) implements Command {}

    /** After how many seconds should a client ask for the answer to what was accepted just now? */
    record WhenToAsk(ActorRef<Integer> replyTo) implements Command {}

    /** All waits are over, now and from now on: the gateway stops. */
    record EndWaits() implements Command {}

    /** A result is known to be stored. */
    record Answered(ClassificationResult result) implements Command {}

    private record Found(RequestId id, Optional<ClassificationResult> result, Throwable failure) implements Command {}

    private record WaitOver(Waiter waiter) implements Command {}

    private record PollTick() implements Command {}

    private record TellSupervisor() implements Command {}

    private record PaceTold(PaceReport report) implements Command {}

    /**
     * Whether an image is taken.
     *
     * @param retryAfterSeconds when to try again if not
     */
    record Admission(boolean admitted, int retryAfterSeconds) {}

    /**
     * The end of a wait.
     *
     * @param result empty when the wait ran out
     */
    record Reply(Optional<ClassificationResult> result) {}

    private record Waiter(RequestId id, long number, ActorRef<Reply> replyTo) {}

    private static final Duration TELL_EVERY = Duration.ofMillis(100);
    private static final int MOST_LOOKUPS = 64;
    /** Images that are long overdue, for which nobody need wait: their notices may be lost. */
    private static final int OVERDUE_LOOKUPS = 4;

    private final TimerScheduler<Command> timers;
    private final GatewayId gateway;
    private final ResultStore results;
    private final ActorRef<SupervisorCommand> supervisor;
    private final ActorRef<PaceReport> paceTo;
    private final Backlog backlog;
    private final GatewayMeters meters;
    private final Supplier<CallCount> calls;
    private final RecentImages recent;
    private final Clock clock;
    private final Map<RequestId, List<Waiter>> waiters = new HashMap<>();
    private final Set<RequestId> lookUpNext = new LinkedHashSet<>();
    private final Set<RequestId> lookingUp = new LinkedHashSet<>();
    private boolean stopping;
    private int waitingNow;
    private long waiterCount;
    private long accepted;
    private long answers;

    /**
     * @param maxBacklog images without an answer above which no more are admitted
     * @param poll how often the store is asked
     * @param calls requests of this process to AWS so far, which the supervisor is told
     * @param recent is told when answers are heard
     */
    static Behavior<Command> create(
            GatewayId gateway,
            ResultStore results,
            ActorRef<SupervisorCommand> supervisor,
            int maxBacklog,
            Duration poll,
            GatewayMeters meters,
            Supplier<CallCount> calls,
            RecentImages recent,
            Clock clock) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            timers.startTimerWithFixedDelay(new PollTick(), poll);
            return new PendingReplies(
                    context, timers, gateway, results, supervisor, maxBacklog, meters, calls, recent, clock);
        }));
    }

    private PendingReplies(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            GatewayId gateway,
            ResultStore results,
            ActorRef<SupervisorCommand> supervisor,
            int maxBacklog,
            GatewayMeters meters,
            Supplier<CallCount> calls,
            RecentImages recent,
            Clock clock) {
        super(context);
        this.timers = timers;
        this.gateway = gateway;
        this.results = results;
        this.supervisor = supervisor;
        this.paceTo = context.messageAdapter(PaceReport.class, PaceTold::new);
        this.backlog = new Backlog(maxBacklog);
        this.meters = meters;
        this.calls = calls;
        this.recent = recent;
        this.clock = clock;
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(HasRoom.class, this::onHasRoom)
                .onMessage(Admit.class, this::onAdmit)
                .onMessage(Withdraw.class, this::onWithdraw)
                .onMessage(Enqueued.class, this::onEnqueued)
                .onMessage(Await.class, this::onAwait)
                .onMessage(NoLonger.class, this::onNoLonger)
                .onMessage(WhenToAsk.class, this::onWhenToAsk)
                .onMessage(Answered.class, this::onAnswered)
                .onMessage(Found.class, this::onFound)
                .onMessage(WaitOver.class, this::onWaitOver)
                .onMessage(EndWaits.class, this::onEndWaits)
                .onMessage(PollTick.class, this::onPollTick)
                .onMessage(TellSupervisor.class, this::onTellSupervisor)
                .onMessage(PaceTold.class, this::onPaceTold)
                .build();
    }

    private Behavior<Command> onHasRoom(HasRoom question) {
        question.replyTo().tell(admission(backlog.hasRoom(), clock.instant()));
        return this;
    }

    private Behavior<Command> onAdmit(Admit admit) {
        Instant now = clock.instant();
        boolean admitted = backlog.admit(admit.id(), now);
        showUnanswered();
        admit.replyTo().tell(admission(admitted, now));
        return this;
    }

    private Admission admission(boolean admitted, Instant now) {
        return new Admission(admitted, admitted ? 0 : backlog.secondsUntilRoom(now));
    }

    private Behavior<Command> onWithdraw(Withdraw withdraw) {
        if (backlog.withdraw(withdraw.id())) {
            count(0);
        }
        showUnanswered();
        return this;
    }

    private void showUnanswered() {
        meters.unanswered(backlog.waiting(), backlog.oldest());
    }

    private Behavior<Command> onEnqueued(Enqueued enqueued) {
        if (backlog.queued(enqueued.id())) {
            count(enqueued.bytes());
        }
        return this;
    }

    /** Another image is accepted. */
    private void count(long bytes) {
        accepted++;
        meters.accepted(bytes);
        if (!timers.isTimerActive(new TellSupervisor())) {
            timers.startSingleTimer(new TellSupervisor(), TELL_EVERY);
        }
    }

    private Behavior<Command> onTellSupervisor(TellSupervisor tell) {
        supervisor.tell(new SupervisorCommand.WorkArrived(
                gateway, accepted, backlog.size(), backlog.overdue(), answers, Optional.of(calls.get())));
        return this;
    }

    private Behavior<Command> onAwait(Await await) {
        if (stopping) {
            await.replyTo().tell(new Reply(Optional.empty()));
            return this;
        }
        Waiter waiter = new Waiter(await.id(), ++waiterCount, await.replyTo());
        waiters.computeIfAbsent(await.id(), id -> new ArrayList<>()).add(waiter);
        waiting(waitingNow + 1);
        timers.startSingleTimer(waiter, new WaitOver(waiter), await.within());
        if (!backlog.contains(await.id())) {
            lookUp(await.id());
        }
        return this;
    }

    private Behavior<Command> onNoLonger(NoLonger gone) {
        waiters.getOrDefault(gone.id(), List.of()).stream()
                .filter(waiter -> waiter.replyTo().equals(gone.replyTo()))
                .findFirst()
                .ifPresent(waiter -> {
                    timers.cancel(waiter);
                    onWaitOver(new WaitOver(waiter));
                });
        return this;
    }

    private Behavior<Command> onWhenToAsk(WhenToAsk when) {
        when.replyTo().tell(backlog.secondsUntilAnswer(clock.instant()));
        return this;
    }

    private Behavior<Command> onAnswered(Answered answered) {
        RequestId id = answered.result().id();
        recent.answered(
                id,
                new RecentImages.Answered(
                        clock.instant(), answered.result().outcome().isProvisional()));
        backlog.remove(id).ifPresent(image -> {
            answers++;
            if (image.overdue()) {
                meters.answeredLate(answered.result().outcome());
            } else {
                meters.answered(answered.result().outcome(), Duration.between(image.since(), clock.instant()));
            }
        });
        showUnanswered();
        lookUpNext.remove(id);
        List<Waiter> waiting = waiters.remove(id);
        if (waiting != null) {
            waiting(waitingNow - waiting.size());
            waiting.forEach(waiter -> {
                timers.cancel(waiter);
                waiter.replyTo().tell(new Reply(Optional.of(answered.result())));
            });
        }
        return this;
    }

    private Behavior<Command> onWaitOver(WaitOver over) {
        RequestId id = over.waiter().id();
        List<Waiter> waiting = waiters.get(id);
        if (waiting != null && waiting.remove(over.waiter())) {
            waiting(waitingNow - 1);
            over.waiter().replyTo().tell(new Reply(Optional.empty()));
            if (waiting.isEmpty()) {
                waiters.remove(id);
                lookUpNext.remove(id);
            }
        }
        return this;
    }

    private Behavior<Command> onEndWaits(EndWaits end) {
        stopping = true;
        waiters.values().stream().flatMap(List::stream).forEach(waiter -> {
            timers.cancel(waiter);
            waiter.replyTo().tell(new Reply(Optional.empty()));
        });
        waiters.clear();
        waiting(0);
        return this;
    }

    private void waiting(int callers) {
        waitingNow = callers;
        meters.waiting(callers);
    }

    private Behavior<Command> onPollTick(PollTick tick) {
        backlog.forgetOld(clock.instant()).forEach(meters::forgotten);
        showUnanswered();
        lookUpNext.addAll(backlog.overdue(OVERDUE_LOOKUPS));
        lookUpNext.addAll(waiters.keySet());
        List<RequestId> due = lookUpNext.stream()
                .limit(Math.max(0, MOST_LOOKUPS - lookingUp.size()))
                .toList();
        due.forEach(this::lookUp);
        if (backlog.size() > 0) {
            supervisor.tell(new SupervisorCommand.GetPace(paceTo));
        }
        return onTellSupervisor(new TellSupervisor());
    }

    private Behavior<Command> onPaceTold(PaceTold told) {
        backlog.paced(told.report().pace(), clock.instant());
        return this;
    }

    private void lookUp(RequestId id) {
        lookUpNext.remove(id);
        if (lookingUp.add(id)) {
            getContext().pipeToSelf(results.find(id), (result, failure) -> new Found(id, result, failure));
        }
    }

    private Behavior<Command> onFound(Found found) {
        lookingUp.remove(found.id());
        if (found.failure() != null) {
            About.image(getContext().getLog().atWarn(), found.id())
                    .log("its result cannot be looked for: {}", found.failure().getMessage());
            return this;
        }
        return found.result().map(result -> onAnswered(new Answered(result))).orElse(this);
    }
}
