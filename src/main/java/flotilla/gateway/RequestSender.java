package flotilla.gateway;

import flotilla.domain.FileName;
import flotilla.domain.GatewayId;
import flotilla.domain.ImageRef;
import flotilla.domain.RequestId;
import flotilla.domain.TraceParent;
import flotilla.protocol.ClassificationRequest;
import flotilla.protocol.MessageQueue;
import flotilla.protocol.Tracing;
import flotilla.protocol.WireFormat;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;

/** Puts the message of a stored image into the request queue, after which it is accepted. Safe for all threads. */
final class RequestSender {
    private final GatewayId gateway;
    private final MessageQueue requests;
    private final Breaker breaker;
    private final ActorRef<PendingReplies.Command> pending;
    private final RecentImages recent;
    private final Clock clock;

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
        return breaker.call(() -> requests.send(WireFormat.write(request))).thenApply(sent -> {
            Instant queuedAt = clock.instant();
            trace.queued(queuedAt);
            recent.accepted(id, new RecentImages.Taken(request.acceptedAt(), queuedAt, context));
            pending.tell(
                    new PendingReplies.Enqueued(id, passing.map(Passing::size).orElse(0L)));
            return request;
        });
    }
}
