package flotilla.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * A headless Chromium with one page. It records every address that the page asks for and every complaint on its console.
 */
public final class Browser implements AutoCloseable {
    private static final List<Path> PLACES = List.of(
            Path.of("/usr/bin/chromium"),
            Path.of("/usr/bin/chromium-browser"),
            Path.of("/usr/bin/google-chrome"),
            Path.of("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"));
    /** Why tests in a browser are skipped. */
    public static final String NONE = "there is no Chromium here (on Debian: apt-get install chromium)";

    private static final Duration LOOK_EVERY = Duration.ofMillis(50);
    /** Far more than anything takes: ends what hangs, and measures nothing. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Queue<String> requested = new ConcurrentLinkedQueue<>();
    private final Queue<String> complaints = new ConcurrentLinkedQueue<>();
    private final DevTools tools;

    /** Where this machine has a browser. */
    public static Optional<Path> found() {
        return PLACES.stream().filter(Files::isExecutable).findFirst();
    }

    /**
     * Starts the browser.
     *
     * @param folder for its profile; empty, and left as it is
     */
    public Browser(Path program, Path folder) throws IOException {
        tools = new DevTools(program, folder, this::heard);
        for (String domain : List.of("Network", "Log", "Runtime", "DOM", "Page")) {
            call(domain + ".enable", JSON.createObjectNode());
        }
    }

    private void heard(JsonNode event) {
        switch (event.path("method").asText()) {
            case "Network.requestWillBeSent" ->
                requested.add(event.at("/params/request/url").asText());
            case "Log.entryAdded" -> {
                if (event.at("/params/entry/level").asText().equals("error")) {
                    complaints.add(event.at("/params/entry/text").asText());
                }
            }
            case "Runtime.exceptionThrown" ->
                complaints.add(event.at("/params/exceptionDetails").toString());
            default -> {
                // Nothing else is of interest.
            }
        }
    }

    public void open(String url) {
        call("Page.navigate", JSON.createObjectNode().put("url", url));
    }

    /** Waits until a selector finds an element, and clicks it. */
    public void click(String selector) {
        evaluate(found(selector) + ".then(element => { element.click(); return ''; })");
    }

    /** Clicks again and again until another selector finds an element: a page that is still at work loses clicks. */
    public void clickUntil(String selector, String effect) {
        evaluate("new Promise(resolve => { const press = () => { if (document.querySelector('" + effect
                + "')) { resolve(''); return; } const element = document.querySelector('" + selector
                + "'); if (element) { element.click(); } setTimeout(press, 500); }; press(); })");
    }

    /** Waits until a selector finds an element with text, and returns the text. */
    public String text(String selector) {
        return evaluate(found(selector) + ".then(element => element.innerText)");
    }

    /** Waits for an input for files and puts files into it. */
    public void choose(String selector, Path... chosen) {
        evaluate(found(selector) + ".then(element => '')");
        ObjectNode expression = JSON.createObjectNode().put("expression", "document.querySelector('" + selector + "')");
        String object =
                call("Runtime.evaluate", expression).at("/result/objectId").asText();
        ObjectNode files = JSON.createObjectNode().put("objectId", object);
        ArrayNode names = files.putArray("files");
        for (Path file : chosen) {
            names.add(file.toString());
        }
        call("DOM.setFileInputFiles", files);
    }

    /** Sets the size of the window, in CSS pixels; a phone has a touch screen and heeds the page's viewport. */
    public void window(int width, int height, boolean phone) {
        call(
                "Emulation.setDeviceMetricsOverride",
                JSON.createObjectNode()
                        .put("width", width)
                        .put("height", height)
                        .put("deviceScaleFactor", 1)
                        .put("mobile", phone));
    }

    /** Has the system prefer a dark or a light page. */
    public void prefer(boolean dark) {
        ObjectNode media = JSON.createObjectNode();
        media.putArray("features")
                .addObject()
                .put("name", "prefers-color-scheme")
                .put("value", dark ? "dark" : "light");
        call("Emulation.setEmulatedMedia", media);
    }

    /** Presses and lets go of the key that goes to the next element. */
    public void tab() {
        for (String type : List.of("rawKeyDown", "keyUp")) {
            call(
                    "Input.dispatchKeyEvent",
                    JSON.createObjectNode()
                            .put("type", type)
                            .put("key", "Tab")
                            .put("code", "Tab")
                            .put("windowsVirtualKeyCode", 9));
        }
    }

    /** A picture of the whole page, as PNG. */
    public Path screenshot(Path file) throws IOException {
        JsonNode size = call("Page.getLayoutMetrics", JSON.createObjectNode()).path("cssContentSize");
        ObjectNode whole = JSON.createObjectNode().put("format", "png").put("captureBeyondViewport", true);
        whole.putObject("clip")
                .put("x", 0)
                .put("y", 0)
                .put("width", size.path("width").asDouble())
                .put("height", size.path("height").asDouble())
                .put("scale", 1);
        byte[] png = Base64.getDecoder()
                .decode(call("Page.captureScreenshot", whole).path("data").asText());
        Files.createDirectories(file.toAbsolutePath().getParent());
        return Files.write(file, png);
    }

    /** The value of an expression as text; a promise is waited for. */
    public String value(String expression) {
        return evaluate("Promise.resolve(" + expression + ").then(value => String(value))");
    }

    /** Runs a script that is no part of the page. */
    public void run(String script) {
        evaluate(script + "\n;''");
    }

    /** Waits until an expression of the page is true. */
    public void await(String what, String expression) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!isTrue(expression)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + PATIENCE + ": " + what + "; the page says: "
                        + value("document.body.innerText") + "; complaints: " + complaints);
            }
            LockSupport.parkNanos(LOOK_EVERY.toNanos());
        }
    }

    /** False also while the page is only coming. */
    private boolean isTrue(String expression) {
        ObjectNode parameters = JSON.createObjectNode().put("expression", "!!(" + expression + ")");
        return call("Runtime.evaluate", parameters).at("/result/value").asBoolean();
    }

    /** Has every address that fits a pattern (stars stand for anything) fail from now on; none when there is no pattern. */
    public void block(String... patterns) {
        ObjectNode blocked = JSON.createObjectNode();
        ArrayNode urls = blocked.putArray("urls");
        List.of(patterns).forEach(urls::add);
        call("Network.setBlockedURLs", blocked);
    }

    /** Forgets what was asked for and complained of. */
    public void forget() {
        requested.clear();
        complaints.clear();
    }

    /** Every address that was asked for. */
    public List<String> requested() {
        return new ArrayList<>(requested);
    }

    /** Errors on the console. */
    public List<String> complaints() {
        return new ArrayList<>(complaints);
    }

    private static String found(String selector) {
        return "new Promise(resolve => { const look = () => { const element = document.querySelector('" + selector
                + "'); if (element) { resolve(element); } else { setTimeout(look, 50); } }; look(); })";
    }

    private String evaluate(String promise) {
        ObjectNode parameters =
                JSON.createObjectNode().put("expression", promise).put("awaitPromise", true);
        JsonNode answer = call("Runtime.evaluate", parameters);
        if (answer.has("exceptionDetails")) {
            throw new AssertionError(answer.path("exceptionDetails").toString());
        }
        return answer.at("/result/value").asText();
    }

    private JsonNode call(String method, ObjectNode parameters) {
        return tools.call(method, parameters);
    }

    @Override
    public void close() {
        tools.close();
    }
}
