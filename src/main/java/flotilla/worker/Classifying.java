package flotilla.worker;

import flotilla.protocol.InPlace;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/** Has an image classified by the {@link ClassifierRouter}, and learns from how long that took. Safe for all threads. */
final class Classifying {
    /**
     * Waits of the length of a hang until an image is taken for lost with its classifiers. One that hangs has ended the
     * process long before.
     */
    private static final int HANGS_TO_WAIT = 3;

    private final ActorSystem<?> system;
    private final ActorRef<ClassifierRouter.Command> router;
    private final WorkerIdentity identity;
    private final Attempts attempts;
    private final Leases leases;
    private final PatientCalls calls;
    private final Prefetch prefetch;
    private final Tally tally;
    private final Duration hangAfter;
    private final Clock clock;

    /**
     * @param hangAfter how long an image may be inside a classifier
     */
    Classifying(
            ActorSystem<?> system,
            ActorRef<ClassifierRouter.Command> router,
            WorkerIdentity identity,
            Attempts attempts,
            Leases leases,
            PatientCalls calls,
            Prefetch prefetch,
            Tally tally,
            Duration hangAfter,
            Clock clock) {
        this.system = system;
        this.router = router;
        this.identity = identity;
        this.attempts = attempts;
        this.leases = leases;
        this.calls = calls;
        this.prefetch = prefetch;
        this.tally = tally;
        this.hangAfter = hangAfter;
        this.clock = clock;
    }

    /**
     * The outcome, or what becomes of a message whose image has none.
     *
     * @param memory gets back what the image took
     */
    CompletionStage<Parcel> next(Parcel.Fetched parcel, ByteBudget memory) {
        Optional<LoneAttempts.Stay> alone =
                parcel.suspect() ? Optional.of(attempts.alone(parcel.request().id())) : Optional.empty();
        CompletionStage<ClassifierRouter.Reply> asked = InPlace.of(AskPattern.ask(
                router,
                replyTo -> new ClassifierRouter.Classify(
                        parcel.request().id(),
                        parcel.image(),
                        alone.map(this::entry),
                        () -> leases.classifying(parcel.message(), true),
                        replyTo),
                hangAfter.multipliedBy(HANGS_TO_WAIT),
                system.scheduler()));
        return asked.whenComplete((reply, failure) -> {
                    memory.giveBack(parcel.image().bytes().length);
                    if (failure == null) {
                        leases.classifying(parcel.message(), false);
                    } else {
                        router.tell(new ClassifierRouter.Forget(parcel.image()));
                    }
                })
                .thenCompose(reply -> innocent(parcel, alone).thenApply(done -> classified(parcel, reply)));
    }

    /** A suspect that came out goes no further, and not back either, before that is known to everybody. */
    private CompletionStage<Done> innocent(Parcel.Fetched parcel, Optional<LoneAttempts.Stay> alone) {
        return alone.isPresent()
                ? calls.call(parcel.message(), alone.get()::left)
                : CompletableFuture.completedStage(Done.getInstance());
    }

    /** A suspect enters when this process is to blame whatever dies. It is tried once, for all others wait meanwhile. */
    private ClassifierRouter.Entry entry(LoneAttempts.Stay alone) {
        return new ClassifierRouter.Entry() {
            @Override
            public CompletionStage<Done> enter() {
                return calls.once(alone.enters());
            }

            @Override
            public void left() {
                alone.left();
            }
        };
    }

    private Parcel classified(Parcel.Fetched parcel, ClassifierRouter.Reply reply) {
        if (reply instanceof ClassifierRouter.Classified done) {
            prefetch.served(done.shareMillis(), done.reach());
            leases.classified(parcel.message());
            tally.classified(done.shareMillis());
            Instant now = clock.instant();
            return new Parcel.Answered(
                    parcel.message(),
                    parcel.at(),
                    parcel.request(),
                    parcel.suspect(),
                    identity.result(
                            parcel.request(),
                            done.outcome(),
                            timings(parcel, done, now),
                            identity.work(parcel.understood(), now, done.batch())));
        }
        if (reply instanceof ClassifierRouter.Returned) {
            return parcel.settled(Verdict.RETURNED);
        }
        return parcel.settled(Verdict.TROUBLE);
    }

    private static Map<String, Double> timings(Parcel.Fetched parcel, ClassifierRouter.Classified done, Instant now) {
        Instant acceptedAt = parcel.request().acceptedAt();
        Map<String, Double> timings = new LinkedHashMap<>();
        timings.put("queue", millisBetween(acceptedAt, parcel.understood().at()));
        timings.put("fetch", parcel.fetchMillis());
        timings.put("wait", done.waitMillis());
        timings.put("classify", done.classifyMillis());
        done.inside().ifPresent(inside -> {
            timings.put("decode", inside.decodeMillis());
            if (inside.predictMillis() > 0) {
                timings.put("predict", inside.predictMillis());
            }
        });
        timings.put("total", millisBetween(acceptedAt, now));
        return timings;
    }

    /** Clocks of two machines may differ. */
    private static double millisBetween(Instant from, Instant to) {
        return Math.max(0, Duration.between(from, to).toMillis());
    }
}
