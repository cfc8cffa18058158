package flotilla.aws.sqs;

import flotilla.aws.AwsErrors;
import flotilla.domain.QueueDepth;
import flotilla.protocol.InfrastructureException;
import flotilla.protocol.MessageAction.ChangeMessageVisibility;
import flotilla.protocol.QueueMessage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.pekko.Done;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchResponse;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchResponse;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResponse;

/** The calls that we make for one queue, in our own types. Every failure is an {@link InfrastructureException}. */
final class SqsQueue {
    private static final Logger log = LoggerFactory.getLogger(SqsQueue.class);
    /** What a receive may take beyond its waiting time before it counts as lost. */
    private static final Duration RECEIVE_MARGIN = Duration.ofSeconds(10);

    /** Somebody waits for what a message tells. */
    private static final Duration SEND_PACE = Duration.ofMillis(5);
    /** Nobody waits for an acknowledgement but a drain. */
    private static final Duration ACK_PACE = Duration.ofMillis(50);

    private final SqsAsyncClient client;
    private final String name;
    private final String url;
    private final SqsSourceSettings settings;
    private final SqsBatch<String> sending;
    private final SqsBatch<QueueMessage> deletion;
    private final SqsBatch<ChangeMessageVisibility> visibilityChange;
    private final NaturalBatches<String, SqsBatch.Result> sends;
    private final NaturalBatches<QueueMessage, SqsBatch.Result> deletes;
    private final NaturalBatches<ChangeMessageVisibility, SqsBatch.Result> visibilityChanges;

    SqsQueue(SqsAsyncClient client, String name, String url, SqsSourceSettings settings) {
        this.client = client;
        this.name = name;
        this.url = url;
        this.settings = settings;
        this.sending = new SqsBatch<>("SQS SendMessageBatch to queue " + name, Set.of(), this::requestSending);
        this.deletion = new SqsBatch<>(
                "SQS DeleteMessageBatch on queue " + name, SqsBatch.LEASE_IS_GONE, this::requestDeletion);
        this.visibilityChange = new SqsBatch<>(
                "SQS ChangeMessageVisibilityBatch on queue " + name,
                SqsBatch.LEASE_IS_GONE,
                this::requestVisibilityChange);
        this.sends = new NaturalBatches<>(sending::each, SqsQueue::size, SEND_PACE);
        this.deletes = new NaturalBatches<>(deletion::each, message -> 0, ACK_PACE);
        this.visibilityChanges = new NaturalBatches<>(visibilityChange::each, change -> 0, ACK_PACE);
    }

    String name() {
        return name;
    }

    /** Sends a message, in a batch with others that are sent at the same time. Fails when SQS refuses it, such as one that is too long. */
    CompletionStage<Done> send(String body) {
        return sends.submit(body).thenApply(SqsQueue::isLost).thenApply(lost -> Done.getInstance());
    }

    /** Sends many messages, 10 in a request. Never fails: returns those for which SQS did not say that it has them. */
    CompletionStage<List<String>> sendAll(List<String> bodies) {
        CompletionStage<List<String>> unsent = CompletableFuture.completedFuture(List.of());
        for (int from = 0; from < bodies.size(); from += SqsSourceSettings.MAX_BATCH_SIZE) {
            List<String> slice = bodies.subList(from, Math.min(bodies.size(), from + SqsSourceSettings.MAX_BATCH_SIZE));
            CompletionStage<List<String>> sliceUnsent = sending.each(slice)
                    .thenApply(results -> unsent(slice, results))
                    .exceptionally(failure -> {
                        log.warn(
                                "{} messages not sent: {}",
                                slice.size(),
                                AwsErrors.unwrap(failure).getMessage());
                        return slice;
                    });
            unsent = unsent.thenCombine(
                    sliceUnsent,
                    (one, other) -> Stream.concat(one.stream(), other.stream()).toList());
        }
        return unsent;
    }

    private static List<String> unsent(List<String> bodies, List<SqsBatch.Result> results) {
        List<String> unsent = new ArrayList<>();
        for (int index = 0; index < bodies.size(); index++) {
            Optional<InfrastructureException> failure = results.get(index).failure();
            if (failure.isPresent()) {
                log.warn("a message was not sent: {}", failure.get().getMessage());
                unsent.add(bodies.get(index));
            }
        }
        return unsent;
    }

    /** One poll, long or short as the settings say. */
    CompletionStage<List<QueueMessage>> receive(int maxMessages) {
        return client.receiveMessage(request -> request.queueUrl(url)
                        .maxNumberOfMessages(maxMessages)
                        .waitTimeSeconds(Math.toIntExact(settings.waitTime().toSeconds()))
                        .visibilityTimeout(Math.toIntExact(
                                settings.visibilityTimeout().plusMillis(999).toSeconds()))
                        .messageSystemAttributeNames(
                                MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT,
                                MessageSystemAttributeName.SENT_TIMESTAMP)
                        .overrideConfiguration(override -> override.apiCallAttemptTimeout(
                                        settings.waitTime().plus(RECEIVE_MARGIN))
                                .apiCallTimeout(
                                        settings.waitTime().multipliedBy(2).plus(RECEIVE_MARGIN.multipliedBy(2)))))
                .handle((response, failure) -> {
                    if (failure != null) {
                        throw SqsErrors.wrap("ReceiveMessage from queue", name, failure);
                    }
                    return response.messages().stream().map(SqsQueue::toOwn).toList();
                });
    }

    /** Deletes; returns the messages that are not ours any more. */
    CompletionStage<List<QueueMessage>> delete(List<QueueMessage> messages) {
        return deletion.carryOut(messages);
    }

    /** Deletes a message, in a batch with others of the same time; whether it was ours no more. */
    CompletionStage<Boolean> delete(QueueMessage message) {
        return deletes.submit(message).thenApply(SqsQueue::isLost);
    }

    /** Moves or ends a lease, in a batch with others of the same time; whether it was ours no more. */
    CompletionStage<Boolean> changeVisibility(ChangeMessageVisibility change) {
        return visibilityChanges.submit(change).thenApply(SqsQueue::isLost);
    }

    private static boolean isLost(SqsBatch.Result result) {
        result.failure().ifPresent(failure -> {
            throw failure;
        });
        return result.lost();
    }

    /** In bytes, as SQS counts. */
    private static int size(String body) {
        return body.getBytes(StandardCharsets.UTF_8).length;
    }

    /** Moves or ends leases; returns the messages that are not ours any more. */
    CompletionStage<List<QueueMessage>> changeVisibility(List<ChangeMessageVisibility> changes) {
        return visibilityChange
                .carryOut(changes)
                .thenApply(lost ->
                        lost.stream().map(ChangeMessageVisibility::message).toList());
    }

    /** Makes messages visible to others again. Never fails: what cannot be returned comes back when its lease ends. */
    CompletionStage<Done> release(List<QueueMessage> messages) {
        return changeVisibility(messages.stream()
                        .map(message -> new ChangeMessageVisibility(message, 0))
                        .toList())
                .handle((lost, failure) -> {
                    if (failure != null) {
                        log.warn(
                                "{} messages of queue {} come back only when their lease ends",
                                messages.size(),
                                name,
                                failure);
                    } else if (!messages.isEmpty()) {
                        log.info("messages=returned queue={} count={}", name, messages.size());
                    }
                    return Done.getInstance();
                });
    }

    CompletionStage<QueueDepth> depth() {
        return client.getQueueAttributes(request -> request.queueUrl(url)
                        .attributeNames(
                                QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES,
                                QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE,
                                QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_DELAYED))
                .handle((response, failure) -> {
                    if (failure != null) {
                        throw AwsErrors.wrap("SQS GetQueueAttributes of queue " + name, failure);
                    }
                    Map<QueueAttributeName, String> counts = response.attributes();
                    return new QueueDepth(
                            count(counts, QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES),
                            count(counts, QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE),
                            count(counts, QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_DELAYED));
                });
    }

    private CompletableFuture<List<SqsBatch.Rejected>> requestSending(List<String> bodies) {
        List<SendMessageBatchRequestEntry> entries = IntStream.range(0, bodies.size())
                .mapToObj(index -> SendMessageBatchRequestEntry.builder()
                        .id(Integer.toString(index))
                        .messageBody(bodies.get(index))
                        .build())
                .toList();
        return client.sendMessageBatch(request -> request.queueUrl(url).entries(entries))
                .thenApply(SendMessageBatchResponse::failed)
                .thenApply(SqsBatch.Rejected::of);
    }

    private CompletableFuture<List<SqsBatch.Rejected>> requestDeletion(List<QueueMessage> messages) {
        List<DeleteMessageBatchRequestEntry> entries = IntStream.range(0, messages.size())
                .mapToObj(index -> DeleteMessageBatchRequestEntry.builder()
                        .id(Integer.toString(index))
                        .receiptHandle(messages.get(index).receiptHandle())
                        .build())
                .toList();
        return client.deleteMessageBatch(request -> request.queueUrl(url).entries(entries))
                .thenApply(DeleteMessageBatchResponse::failed)
                .thenApply(SqsBatch.Rejected::of);
    }

    private CompletableFuture<List<SqsBatch.Rejected>> requestVisibilityChange(List<ChangeMessageVisibility> changes) {
        List<ChangeMessageVisibilityBatchRequestEntry> entries = new ArrayList<>();
        for (ChangeMessageVisibility change : changes) {
            entries.add(ChangeMessageVisibilityBatchRequestEntry.builder()
                    .id(Integer.toString(entries.size()))
                    .receiptHandle(change.message().receiptHandle())
                    .visibilityTimeout(change.seconds())
                    .build());
        }
        return client.changeMessageVisibilityBatch(
                        request -> request.queueUrl(url).entries(entries))
                .thenApply(ChangeMessageVisibilityBatchResponse::failed)
                .thenApply(SqsBatch.Rejected::of);
    }

    private static QueueMessage toOwn(Message message) {
        Map<MessageSystemAttributeName, String> attributes = message.attributes();
        return new QueueMessage(
                message.messageId(),
                message.receiptHandle(),
                message.body(),
                Instant.ofEpochMilli(Long.parseLong(attributes.get(MessageSystemAttributeName.SENT_TIMESTAMP))),
                Integer.parseInt(attributes.get(MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT)));
    }

    private static int count(Map<QueueAttributeName, String> counts, QueueAttributeName attribute) {
        return Integer.parseInt(counts.getOrDefault(attribute, "0"));
    }
}
