package flotilla.local;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.config.FlotillaSettings;
import flotilla.config.QueueSettings;
import flotilla.config.SettingsLoader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** The SQS stand-in through the AWS SDK, above all: what a restart leaves of it. */
class LocalSqsTest {
    private static final QueueSettings SETTINGS = settings(List.of("flotilla.queue.max-receive-count=2"));

    @TempDir
    private Path directory;

    @Test
    void queues_shouldExistWithLeaseAndRedrivePolicy() throws IOException {
        serving(sqs -> {
            assertThat(sqs.listQueues().join().queueUrls())
                    .extracting(url -> url.substring(url.lastIndexOf('/') + 1))
                    .containsExactlyInAnyOrder(
                            "flotilla-request",
                            "flotilla-response",
                            "flotilla-terminate-request",
                            "flotilla-terminate-confirm",
                            "flotilla-request-dlq");
            Map<QueueAttributeName, String> attributes = sqs.getQueueAttributes(request ->
                            request.queueUrl(url(sqs, SETTINGS.request())).attributeNames(QueueAttributeName.ALL))
                    .join()
                    .attributes();
            assertThat(attributes).containsEntry(QueueAttributeName.VISIBILITY_TIMEOUT, "30");
            assertThat(attributes.get(QueueAttributeName.REDRIVE_POLICY))
                    .contains("arn:aws:sqs:us-east-1:000000000000:flotilla-request-dlq")
                    .contains("\"maxReceiveCount\":2");
        });
    }

    @Test
    void restart_shouldKeepBodiesAttributesLeasesAndCounts() throws IOException {
        String[] receipt = new String[1];
        serving(sqs -> {
            String queue = url(sqs, SETTINGS.request());
            sqs.sendMessage(request -> request.queueUrl(queue)
                            .messageBody("waits \"ünï\" \n <&>")
                            .messageAttributes(Map.of(
                                    "text", string("some text"),
                                    "bytes", binary(new byte[] {0, -1, 7}))))
                    .join();
            Message received = receive(sqs, queue, 0).get(0);
            assertThat(received.body()).startsWith("waits");
            sqs.sendMessage(request -> request.queueUrl(queue).messageBody("in flight"))
                    .join();
            sqs.sendMessage(request -> request.queueUrl(queue).messageBody("deleted"))
                    .join();
            for (Message message : receive(sqs, queue, 3600)) {
                switch (message.body()) {
                    case "deleted" ->
                        sqs.deleteMessage(request -> request.queueUrl(queue).receiptHandle(message.receiptHandle()))
                                .join();
                    case "in flight" -> receipt[0] = message.receiptHandle();
                    default ->
                        sqs.changeMessageVisibility(request -> request.queueUrl(queue)
                                        .receiptHandle(message.receiptHandle())
                                        .visibilityTimeout(0))
                                .join();
                }
            }
        });

        serving(settings(List.of()), sqs -> {
            String queue = url(sqs, SETTINGS.request());
            assertThat(counts(sqs, queue)).isEqualTo("visible=1 inFlight=1");
            Message waiting = receive(sqs, queue, 3600).get(0);
            assertThat(waiting.body()).isEqualTo("waits \"ünï\" \n <&>");
            assertThat(waiting.attributes())
                    .containsEntry(MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT, "3")
                    .containsKey(MessageSystemAttributeName.SENT_TIMESTAMP);
            assertThat(waiting.messageAttributes().get("text").stringValue()).isEqualTo("some text");
            assertThat(waiting.messageAttributes().get("bytes").binaryValue().asByteArray())
                    .containsExactly(0, -1, 7);
            sqs.changeMessageVisibility(request ->
                            request.queueUrl(queue).receiptHandle(receipt[0]).visibilityTimeout(0))
                    .join();
            assertThat(receive(sqs, queue, 3600)).extracting(Message::body).containsExactly("in flight");
        });
    }

    @Test
    void exhaustedMessage_shouldBeInDeadLetterQueueAlsoAfterRestart() throws IOException {
        serving(sqs -> {
            String queue = url(sqs, SETTINGS.request());
            sqs.sendMessage(request -> request.queueUrl(queue).messageBody("poison"))
                    .join();
            assertThat(receive(sqs, queue, 0)).hasSize(1);
            assertThat(receive(sqs, queue, 0)).hasSize(1);
            assertThat(receive(sqs, queue, 0)).isEmpty();
            Eventually.until(
                    "moved", () -> counts(sqs, url(sqs, SETTINGS.deadLetter())).startsWith("visible=1"));
        });

        serving(sqs -> {
            assertThat(counts(sqs, url(sqs, SETTINGS.request()))).isEqualTo("visible=0 inFlight=0");
            assertThat(receive(sqs, url(sqs, SETTINGS.deadLetter()), 30))
                    .singleElement()
                    .satisfies(letter -> {
                        assertThat(letter.body()).isEqualTo("poison");
                        assertThat(letter.attributes())
                                .as("it is counted on, by which the deliveries before are known")
                                .containsEntry(MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT, "3");
                    });
        });
    }

    @Test
    void queueOfAClient_shouldSurviveRestartAndItsDeletionToo() throws IOException {
        serving(sqs -> {
            sqs.createQueue(request ->
                            request.queueName("mine").attributes(Map.of(QueueAttributeName.VISIBILITY_TIMEOUT, "77")))
                    .join();
            sqs.createQueue(request -> request.queueName("short-lived")).join();
            sqs.deleteQueue(request -> request.queueUrl(url(sqs, "short-lived")))
                    .join();
        });

        serving(sqs -> {
            assertThat(sqs.getQueueAttributes(request -> request.queueUrl(url(sqs, "mine"))
                                    .attributeNames(QueueAttributeName.VISIBILITY_TIMEOUT))
                            .join()
                            .attributes())
                    .containsEntry(QueueAttributeName.VISIBILITY_TIMEOUT, "77");
            assertThat(sqs.listQueues().join().queueUrls()).noneMatch(url -> url.endsWith("short-lived"));
        });
    }

    private interface Use {
        void of(SqsAsyncClient sqs);
    }

    private void serving(Use use) throws IOException {
        serving(SETTINGS, use);
    }

    private void serving(QueueSettings settings, Use use) throws IOException {
        try (LocalSqs server = LocalSqs.start(directory, 0, settings);
                SqsAsyncClient sqs = Clients.sqs(server.endpoint())) {
            use.of(sqs);
        }
    }

    private static QueueSettings settings(List<String> sets) {
        return FlotillaSettings.from(SettingsLoader.load(Optional.empty(), Optional.empty(), sets))
                .queue();
    }

    private static String url(SqsAsyncClient sqs, String queue) {
        return sqs.getQueueUrl(request -> request.queueName(queue)).join().queueUrl();
    }

    private static List<Message> receive(SqsAsyncClient sqs, String queue, int visibilityTimeout) {
        return sqs.receiveMessage(request -> request.queueUrl(queue)
                        .maxNumberOfMessages(10)
                        .waitTimeSeconds(0)
                        .visibilityTimeout(visibilityTimeout)
                        .messageAttributeNames("All")
                        .messageSystemAttributeNames(MessageSystemAttributeName.ALL))
                .join()
                .messages();
    }

    private static String counts(SqsAsyncClient sqs, String queue) {
        Map<QueueAttributeName, String> attributes = sqs.getQueueAttributes(
                        request -> request.queueUrl(queue).attributeNames(QueueAttributeName.ALL))
                .join()
                .attributes();
        return "visible=" + attributes.get(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES) + " inFlight="
                + attributes.get(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE);
    }

    private static MessageAttributeValue string(String value) {
        return MessageAttributeValue.builder()
                .dataType("String")
                .stringValue(value)
                .build();
    }

    private static MessageAttributeValue binary(byte[] value) {
        return MessageAttributeValue.builder()
                .dataType("Binary")
                .binaryValue(SdkBytes.fromByteArray(value))
                .build();
    }
}
