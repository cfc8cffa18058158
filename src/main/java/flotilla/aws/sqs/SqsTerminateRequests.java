package flotilla.aws.sqs;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.protocol.MessageAction.ChangeMessageVisibility;
import flotilla.protocol.QueueMessage;
import flotilla.protocol.TerminateConfirmation;
import flotilla.protocol.TerminateRequest;
import flotilla.protocol.WireFormat;
import flotilla.worker.TerminateRequests;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The terminate queues in SQS, from a worker's side; {@link SqsQueues} opens them. A message that nobody can read is removed;
 * one of another cluster is put back.
 */
final class SqsTerminateRequests implements TerminateRequests {
    private static final Logger log = LoggerFactory.getLogger(SqsTerminateRequests.class);

    private final SqsQueue requests;
    private final SqsQueue confirmations;
    private final String cluster;
    private final Duration lease;

    SqsTerminateRequests(SqsQueue requests, SqsQueue confirmations, String cluster, Duration lease) {
        this.requests = requests;
        this.confirmations = confirmations;
        this.cluster = cluster;
        this.lease = lease;
    }

    @Override
    public CompletionStage<Optional<Held>> take() {
        return requests.receive(1)
                .thenCompose(messages -> messages.isEmpty()
                        ? CompletableFuture.completedFuture(Optional.empty())
                        : understand(messages.get(0)));
    }

    private CompletionStage<Optional<Held>> understand(QueueMessage message) {
        TerminateRequest request;
        try {
            request = WireFormat.readTerminateRequest(message.body());
        } catch (WireFormat.UnreadableException e) {
            log.warn("unreadable message={} removed: {}", message.messageId(), e.getMessage());
            return requests.delete(List.of(message)).thenApply(done -> Optional.empty());
        }
        if (!request.cluster().equals(cluster)) {
            log.warn("terminate request of another cluster put back cluster={}", request.cluster());
            return requests.release(List.of(message)).thenApply(done -> Optional.empty());
        }
        return CompletableFuture.completedFuture(Optional.of(new Held(request.token(), message)));
    }

    @Override
    public CompletionStage<Done> keep(Held request) {
        int seconds = Math.toIntExact(lease.plusMillis(999).toSeconds());
        return requests.changeVisibility(List.of(new ChangeMessageVisibility(request.message(), seconds)))
                .thenApply(lost -> Done.getInstance());
    }

    @Override
    public CompletionStage<Done> putBack(Held request) {
        return requests.release(List.of(request.message()));
    }

    @Override
    public CompletionStage<Done> discard(Held request) {
        return requests.delete(List.of(request.message())).thenApply(lost -> Done.getInstance());
    }

    @Override
    public CompletionStage<Done> confirm(Held request, InstanceId instance, Optional<AppTierId> appTierId) {
        TerminateConfirmation confirmation = new TerminateConfirmation(cluster, request.token(), instance, appTierId);
        return confirmations.send(WireFormat.write(confirmation)).thenCompose(sent -> discard(request));
    }
}
