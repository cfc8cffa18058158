package flotilla.bench;

import flotilla.aws.AwsClients;
import flotilla.aws.s3.S3ImageStore;
import flotilla.aws.s3.S3ResultStore;
import flotilla.aws.s3.UploadFolder;
import flotilla.config.FlotillaSettings;
import flotilla.config.SettingsLoader;
import flotilla.domain.ClassificationResult;
import flotilla.domain.Outcome;
import flotilla.domain.Prediction;
import flotilla.domain.WorkerId;
import flotilla.protocol.ClassificationRequest;
import flotilla.protocol.ImageStore;
import flotilla.protocol.ResultNotice;
import flotilla.protocol.ResultStore;
import flotilla.protocol.WireFormat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;

/**
 * A worker's AWS calls and nothing else: ten messages received, their images fetched and results stored, ten notices sent,
 * ten messages deleted; several such rounds side by side. The same clients and stores as a worker's; no classifier, no
 * actor, no lease. Ends when every image has its result.
 */
final class MessagingLoop {
    private static final int BATCH = 10;
    private static final Duration CALL = Duration.ofSeconds(60);
    private static final WorkerId SELF = new WorkerId("bare-loop");
    /** As many as a worker writes, so that results are as long. */
    private static final Map<String, Double> TIMINGS =
            Map.of("queue", 1234.0, "fetch", 1.23, "wait", 1.23, "classify", 1.23, "total", 1234.0);

    private final SqsAsyncClient sqs;
    private final String requests;
    private final String responses;
    private final ImageStore images;
    private final ResultStore results;
    private final AtomicInteger left;

    private MessagingLoop(
            SqsAsyncClient sqs, FlotillaSettings settings, ImageStore images, ResultStore results, int count) {
        this.sqs = sqs;
        this.requests = url(settings.queue().request());
        this.responses = url(settings.queue().response());
        this.images = images;
        this.results = results;
        this.left = new AtomicInteger(count);
    }

    /** Arguments: images, rounds side by side, and settings {@code key=value}. */
    public static void main(String[] args) throws Exception {
        var config = SettingsLoader.load(
                Optional.empty(), Optional.empty(), List.of(args).subList(2, args.length));
        FlotillaSettings settings = FlotillaSettings.from(config);
        int rounds = Integer.parseInt(args[1]);
        ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "bare-loop", config);
        try (AwsClients clients = AwsClients.open(settings.aws(), rounds);
                SqsAsyncClient sqs =
                        clients.client(SqsAsyncClient.builder(), settings.aws().sqs(), CALL, CALL);
                UploadFolder uploads = UploadFolder.ofTemporaryFiles()) {
            MessagingLoop loop = new MessagingLoop(
                    sqs,
                    settings,
                    new S3ImageStore(system, clients, settings.storage(), uploads),
                    new S3ResultStore(system, clients, settings.storage()),
                    Integer.parseInt(args[0]));
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < rounds; i++) {
                threads.add(new Thread(loop::work, "round-" + i));
            }
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            System.out.println(Running.RESULT + "done");
        } finally {
            system.terminate();
            system.getWhenTerminated().toCompletableFuture().join();
        }
    }

    private void work() {
        while (left.get() > 0) {
            List<Message> messages = sqs.receiveMessage(request -> request.queueUrl(requests)
                            .maxNumberOfMessages(BATCH)
                            .waitTimeSeconds(1))
                    .join()
                    .messages();
            if (!messages.isEmpty()) {
                answer(messages);
                left.addAndGet(-messages.size());
            }
        }
    }

    private void answer(List<Message> messages) {
        List<CompletableFuture<ClassificationResult>> stored = new ArrayList<>();
        List<ClassificationRequest> read = new ArrayList<>();
        for (Message message : messages) {
            ClassificationRequest request = request(message);
            read.add(request);
            stored.add(images.get(request.image())
                    .thenApply(bytes -> result(request, bytes.orElseThrow().size()))
                    .thenCompose(results::putIfAbsent)
                    .toCompletableFuture());
        }
        List<SendMessageBatchRequestEntry> notices = new ArrayList<>();
        List<DeleteMessageBatchRequestEntry> done = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            notices.add(SendMessageBatchRequestEntry.builder()
                    .id("m" + i)
                    .messageBody(WireFormat.write(new ResultNotice(
                            read.get(i).gateway(), stored.get(i).join())))
                    .build());
            done.add(DeleteMessageBatchRequestEntry.builder()
                    .id("m" + i)
                    .receiptHandle(messages.get(i).receiptHandle())
                    .build());
        }
        sqs.sendMessageBatch(batch -> batch.queueUrl(responses).entries(notices))
                .join();
        sqs.deleteMessageBatch(batch -> batch.queueUrl(requests).entries(done)).join();
    }

    private static ClassificationRequest request(Message message) {
        try {
            return WireFormat.readRequest(message.body());
        } catch (WireFormat.UnreadableException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As long as a worker's. */
    static ClassificationResult result(ClassificationRequest request, int size) {
        if (size == 0) {
            throw new IllegalStateException("an empty image");
        }
        return new ClassificationResult(
                request.id(),
                request.file(),
                new Outcome.Labelled(
                        "delay", List.of(new Prediction(request.file().stem(), 0, 1))),
                Optional.of(SELF),
                Optional.empty(),
                TIMINGS);
    }

    private String url(String queue) {
        return sqs.getQueueUrl(request -> request.queueName(queue)).join().queueUrl();
    }
}
