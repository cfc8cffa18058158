package flotilla.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The connection to a headless Chromium, by its own protocol.
 *
 * @see <a href="https://chromedevtools.github.io/devtools-protocol/">Chrome DevTools Protocol</a>
 */
final class DevTools implements AutoCloseable {
    private static final Duration LOOK_EVERY = Duration.ofMillis(50);
    /** Far more than anything takes: ends what hangs, and measures nothing. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final Duration ENDS_WITHIN = Duration.ofSeconds(10);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final WebSocket socket;
    private final Consumer<JsonNode> events;
    private final AtomicInteger calls = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();

    /**
     * Starts the browser.
     *
     * @param folder for its profile; empty, and left as it is
     * @param events hears what the browser says unasked
     */
    DevTools(Path program, Path folder, Consumer<JsonNode> events) throws IOException {
        this.events = events;
        process = new ProcessBuilder(
                        program.toString(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--disable-dev-shm-usage",
                        "--no-first-run",
                        "--hide-scrollbars",
                        "--lang=en-GB",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + folder,
                        "about:blank")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("browser.log").toFile())
                .start();
        HttpClient http = HttpClient.newHttpClient();
        String port = awaited(folder.resolve("DevToolsActivePort"));
        HttpRequest list = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json/list"))
                .build();
        String pages = http.sendAsync(list, HttpResponse.BodyHandlers.ofString())
                .join()
                .body();
        String page =
                JSON.readTree(pages).findValuesAsText("webSocketDebuggerUrl").get(0);
        socket = http.newWebSocketBuilder()
                .buildAsync(URI.create(page), new Listener())
                .join();
    }

    private String awaited(Path file) throws IOException {
        while (process.isAlive()) {
            if (Files.exists(file)) {
                List<String> lines = Files.readAllLines(file);
                if (lines.size() > 1) {
                    return lines.get(0);
                }
            }
            LockSupport.parkNanos(LOOK_EVERY.toNanos());
        }
        throw new IOException("the browser ended with " + process.exitValue());
    }

    /**
     * Calls a method and waits for its answer.
     *
     * @return empty when the call failed
     */
    JsonNode call(String method, ObjectNode parameters) {
        int id = calls.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        answers.put(id, answer);
        ObjectNode message = JSON.createObjectNode().put("id", id).put("method", method);
        message.set("params", parameters);
        socket.sendText(message.toString(), true).join();
        return answer.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                heard(text.toString());
                text.setLength(0);
            }
            from.request(1);
            return null;
        }

        private void heard(String message) {
            JsonNode node;
            try {
                node = JSON.readTree(message);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            CompletableFuture<JsonNode> asked = answers.remove(node.path("id").asInt());
            if (asked != null) {
                asked.complete(node.path("result"));
            }
            if (node.has("method")) {
                events.accept(node);
            }
        }
    }

    /** Asks it to end, so that it tidies up behind itself, and ends what is left. */
    @Override
    public void close() {
        socket.sendText("{\"id\":0,\"method\":\"Browser.close\"}", true);
        process.onExit()
                .completeOnTimeout(process, ENDS_WITHIN.toSeconds(), TimeUnit.SECONDS)
                .join();
        socket.abort();
        Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList()
                .forEach(ProcessHandle::destroyForcibly);
        process.onExit().join();
    }
}
