package flotilla.testing;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A small HTTP server on a free port that answers as a test says, at once or later, with the gateway's own words. */
public final class FakeGateway implements AutoCloseable {
    private static final int BACKLOG = 2000;
    private static final Pattern FILE = Pattern.compile("(?:[?&]file=|filename=\")([^&\"\\s]+)");

    /** A request as it came. */
    public record Asked(String method, String uri, Headers headers, byte[] body, InetSocketAddress from) {
        /** The body, byte by byte. */
        public String text() {
            return new String(body, StandardCharsets.ISO_8859_1);
        }

        /** The name in the multipart form or in the address; empty when there is none. */
        public String file() {
            Matcher name = FILE.matcher(uri + " " + text());
            return name.find() ? name.group(1) : "";
        }
    }

    /** A response; one with status 0 is none, the connection is closed instead. */
    public record Said(int status, Map<String, String> headers, String body) {
        public static Said text(String body) {
            return new Said(200, Map.of("Content-Type", "text/plain; charset=UTF-8"), body);
        }

        public static Said json(int status, String body) {
            return new Said(status, Map.of("Content-Type", "application/json"), body);
        }

        /** A result as {@code GET /v1/classifications/id} has it. */
        public static Said result(String file, String label, int appTierId) {
            return json(
                    200,
                    "{\"id\":\"id\",\"file\":\"" + file + "\",\"status\":\"done\",\"label\":\"" + label
                            + "\",\"predictions\":[],\"model\":\"table\",\"workerId\":\"i-" + appTierId
                            + "\",\"appTierId\":" + appTierId + ",\"timings\":{}}");
        }

        public static Said promise(String location) {
            return new Said(
                    202,
                    Map.of("Content-Type", "application/json", "Location", location, "Retry-After", "1"),
                    "{\"id\":\"id\",\"status\":\"pending\",\"location\":\"" + location + "\"}");
        }

        public static Said problem(int status, String code, Map<String, String> headers) {
            Map<String, String> all = new HashMap<>(headers);
            all.put("Content-Type", "application/problem+json");
            return new Said(
                    status,
                    all,
                    "{\"type\":\"about:blank\",\"title\":\"a title\",\"status\":" + status
                            + ",\"detail\":\"a detail\",\"code\":\"" + code + "\"}");
        }

        public static Said nothing() {
            return new Said(0, Map.of(), "");
        }
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private final List<Asked> asked = new CopyOnWriteArrayList<>();

    private FakeGateway(HttpServer server) {
        this.server = server;
    }

    /** Starts a server that answers when the stage completes. */
    public static FakeGateway start(Function<Asked, CompletionStage<Said>> answers) throws IOException {
        FakeGateway gateway =
                new FakeGateway(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG));
        gateway.server.setExecutor(gateway.threads);
        gateway.server.createContext("/", exchange -> gateway.handle(exchange, answers));
        gateway.server.start();
        return gateway;
    }

    /** Starts a server that answers at once. */
    public static FakeGateway answering(Function<Asked, Said> answers) throws IOException {
        return start(asked -> CompletableFuture.completedFuture(answers.apply(asked)));
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** The requests to classify, in the order in which they came; without those about the fleet. */
    public List<Asked> uploads() {
        return asked.stream().filter(one -> one.method().equals("POST")).toList();
    }

    /** The addresses that were asked with GET, without those about the fleet. */
    public List<String> polls() {
        return asked.stream()
                .filter(one -> one.method().equals("GET"))
                .map(Asked::uri)
                .filter(uri -> !uri.equals("/v1/fleet"))
                .toList();
    }

    /** The clients' ports that uploads came from: one connection has one, and one that was closed may be used again. */
    public Set<Integer> connections() {
        return uploads().stream().map(one -> one.from().getPort()).collect(Collectors.toSet());
    }

    private void handle(HttpExchange exchange, Function<Asked, CompletionStage<Said>> answers) throws IOException {
        Asked one = new Asked(
                exchange.getRequestMethod(),
                exchange.getRequestURI().toString(),
                exchange.getRequestHeaders(),
                exchange.getRequestBody().readAllBytes(),
                exchange.getRemoteAddress());
        asked.add(one);
        answers.apply(one).thenAccept(said -> say(exchange, said));
    }

    private static void say(HttpExchange exchange, Said said) {
        try (exchange) {
            if (said.status() == 0) {
                return;
            }
            said.headers().forEach(exchange.getResponseHeaders()::set);
            // The JDK's server closes when asked to, but does not say so; a client would try the connection again.
            if ("close".equalsIgnoreCase(exchange.getRequestHeaders().getFirst("Connection"))) {
                exchange.getResponseHeaders().set("Connection", "close");
            }
            byte[] body = said.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(said.status(), body.length == 0 ? -1 : body.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        } catch (IOException e) {
            // The client is gone, as some tests want.
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
