package flotilla.supervisor;

import flotilla.protocol.DecisionReport.Decision;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Keeps the node's scaling decisions in the {@link DecisionLedger}: those that {@link LedgerFilter} takes, a minute after the
 * first of them, so that most are written with what came of them. One write at a time. A store that fails is told of once in
 * each outage and tried again every minute; what waits for it is bounded, and the supervisor never waits for this actor.
 */
public final class LedgerKeeper {
    /** What the keeper is told. */
    public sealed interface Command permits Keep, Amend, Flush, WriteIsDue, Written {}

    /** A decision fell. */
    public record Keep(Decision decision) implements Command {}

    /** More is known of a decision; heeded while it is not written. */
    public record Amend(Decision decision) implements Command {}

    /** Write now what there is; answered when it is written, or when that failed. */
    public record Flush(ActorRef<Done> replyTo) implements Command {}

    private record WriteIsDue() implements Command {}

    private record Written(List<Decision> batch, String failure) implements Command {}

    private static final Duration COLLECT = Duration.ofSeconds(60);
    private static final int MAX_WAITING = 1000;
    private static final String NONE = "";

    private final ActorContext<Command> context;
    private final TimerScheduler<Command> timers;
    private final DecisionLedger ledger;
    private final LedgerFilter filter = new LedgerFilter();
    private final TreeMap<Long, Decision> waiting = new TreeMap<>();
    private final List<ActorRef<Done>> toAnswer = new ArrayList<>();
    private boolean away;
    private long lost;

    /** Creates the keeper. */
    public static Behavior<Command> create(DecisionLedger ledger) {
        return Behaviors.setup(
                context -> Behaviors.withTimers(timers -> new LedgerKeeper(context, timers, ledger).collecting()));
    }

    private LedgerKeeper(ActorContext<Command> context, TimerScheduler<Command> timers, DecisionLedger ledger) {
        this.context = context;
        this.timers = timers;
        this.ledger = ledger;
    }

    private Behavior<Command> collecting() {
        return Behaviors.receive(Command.class)
                .onMessage(Keep.class, this::onKeep)
                .onMessage(Amend.class, this::onAmend)
                .onMessage(WriteIsDue.class, due -> write())
                .onMessage(Flush.class, this::onFlush)
                .build();
    }

    private Behavior<Command> writing() {
        return Behaviors.receive(Command.class)
                .onMessage(Keep.class, this::onKeep)
                .onMessage(Amend.class, this::onAmend)
                .onMessage(WriteIsDue.class, due -> Behaviors.same())
                .onMessage(Flush.class, this::onFlushWhileWriting)
                .onMessage(Written.class, this::onWritten)
                .build();
    }

    private Behavior<Command> onKeep(Keep keep) {
        if (filter.takes(keep.decision())) {
            collect(keep.decision());
        }
        return Behaviors.same();
    }

    private void collect(Decision decision) {
        waiting.put(decision.n(), decision);
        if (waiting.size() > MAX_WAITING) {
            waiting.pollFirstEntry();
            lost++;
        }
        if (!timers.isTimerActive(WriteIsDue.class)) {
            timers.startSingleTimer(WriteIsDue.class, new WriteIsDue(), COLLECT);
        }
    }

    private Behavior<Command> onAmend(Amend amend) {
        waiting.computeIfPresent(amend.decision().n(), (n, before) -> amend.decision());
        return Behaviors.same();
    }

    private Behavior<Command> onFlush(Flush flush) {
        toAnswer.add(flush.replyTo());
        return write();
    }

    private Behavior<Command> onFlushWhileWriting(Flush flush) {
        toAnswer.add(flush.replyTo());
        return Behaviors.same();
    }

    private Behavior<Command> write() {
        timers.cancel(WriteIsDue.class);
        if (waiting.isEmpty()) {
            answer();
            return collecting();
        }
        List<Decision> batch = List.copyOf(waiting.values());
        waiting.clear();
        context.pipeToSelf(
                ledger.append(batch),
                (done, failure) -> new Written(batch, failure == null ? NONE : String.valueOf(failure.getMessage())));
        return writing();
    }

    private Behavior<Command> onWritten(Written written) {
        boolean failed = !written.failure().equals(NONE);
        if (failed) {
            if (!away) {
                context.getLog()
                        .warn(
                                "decisions cannot be kept; they wait, and scaling goes on without: {}",
                                written.failure());
            }
            written.batch().forEach(this::collect);
        } else if (away) {
            context.getLog().info("decisions are kept again lost={}", lost);
            lost = 0;
        }
        away = failed;
        if (!failed && !toAnswer.isEmpty()) {
            return write();
        }
        answer();
        return collecting();
    }

    private void answer() {
        toAnswer.forEach(asker -> asker.tell(Done.getInstance()));
        toAnswer.clear();
    }
}
