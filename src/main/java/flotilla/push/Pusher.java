package flotilla.push;

import flotilla.config.PushSettings.Retry;
import flotilla.protocol.CborSerializable;
import flotilla.push.Carrier.Attempt;
import flotilla.push.News.Found;
import flotilla.push.Outbox.Job;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * Fulfils wishes: one for all gateways, so that each delivery is made once. What must not be lost is in the {@link WishStore}
 * before this actor hears of it; it finds there what a predecessor left, and what it was not told. It never keeps anybody
 * waiting: what it is told needs no answer.
 */
public final class Pusher extends AbstractBehavior<Pusher.Command> {
    /** What the pusher is told. */
    public sealed interface Command {}

    /** A wish was stored. */
    public record Wished(Wish wish) implements Command, CborSerializable {}

    /** A request has its result. */
    public record Answered(String id) implements Command, CborSerializable {}

    private record Tick() implements Command {}

    private record Sweep() implements Command {}

    private record Listed(List<String> names, Throwable failure) implements Command {}

    private record Read(String name, Optional<Wish> wish, Throwable failure) implements Command {}

    private record Looked(Job.Look job, Found found, Throwable failure) implements Command {}

    private record Tried(Job.Deliver job, Attempt attempt, Throwable failure) implements Command {}

    private record Noted(Wish wish, Message message, Throwable failure) implements Command {}

    private record Closed(Job.Close job, Throwable failure) implements Command {}

    private record SetAside(Job.SetAside job, Throwable failure) implements Command {}

    private record ListedAside(List<String> names, Throwable failure) implements Command {}

    private record ReadAside(String name, Optional<Wish> wish, Throwable failure) implements Command {}

    /** What a pusher needs from outside. */
    record Ports(WishStore store, News news, Carrier carrier) {}

    private static final Duration TICK = Duration.ofSeconds(1);
    private static final Duration SWEEP = Duration.ofMinutes(5);
    private static final int LONGEST_REASON = 300;
    /** Wishes set aside that are looked at with each sweep, should the notice of their answer have been lost. */
    private static final int LOOKS_ASIDE = 32;

    private static final Duration STORE_AGAIN = Duration.ofSeconds(10);

    private final Ports ports;
    private final Retry retry;
    private final Clock clock;
    private final RandomGenerator random;
    private final Outbox outbox;
    private final Aside aside = new Aside();
    private boolean someLeftInStore;

    /**
     * Creates a pusher, which looks into the store at once.
     *
     * @param outboxes gives it an empty one of its own
     */
    static Behavior<Command> create(
            Ports ports, Retry retry, Supplier<Outbox> outboxes, Clock clock, RandomGenerator random) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            context.setLoggerName(Pusher.class);
            timers.startTimerWithFixedDelay(new Tick(), TICK);
            timers.startTimerWithFixedDelay(new Sweep(), Duration.ZERO, SWEEP);
            return new Pusher(context, ports, retry, outboxes.get(), clock, random);
        }));
    }

    private Pusher(
            ActorContext<Command> context,
            Ports ports,
            Retry retry,
            Outbox outbox,
            Clock clock,
            RandomGenerator random) {
        super(context);
        this.ports = ports;
        this.retry = retry;
        this.outbox = outbox;
        this.clock = clock;
        this.random = random;
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Wished.class, this::onWished)
                .onMessage(Answered.class, this::onAnswered)
                .onMessage(Tick.class, tick -> work())
                .onMessage(Sweep.class, this::onSweep)
                .onMessage(Listed.class, this::onListed)
                .onMessage(Read.class, this::onRead)
                .onMessage(Looked.class, this::onLooked)
                .onMessage(Tried.class, this::onTried)
                .onMessage(Noted.class, this::onNoted)
                .onMessage(Closed.class, this::onClosed)
                .onMessage(SetAside.class, this::onSetAside)
                .onMessage(ListedAside.class, this::onListedAside)
                .onMessage(ReadAside.class, this::onReadAside)
                .build();
    }

    private Behavior<Command> onWished(Wished wished) {
        take(wished.wish());
        return work();
    }

    /** Whether there was room. */
    private boolean take(Wish wish) {
        boolean taken = outbox.add(wish, clock.instant());
        if (!taken && !someLeftInStore) {
            someLeftInStore = true;
            getContext()
                    .getLog()
                    .warn("push=wait id={} reason=\"{} deliveries are at hand\"", wish.name(), outbox.size());
        }
        return taken;
    }

    private Behavior<Command> onAnswered(Answered answered) {
        outbox.answered(answered.id(), clock.instant());
        aside.take(answered.id()).forEach(this::readAside);
        return work();
    }

    private Behavior<Command> onSweep(Sweep sweep) {
        someLeftInStore = false;
        outbox.beginSweep();
        getContext().pipeToSelf(ports.store().names(outbox.most()), Listed::new);
        getContext().pipeToSelf(ports.store().namesAside(outbox.most()), ListedAside::new);
        return this;
    }

    private Behavior<Command> onListed(Listed listed) {
        if (listed.failure() != null) {
            storeFailed("list", listed.failure());
            return this;
        }
        List<String> unknown = outbox.unknown(listed.names());
        unknown.forEach(name ->
                getContext().pipeToSelf(ports.store().find(name), (wish, failure) -> new Read(name, wish, failure)));
        return this;
    }

    private Behavior<Command> onRead(Read read) {
        if (read.failure() != null) {
            storeFailed(read.name(), read.failure());
        } else if (!outbox.isClosed(read.name())) {
            read.wish().ifPresent(this::take);
        }
        return work();
    }

    private Behavior<Command> work() {
        outbox.start(clock.instant()).forEach(this::begin);
        return someLeftInStore && outbox.isNearlyEmpty() ? onSweep(new Sweep()) : this;
    }

    private void begin(Job job) {
        if (job instanceof Job.Look look) {
            getContext()
                    .pipeToSelf(
                            ports.news().look(look.wish(), look.walk()),
                            (found, failure) -> new Looked(look, found, failure));
        } else if (job instanceof Job.Deliver deliver) {
            getContext()
                    .pipeToSelf(
                            ports.carrier().carry(deliver.wish(), deliver.message()),
                            (attempt, failure) -> new Tried(deliver, attempt, failure));
        } else if (job instanceof Job.Close close) {
            getContext().pipeToSelf(tellStore(close), (done, failure) -> new Closed(close, failure));
        } else if (job instanceof Job.SetAside told) {
            getContext()
                    .pipeToSelf(ports.store().setAside(told.wish()), (done, failure) -> new SetAside(told, failure));
        }
    }

    private CompletionStage<?> tellStore(Job.Close close) {
        return close.gaveUp().isPresent()
                ? ports.store().giveUp(close.wish(), close.gaveUp().get())
                : ports.store().remove(close.wish());
    }

    private Behavior<Command> onLooked(Looked looked) {
        String name = looked.job().wish().name();
        Instant now = clock.instant();
        if (looked.failure() != null) {
            storeFailed(name, looked.failure());
            outbox.again(name, now.plus(STORE_AGAIN));
        } else if (looked.found() instanceof Found.Ready ready) {
            outbox.ready(name, ready.message(), now);
        } else if (looked.found() instanceof Found.NotYet && looked.job().wish().told() > 0) {
            outbox.closed(name);
            aside.add(name);
        } else if (looked.found() instanceof Found.NotYet notYet) {
            outbox.notYet(name, notYet.walk(), now);
        } else if (looked.found() instanceof Found.Never never) {
            giveUp(looked.job().wish(), never.why());
        }
        return work();
    }

    private Behavior<Command> onTried(Tried tried) {
        Wish wish = tried.job().wish();
        if (tried.failure() == null && tried.attempt() instanceof Attempt.Taken) {
            getContext().getLog().debug("push=done id={} receiver={}", wish.name(), wish.receiver());
            taken(wish, tried.job().message());
        } else if (tried.failure() == null && tried.attempt() instanceof Attempt.Gone) {
            giveUp(wish, "the receiver is gone for good (status 410)");
        } else {
            failed(
                    tried.job(),
                    tried.failure() == null
                            ? (Attempt.Failed) tried.attempt()
                            : new Attempt.Failed(oneLine(tried.failure())));
        }
        return work();
    }

    /** A topic hears of later results without a wish. */
    private void taken(Wish wish, Message message) {
        if (message.provisional() > 0 && !wish.target().equals(Wish.TOPIC)) {
            outbox.setAside(wish.told(message.provisional()), clock.instant());
        } else {
            outbox.close(wish.name(), Optional.empty(), clock.instant());
        }
    }

    private void failed(Job.Deliver job, Attempt.Failed attempt) {
        Optional<Wish> next = Backoff.next(job.wish(), attempt, clock.instant(), retry, random);
        if (next.isEmpty()) {
            int count = job.wish().failures().count() + 1;
            giveUp(job.wish(), count + " attempts were in vain, the last one: " + attempt.why());
            return;
        }
        Wish failed = next.get();
        getContext()
                .getLog()
                .info(
                        "push=retry id={} receiver={} attempt={} next={} why=\"{}\"",
                        failed.name(),
                        failed.receiver(),
                        failed.failures().count(),
                        failed.failures().next().orElseThrow(),
                        attempt.why());
        getContext()
                .pipeToSelf(ports.store().update(failed), (done, failure) -> new Noted(failed, job.message(), failure));
    }

    private void giveUp(Wish wish, String why) {
        getContext().getLog().warn("push=given-up id={} receiver={} why=\"{}\"", wish.name(), wish.receiver(), why);
        outbox.close(wish.name(), Optional.of(why), clock.instant());
    }

    private Behavior<Command> onNoted(Noted noted) {
        if (noted.failure() != null) {
            storeFailed(noted.wish().name(), noted.failure());
        }
        outbox.retry(noted.wish(), noted.message());
        return work();
    }

    private Behavior<Command> onClosed(Closed closed) {
        String name = closed.job().wish().name();
        if (closed.failure() == null) {
            outbox.closed(name);
        } else {
            storeFailed(name, closed.failure());
            outbox.again(name, clock.instant().plus(STORE_AGAIN));
        }
        return work();
    }

    private Behavior<Command> onSetAside(SetAside set) {
        String name = set.job().wish().name();
        if (set.failure() != null) {
            storeFailed(name, set.failure());
            outbox.again(name, clock.instant().plus(STORE_AGAIN));
        } else {
            outbox.closed(name);
            // The answer may have come while the failure was under way.
            readAside(name);
        }
        return work();
    }

    private Behavior<Command> onListedAside(ListedAside listed) {
        if (listed.failure() != null) {
            storeFailed("list", listed.failure());
            return this;
        }
        listed.names().stream().filter(name -> !outbox.has(name)).forEach(aside::add);
        aside.next(LOOKS_ASIDE).forEach(this::readAside);
        return this;
    }

    private void readAside(String name) {
        getContext().pipeToSelf(ports.store().findAside(name), (wish, failure) -> new ReadAside(name, wish, failure));
    }

    private Behavior<Command> onReadAside(ReadAside read) {
        if (read.failure() != null) {
            storeFailed(read.name(), read.failure());
            aside.add(read.name());
        } else if (read.wish().isPresent() && !take(read.wish().get())) {
            aside.add(read.name());
        }
        return work();
    }

    private void storeFailed(String what, Throwable failure) {
        getContext().getLog().warn("push=wait what={} reason=\"the store: {}\"", what, oneLine(failure));
    }

    private static String oneLine(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        String text = (cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage())
                .replaceAll("\\s*\\R\\s*", " ");
        return text.length() > LONGEST_REASON ? text.substring(0, LONGEST_REASON) + "…" : text;
    }
}
