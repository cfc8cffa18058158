package flotilla.aws.sns;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import flotilla.aws.Await;
import flotilla.aws.AwsClients;
import flotilla.config.AwsSettings;
import flotilla.config.PushSettings;
import flotilla.protocol.InfrastructureException;
import flotilla.push.Message;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The topic against a stand-in that keeps the parameters of each Publish. */
class SnsTopicTest {
    private static final String ARN = "arn:aws:sns:us-east-1:123456789012:results";
    private static final Message CAT =
            new Message("classification.done", Optional.of("Cat"), "{\"type\":\"classification.done\"}");
    private static final String PUBLISHED = "<PublishResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\">"
            + "<PublishResult><MessageId>m-1</MessageId></PublishResult></PublishResponse>";
    private static final String DENIED = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>"
            + "<Message>no</Message></Error><RequestId>r</RequestId></ErrorResponse>";

    private final List<Map<String, String>> calls = new CopyOnWriteArrayList<>();
    private HttpServer server;
    private AwsClients clients;
    private volatile int status = 200;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            Map<String, String> call = new TreeMap<>();
            for (String pair : new String(exchange.getRequestBody().readAllBytes(), UTF_8).split("&")) {
                String[] parts = pair.split("=", 2);
                call.put(URLDecoder.decode(parts[0], UTF_8), URLDecoder.decode(parts[1], UTF_8));
            }
            calls.add(call);
            byte[] answer = (status == 200 ? PUBLISHED : DENIED).getBytes(UTF_8);
            exchange.sendResponseHeaders(status, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        clients = AwsClients.open(
                new AwsSettings(
                        Optional.of("us-east-1"),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(new AwsSettings.Credentials("local", "local"))),
                0);
    }

    @AfterEach
    void stop() {
        clients.close();
        server.stop(0);
    }

    private SnsTopic topic(String arn) {
        PushSettings settings = new PushSettings(
                List.of(),
                List.of(),
                false,
                false,
                Duration.ofSeconds(1),
                new PushSettings.Retry(Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(1)),
                1,
                Optional.of(arn),
                Optional.of(URI.create("http://127.0.0.1:" + server.getAddress().getPort())));
        return SnsTopic.connect(clients, settings).orElseThrow();
    }

    private static Map<String, String> attributes(Map<String, String> call) {
        Map<String, String> attributes = new TreeMap<>();
        for (int i = 1; call.containsKey("MessageAttributes.entry." + i + ".Name"); i++) {
            attributes.put(
                    call.get("MessageAttributes.entry." + i + ".Name"),
                    call.get("MessageAttributes.entry." + i + ".Value.StringValue"));
        }
        return attributes;
    }

    @Test
    void message_shouldBePublishedWithItsAttributes() {
        try (SnsTopic topic = topic(ARN)) {
            Await.result(topic.publish("id-1", CAT));
        }

        assertThat(calls).hasSize(1);
        assertThat(calls.get(0))
                .containsEntry("Action", "Publish")
                .containsEntry("TopicArn", ARN)
                .containsEntry("Message", CAT.body())
                .doesNotContainKey("MessageGroupId");
        assertThat(attributes(calls.get(0)))
                .isEqualTo(Map.of("type", "classification.done", "status", "done", "label", "Cat", "id", "id-1"));
    }

    @Test
    void failure_shouldHaveNoLabel() {
        try (SnsTopic topic = topic(ARN)) {
            Await.result(topic.publish("id-1", new Message("classification.failed", Optional.empty(), "{}")));
        }

        assertThat(attributes(calls.get(0)))
                .isEqualTo(Map.of("type", "classification.failed", "status", "failed", "id", "id-1"));
    }

    @Test
    void fifoTopic_shouldKnowMessagesThatComeAgain() {
        try (SnsTopic topic = topic(ARN + ".fifo")) {
            Await.result(topic.publish("id-1", CAT));
        }

        assertThat(calls.get(0))
                .containsEntry("MessageGroupId", "id-1")
                .containsEntry("MessageDeduplicationId", "id-1");
    }

    @Test
    void refusal_shouldSayWhatWasTriedAndWhatToDo() {
        status = 403;
        try (SnsTopic topic = topic(ARN)) {
            assertThat(Await.failure(topic.publish("id-1", CAT)))
                    .isInstanceOf(InfrastructureException.class)
                    .hasMessageContaining("SNS Publish to " + ARN)
                    .hasMessageContaining("access denied");
        }
    }
}
