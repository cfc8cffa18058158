package flotilla.aws.imds;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import flotilla.aws.Await;
import flotilla.scaling.MachineOutlook;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class Ec2NoticesTest {
    private static final String INSTANCE_ACTION = "/i-xyz/latest/meta-data/spot/instance-action";
    private static final String REBALANCE = "/i-xyz/latest/meta-data/events/recommendations/rebalance";
    private static final Instant AT = Instant.parse("2026-11-29T08:22:00Z");

    private final Map<String, String> texts = new ConcurrentHashMap<>();
    private HttpServer server;
    private Ec2Notices notices;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        notices = Ec2Notices.open(
                Optional.of(URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/i-xyz/")));
    }

    @AfterEach
    void stop() {
        notices.close();
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        boolean token = exchange.getRequestMethod().equals("PUT");
        boolean known = token || "token".equals(exchange.getRequestHeaders().getFirst("x-aws-ec2-metadata-token"));
        String text = token ? "token" : texts.get(exchange.getRequestURI().toString());
        byte[] body = (text == null ? "<h1>404 - Not Found</h1>" : text).getBytes(UTF_8);
        exchange.getResponseHeaders().add("x-aws-ec2-metadata-token-ttl-seconds", "60");
        exchange.sendResponseHeaders(known ? (text == null ? 404 : 200) : 401, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private MachineOutlook look() {
        return Await.result(notices.look());
    }

    @Test
    void nothingSaid_shouldBe404AndNoNotice() {
        assertThat(look()).isEqualTo(MachineOutlook.STAYS);
    }

    @Test
    void interruption_shouldTellWhen() {
        texts.put(INSTANCE_ACTION, "{\"action\": \"terminate\", \"time\": \"2026-11-29T08:22:00Z\"}");

        assertThat(look()).isEqualTo(new MachineOutlook(Optional.of(AT), Optional.empty()));
    }

    @Test
    void recommendation_shouldTellSinceWhen() {
        texts.put(REBALANCE, "{\"noticeTime\":\"2026-11-29T08:22:00Z\"}");

        assertThat(look()).isEqualTo(new MachineOutlook(Optional.empty(), Optional.of(AT)));
    }

    @Test
    void laterNotice_shouldBeSeenByTheNextLook() {
        assertThat(look()).isEqualTo(MachineOutlook.STAYS);
        texts.put(INSTANCE_ACTION, "{\"action\": \"stop\", \"time\": \"2026-11-29T08:22:00Z\"}");

        assertThat(look().ends()).isTrue();
    }

    @Test
    void answerThatCannotBeRead_shouldFail() {
        texts.put(INSTANCE_ACTION, "{\"action\": \"terminate\"}");

        assertThatThrownBy(this::look).hasMessageContaining("spot/instance-action");
    }

    @Test
    void noService_shouldFail() {
        server.stop(0);

        assertThatThrownBy(this::look).hasMessageContaining("EC2 metadata");
    }
}
