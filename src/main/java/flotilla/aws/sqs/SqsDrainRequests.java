package flotilla.aws.sqs;

import flotilla.protocol.TerminateConfirmation;
import flotilla.protocol.TerminateRequest;
import flotilla.protocol.WireFormat;
import flotilla.protocol.WireFormat.UnreadableException;
import flotilla.scaling.FleetObservation.DrainConfirmation;
import flotilla.scaling.ScalingAction;
import flotilla.supervisor.DrainRequests;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The terminate queues in SQS, from the supervisor's side; {@link SqsQueues} opens them. A message that nobody can read is
 * removed; one of another cluster is put back.
 *
 * <p>A request that a worker has taken is in flight, so no receive can give it to a cancel: that is what makes a cancel
 * exact. A request is counted as taken back only when SQS has said that it is deleted.
 *
 * <p>It asks before each receive, each delete and each sending: a cancel is many of them, and who has lost the lease in its middle
 * must not take the next supervisor's requests.
 */
final class SqsDrainRequests implements DrainRequests {
    private static final Logger log = LoggerFactory.getLogger(SqsDrainRequests.class);

    private final SqsQueue requests;
    private final SqsQueue confirmations;
    private final String cluster;
    private final Runnable beforeActs;

    /**
     * @param requests waits a moment in each receive: only then does an empty answer mean that all of SQS was asked
     * @param confirmations does not wait: what it misses comes at the next tick
     * @param beforeActs run before each call that changes something; what it throws ends what is being done
     * @see <a href="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html">
     *     short and long polling</a>
     */
    SqsDrainRequests(SqsQueue requests, SqsQueue confirmations, String cluster, Runnable beforeActs) {
        this.requests = requests;
        this.confirmations = confirmations;
        this.cluster = cluster;
        this.beforeActs = beforeActs;
    }

    @Override
    public CompletionStage<List<Long>> send(List<Long> tokens) {
        Map<String, Long> bodies = new LinkedHashMap<>();
        tokens.forEach(token -> bodies.put(WireFormat.write(new TerminateRequest(cluster, token)), token));
        // All batches leave at once.
        return CompletableFuture.runAsync(beforeActs, Runnable::run)
                .thenCompose(allowed -> requests.sendAll(List.copyOf(bodies.keySet())))
                .thenApply(unsent -> unsent.stream().map(bodies::get).toList());
    }

    @Override
    public CompletionStage<List<Long>> cancel(int count) {
        return new SqsCollector<>(requests, this::readRequest, count, beforeActs)
                .collect()
                .thenApply(collected -> {
                    List<Long> back = collected.deleted();
                    // Those of a whole queue are forgotten already: what matters is that the rest is tried again.
                    boolean nothingToTell = back.isEmpty() || count == ScalingAction.CancelRequests.ALL;
                    failOrWarn(collected.trouble(), nothingToTell, back.size() + " requests taken back");
                    return back;
                });
    }

    @Override
    public CompletionStage<List<DrainConfirmation>> confirmations() {
        return new SqsCollector<>(confirmations, this::readConfirmation, Integer.MAX_VALUE, beforeActs)
                .collect()
                .thenApply(collected -> {
                    List<DrainConfirmation> all = Stream.concat(
                                    collected.deleted().stream(), collected.uncertain().stream())
                            .toList();
                    failOrWarn(collected.trouble(), all.isEmpty(), all.size() + " confirmations read");
                    return all;
                });
    }

    private static void failOrWarn(Optional<RuntimeException> trouble, boolean fail, String done) {
        if (trouble.isPresent() && fail) {
            throw trouble.get();
        }
        trouble.ifPresent(cause -> log.warn("{}, then: {}", done, cause.getMessage()));
    }

    private Optional<Long> readRequest(String body) throws UnreadableException {
        TerminateRequest request = WireFormat.readTerminateRequest(body);
        return ours(request.cluster()) ? Optional.of(request.token()) : Optional.empty();
    }

    private Optional<DrainConfirmation> readConfirmation(String body) throws UnreadableException {
        TerminateConfirmation confirmation = WireFormat.readTerminateConfirmation(body);
        return ours(confirmation.cluster())
                ? Optional.of(new DrainConfirmation(confirmation.instance(), confirmation.token()))
                : Optional.empty();
    }

    private boolean ours(String other) {
        if (!other.equals(cluster)) {
            log.warn("message of another cluster={} put back: each needs terminate queues of its own", other);
        }
        return other.equals(cluster);
    }
}
