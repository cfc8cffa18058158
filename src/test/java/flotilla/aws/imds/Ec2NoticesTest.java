package flotilla.aws.imds;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import flotilla.aws.Await;
import flotilla.worker.MachineNotices.Notice;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class Ec2NoticesTest {
    private static final String INSTANCE_ACTION = "/i-xyz/latest/meta-data/spot/instance-action";
    private static final String REBALANCE = "/i-xyz/latest/meta-data/events/recommendations/rebalance";
    private static final Instant AT = Instant.parse("2026-11-29T08:22:00Z");

    private final Map<String, String> texts = new ConcurrentHashMap<>();
    private final Map<String, Integer> failing = new ConcurrentHashMap<>();
    private final Set<String> hanging = ConcurrentHashMap.newKeySet();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HttpServer server;
    private Ec2Notices notices;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.setExecutor(threads);
        server.start();
        // Longer than outside of tests: a pause of this machine is no silence of the service.
        notices = Ec2Notices.open(
                Optional.of(URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/i-xyz/")),
                Duration.ofSeconds(6),
                Duration.ofSeconds(12));
    }

    @AfterEach
    void stop() {
        notices.close();
        ended.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().toString();
        if (hanging.contains(path)) {
            awaitTheEnd();
        }
        boolean token = exchange.getRequestMethod().equals("PUT");
        boolean known = token || "token".equals(exchange.getRequestHeaders().getFirst("x-aws-ec2-metadata-token"));
        String text = token ? "token" : texts.get(path);
        byte[] body = (text == null ? "<h1>404 - Not Found</h1>" : text).getBytes(UTF_8);
        exchange.getResponseHeaders().add("x-aws-ec2-metadata-token-ttl-seconds", "60");
        int status = known ? (text == null ? 404 : 200) : 401;
        exchange.sendResponseHeaders(failing.getOrDefault(path, status), body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private void awaitTheEnd() {
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Optional<Instant> look(Notice notice) {
        return Await.result(notices.look(notice));
    }

    @ParameterizedTest
    @EnumSource(Notice.class)
    void nothingSaid_shouldBe404AndNoNotice(Notice notice) {
        assertThat(look(notice)).isEmpty();
    }

    @Test
    void interruption_shouldTellWhen() {
        texts.put(INSTANCE_ACTION, "{\"action\": \"terminate\", \"time\": \"2026-11-29T08:22:00Z\"}");

        assertThat(look(Notice.INTERRUPTION)).contains(AT);
        assertThat(look(Notice.REBALANCE)).isEmpty();
    }

    @Test
    void recommendation_shouldTellSinceWhen() {
        texts.put(REBALANCE, "{\"noticeTime\":\"2026-11-29T08:22:00Z\"}");

        assertThat(look(Notice.REBALANCE)).contains(AT);
        assertThat(look(Notice.INTERRUPTION)).isEmpty();
    }

    @Test
    void laterNotice_shouldBeSeenByTheNextLook() {
        assertThat(look(Notice.INTERRUPTION)).isEmpty();
        texts.put(INSTANCE_ACTION, "{\"action\": \"stop\", \"time\": \"2026-11-29T08:22:00Z\"}");

        assertThat(look(Notice.INTERRUPTION)).contains(AT);
    }

    @Test
    void answerThatCannotBeRead_shouldFail() {
        texts.put(INSTANCE_ACTION, "{\"action\": \"terminate\"}");

        assertThatThrownBy(() -> look(Notice.INTERRUPTION)).hasMessageContaining("spot/instance-action");
    }

    @Test
    void noService_shouldFail() {
        server.stop(0);

        assertThatThrownBy(() -> look(Notice.INTERRUPTION)).hasMessageContaining("EC2 metadata");
    }

    @Test
    void recommendationThatFails_shouldHideNoInterruption() {
        failing.put(REBALANCE, 500);
        texts.put(INSTANCE_ACTION, "{\"action\": \"terminate\", \"time\": \"2026-11-29T08:22:00Z\"}");

        assertThatThrownBy(() -> look(Notice.REBALANCE)).hasMessageContaining("recommendations/rebalance");
        assertThat(look(Notice.INTERRUPTION)).contains(AT);
    }

    @Test
    void recommendationThatHangs_shouldHideNoInterruptionAndFailByItself() {
        hanging.add(REBALANCE);
        texts.put(INSTANCE_ACTION, "{\"action\": \"terminate\", \"time\": \"2026-11-29T08:22:00Z\"}");

        CompletionStage<Optional<Instant>> hangs = notices.look(Notice.REBALANCE);

        assertThat(look(Notice.INTERRUPTION)).contains(AT);
        assertThat(Await.failure(hangs)).hasMessageContaining("recommendations/rebalance");
    }
}
