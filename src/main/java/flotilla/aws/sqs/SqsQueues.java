package flotilla.aws.sqs;

import flotilla.aws.AwsClients;
import flotilla.config.QueueSettings;
import flotilla.protocol.InfrastructureException;
import flotilla.protocol.MessageQueue;
import flotilla.supervisor.DrainRequests;
import flotilla.worker.TerminateRequests;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;

/** Opens queues by name; they share one SQS client. Close it when no stream uses them any more. */
public final class SqsQueues implements AutoCloseable {
    private static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(20);
    /** How long a receive waits before there is said to be nothing left to take back; the shortest that SQS knows. */
    private static final Duration CANCEL_WAIT = Duration.ofSeconds(1);

    private final SqsAsyncClient client;

    private SqsQueues(SqsAsyncClient client) {
        this.client = client;
    }

    /** Makes the client; nothing is sent yet. */
    public static SqsQueues connect(AwsClients clients) {
        return new SqsQueues(
                clients.client(SqsAsyncClient.builder(), clients.settings().sqs(), ATTEMPT_TIMEOUT, CALL_TIMEOUT));
    }

    /**
     * Finds a queue.
     *
     * @return the queue; fails with {@link InfrastructureException}, whose message says what to do, when there is no such
     *     queue or SQS does not let us look
     */
    public CompletionStage<MessageQueue> open(String name, SqsSourceSettings settings) {
        return find(name, settings).thenApply(queue -> new SqsMessageQueue(queue, settings));
    }

    /**
     * Opens the terminate queues for the supervisor of a cluster; fails as {@link #open} does.
     *
     * @param beforeActs run before each call that takes, deletes or sends something; what it throws ends what is being done
     */
    public CompletionStage<DrainRequests> openDrainRequests(
            QueueSettings settings, String cluster, Runnable beforeActs) {
        return find(settings.terminateRequest(), polling(settings, CANCEL_WAIT))
                .thenCombine(
                        find(settings.terminateConfirm(), polling(settings, Duration.ZERO)),
                        (requests, confirmations) ->
                                new SqsDrainRequests(requests, confirmations, cluster, beforeActs));
    }

    /** Opens the terminate queues for a worker of a cluster; fails as {@link #open} does. */
    public CompletionStage<TerminateRequests> openTerminateRequests(QueueSettings settings, String cluster) {
        return find(settings.terminateRequest(), polling(settings, Duration.ZERO))
                .thenCombine(
                        find(settings.terminateConfirm(), polling(settings, Duration.ZERO)),
                        (requests, confirmations) -> new SqsTerminateRequests(
                                requests, confirmations, cluster, settings.visibilityTimeout()));
    }

    private static SqsSourceSettings polling(QueueSettings settings, Duration wait) {
        return new SqsSourceSettings(wait, SqsSourceSettings.MAX_BATCH_SIZE, 1, settings.visibilityTimeout());
    }

    private CompletionStage<SqsQueue> find(String name, SqsSourceSettings settings) {
        return client.getQueueUrl(request -> request.queueName(name)).handle((found, failure) -> {
            if (failure != null) {
                throw SqsErrors.wrap("GetQueueUrl of queue", name, failure);
            }
            return new SqsQueue(client, name, found.queueUrl(), settings);
        });
    }

    @Override
    public void close() {
        client.close();
    }
}
