package flotilla.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** SQS with one queue of whatever name, which has the tag of the cluster {@code fleet}; it refuses what it is told to. */
public final class RefusingSqs implements AutoCloseable {
    private static final String QUEUE = "{\"QueueUrl\":\"http://127.0.0.1/000000000000/q\","
            + "\"Attributes\":{\"VisibilityTimeout\":\"30\"},\"Tags\":{\"flotilla:cluster\":\"fleet\"}}";

    private final Map<String, String> refusals = new ConcurrentHashMap<>();
    private final List<String> calls = new CopyOnWriteArrayList<>();
    private final HttpServer server;

    public RefusingSqs() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::answer);
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /**
     * Calls are refused from now on.
     *
     * @param call such as {@code CreateQueue}
     * @param code such as {@code QueueDeletedRecently}
     */
    public void refuse(String call, String code) {
        refusals.put(call, code);
    }

    /** Nothing is refused any more. */
    public void relent() {
        refusals.clear();
    }

    /** What was called, in order. */
    public List<String> calls() {
        return calls;
    }

    private void answer(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        String target = String.valueOf(exchange.getRequestHeaders().getFirst("X-Amz-Target"));
        String call = target.substring(target.indexOf('.') + 1);
        calls.add(call);
        String refusal = refusals.get(call);
        String answer =
                refusal == null ? QUEUE : "{\"__type\":\"com.amazonaws.sqs#" + refusal + "\",\"message\":\"no luck\"}";
        byte[] body = answer.getBytes(UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.0");
        exchange.sendResponseHeaders(refusal == null ? 200 : 400, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
