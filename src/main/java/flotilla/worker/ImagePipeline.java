package flotilla.worker;

import flotilla.domain.ClassificationResult;
import flotilla.domain.FailureCode;
import flotilla.domain.Outcome;
import flotilla.protocol.ClassificationRequest;
import flotilla.protocol.EncodedImage;
import flotilla.protocol.InPlace;
import flotilla.protocol.QueueMessage;
import flotilla.protocol.ReceiveControl;
import flotilla.protocol.ResultNotice;
import flotilla.protocol.WireFormat;
import flotilla.scaling.ServiceCount;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of every message: receive → understand → fetch → classify → store → respond → acknowledge. The order at the end
 * is what makes the service safe: the result is stored before the response is sent before the message is deleted.
 *
 * <p>A failed element is a value and ends in a {@link Verdict}; the stream itself fails only when the request queue cannot
 * be reached, and the {@link Worker} then runs it anew.
 */
final class ImagePipeline {
    /** A running pipeline. */
    record Running(ReceiveControl control, CompletionStage<Done> completion) {}

    /**
     * What is held at most, and how long.
     *
     * @param hangAfter how long an image may be inside a classifier
     * @param ioWithin how long one read or write of a store or queue may take
     * @param imageBytes of images in this process at the same time; one larger image is let in alone
     * @param mostInHand the most messages that {@code prefetch} ever allows
     * @param parallelism classifiers side by side
     */
    record Limits(Duration hangAfter, Duration ioWithin, long imageBytes, int mostInHand, int parallelism) {}

    private static final Logger LOG = LoggerFactory.getLogger(ImagePipeline.class);
    private static final double NANOS_PER_MILLI = 1e6;
    /** Fetches and writes that wait on the network at the same time, beyond one for each message that is held. */
    private static final int IO_PARALLELISM = 16;
    /** Images of unknown size that may be fetched at the same time. */
    private static final int UNKNOWN_AT_A_TIME = 4;
    /**
     * Waits of the length of a hang until an image is taken for lost with its classifiers. One that hangs has ended the
     * process long before.
     */
    private static final int HANGS_TO_WAIT = 3;

    private final ActorSystem<?> system;
    private final WorkerNode.Ports ports;
    private final ActorRef<ClassifierRouter.Command> router;
    private final WorkerIdentity identity;
    private final Attempts attempts;
    private final Redelivery redelivery;
    private final Leases leases;
    private final Prefetch prefetch;
    private final Limits limits;
    private final Clock clock;
    private final LongAdder answered = new LongAdder();
    private final LongAdder classified = new LongAdder();
    private final LongAdder busyMicros = new LongAdder();

    ImagePipeline(
            ActorSystem<?> system,
            WorkerNode.Ports ports,
            ActorRef<ClassifierRouter.Command> router,
            WorkerIdentity identity,
            Attempts attempts,
            Leases leases,
            Prefetch prefetch,
            Limits limits,
            Clock clock) {
        this.system = system;
        this.ports = ports;
        this.router = router;
        this.identity = identity;
        this.attempts = attempts;
        this.redelivery = new Redelivery(ports.results(), attempts, ports.deadLetters());
        this.leases = leases;
        this.prefetch = prefetch;
        this.limits = limits;
        this.clock = clock;
    }

    /** Starts to receive. */
    Running run() {
        // One for each run: what an earlier one still holds is nobody's.
        ByteBudget memory = new ByteBudget(limits.imageBytes());
        Pair<ReceiveControl, CompletionStage<Done>> running = ports.requests()
                .receive(() -> memory.isShort() ? 0 : prefetch.wanted(leases.unsettled()))
                .map(this::take)
                .map(this::understand)
                .via(fetch(memory))
                .via(classify(memory))
                .via(store())
                .via(respond())
                .map(this::settle)
                .map(settled -> settled.verdict().action(settled.message()))
                .via(ports.requests().acknowledge())
                .map(action -> {
                    leases.release(action.message());
                    return Done.getInstance();
                })
                .toMat(Sink.ignore(), Keep.both())
                .run(system);
        return new Running(running.first(), running.second());
    }

    /** Images answered since the start. */
    long answered() {
        return answered.sum();
    }

    /** What was classified since the start, and how long the classifiers took for it. */
    ServiceCount service() {
        return new ServiceCount(
                classified.sum(), Duration.of(busyMicros.sum(), ChronoUnit.MICROS), limits.parallelism());
    }

    private Parcel take(QueueMessage message) {
        leases.take(message);
        return new Parcel.Received(message, clock.instant());
    }

    private Parcel understand(Parcel parcel) {
        Parcel.Received received = (Parcel.Received) parcel;
        try {
            ClassificationRequest request =
                    WireFormat.readRequest(received.message().body());
            if (!ports.images().isImageOf(request.id(), request.image())) {
                LOG.warn(
                        "message={} points to an object that is no image of request={}; it is not read",
                        received.message().messageId(),
                        request.id());
                return new Parcel.Settled(received.message(), Verdict.UNREADABLE);
            }
            return new Parcel.Understood(received.message(), received.at(), request, false);
        } catch (WireFormat.UnreadableException e) {
            LOG.warn("unreadable message={}: {}", received.message().messageId(), e.getMessage());
            return new Parcel.Settled(received.message(), Verdict.UNREADABLE);
        }
    }

    private Flow<Parcel, Parcel, NotUsed> fetch(ByteBudget memory) {
        return stage(IO_PARALLELISM, Parcel.Understood.class, parcel -> {
            if (parcel.message().receiveCount() == 1) {
                return fetchImage(parcel, memory);
            }
            return inTime(redelivery.next(parcel))
                    .thenCompose(
                            next -> next instanceof Parcel.Understood open ? fetchImage(open, memory) : passed(next));
        });
    }

    private CompletionStage<Parcel> fetchImage(Parcel.Understood parcel, ByteBudget memory) {
        Optional<ByteString> content = parcel.request().content();
        if (content.isPresent()) {
            return memory.take(content.get().size()).thenApply(taken -> fetched(parcel, content, 0));
        }
        long expected = parcel.request().size().orElse(limits.imageBytes() / UNKNOWN_AT_A_TIME);
        return memory.take(expected).thenCompose(taken -> {
            long start = System.nanoTime();
            return inTime(ports.images().get(parcel.request().image()))
                    .whenComplete((bytes, failure) -> memory.giveBack(expected
                            - (failure == null ? bytes.map(ByteString::size).orElse(0) : 0)))
                    .thenApply(bytes -> fetched(parcel, bytes, millisSince(start)));
        });
    }

    private Parcel fetched(Parcel.Understood parcel, Optional<ByteString> bytes, double millis) {
        if (bytes.isEmpty()) {
            return answer(
                    parcel,
                    parcel.request(),
                    parcel.suspect(),
                    new Outcome.Failed(FailureCode.INPUT_MISSING, "the stored image is gone; upload it again"),
                    Map.of("fetch", millis));
        }
        EncodedImage image =
                new EncodedImage(parcel.request().file().value(), bytes.get().toArrayUnsafe());
        return new Parcel.Fetched(parcel.message(), parcel.at(), parcel.request(), parcel.suspect(), image, millis);
    }

    private Flow<Parcel, Parcel, NotUsed> classify(ByteBudget memory) {
        return stage(limits.mostInHand(), Parcel.Fetched.class, parcel -> {
            CompletionStage<ClassifierRouter.Reply> asked = InPlace.of(AskPattern.ask(
                    router,
                    replyTo -> new ClassifierRouter.Classify(
                            parcel.request().id(),
                            parcel.image(),
                            entry(parcel),
                            () -> leases.classifying(parcel.message(), true),
                            replyTo),
                    limits.hangAfter().multipliedBy(HANGS_TO_WAIT),
                    system.scheduler()));
            return asked.whenComplete((reply, failure) -> {
                        memory.giveBack(parcel.image().bytes().length);
                        if (failure != null) {
                            router.tell(new ClassifierRouter.Forget(parcel.image()));
                        }
                    })
                    .thenCompose(reply -> parcel.suspect()
                            ? attempts.cameOut(parcel.request().id()).thenApply(done -> reply)
                            : CompletableFuture.completedStage(reply))
                    .thenApply(reply -> classified(parcel, reply));
        });
    }

    /** A suspect enters when this process is to blame whatever dies. */
    private Optional<Supplier<CompletionStage<Done>>> entry(Parcel.Fetched parcel) {
        return parcel.suspect()
                ? Optional.of(() -> inTime(attempts.entersAlone(parcel.request().id())))
                : Optional.empty();
    }

    private Parcel classified(Parcel.Fetched parcel, ClassifierRouter.Reply reply) {
        leases.classifying(parcel.message(), false);
        if (reply instanceof ClassifierRouter.Classified done) {
            prefetch.served(done.shareMillis(), done.reach());
            classified.increment();
            busyMicros.add(Math.round(done.shareMillis() * 1000));
            Map<String, Double> timings = new LinkedHashMap<>();
            Instant acceptedAt = parcel.request().acceptedAt();
            timings.put("queue", (double)
                    Math.max(0, Duration.between(acceptedAt, parcel.at()).toMillis()));
            timings.put("fetch", parcel.fetchMillis());
            timings.put("wait", done.waitMillis());
            timings.put("classify", done.classifyMillis());
            timings.put("total", (double)
                    Math.max(0, Duration.between(acceptedAt, clock.instant()).toMillis()));
            return answer(parcel, parcel.request(), parcel.suspect(), done.outcome(), timings);
        }
        if (reply instanceof ClassifierRouter.Returned) {
            return new Parcel.Settled(parcel.message(), Verdict.RETURNED);
        }
        return new Parcel.Settled(parcel.message(), Verdict.TROUBLE);
    }

    private Parcel answer(
            Parcel parcel,
            ClassificationRequest request,
            boolean suspect,
            Outcome outcome,
            Map<String, Double> timings) {
        Map<String, Double> rounded = new LinkedHashMap<>();
        timings.forEach((stage, millis) -> rounded.put(stage, Math.round(millis * 100) / 100.0));
        return new Parcel.Answered(
                parcel.message(),
                request,
                suspect,
                new ClassificationResult(
                        request.id(),
                        request.file(),
                        outcome,
                        Optional.of(identity.id()),
                        identity.appTierId(),
                        rounded));
    }

    private Flow<Parcel, Parcel, NotUsed> store() {
        return stage(
                IO_PARALLELISM,
                Parcel.Answered.class,
                parcel -> inTime(ports.results()
                                .putIfAbsent(parcel.result(), parcel.request().generation()))
                        .thenCompose(standing -> forgiven(parcel)
                                .thenApply(done -> new Parcel.Stored(parcel.message(), parcel.request(), standing))));
    }

    private CompletionStage<Done> forgiven(Parcel.Answered parcel) {
        return parcel.suspect()
                ? attempts.forgive(parcel.request().id())
                : CompletableFuture.completedStage(Done.getInstance());
    }

    private Flow<Parcel, Parcel, NotUsed> respond() {
        return stage(
                IO_PARALLELISM,
                Parcel.Stored.class,
                parcel -> inTime(ports.responses()
                                .send(WireFormat.write(
                                        new ResultNotice(parcel.request().gateway(), parcel.result()))))
                        .thenApply(sent -> {
                            answered.increment();
                            return new Parcel.Settled(parcel.message(), Verdict.ANSWERED);
                        }));
    }

    private Parcel.Settled settle(Parcel parcel) {
        if (parcel instanceof Parcel.Settled settled) {
            leases.settled(settled.message());
            return settled;
        }
        throw new IllegalStateException("a parcel left the last stage unsettled: " + parcel);
    }

    /** A stage for parcels of one kind; others pass. A failed step settles its parcel as our own trouble. */
    private <P extends Parcel> Flow<Parcel, Parcel, NotUsed> stage(
            int parallelism, Class<P> kind, Function<P, CompletionStage<Parcel>> step) {
        return Flow.<Parcel>create().mapAsyncUnordered(parallelism, parcel -> {
            if (!kind.isInstance(parcel)) {
                return passed(parcel);
            }
            return step.apply(kind.cast(parcel)).exceptionally(failure -> {
                LOG.warn(
                        "message={} goes back to the queue after {} failed: {}",
                        parcel.message().messageId(),
                        kind.getSimpleName(),
                        failure.toString());
                leases.classifying(parcel.message(), false);
                return new Parcel.Settled(parcel.message(), Verdict.TROUBLE);
            });
        });
    }

    /** A call that takes too long fails; what it does later changes nothing that matters. */
    private <T> CompletionStage<T> inTime(CompletionStage<T> call) {
        return call.toCompletableFuture().copy().orTimeout(limits.ioWithin().toMillis(), TimeUnit.MILLISECONDS);
    }

    private static CompletionStage<Parcel> passed(Parcel parcel) {
        return CompletableFuture.completedFuture(parcel);
    }

    private static double millisSince(long startNanos) {
        return (System.nanoTime() - startNanos) / NANOS_PER_MILLI;
    }
}
