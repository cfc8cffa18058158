package flotilla.worker;

import flotilla.protocol.About;
import flotilla.protocol.ClassificationRequest;
import flotilla.protocol.Patience;
import flotilla.protocol.QueueMessage;
import flotilla.protocol.ReceiveControl;
import flotilla.protocol.WireFormat;
import flotilla.scaling.ServiceCount;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of every message: receive → understand → fetch → classify → store → respond → acknowledge. The order at the end
 * is what makes the service safe: the result is stored before the response is sent before the message is deleted.
 *
 * <p>A failed element is a value and ends in a {@link Verdict}. While a store or queue is away what is in hand stays where it
 * is on its way, and nothing more is received, as long as the worker has {@link Patience}. The stream itself fails only by a
 * mistake of ours, and the {@link Worker} then runs it anew.
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
     * @param mostInHand the most messages that {@code prefetch} ever allows, besides classified ones
     * @param parallelism classifiers side by side
     */
    record Limits(Duration hangAfter, Duration ioWithin, long imageBytes, int mostInHand, int parallelism) {}

    /**
     * The messages in hand.
     *
     * @param prefetch how many there should be
     * @param patience how long they are held while a store or queue is away
     */
    record Holding(Leases leases, Prefetch prefetch, Patience patience) {}

    private static final Logger LOG = LoggerFactory.getLogger(ImagePipeline.class);

    private final ActorSystem<?> system;
    private final WorkerNode.Ports ports;
    private final Leases leases;
    private final Prefetch prefetch;
    private final Patience patience;
    private final Limits limits;
    private final Clock clock;
    private final Tally tally;
    private final Traces traces;
    private final Fetching fetching;
    private final Classifying classifying;
    private final Answering answering;
    private volatile boolean returning;

    ImagePipeline(
            ActorSystem<?> system,
            WorkerNode.Ports ports,
            ActorRef<ClassifierRouter.Command> router,
            WorkerIdentity identity,
            Attempts attempts,
            Holding holding,
            Limits limits,
            Clock clock) {
        this.system = system;
        this.ports = ports;
        this.leases = holding.leases();
        this.prefetch = holding.prefetch();
        this.patience = holding.patience();
        this.limits = limits;
        this.clock = clock;
        this.tally = new Tally(limits.parallelism());
        PatientCalls calls = new PatientCalls(patience, leases, limits.ioWithin());
        Redelivery redelivery = new Redelivery(ports.results(), attempts, ports.deadLetters());
        this.traces = new Traces(ports.tracing(), identity, clock);
        this.fetching = new Fetching(ports.images(), redelivery, calls, identity, limits.imageBytes(), clock);
        this.classifying = new Classifying(
                system, router, identity, attempts, leases, calls, prefetch, tally, limits.hangAfter(), clock);
        this.answering = new Answering(ports.results(), ports.responses(), attempts, calls, tally, traces);
    }

    /** Starts to receive. */
    Running run() {
        // One for each run: what an earlier one still holds is nobody's.
        ByteBudget memory = new ByteBudget(limits.imageBytes());
        // All that is in hand has room in one stage: what waited before it would be seen by nobody, and its lease not
        // extended.
        int io = limits.mostInHand() + Prefetch.CLASSIFIED_BESIDES;
        Pair<ReceiveControl, CompletionStage<Done>> running = ports.requests()
                .receive(() -> capacity(memory))
                .map(this::take)
                .map(this::understand)
                .via(stage(io, Parcel.Understood.class, parcel -> fetching.next(parcel, memory)))
                .via(stage(limits.mostInHand(), Parcel.Fetched.class, parcel -> classifying.next(parcel, memory)))
                .via(stage(io, Parcel.Answered.class, answering::store))
                .via(stage(io, Parcel.Stored.class, answering::respond))
                .map(this::settle)
                .mapAsyncUnordered(io, this::whenNotExtended)
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

    /** Gives back at once, now and from now on, what cannot go on because a store or queue is away. */
    void losePatience() {
        patience.lose();
    }

    /** Holds such messages again. */
    void regainPatience() {
        patience.regain();
    }

    /** Every message that comes from now on goes back at once, before anything is done for it: for a worker that may end. */
    void returnNew() {
        returning = true;
    }

    /** Takes messages again. */
    void takeNew() {
        returning = false;
    }

    /** Messages answered since the start. */
    long answered() {
        return tally.answered();
    }

    /** What was classified since the start, and how long the classifiers took for it. */
    ServiceCount service() {
        return tally.service();
    }

    private int capacity(ByteBudget memory) {
        return memory.isShort() || patience.isTried() ? 0 : prefetch.wanted(leases.work());
    }

    private Parcel take(QueueMessage message) {
        leases.take(message);
        return new Parcel.Received(message, clock.instant());
    }

    private Parcel understand(Parcel parcel) {
        Parcel.Received received = (Parcel.Received) parcel;
        if (returning) {
            return received.settled(Verdict.RETURNED);
        }
        try {
            ClassificationRequest request =
                    WireFormat.readRequest(received.message().body());
            if (!ports.images().isImageOf(request.id(), request.image())) {
                About.message(LOG.atWarn(), received.message())
                        .log("points to an object that is no image of its request; it is not read");
                return received.settled(Verdict.UNREADABLE);
            }
            return new Parcel.Understood(received.message(), received.at(), request, List.of());
        } catch (WireFormat.UnreadableException e) {
            LOG.warn("unreadable message={}: {}", received.message().messageId(), e.getMessage());
            return received.settled(Verdict.UNREADABLE);
        }
    }

    private Parcel.Settled settle(Parcel parcel) {
        if (parcel instanceof Parcel.Settled settled) {
            leases.settled(settled.message(), settled.verdict().isReturned());
            traces.settled(settled);
            return settled;
        }
        throw new IllegalStateException("a parcel left the last stage unsettled: " + parcel);
    }

    /** What goes back does so when no extension can come after that. */
    private CompletionStage<Parcel.Settled> whenNotExtended(Parcel.Settled settled) {
        return settled.verdict().isReturned()
                ? leases.extensionDone().thenApply(done -> settled)
                : CompletableFuture.completedFuture(settled);
    }

    /** A stage for parcels of one kind; others pass. A failed step settles its parcel as our own trouble. */
    private <P extends Parcel> Flow<Parcel, Parcel, NotUsed> stage(
            int parallelism, Class<P> kind, Function<P, CompletionStage<Parcel>> step) {
        return Flow.<Parcel>create().mapAsyncUnordered(parallelism, parcel -> {
            if (!kind.isInstance(parcel)) {
                return CompletableFuture.completedFuture(parcel);
            }
            return step.apply(kind.cast(parcel)).exceptionally(failure -> {
                About.message(LOG.atWarn(), parcel.message())
                        .log("goes back to the queue after {} failed: {}", kind.getSimpleName(), failure.toString());
                leases.classifying(parcel.message(), false);
                return parcel.settled(Verdict.TROUBLE);
            });
        });
    }
}
