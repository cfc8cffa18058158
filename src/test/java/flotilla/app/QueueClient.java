package flotilla.app;

import flotilla.aws.AwsClients;
import flotilla.config.FlotillaSettings;
import flotilla.config.SettingsLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchResponse;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** A look into the queues of an embedded cloud from outside. */
final class QueueClient implements AutoCloseable {
    private static final int MOST_AT_ONCE = 10;
    /** In seconds, as SQS takes it. */
    private static final int LONGEST_LEASE = 43200;

    private final AwsClients clients;
    private final SqsAsyncClient sqs;

    /**
     * @param data where the cloud writes its {@code endpoints.json}
     */
    QueueClient(Path data) {
        FlotillaSettings settings = FlotillaSettings.from(SettingsLoader.load(
                Optional.empty(),
                Optional.empty(),
                List.of("flotilla.aws.endpoints-file=" + data.resolve("endpoints.json"))));
        clients = AwsClients.open(settings.aws(), 1);
        sqs = clients.client(
                SqsAsyncClient.builder(), settings.aws().sqs(), Duration.ofSeconds(10), Duration.ofSeconds(60));
    }

    /** Messages that nobody holds, and those that somebody holds. */
    record Depth(int visible, int inFlight) {}

    Depth depth(String queue) {
        Map<QueueAttributeName, String> counts = sqs.getQueueAttributes(request -> request.queueUrl(url(queue))
                        .attributeNames(
                                QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES,
                                QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE))
                .join()
                .attributes();
        return new Depth(
                Integer.parseInt(counts.get(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES)),
                Integer.parseInt(counts.get(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE)));
    }

    /** Removes every message, those that somebody holds too. */
    void purge(String queue) {
        sqs.purgeQueue(request -> request.queueUrl(url(queue))).join();
    }

    /**
     * Takes messages and keeps them for hours: they count as in flight, and nobody else gets them.
     *
     * @return their receipts
     */
    List<String> hold(String queue, int count) {
        List<String> receipts = new ArrayList<>();
        return Eventually.value(count + " messages in " + queue, () -> {
            sqs.receiveMessage(request -> request.queueUrl(url(queue))
                            .maxNumberOfMessages(Math.min(MOST_AT_ONCE, count - receipts.size()))
                            .visibilityTimeout(LONGEST_LEASE))
                    .join()
                    .messages()
                    .forEach(message -> receipts.add(message.receiptHandle()));
            return Optional.of(receipts).filter(all -> all.size() == count);
        });
    }

    /** Removes messages that are held. */
    void delete(String queue, List<String> receipts) {
        String url = url(queue);
        for (int from = 0; from < receipts.size(); from += MOST_AT_ONCE) {
            List<DeleteMessageBatchRequestEntry> entries = new ArrayList<>();
            for (String receipt : receipts.subList(from, Math.min(receipts.size(), from + MOST_AT_ONCE))) {
                entries.add(DeleteMessageBatchRequestEntry.builder()
                        .id("m" + entries.size())
                        .receiptHandle(receipt)
                        .build());
            }
            DeleteMessageBatchResponse response = sqs.deleteMessageBatch(
                            request -> request.queueUrl(url).entries(entries))
                    .join();
            if (response.hasFailed() && !response.failed().isEmpty()) {
                throw new AssertionError("not deleted: " + response.failed());
            }
        }
    }

    private String url(String queue) {
        return sqs.getQueueUrl(request -> request.queueName(queue)).join().queueUrl();
    }

    @Override
    public void close() {
        sqs.close();
        clients.close();
    }
}
