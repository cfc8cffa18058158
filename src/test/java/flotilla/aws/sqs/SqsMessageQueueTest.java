package flotilla.aws.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import flotilla.aws.Await;
import flotilla.aws.AwsClients;
import flotilla.aws.TestSystem;
import flotilla.domain.QueueDepth;
import flotilla.protocol.InfrastructureException;
import flotilla.protocol.MessageAction;
import flotilla.protocol.MessageQueue;
import flotilla.protocol.QueueMessage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SqsMessageQueueTest {
    private static final SqsSourceSettings SETTINGS =
            new SqsSourceSettings(Duration.ofSeconds(1), 10, 1, Duration.ofSeconds(60));
    private static final QueueMessage NOBODYS = new QueueMessage("id", "no such receipt", "x", Instant.EPOCH, 1);
    private static SqsServer server;

    @BeforeAll
    static void start() {
        server = new SqsServer();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static MessageQueue queue() {
        return Await.result(server.queues().open(server.create(), SETTINGS));
    }

    /** Exactly {@code count} deliveries. */
    private static List<QueueMessage> receive(MessageQueue queue, int count) {
        AtomicInteger emitted = new AtomicInteger();
        return Await.result(queue.receive(() -> count - emitted.get())
                .map(message -> {
                    emitted.incrementAndGet();
                    return message;
                })
                .take(count)
                .runWith(Sink.seq(), server.system()));
    }

    private static List<MessageAction> acknowledge(MessageQueue queue, List<MessageAction> actions) {
        return Await.result(Source.from(actions).via(queue.acknowledge()).runWith(Sink.seq(), server.system()));
    }

    @Test
    void depth_shouldCountVisibleAndInFlight() {
        MessageQueue queue = queue();
        server.send(queue, 5);
        receive(queue, 2);

        assertThat(Await.result(queue.depth())).isEqualTo(new QueueDepth(3, 2, 0));
    }

    @Test
    void manyActions_shouldAllBeCarriedOutAndEmitted() {
        MessageQueue queue = queue();
        server.send(queue, 34);
        List<QueueMessage> messages = receive(queue, 34);
        List<MessageAction> actions = new ArrayList<>();
        messages.subList(0, 25).forEach(message -> actions.add(new MessageAction.Delete(message)));
        messages.subList(25, 30).forEach(message -> actions.add(new MessageAction.ChangeMessageVisibility(message, 0)));
        messages.subList(30, 34).forEach(message -> actions.add(new MessageAction.Ignore(message)));

        assertThat(acknowledge(queue, actions)).containsExactlyInAnyOrderElementsOf(actions);

        assertThat(Await.result(queue.depth())).isEqualTo(new QueueDepth(5, 4, 0));
    }

    @Test
    void actionOnALostDelivery_shouldPassAsLeftAlone() {
        List<MessageAction> actions =
                List.of(new MessageAction.Delete(NOBODYS), new MessageAction.ChangeMessageVisibility(NOBODYS, 5));

        assertThat(acknowledge(queue(), actions))
                .containsExactly(new MessageAction.Ignore(NOBODYS), new MessageAction.Ignore(NOBODYS));
    }

    @Test
    void returnedMessage_shouldComeAgainWithAHigherCount() {
        MessageQueue queue = queue();
        server.send(queue, 1);
        acknowledge(
                queue,
                List.of(new MessageAction.ChangeMessageVisibility(
                        receive(queue, 1).get(0), 0)));

        assertThat(receive(queue, 1).get(0).receiveCount()).isEqualTo(2);
    }

    @Test
    void extendedLease_shouldKeepTheMessageBeyondTheFirstOne() {
        MessageQueue queue = server.open(server.create(), Duration.ZERO, 1, Duration.ofSeconds(5));
        server.send(queue, 12);
        List<QueueMessage> messages = receive(queue, 12);

        assertThat(Await.result(queue.extendLeases(messages, Duration.ofSeconds(60))))
                .isEmpty();
        Await.result(TestSystem.after(Duration.ofMillis(5200)));

        assertThat(Await.result(queue.depth())).isEqualTo(new QueueDepth(0, 12, 0));
    }

    @Test
    void extendingALostLease_shouldNameTheMessage() {
        MessageQueue queue = queue();
        server.send(queue, 11);
        List<QueueMessage> messages = new ArrayList<>(receive(queue, 11));
        messages.add(NOBODYS);

        assertThat(Await.result(queue.extendLeases(messages, Duration.ofSeconds(60))))
                .containsExactly(NOBODYS);
    }

    @Test
    void missingQueue_shouldFailWithARemedy() {
        assertThat(Await.failure(server.queues().open("nowhere", SETTINGS)))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageStartingWith("queue nowhere does not exist; create it")
                .hasMessageNotContaining("\n");
    }

    @Test
    void wrongCredentials_shouldFailInOneLine() throws IOException {
        HttpServer refusing = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        refusing.createContext("/", exchange -> {
            byte[] body =
                    "{\"__type\":\"com.amazon.coral.service#UnrecognizedClientException\",\"message\":\"bad token\"}"
                            .getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/x-amz-json-1.0");
            exchange.sendResponseHeaders(403, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        refusing.start();
        String url = "http://127.0.0.1:" + refusing.getAddress().getPort();
        try (AwsClients clients = AwsClients.open(SqsServer.settings(url), 1);
                SqsQueues queues = SqsQueues.connect(clients)) {
            assertThat(Await.failure(queues.open("q", SETTINGS)))
                    .isInstanceOf(InfrastructureException.class)
                    .hasMessageContaining("access denied (UnrecognizedClientException); check the credentials")
                    .hasMessageNotContaining("\n");
        } finally {
            refusing.stop(0);
        }
    }
}
