package flotilla.aws.cloudwatch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A stand-in for CloudWatch that keeps each PutMetricData, in the protocol that the SDK speaks (Smithy RPC v2 with CBOR).
 *
 * @see <a href="https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html">Smithy RPC v2 CBOR</a>
 */
final class RecordedMetricData implements AutoCloseable {
    private static final CBORMapper CBOR = new CBORMapper();
    private static final Duration WITHIN = Duration.ofMinutes(2);
    private static final String OPERATION = "/operation/PutMetricData";

    private final List<JsonNode> requests = new ArrayList<>();
    private final HttpServer server;
    private volatile boolean refusing;

    private RecordedMetricData(HttpServer server) {
        this.server = server;
    }

    static RecordedMetricData start() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        RecordedMetricData service = new RecordedMetricData(server);
        server.createContext("/", service::answer);
        server.start();
        return service;
    }

    private void answer(HttpExchange exchange) throws IOException {
        JsonNode request = CBOR.readTree(exchange.getRequestBody().readAllBytes());
        boolean refused = refusing || !exchange.getRequestURI().getPath().endsWith(OPERATION);
        // Who waits for it may go on to change what comes after it.
        keep(request);
        byte[] body = CBOR.writeValueAsBytes(
                refused ? Map.of("__type", "com.amazonaws.cloudwatch#AccessDenied", "message", "no") : Map.of());
        exchange.getResponseHeaders().set("smithy-protocol", "rpc-v2-cbor");
        exchange.getResponseHeaders().set("Content-Type", "application/cbor");
        exchange.sendResponseHeaders(refused ? 403 : 200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Whether requests are refused from now on; they are kept all the same. */
    void refuse(boolean now) {
        refusing = now;
    }

    /** Waits for so many requests, and returns all that there are. */
    synchronized List<JsonNode> await(int count) {
        long deadline = System.nanoTime() + WITHIN.toNanos();
        while (requests.size() < count) {
            long left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
            if (left <= 0) {
                throw new AssertionError(count + " requests expected, there are " + requests);
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted", e);
            }
        }
        return List.copyOf(requests);
    }

    private synchronized void keep(JsonNode request) {
        requests.add(request);
        notifyAll();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
