package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.app.CommandOutput.Ran;
import flotilla.testing.Browser;
import flotilla.testing.Scrape;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A whole system that has answered two hundred images: whoever is asked tells the same numbers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AgreementIT {
    private static final int IMAGES = 200;
    private static final int MACHINES = 2;
    private static final Path SCRIPT = Path.of("/usr/bin/script");
    private static final String SECOND_SCREEN = "\u001b[?1049h";
    private static final String FIRST_SCREEN = "\u001b[?1049l";
    private static final String CURSOR = "\u001b[?25h";
    private static final String NO_CURSOR = "\u001b[?25l";
    private static final String AS_BEFORE = "the terminal is as before";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> SETTINGS = List.of(
            "classifier.kind=delay",
            "classifier.delay=20ms",
            "classifier.parallelism=1",
            "scaling.policy=message-count",
            "scaling.interval=500ms",
            "scaling.silent-after=5m",
            "scaling.min-instances=" + MACHINES,
            "scaling.max-instances=" + MACHINES,
            "local.boot-delay=200ms",
            // Nobody dies here: no pause of this machine shall have an image done twice.
            "queue.visibility-timeout=1m",
            "queue.receive-wait=1s");

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private FlotillaProcess local;
    private String url;

    @BeforeAll
    void answerImages(@TempDir Path folder) throws Exception {
        List<String> arguments = new ArrayList<>(
                List.of("local", "--port", "0", "--data", folder.resolve("data").toString()));
        SETTINGS.forEach(setting -> arguments.addAll(List.of("--set", "flotilla." + setting)));
        local = FlotillaProcess.start(folder, arguments.toArray(String[]::new));
        url = local.awaitLine("ready ");
        GatewayClient client = new GatewayClient(url);
        List<CompletableFuture<JsonNode>> answers = new ArrayList<>();
        for (int i = 0; i < IMAGES; i++) {
            answers.add(client.classify("image-" + i + ".png", GatewayClient.TINY_PNG));
        }
        for (CompletableFuture<JsonNode> answer : answers) {
            assertThat(answer.join().path("status").asText()).isEqualTo("done");
        }
        Eventually.until(
                "a decision that has counted them",
                () -> newestDecision().path("answered").asInt() == IMAGES);
    }

    @AfterAll
    void end() {
        if (local != null) {
            local.close();
        }
    }

    private String text(String path) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + path)).build();
        return http.sendAsync(request, HttpResponse.BodyHandlers.ofString())
                .join()
                .body();
    }

    private JsonNode json(String path) throws IOException {
        return JSON.readTree(text(path));
    }

    private JsonNode newestDecision() throws IOException {
        return json("/v1/scaling/decisions?limit=1").path("decisions").path(0);
    }

    /** A look that has no answer is a failure that may pass. */
    private JsonNode top() throws IOException {
        Ran ran = CommandOutput.run("top", "--url", url, "--once", "--json");
        if (ran.status() != 0) {
            throw new IOException(ran.err());
        }
        return JSON.readTree(ran.out());
    }

    private List<JsonNode> instances() throws IOException {
        return StreamSupport.stream(json("/v1/fleet").path("instances").spliterator(), false)
                .toList();
    }

    private Scrape metrics() {
        return Scrape.of(text("/metrics"));
    }

    private static Map<String, Integer> all(int value, String... voices) {
        Map<String, Integer> same = new TreeMap<>();
        for (String voice : voices) {
            same.put(voice, value);
        }
        return same;
    }

    private Map<String, Integer> answered() throws IOException {
        Map<String, Integer> told = new TreeMap<>();
        told.put("top", top().path("answered").asInt(-1));
        told.put("decisions", newestDecision().path("answered").asInt(-1));
        told.put("metrics", (int) metrics().sum("flotilla_gateway_answer_seconds_count"));
        told.put(
                "fleet",
                instances().stream().mapToInt(one -> one.path("images").asInt()).sum());
        return told;
    }

    private Map<String, Integer> accepted() throws IOException {
        Map<String, Integer> told = new TreeMap<>();
        told.put("top", top().path("accepted").asInt(-1));
        told.put("decisions", newestDecision().path("accepted").asInt(-1));
        told.put("metrics", (int) metrics().value("flotilla_gateway_images_accepted_total"));
        return told;
    }

    private Map<String, Integer> running() throws IOException {
        Map<String, Integer> told = new TreeMap<>();
        told.put("top", top().path("counted").path("running").asInt());
        told.put("decisions", newestDecision().path("running").asInt(-1));
        told.put(
                "metrics",
                metrics()
                        .find("flotilla_supervisor_instances", "state", "running")
                        .map(Double::intValue)
                        .orElse(-1));
        told.put("fleet", (int) instances().stream()
                .filter(one -> one.path("countedAs").asText().equals("running"))
                .count());
        return told;
    }

    @Test
    void answers_shouldBeAsManyToEverybody() {
        Eventually.until(
                "the images answered, as all tell it",
                () -> answered().equals(all(IMAGES, "top", "decisions", "metrics", "fleet")));
        Eventually.until(
                "the images accepted, as all tell it",
                () -> accepted().equals(all(IMAGES, "top", "decisions", "metrics")));
    }

    @Test
    void instances_shouldBeTheSameToEverybody() {
        Eventually.until(
                "the machines at work, as all tell it",
                () -> running().equals(all(MACHINES, "top", "decisions", "metrics", "fleet")));

        Eventually.until("the same machines", () -> {
            List<String> ids = json("/v1/fleet").path("instances").findValuesAsText("instanceId");
            return ids.size() == MACHINES && ids.equals(top().path("instances").findValuesAsText("instanceId"));
        });
        Eventually.until(
                "the machines wanted, as all tell it",
                () -> top().path("desired").asInt() == MACHINES
                        && metrics().value("flotilla_supervisor_desired_instances") == MACHINES);
    }

    @Test
    void page_shouldShowTheSame(@TempDir Path profile) throws Exception {
        Optional<Path> program = Browser.found();
        assumeTrue(program.isPresent(), Browser.NONE);
        try (Browser browser = new Browser(program.get(), profile)) {
            browser.open(url + "/");

            browser.await("answers", "document.querySelector('#tile-answered')?.textContent === '" + IMAGES + "'");
            browser.await("accepted", "document.querySelector('#tile-accepted').textContent === '" + IMAGES + "'");
            browser.await("machines", "document.querySelector('#tile-running').textContent === '" + MACHINES + "'");
            browser.await(
                    "their table", "document.querySelectorAll('#fleet [data-state=running]').length === " + MACHINES);
        }
    }

    /** The packaged jar's {@code top} as a command of a shell. */
    private String command(String... arguments) {
        List<String> all = new ArrayList<>(List.of("top", "--url", url, "--interval", "200ms"));
        all.addAll(List.of(arguments));
        return String.join(" ", FlotillaProcess.command(List.of("-Xmx128m"), all.toArray(String[]::new)));
    }

    /**
     * A terminal of its own, which util-linux's {@code script} makes; its keys come from here, its bytes go to a file. A shell holds
     * its settings before against those after, and outlives Ctrl-C.
     */
    private Process topOnTerminal(Path bytes) throws IOException {
        assumeTrue(Files.isExecutable(SCRIPT), "there is no script(1) here, which makes terminals");
        String shell = "stty rows 24 cols 100; before=$(stty -g); trap : INT; " + command() + "; status=$?;"
                + " echo; [ \"$(stty -g)\" = \"$before\" ] && echo " + AS_BEFORE + "; exit $status";
        // Tests that were started in the background may have been told to ignore Ctrl-C, and no shell can undo that.
        ProcessBuilder builder =
                new ProcessBuilder("env", "--default-signal=INT", SCRIPT.toString(), "-qefc", shell, "/dev/null");
        builder.environment().put("TERM", "xterm");
        builder.environment().put("SHELL", "/bin/sh");
        return builder.redirectErrorStream(true).redirectOutput(bytes.toFile()).start();
    }

    private static String read(Path bytes) throws IOException {
        return Files.readString(bytes, StandardCharsets.ISO_8859_1);
    }

    /** Ends with {@code q} and with Ctrl-C, whose exit status is 128 and the signal's number. */
    @ParameterizedTest
    @CsvSource({"113, 0", "3, 130"})
    void terminal_shouldShowTheSameUntilAKeyEndsItAndBeAsBefore(int key, int status, @TempDir Path folder)
            throws Exception {
        Path bytes = folder.resolve("bytes");
        Process script = topOnTerminal(bytes);
        try (OutputStream keys = script.getOutputStream()) {
            Eventually.until("the answers", () -> read(bytes).contains(IMAGES + " answered"));
            Eventually.until("the machines", () -> read(bytes).contains(MACHINES + " running"));
            assertThat(read(bytes)).contains(SECOND_SCREEN).doesNotContain(FIRST_SCREEN);

            keys.write(key);
            keys.flush();

            assertThat(script.waitFor()).isEqualTo(status);
        } finally {
            script.destroy();
        }
        String all = read(bytes);
        assertThat(all).containsOnlyOnce(FIRST_SCREEN);
        assertThat(all.substring(all.indexOf(FIRST_SCREEN)))
                .contains(AS_BEFORE)
                .doesNotContain("Exception", "Error", "not expected");
        assertThat(all.lastIndexOf(CURSOR)).isGreaterThan(all.lastIndexOf(NO_CURSOR));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--batch", "--json"})
    void readerThatIsGone_shouldEndIt(String kind, @TempDir Path folder) throws Exception {
        Path bytes = folder.resolve("bytes");
        Process pipe = new ProcessBuilder("sh", "-c", command(kind) + " | head -n 1")
                .redirectErrorStream(true)
                .redirectOutput(bytes.toFile())
                .start();
        try {
            Eventually.until("the end of the pipe", () -> !pipe.isAlive());
        } finally {
            pipe.descendants().forEach(ProcessHandle::destroyForcibly);
            pipe.destroyForcibly();
        }
        assertThat(pipe.exitValue()).isZero();
        assertThat(read(bytes).lines()).as("what was read, and no error").hasSize(1);
    }
}
