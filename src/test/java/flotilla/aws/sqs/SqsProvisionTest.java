package flotilla.aws.sqs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import flotilla.aws.Await;
import flotilla.aws.AwsClients;
import flotilla.provision.Attributes;
import flotilla.provision.Kind;
import flotilla.provision.NotYetException;
import flotilla.provision.Seen;
import flotilla.provision.Thing;
import flotilla.provision.Wanted;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against refusals as SQS documents them, which the embedded cloud's queues never give. */
class SqsProvisionTest {
    private static final Thing QUEUE = new Thing(Kind.QUEUE, "q");
    private static final Wanted WANTED = Wanted.of(Kind.QUEUE, "q", Map.of(Attributes.LEASE, "30"));
    private static final Wanted WITH_DEAD_LETTERS = Wanted.of(
            Kind.QUEUE, "q", Map.of(Attributes.DEAD_LETTERS_TO, "q-dlq", Attributes.MAX_RECEIVES, "9"));

    /** Codes that calls are refused with, by the call's name. */
    private final Map<String, String> refusals = new ConcurrentHashMap<>();

    private final ConcurrentLinkedQueue<String> calls = new ConcurrentLinkedQueue<>();
    private HttpServer server;
    private AwsClients clients;
    private SqsProvision queues;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        clients = AwsClients.open(
                SqsServer.settings("http://127.0.0.1:" + server.getAddress().getPort()), 0);
        queues = SqsProvision.connect(clients, "fleet");
    }

    @AfterEach
    void stop() {
        queues.close();
        clients.close();
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        String target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
        String call = target.substring(target.indexOf('.') + 1);
        calls.add(call);
        String refusal = refusals.get(call);
        byte[] body = (refusal == null
                        ? "{\"QueueUrl\":\"http://127.0.0.1/000000000000/q\",\"Attributes\":{\"VisibilityTimeout\":\"30\"},"
                                + "\"Tags\":{\"flotilla:cluster\":\"fleet\"}}"
                        : "{\"__type\":\"com.amazonaws.sqs#" + refusal + "\",\"message\":\"no luck\"}")
                .getBytes(UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.0");
        exchange.sendResponseHeaders(refusal == null ? 200 : 400, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Test
    void queueThatWasDeletedAMomentAgo_shouldBeSomethingForLater() {
        refusals.put("CreateQueue", "QueueDeletedRecently");

        assertThat(Await.failure(queues.create(WANTED)))
                .isInstanceOf(NotYetException.class)
                .hasMessage("queue q was deleted less than a minute ago, and SQS makes it anew only after that");
    }

    /** In its first second a queue may not be found. */
    @Test
    void queueThatIsNotFoundWhenItIsMade_shouldBeSomethingForLater() {
        refusals.put("GetQueueUrl", "QueueDoesNotExist");

        Throwable failure = Await.failure(queues.create(WANTED));

        assertThat(failure)
                .isInstanceOfSatisfying(
                        NotYetException.class,
                        one -> assertThat(one.again()).isEqualTo(Duration.ofSeconds(1)))
                .hasMessage("queue q was made a moment ago, and SQS does not find it yet");
        assertThat(calls).containsExactly("CreateQueue", "GetQueueUrl");

        refusals.clear();
        Await.result(queues.create(WANTED));
    }

    @Test
    void deadLetterQueueThatIsNotKnownYet_shouldBeSomethingForLater() {
        refusals.put("GetQueueAttributes", "QueueDoesNotExist");

        assertThat(Await.failure(queues.create(WITH_DEAD_LETTERS)))
                .isInstanceOf(NotYetException.class)
                .hasMessageStartingWith("queue q-dlq was made a moment ago");
        assertThat(calls).doesNotContain("CreateQueue");
    }

    /** A gateway's role may not list tags. */
    @Test
    void tagsThatMayNotBeSeen_shouldBeNamedAndTheRestTold() {
        refusals.put("ListQueueTags", "AccessDeniedException");

        assertThat(Await.result(queues.look(QUEUE)))
                .isInstanceOfSatisfying(Seen.Present.class, seen -> {
                    assertThat(seen.cluster()).isEmpty();
                    assertThat(seen.keepsTags()).isTrue();
                    assertThat(seen.denied()).containsExactly("sqs:ListQueueTags");
                    assertThat(seen.attributes()).containsEntry(Attributes.LEASE, "30");
                });
        refusals.clear();
        assertThat(Await.result(queues.look(QUEUE)))
                .isInstanceOfSatisfying(
                        Seen.Present.class,
                        seen -> assertThat(seen.denied().isEmpty() ? seen.cluster() : Optional.empty())
                                .contains("fleet"));
    }
}
