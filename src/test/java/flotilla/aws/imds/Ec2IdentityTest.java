package flotilla.aws.imds;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import flotilla.aws.Await;
import flotilla.aws.imds.Ec2Identity.Identity;
import flotilla.domain.InstanceId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class Ec2IdentityTest {
    private final Map<String, String> texts = new ConcurrentHashMap<>();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        texts.put("PUT /i-xyz/latest/api/token", "token");
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private URI url(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String call = exchange.getRequestMethod() + " " + exchange.getRequestURI();
        boolean known = exchange.getRequestMethod().equals("PUT")
                || "token".equals(exchange.getRequestHeaders().getFirst("x-aws-ec2-metadata-token"));
        byte[] body = texts.getOrDefault(call, "<h1>404 - Not Found</h1>").getBytes(UTF_8);
        exchange.getResponseHeaders().add("x-aws-ec2-metadata-token-ttl-seconds", "60");
        exchange.sendResponseHeaders(known ? (texts.containsKey(call) ? 200 : 404) : 401, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Test
    void instance_shouldKnowItsIdAndUserData() {
        texts.put("GET /i-xyz/latest/meta-data/instance-id", "i-xyz");
        texts.put("GET /i-xyz/latest/user-data", "flotilla {\n  a = ü\n}\n");

        assertThat(Await.result(Ec2Identity.find(Optional.of(url("/i-xyz")))))
                .contains(new Identity(new InstanceId("i-xyz"), Optional.of("flotilla {\n  a = ü\n}\n")));
    }

    @Test
    void instanceWithoutUserData_shouldStillKnowItsId() {
        texts.put("GET /i-xyz/latest/meta-data/instance-id", "i-xyz");

        assertThat(Await.result(Ec2Identity.find(Optional.of(url("/i-xyz/")))))
                .contains(new Identity(new InstanceId("i-xyz"), Optional.empty()));
    }

    @Test
    void emptyUserData_shouldBeNone() {
        texts.put("GET /i-xyz/latest/meta-data/instance-id", "i-xyz");
        texts.put("GET /i-xyz/latest/user-data", "");

        assertThat(Await.result(Ec2Identity.find(Optional.of(url("/i-xyz")))))
                .contains(new Identity(new InstanceId("i-xyz"), Optional.empty()));
    }

    @Test
    void noService_shouldBeNoIdentity() {
        server.stop(0);

        assertThat(Await.result(Ec2Identity.find(Optional.of(url("/i-xyz"))))).isEmpty();
    }

    @Test
    void otherService_shouldBeNoIdentity() {
        assertThat(Await.result(Ec2Identity.find(Optional.of(url("/elsewhere")))))
                .isEmpty();
    }
}
