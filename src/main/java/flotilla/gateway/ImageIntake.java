package flotilla.gateway;

import flotilla.config.HttpSettings;
import flotilla.domain.FileName;
import flotilla.domain.ImageRef;
import flotilla.domain.Journey;
import flotilla.domain.RequestId;
import flotilla.domain.TraceParent;
import flotilla.gateway.Admissions.FullException;
import flotilla.protocol.About;
import flotilla.protocol.IdempotencyStore;
import flotilla.protocol.ImageInspector;
import flotilla.protocol.ImageStore;
import flotilla.protocol.InPlace;
import flotilla.protocol.Tracing;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.stream.StreamIdleTimeoutException;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts images: checks them by their header while they stream in, stores them, sends their message, and only then calls
 * them accepted. No more of an upload is held here than twice {@value #GATHERED} bytes and a piece; the store bounds what it holds itself.
 */
final class ImageIntake {
    /** What became of an upload. */
    sealed interface Intake {
        /**
         * The image is stored and its message is in the queue.
         *
         * @param journey its way up to there; empty when an earlier upload had taken it
         */
        record Accepted(RequestId id, FileName file, ImageRef image, Optional<Journey> journey) implements Intake {}

        /**
         * The image was not taken.
         *
         * @param file its name as the client has it: any text at all, of which the end
         */
        record Refused(String file, Problem problem) implements Intake {
            /** What comes before it are folders, and the names of thousands of refused files are held together. */
            private static final int LONGEST_NAME = 1024;

            public Refused {
                int start = Math.max(0, file.length() - LONGEST_NAME);
                // No half of a character.
                boolean half = start > 0 && Character.isLowSurrogate(file.charAt(start));
                file = file.substring(half ? start + 1 : start);
            }
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(ImageIntake.class);
    /** An image up to so many bytes goes to the store in one piece, which spares a stream. */
    private static final long GATHERED = 1 << 20;

    private static final String AGAIN = "the image could not be stored and queued; try again";

    private final ActorSystem<?> system;
    private final ImageInspector inspector;
    private final ImageStore images;
    private final RequestSender requests;
    private final IdempotencyStore keys;
    private final Answers.Lookup known;
    private final Admissions admissions;
    private final HttpSettings settings;
    private final long inlineImages;
    private final UploadPermits permits;
    private final Problem noTurn;
    private final Breaker store;
    private final GatewayMeters meters;
    private final Tracing tracing;
    private final Clock clock;
    private final RandomGenerator random;

    ImageIntake(
            ActorSystem<?> system,
            ImageInspector inspector,
            ImageStore images,
            RequestSender requests,
            IdempotencyStore keys,
            Answers.Lookup known,
            ActorRef<PendingReplies.Command> pending,
            HttpSettings settings,
            long inlineImages,
            GatewayMeters meters,
            Tracing tracing,
            Clock clock,
            RandomGenerator random) {
        this.system = system;
        this.inspector = inspector;
        this.images = images;
        this.requests = requests;
        this.keys = keys;
        this.known = known;
        this.admissions = new Admissions(system, pending);
        this.settings = settings;
        this.inlineImages = inlineImages;
        this.permits = new UploadPermits(
                system, settings.maxUploadsInFlight(), settings.uploadWait(), UploadPermits.mostHeld());
        this.noTurn = Problem.noTurn(settings.uploadWait());
        this.store = Breaker.of(system, "flotilla-image-store", "image store");
        this.meters = meters;
        this.tracing = tracing;
        meters.breaker("image-store", store::isOpen);
        this.clock = clock;
        this.random = random;
    }

    /**
     * Takes one upload. The stage never fails; when it completes, the bytes are consumed or cancelled, or were not asked for.
     *
     * @param key the client's idempotency key for this image
     * @param client where the client wants it to belong in a trace
     */
    CompletionStage<Intake> accept(OfferedImage image, Optional<String> key, Optional<TraceParent> client) {
        meters.uploadBegan();
        Instant began = clock.instant();
        RequestId id = RequestId.create(began, random);
        Tracing.Upload trace = tracing.upload(id, client, began);
        return take(id, image, key, trace).whenComplete((intake, failure) -> {
            Optional<String> refusal = intake instanceof Intake.Refused refused
                    ? Optional.of(refused.problem().code())
                    : Optional.empty();
            meters.uploadEnded();
            refusal.ifPresent(meters::refused);
            trace.ended(clock.instant(), refusal);
        });
    }

    private CompletionStage<Intake> take(RequestId id, OfferedImage image, Optional<String> key, Tracing.Upload trace) {
        Optional<FileName> file = FileName.of(image.name());
        if (file.isEmpty()) {
            return leave(image, Problem.badFileName());
        }
        if (store.isOpen() || requests.isOpen()) {
            return leave(image, Problem.unavailable(AGAIN));
        }
        // Refused before its turn, which another can have meanwhile. Who waits for one does not count as
        // unanswered yet, lest the fleet grows for what may never come.
        return admissions
                .hasRoom()
                .thenCompose(room -> permits.run(
                        image.held(),
                        () -> admissions
                                .admit(id)
                                .thenCompose(admitted -> store(id, file.get(), key, trace, image.bytes()))))
                .exceptionallyCompose(failure -> {
                    Throwable cause = unwrapped(failure);
                    if (cause instanceof UploadPermits.NoTurnException) {
                        return turnAway(image);
                    }
                    if (cause instanceof FullException full) {
                        return leave(image, backlogFull(full));
                    }
                    admissions.withdraw(id);
                    Problem problem = problem(id, trace, failure);
                    return cause instanceof Admissions.NoAnswerException
                            ? leave(image, problem)
                            : CompletableFuture.completedStage(new Intake.Refused(image.name(), problem));
                });
    }

    /** Refuses an upload as one whose turn does not come. */
    CompletionStage<Intake> turnAway(OfferedImage image) {
        return leave(image, noTurn);
    }

    /** Whether an upload was refused because its turn did not come. */
    boolean isTurnedAway(Intake intake) {
        return intake instanceof Intake.Refused refused && refused.problem().equals(noTurn);
    }

    private CompletionStage<Intake> store(
            RequestId id, FileName file, Optional<String> key, Tracing.Upload trace, Source<ByteString, ?> bytes) {
        Digested digested = new Digested();
        Passing passing = new Passing(inlineImages);
        String name = id + "/" + file;
        return InPlace.of(bytes.via(CheckedUpload.flow(inspector, settings.maxImageSize()))
                        .map(chunk -> {
                            passing.pass(chunk.bytes());
                            if (key.isPresent()) {
                                digested.pass(chunk.bytes());
                            }
                            return chunk;
                        })
                        .groupedWeighted(GATHERED, chunk -> (long) chunk.bytes().size())
                        .map(CheckedUpload.Chunk::together)
                        .prefixAndTail(2)
                        .runWith(Sink.head(), system))
                .thenCompose(split -> {
                    CheckedUpload.Chunk first = split.first().get(0);
                    return split.first().size() < 2
                            ? store.call(() -> images.put(name, first.contentType(), first.bytes()))
                            : putLarge(name, first.contentType(), split.first(), split.second());
                })
                .thenCompose(ref -> {
                    trace.stored(clock.instant());
                    return key.isEmpty()
                            ? enqueue(id, file, ref, Optional.of(passing), trace)
                            : claim(
                                    key.get(),
                                    new IdempotencyStore.Claim(id, file, digested.hex(), ref),
                                    passing,
                                    trace);
                });
    }

    /** While it comes from the client. When the store is not even asked, the client is not left waiting for somebody to read. */
    private CompletionStage<ImageRef> putLarge(
            String name,
            String contentType,
            List<CheckedUpload.Chunk> first,
            Source<CheckedUpload.Chunk, NotUsed> rest) {
        AtomicBoolean asked = new AtomicBoolean();
        return store.unhurried(() -> {
                    asked.set(true);
                    return images.put(
                            name, contentType, Source.from(first).concat(rest).map(CheckedUpload.Chunk::bytes));
                })
                .whenComplete((ref, failure) -> {
                    if (!asked.get()) {
                        rest.runWith(Sink.cancelled(), system);
                    }
                });
    }

    /** Of all requests with one key only the first counts; the others give its id, if they bring the same image. */
    private CompletionStage<Intake> claim(
            String key, IdempotencyStore.Claim mine, Passing passing, Tracing.Upload trace) {
        return store.call(() -> keys.claim(key, mine))
                .thenCompose(standing -> settle(key, standing, mine, passing, trace));
    }

    private CompletionStage<Intake> settle(
            String key,
            IdempotencyStore.Claim standing,
            IdempotencyStore.Claim mine,
            Passing passing,
            Tracing.Upload trace) {
        if (standing.id().equals(mine.id())) {
            return enqueue(key, mine, Optional.of(passing), trace);
        }
        if (!standing.sha256().equals(mine.sha256())) {
            return drop(mine)
                    .thenApply(done -> new Intake.Refused(mine.file().value(), Problem.idempotencyKeyReused()));
        }
        return store.call(() -> isGone(standing.id()))
                .thenCompose(gone -> gone
                        ? store.call(() -> keys.supersede(key, standing, mine))
                                .thenCompose(next -> settle(key, next, mine, passing, trace))
                        : drop(mine).thenCompose(done -> repeat(key, standing, trace)));
    }

    /**
     * Whether neither the image of a request stands nor its result, so that nobody would ever hear of it any more. Its image is
     * looked for first: it goes only when there is a result.
     */
    private CompletionStage<Boolean> isGone(RequestId id) {
        return known.unanswered(id)
                .thenCompose(state -> state == Unanswered.PENDING
                        ? CompletableFuture.completedStage(false)
                        : known.find(id).thenApply(Optional::isEmpty));
    }

    /** An earlier request's image stands for this one. */
    private CompletionStage<Done> drop(IdempotencyStore.Claim mine) {
        admissions.withdraw(mine.id());
        return images.delete(mine.image());
    }

    /** The first request may have ended between its claim and its message; a message too many does no harm. */
    private CompletionStage<Intake> repeat(String key, IdempotencyStore.Claim standing, Tracing.Upload trace) {
        return store.call(() -> keys.isSent(key, standing.id()))
                .thenCompose(sent -> sent
                        ? CompletableFuture.completedStage(
                                new Intake.Accepted(standing.id(), standing.file(), standing.image(), Optional.empty()))
                        : takeOver(key, standing, trace));
    }

    /** Accepts the first request's image in its place: this gateway waits for the answer from now on. */
    private CompletionStage<Intake> takeOver(String key, IdempotencyStore.Claim standing, Tracing.Upload trace) {
        return admissions
                .admit(standing.id())
                .thenCompose(admitted -> enqueue(key, standing, Optional.empty(), trace))
                .exceptionallyCompose(failure -> {
                    if (unwrapped(failure) instanceof FullException full) {
                        return Answers.done(new Intake.Refused(standing.file().value(), backlogFull(full)));
                    }
                    admissions.withdraw(standing.id());
                    return CompletableFuture.failedStage(failure);
                });
    }

    private Problem backlogFull(FullException full) {
        return Problem.backlogFull(settings.maxBacklog(), full.retryAfterSeconds());
    }

    /** Sends the message of the image that a key stands for, and remembers that it is in the queue. */
    private CompletionStage<Intake> enqueue(
            String key, IdempotencyStore.Claim claim, Optional<Passing> passing, Tracing.Upload trace) {
        return enqueue(claim.id(), claim.file(), claim.image(), passing, trace)
                .thenCompose(
                        accepted -> store.call(() -> keys.sent(key, claim.id())).thenApply(done -> accepted));
    }

    private CompletionStage<Intake> enqueue(
            RequestId id, FileName file, ImageRef ref, Optional<Passing> passing, Tracing.Upload trace) {
        return requests.send(id, file, ref, passing, trace)
                .thenApply(sent -> new Intake.Accepted(id, file, ref, Optional.of(sent.journey())));
    }

    /** Refuses an image of which nobody has read anything yet. */
    private CompletionStage<Intake> leave(OfferedImage image, Problem problem) {
        Intake refused = new Intake.Refused(image.name(), problem);
        if (!image.sent()) {
            return Answers.done(refused);
        }
        return image.bytes()
                .limitWeighted(settings.maxImageSize(), chunk -> (long) chunk.size())
                .runWith(Sink.ignore(), system)
                .handle((done, tooLongOrBroken) -> refused);
    }

    private static Problem problem(RequestId id, Tracing.Upload trace, Throwable failure) {
        Throwable cause = unwrapped(failure);
        for (Throwable at = cause; at != null; at = at.getCause()) {
            if (at instanceof CheckedUpload.RefusedException refused) {
                return refused.problem();
            }
            if (at instanceof StreamIdleTimeoutException) {
                return Problem.uploadStalled();
            }
        }
        if (!(cause instanceof Breaker.OpenException)) {
            About.image(LOG.atWarn(), id, trace.context()).log("could not be accepted: {}", cause.toString());
        }
        return Problem.unavailable(AGAIN);
    }

    private static Throwable unwrapped(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
