package flotilla.gateway;

import flotilla.domain.FileName;
import flotilla.domain.GatewayId;
import flotilla.domain.ImageRef;
import flotilla.domain.RequestId;
import flotilla.domain.TraceParent;
import flotilla.protocol.ClassificationRequest;
import flotilla.protocol.InfrastructureException;
import flotilla.protocol.MessageQueue;
import flotilla.protocol.Tracing;
import flotilla.protocol.WireFormat;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts the message of a stored image into the request queue, after which it is accepted. Safe for all threads. */
final class RequestSender {
    private static final Logger LOG = LoggerFactory.getLogger(RequestSender.class);

    private final GatewayId gateway;
    private final MessageQueue requests;
    private final Breaker breaker;
    private final ActorRef<PendingReplies.Command> pending;
    private final RecentImages recent;
    private final Clock clock;
    private final AtomicBoolean warned = new AtomicBoolean();

    RequestSender(
            ActorSystem<?> system,
            GatewayId gateway,
            MessageQueue requests,
            ActorRef<PendingReplies.Command> pending,
            GatewayMeters meters,
            RecentImages recent,
            Clock clock) {
        this.gateway = gateway;
        this.requests = requests;
        this.breaker = Breaker.of(system, "flotilla-request-queue", "request queue");
        this.pending = pending;
        this.recent = recent;
        this.clock = clock;
        meters.breaker("request-queue", breaker::isOpen);
    }

    /** Whether the queue is not asked, because it fails. */
    boolean isOpen() {
        return breaker.isOpen();
    }

    /**
     * Sends the message of an image.
     *
     * @param passing what is known of its bytes; empty for one that was stored by an earlier upload
     * @return what was sent
     */
    CompletionStage<ClassificationRequest> send(
            RequestId id, FileName file, ImageRef image, Optional<Passing> passing, Tracing.Upload trace) {
        Optional<TraceParent> context = trace.context();
        ClassificationRequest request = new ClassificationRequest(
                id,
                image,
                file,
                gateway,
                clock.instant(),
                context.map(TraceParent::toString),
                passing.map(Passing::size),
                passing.flatMap(Passing::content));
        return breaker.call(() -> send(request)).thenApply(sent -> {
            Instant queuedAt = clock.instant();
            trace.queued(queuedAt);
            recent.accepted(id, new RecentImages.Taken(request.acceptedAt(), queuedAt, context));
            pending.tell(
                    new PendingReplies.Enqueued(id, passing.map(Passing::size).orElse(0L)));
            return sent;
        });
    }

    /** A queue that takes no message of this size gets one that only points to the image. */
    private CompletionStage<ClassificationRequest> send(ClassificationRequest request) {
        return requests.send(WireFormat.write(request))
                .thenApply(sent -> request)
                .exceptionallyCompose(failure -> {
                    if (request.content().isEmpty() || !isForGood(failure)) {
                        return CompletableFuture.failedStage(failure);
                    }
                    if (!warned.getAndSet(true)) {
                        LOG.warn(
                                "a message with an image in it was refused, and is sent without it; set flotilla.queue.inline-images = 0, or"
                                        + " raise the MaximumMessageSize of the request queue: {}",
                                failure.toString());
                    }
                    return send(request.pointing());
                });
    }

    private static boolean isForGood(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof InfrastructureException refused && refused.isPermanent();
    }
}
