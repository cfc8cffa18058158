package flotilla.aws.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import flotilla.aws.Await;
import flotilla.aws.AwsClients;
import flotilla.aws.TestSystem;
import flotilla.config.AwsSettings;
import flotilla.protocol.InfrastructureException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An S3 that has bad moments. */
class S3RetryTest {
    private static final ByteString BYTES = ByteString.fromString("bytes");
    private static TestSystem system;

    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
    private final List<String> calls = new CopyOnWriteArrayList<>();
    private HttpServer server;
    private AwsClients clients;
    private S3Objects objects;

    /** @param sent how many bytes of the body are sent before the connection is closed */
    private record Answer(int status, String body, int sent) {
        static Answer error(int status, String code) {
            String body = "<Error><Code>" + code + "</Code><Message>no luck</Message></Error>";
            return new Answer(status, body, body.length());
        }
    }

    @BeforeAll
    static void startSystem() {
        system = new TestSystem();
    }

    @AfterAll
    static void stopSystem() {
        system.close();
    }

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        clients = AwsClients.open(
                new AwsSettings(
                        Optional.of("us-east-1"),
                        Optional.empty(),
                        Optional.of(URI.create(
                                "http://127.0.0.1:" + server.getAddress().getPort())),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(new AwsSettings.Credentials("local", "local"))),
                0);
        objects = new S3Objects(system.get(), clients);
    }

    @AfterEach
    void stop() {
        clients.close();
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        calls.add(exchange.getRequestMethod() + " "
                + exchange.getRequestHeaders().getFirst("If-None-Match") + " signed="
                + exchange.getRequestHeaders().getFirst("Authorization").contains("if-none-match"));
        Answer answer = Optional.ofNullable(answers.poll()).orElse(new Answer(200, "", 0));
        byte[] body = answer.body().getBytes(UTF_8);
        exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body, 0, answer.sent());
        exchange.close();
    }

    @Test
    void conditionalConflict_shouldBeTriedAgain() {
        answers.add(Answer.error(409, "ConditionalRequestConflict"));
        answers.add(Answer.error(409, "ConditionalRequestConflict"));

        assertThat(Await.result(objects.putIfAbsent("bucket", "key", ContentTypes.APPLICATION_JSON, BYTES)))
                .isTrue();
        assertThat(calls).containsOnly("PUT * signed=true").hasSize(3);
    }

    @Test
    void eachReadAndWrite_shouldBeOneRequest() {
        answers.add(new Answer(200, "image", 5));

        Await.result(objects.get("bucket", "key"));
        Await.result(objects.put("bucket", "key", ContentTypes.APPLICATION_JSON, BYTES));
        Await.result(objects.putIfAbsent("bucket", "key", ContentTypes.APPLICATION_JSON, BYTES));

        assertThat(calls).containsExactly("GET null signed=false", "PUT null signed=false", "PUT * signed=true");
        assertThat(clients.calls().soFar().byOperation()).isEqualTo(Map.of("s3:GetObject", 1L, "s3:PutObject", 2L));
    }

    @Test
    void slowDown_shouldBeTriedAgain() {
        answers.add(Answer.error(503, "SlowDown"));

        Await.result(objects.put("bucket", "key", ContentTypes.APPLICATION_JSON, BYTES));

        assertThat(calls).hasSize(2);
    }

    @Test
    void bodyThatBreaksOff_shouldBeReadAgain() {
        answers.add(new Answer(200, "0123456789", 4));
        answers.add(new Answer(200, "0123456789", 10));

        assertThat(Await.result(objects.get("bucket", "key"))).contains(ByteString.fromString("0123456789"));
    }

    @Test
    void refusal_shouldNotBeTriedAgain() {
        answers.add(Answer.error(403, "AccessDenied"));

        assertThat(Await.failure(objects.get("bucket", "key")))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageStartingWith("S3 GetObject of key in bucket bucket failed: access denied (AccessDenied)");
        assertThat(calls).hasSize(1);
    }

    @Test
    void errorInASuccessfulAnswer_shouldFailTheCopy() {
        answers.add(Answer.error(200, "InternalError"));

        assertThat(Await.failure(objects.copy("bucket", "from", "to")))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageContaining("S3 CopyObject of to in bucket bucket failed");
    }
}
