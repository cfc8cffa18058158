package flotilla.aws.sqs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import flotilla.aws.Await;
import flotilla.aws.AwsClients;
import flotilla.protocol.InfrastructureException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** SQS that answers with {@code RequestThrottled}: calls are repeated after a pause, and that is no refusal. */
class ThrottledQueueTest {
    private static final SqsSourceSettings SETTINGS =
            new SqsSourceSettings(Duration.ZERO, 10, 1, Duration.ofSeconds(30));

    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicInteger refusals = new AtomicInteger();
    private HttpServer server;
    private AwsClients clients;
    private SqsQueues queues;
    private volatile String code = "RequestThrottled";

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        clients = AwsClients.open(
                SqsServer.settings("http://127.0.0.1:" + server.getAddress().getPort()), 1);
        queues = SqsQueues.connect(clients);
    }

    @AfterEach
    void stop() {
        queues.close();
        clients.close();
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        calls.incrementAndGet();
        boolean refused = refusals.getAndDecrement() > 0;
        byte[] body = (refused
                        ? "{\"__type\":\"com.amazonaws.sqs#" + code + "\",\"message\":\"no luck\"}"
                        : "{\"QueueUrl\":\"http://127.0.0.1/000000000000/q\"}")
                .getBytes(UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.0");
        exchange.sendResponseHeaders(refused ? 400 : 200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Test
    void callThatIsTooMany_shouldBeRepeated() {
        refusals.set(2);

        Await.result(queues.open("q", SETTINGS));

        assertThat(calls).hasValue(3);
    }

    @Test
    void callThatIsAlwaysTooMany_shouldBeTroubleThatPasses() {
        refusals.set(1000);

        Throwable failure = Await.failure(queues.open("q", SETTINGS));

        assertThat(failure)
                .isInstanceOf(InfrastructureException.class)
                .hasMessageContaining("RequestThrottled")
                .hasMessageNotContaining("access denied");
        assertThat(((InfrastructureException) failure).isPermanent()).isFalse();
        assertThat(calls.get()).isGreaterThan(1);
    }

    @Test
    void refusal_shouldNotBeRepeated() {
        refusals.set(1000);
        code = "AccessDeniedException";

        Throwable failure = Await.failure(queues.open("q", SETTINGS));

        assertThat(((InfrastructureException) failure).isPermanent()).isTrue();
        assertThat(calls).hasValue(1);
    }
}
