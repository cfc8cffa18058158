package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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

/** A whole system that has answered two hundred images: whoever is asked tells the same numbers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AgreementIT {
    private static final int IMAGES = 200;
    private static final int MACHINES = 2;
    private static final Path SCRIPT = Path.of("/usr/bin/script");
    private static final String SECOND_SCREEN = "\u001b[?1049h";
    private static final String FIRST_SCREEN = "\u001b[?1049l";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> SETTINGS = List.of(
            "classifier.kind=delay",
            "classifier.delay=20ms",
            "classifier.parallelism=1",
            "scaling.policy=message-count",
            "scaling.interval=500ms",
            "scaling.min-instances=" + MACHINES,
            "scaling.max-instances=" + MACHINES,
            "local.boot-delay=200ms",
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

    private JsonNode top() throws IOException {
        return JSON.readTree(CommandOutput.of("top", "--url", url, "--once", "--json"));
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
        told.put("top", top().path("states").path("running").asInt());
        told.put("decisions", newestDecision().path("running").asInt(-1));
        told.put(
                "metrics",
                metrics()
                        .find("flotilla_supervisor_instances", "state", "running")
                        .map(Double::intValue)
                        .orElse(-1));
        told.put("fleet", (int) instances().stream()
                .filter(one -> one.path("state").asText().equals("running"))
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
    void instances_shouldBeTheSameToEverybody() throws Exception {
        Eventually.until(
                "the machines at work, as all tell it",
                () -> running().equals(all(MACHINES, "top", "decisions", "metrics", "fleet")));

        assertThat(top().path("instances").findValuesAsText("instanceId"))
                .isEqualTo(json("/v1/fleet").path("instances").findValuesAsText("instanceId"));
        assertThat(top().path("desired").asInt()).isEqualTo(MACHINES);
        assertThat(metrics().value("flotilla_supervisor_desired_instances")).isEqualTo(MACHINES);
    }

    @Test
    void page_shouldShowTheSame(@TempDir Path profile) throws Exception {
        Optional<Path> program = Browser.found();
        assumeTrue(program.isPresent(), Browser.NONE);
        try (Browser browser = new Browser(program.get(), profile)) {
            browser.open(url + "/");

            browser.await("answers", "document.querySelector('#tile-answered')?.textContent === '" + IMAGES + "'");
            browser.await("machines", "document.querySelector('#tile-running').textContent === '" + MACHINES + "'");
            browser.await(
                    "their table", "document.querySelectorAll('#fleet [data-state=running]').length === " + MACHINES);
        }
    }

    /** A terminal of its own, which util-linux's {@code script} makes; its keys come from here, its bytes go to a file. */
    private Process topOnTerminal(Path bytes) throws IOException {
        assumeTrue(Files.isExecutable(SCRIPT), "there is no script(1) here, which makes terminals");
        List<String> top = FlotillaProcess.command(List.of("-Xmx128m"), "top", "--url", url, "--interval", "200ms");
        ProcessBuilder builder = new ProcessBuilder(
                SCRIPT.toString(), "-qefc", "stty rows 24 cols 100; exec " + String.join(" ", top), "/dev/null");
        builder.environment().put("TERM", "xterm");
        return builder.redirectErrorStream(true).redirectOutput(bytes.toFile()).start();
    }

    private static String read(Path bytes) throws IOException {
        return Files.readString(bytes, StandardCharsets.ISO_8859_1);
    }

    @Test
    void terminal_shouldShowTheSameUntilAKeyEndsItAndBeAsBefore(@TempDir Path folder) throws Exception {
        Path bytes = folder.resolve("bytes");
        Process script = topOnTerminal(bytes);
        try (OutputStream keys = script.getOutputStream()) {
            Eventually.until("the answers", () -> read(bytes).contains(IMAGES + " answered"));
            Eventually.until("the machines", () -> read(bytes).contains(MACHINES + " running"));
            assertThat(read(bytes)).contains(SECOND_SCREEN).doesNotContain(FIRST_SCREEN);

            keys.write('q');
            keys.flush();

            assertThat(script.waitFor()).isZero();
        } finally {
            script.destroy();
        }
        assertThat(read(bytes)).containsOnlyOnce(FIRST_SCREEN);
    }

    @Test
    void terminalOfAProcessThatIsEnded_shouldBeGivenBackToo(@TempDir Path folder) throws Exception {
        Path bytes = folder.resolve("bytes");
        Process script = topOnTerminal(bytes);
        try {
            Eventually.until("the answers", () -> read(bytes).contains(IMAGES + " answered"));

            try (OutputStream keys = script.getOutputStream()) {
                keys.write(3);
                keys.flush();
                script.waitFor();
            }
        } finally {
            script.destroy();
        }
        assertThat(read(bytes)).containsOnlyOnce(FIRST_SCREEN);
    }
}
