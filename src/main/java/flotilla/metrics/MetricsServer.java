package flotilla.metrics;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import flotilla.gateway.MetricsText;
import flotilla.gateway.MetricsText.Form;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves a node's metrics at {@code GET /metrics}, with the JDK's small server: a worker has no other, and needs none but for
 * this. Whoever reaches it may read. A client that does not send or read within seconds is cut off.
 */
public final class MetricsServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MetricsServer.class);
    private static final String PATH = "/metrics";
    private static final int THREADS = 2;
    private static final String MOST_SECONDS = "10";
    private static final List<String> LIMITS =
            List.of("sun.net.httpserver.maxReqTime", "sun.net.httpserver.maxRspTime");

    private final HttpServer server;
    private final ExecutorService threads;

    private MetricsServer(HttpServer server, ExecutorService threads) {
        this.server = server;
        this.threads = threads;
    }

    /**
     * Starts to serve.
     *
     * @param at where; port 0 for a free one
     * @throws IOException when the port cannot be had
     */
    public static MetricsServer start(InetSocketAddress at, MetricsText metrics) throws IOException {
        LIMITS.forEach(limit -> System.getProperties().putIfAbsent(limit, MOST_SECONDS));
        HttpServer server = HttpServer.create(at, 0);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS, task -> {
            Thread thread = new Thread(task, "metrics");
            thread.setDaemon(true);
            return thread;
        });
        server.setExecutor(threads);
        server.createContext("/", exchange -> answer(exchange, metrics));
        server.start();
        return new MetricsServer(server, threads);
    }

    /** Where it serves. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    private static void answer(HttpExchange exchange, MetricsText metrics) throws IOException {
        try (exchange) {
            String method = exchange.getRequestMethod();
            if (!exchange.getRequestURI().getPath().equals(PATH)) {
                refuse(exchange, 404, "there is only " + PATH + " here");
            } else if (!method.equals("GET") && !method.equals("HEAD")) {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                refuse(exchange, 405, "use GET");
            } else {
                serve(exchange, metrics, method.equals("HEAD"));
            }
        } catch (RuntimeException e) {
            LOG.warn("metrics could not be told: {}", e.toString());
            throw e;
        }
    }

    private static void serve(HttpExchange exchange, MetricsText metrics, boolean head) throws IOException {
        String accept = String.join(",", exchange.getRequestHeaders().getOrDefault("Accept", List.of()));
        Form form = accept.contains("application/openmetrics-text") ? Form.OPEN_METRICS : Form.PROMETHEUS;
        byte[] body = metrics.text(form).getBytes(StandardCharsets.UTF_8);
        Headers headers = exchange.getResponseHeaders();
        headers.set("Content-Type", form.contentType());
        headers.set("Vary", "Accept");
        if (head) {
            exchange.sendResponseHeaders(200, -1);
        } else {
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static void refuse(HttpExchange exchange, int status, String why) throws IOException {
        byte[] body = (why + "\n").getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        exchange.sendResponseHeaders(status, exchange.getRequestMethod().equals("HEAD") ? -1 : body.length);
        if (!exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
