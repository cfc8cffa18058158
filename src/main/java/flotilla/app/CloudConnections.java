package flotilla.app;

import flotilla.aws.AwsCalls;
import flotilla.aws.AwsClients;
import flotilla.aws.s3.S3AttemptStore;
import flotilla.aws.s3.S3BatchStore;
import flotilla.aws.s3.S3CostLedger;
import flotilla.aws.s3.S3DecisionArchive;
import flotilla.aws.s3.S3DecisionLedger;
import flotilla.aws.s3.S3Expiry;
import flotilla.aws.s3.S3GatewayRegistry;
import flotilla.aws.s3.S3IdempotencyStore;
import flotilla.aws.s3.S3ImageStore;
import flotilla.aws.s3.S3LeaseStore;
import flotilla.aws.s3.S3QuarantineStore;
import flotilla.aws.s3.S3ResultStore;
import flotilla.aws.s3.S3WishStore;
import flotilla.aws.s3.UploadFolder;
import flotilla.aws.sqs.SqsQueues;
import flotilla.aws.sqs.SqsSourceSettings;
import flotilla.config.FlotillaSettings;
import flotilla.protocol.AttemptStore;
import flotilla.protocol.BatchStore;
import flotilla.protocol.DecisionArchive;
import flotilla.protocol.Expiry;
import flotilla.protocol.GatewayRegistry;
import flotilla.protocol.IdempotencyStore;
import flotilla.protocol.ImageStore;
import flotilla.protocol.MessageQueue;
import flotilla.protocol.QuarantineStore;
import flotilla.protocol.ResultStore;
import flotilla.push.WishStore;
import flotilla.supervisor.CostLedger;
import flotilla.supervisor.DecisionLedger;
import flotilla.supervisor.DrainRequests;
import flotilla.supervisor.LeaseStore;
import flotilla.worker.DeadLetters;
import flotilla.worker.TerminateRequests;
import org.apache.pekko.actor.typed.ActorSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The queues and stores that both roles use, over shared clients. */
final class CloudConnections implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CloudConnections.class);

    private final FlotillaSettings settings;
    private final AwsClients clients;
    private final SqsQueues queues;
    private final UploadFolder uploads = UploadFolder.ofTemporaryFiles();

    private CloudConnections(FlotillaSettings settings, AwsClients clients) {
        this.settings = settings;
        this.clients = clients;
        this.queues = SqsQueues.connect(clients);
    }

    /**
     * @param longPolls receives that may wait at the same time
     */
    static CloudConnections open(FlotillaSettings settings, int longPolls) {
        return open(settings, longPolls, new AwsCalls());
    }

    /**
     * @param longPolls receives that may wait at the same time
     * @param calls counts the requests that are sent
     */
    static CloudConnections open(FlotillaSettings settings, int longPolls, AwsCalls calls) {
        return new CloudConnections(settings, AwsClients.open(settings.aws(), longPolls, calls));
    }

    AwsClients clients() {
        return clients;
    }

    /** Opens a queue; blocks until SQS has told its URL. */
    MessageQueue queue(String name, int parallelReceives) {
        return queues.open(name, SqsSourceSettings.of(settings.queue(), parallelReceives))
                .toCompletableFuture()
                .join();
    }

    /** The dead-letter queue for a worker, which seldom needs it: it is looked for only then. */
    DeadLetters deadLetters() {
        return body -> queues.open(settings.queue().deadLetter(), SqsSourceSettings.of(settings.queue(), 1))
                .thenCompose(queue -> queue.send(body));
    }

    /**
     * The terminate queues, for the supervisor; blocks as {@link #queue} does.
     *
     * @param beforeActs run before each call that takes, deletes or sends something; what it throws ends what is being done
     */
    DrainRequests drainRequests(Runnable beforeActs) {
        return queues.openDrainRequests(settings.queue(), settings.cluster().name(), beforeActs)
                .toCompletableFuture()
                .join();
    }

    /** The terminate queues, for a worker; blocks as {@link #queue} does. */
    TerminateRequests terminateRequests() {
        return queues.openTerminateRequests(settings.queue(), settings.cluster().name())
                .toCompletableFuture()
                .join();
    }

    ImageStore images(ActorSystem<?> system) {
        return new S3ImageStore(system, clients, settings.storage(), uploads);
    }

    /** What gateways that were killed have left on this machine's disk of the uploads that they had in hand. */
    void sweepUploads() {
        int removed = uploads.sweep();
        if (removed > 0) {
            LOG.info("unfinished uploads of {} dead processes removed", removed);
        }
    }

    IdempotencyStore idempotencyKeys(ActorSystem<?> system) {
        return new S3IdempotencyStore(system, clients, settings.storage());
    }

    BatchStore batches(ActorSystem<?> system) {
        return new S3BatchStore(system, clients, settings.storage());
    }

    WishStore wishes(ActorSystem<?> system) {
        return new S3WishStore(system, clients, settings.storage());
    }

    AttemptStore attempts(ActorSystem<?> system) {
        return new S3AttemptStore(system, clients, settings.storage());
    }

    QuarantineStore quarantine(ActorSystem<?> system) {
        return new S3QuarantineStore(system, clients, settings.storage());
    }

    Expiry expiry(ActorSystem<?> system) {
        return new S3Expiry(system, clients, settings.storage());
    }

    ResultStore results(ActorSystem<?> system) {
        return new S3ResultStore(system, clients, settings.storage());
    }

    /**
     * Where decisions are kept.
     *
     * @param writer names this process among all that ever write
     */
    DecisionLedger decisions(ActorSystem<?> system, String writer) {
        return new S3DecisionLedger(system, clients, settings.storage(), writer);
    }

    /**
     * Where costs are kept.
     *
     * @param writer names this process among all that ever write
     */
    CostLedger costs(ActorSystem<?> system, String writer) {
        return new S3CostLedger(
                system, clients, settings.storage(), settings.cluster().name(), writer);
    }

    /** Where decisions are found again. */
    DecisionArchive decisionArchive(ActorSystem<?> system) {
        return new S3DecisionArchive(system, clients, settings.storage());
    }

    /**
     * Finds out at start, and not at the first image, that the store cannot be used.
     *
     * @throws flotilla.protocol.InfrastructureException with one line and the remedy
     */
    static void requireUsable(ImageStore images) {
        images.exists("readiness/").toCompletableFuture().join();
    }

    /** Where the epochs of the supervisor's lease are kept. */
    LeaseStore lease(ActorSystem<?> system) {
        return new S3LeaseStore(
                system, clients, settings.storage(), settings.cluster().name());
    }

    /** Where gateways find each other. */
    GatewayRegistry gateways(ActorSystem<?> system) {
        return new S3GatewayRegistry(
                system, clients, settings.storage(), settings.cluster().name());
    }

    @Override
    public void close() {
        queues.close();
        clients.close();
        uploads.close();
    }
}
