package flotilla.aws.sns;

import flotilla.aws.AwsClients;
import flotilla.aws.AwsErrors;
import flotilla.config.PushSettings;
import flotilla.push.Message;
import flotilla.push.Topic;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import software.amazon.awssdk.services.sns.SnsAsyncClient;
import software.amazon.awssdk.services.sns.model.MessageAttributeValue;
import software.amazon.awssdk.services.sns.model.PublishRequest;

/**
 * A topic of SNS. Type, status, label and id are message attributes, for subscriptions' filters. A FIFO topic gets the id as
 * deduplication id and as group, so that no message waits for another. A call that hangs ends soon: notices wait for it.
 */
public final class SnsTopic implements Topic, AutoCloseable {
    private static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(5);
    private static final String FIFO = ".fifo";

    private final SnsAsyncClient client;
    private final String arn;

    private SnsTopic(SnsAsyncClient client, String arn) {
        this.client = client;
        this.arn = arn;
    }

    /** Makes the client when a topic is configured; nothing is sent yet. */
    public static Optional<SnsTopic> connect(AwsClients clients, PushSettings settings) {
        return settings.snsTopic()
                .map(arn -> new SnsTopic(
                        clients.client(SnsAsyncClient.builder(), settings.snsEndpoint(), ATTEMPT_TIMEOUT, CALL_TIMEOUT),
                        arn));
    }

    @Override
    public CompletionStage<Done> publish(String id, Message message) {
        PublishRequest.Builder request = PublishRequest.builder()
                .topicArn(arn)
                .message(message.body())
                .messageAttributes(attributes(id, message));
        if (arn.endsWith(FIFO)) {
            request.messageGroupId(id).messageDeduplicationId(id);
        }
        return client.publish(request.build())
                .thenApply(published -> Done.getInstance())
                .exceptionally(failure -> {
                    throw AwsErrors.wrap("SNS Publish to " + arn, failure);
                });
    }

    private static Map<String, MessageAttributeValue> attributes(String id, Message message) {
        Map<String, MessageAttributeValue> attributes = new LinkedHashMap<>();
        message.attributes().forEach((name, value) -> attributes.put(name, text(value)));
        attributes.put("id", text(id));
        return attributes;
    }

    private static MessageAttributeValue text(String value) {
        return MessageAttributeValue.builder()
                .dataType("String")
                .stringValue(value)
                .build();
    }

    @Override
    public void close() {
        client.close();
    }
}
