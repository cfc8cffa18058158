package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.testing.Browser;
import flotilla.testing.FreePort;
import flotilla.testing.Scrape;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page in a real browser before the whole system, with worker processes and a classifier that takes time. */
class LivePageIT {
    private static final int IMAGES = 200;
    /** Under way when the system is killed. */
    private static final int MORE = 60;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path SCREENSHOTS = Path.of("target", "screenshots");
    private static final Path SAMPLES = Path.of("samples").toAbsolutePath();

    private static final List<String> SETTINGS = List.of(
            "classifier.kind=delay",
            "classifier.delay=200ms",
            "classifier.parallelism=1",
            "scaling.policy=message-count",
            "scaling.messages-per-instance=2",
            "scaling.interval=500ms",
            "scaling.silent-after=1m",
            "scaling.min-instances=1",
            "scaling.max-instances=2",
            "local.boot-delay=200ms",
            "queue.visibility-timeout=10s",
            "queue.receive-wait=1s");

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static FlotillaProcess local(Path folder, int port) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(
                "local",
                "--port",
                Integer.toString(port),
                "--data",
                folder.resolve("data").toString()));
        SETTINGS.forEach(setting -> arguments.addAll(List.of("--set", "flotilla." + setting)));
        return FlotillaProcess.start(folder, arguments.toArray(String[]::new));
    }

    /** What page, metrics and decisions say at about the same time; -1 where one says nothing. */
    private record Said(int page, int metrics, int decisions) {}

    private Said said(Browser browser, String url, String tile, String metric, String state) throws IOException {
        Scrape scrape = Scrape.of(text(url + "/metrics"));
        Optional<Double> counted =
                state.isEmpty() ? Optional.of(scrape.sum(metric)) : scrape.find(metric, "state", state);
        String shown = browser.text("#tile-" + tile);
        return new Said(
                shown.matches("\\d+") ? Integer.parseInt(shown) : -1,
                counted.map(Double::intValue).orElse(-1),
                newestDecision(url).path(tile).asInt(-1));
    }

    private JsonNode newestDecision(String url) throws IOException {
        return JSON.readTree(text(url + "/v1/scaling/decisions?limit=1"))
                .path("decisions")
                .path(0);
    }

    private String text(String url) {
        return http.sendAsync(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString())
                .join()
                .body();
    }

    private Said running(Browser browser, String url) throws IOException {
        return said(browser, url, "running", "flotilla_supervisor_instances", "running");
    }

    private Said answered(Browser browser, String url) throws IOException {
        return said(browser, url, "answered", "flotilla_gateway_answer_seconds_count", "");
    }

    private Said accepted(Browser browser, String url) throws IOException {
        return said(browser, url, "accepted", "flotilla_gateway_images_accepted_total", "");
    }

    private static Path[] photographs(Path folder) throws Exception {
        List<Path> all = new ArrayList<>();
        for (int i = 0; i < IMAGES - 4; i++) {
            all.add(Files.write(folder.resolve("image-" + i + ".png"), GatewayClient.TINY_PNG));
        }
        for (String sample : List.of("astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg")) {
            all.add(SAMPLES.resolve(sample));
        }
        return all.toArray(Path[]::new);
    }

    /** There is work until page and decisions have seen two machines at work, however long the second one boots. */
    private static int sendUntilBothWork(Browser browser, Path... photographs) {
        String both = "document.querySelector('#tile-running').textContent === '2'"
                + " && document.querySelectorAll('#fleet [data-state=running]').length === 2";
        int sent = 0;
        boolean seen = false;
        while (!seen) {
            browser.choose("#files", photographs);
            sent += photographs.length;
            browser.await("a fleet that has grown", "(window.grown ||= " + both + ") || " + done(sent));
            seen = browser.value("window.grown").equals("true");
        }
        return sent;
    }

    private static String done(int images) {
        return "document.querySelectorAll('#results li[data-state=done]').length === " + images;
    }

    @Test
    void twoHundredImages_shouldBeCountedAlikeByPageMetricsAndDecisions(@TempDir Path folder) throws Exception {
        Optional<Path> program = Browser.found();
        assumeTrue(program.isPresent(), Browser.NONE);
        int port = FreePort.next();
        try (FlotillaProcess first = local(folder, port);
                Browser browser = new Browser(program.get(), Files.createDirectory(folder.resolve("profile")))) {
            String url = first.awaitLine("ready ");
            browser.window(1280, 900, false);
            browser.open(url + "/");
            browser.await("the page", "document.querySelector('#fleet-summary')?.textContent");

            Path[] photographs = photographs(folder);
            int sent = sendUntilBothWork(browser, photographs);
            browser.screenshot(SCREENSHOTS.resolve("live-growing.png"));
            browser.await("all answers", done(sent));
            String number = sent + " of " + sent + " answered";
            browser.await(number, "document.querySelector('#status').textContent === '" + number + "'");
            assertThat(browser.value("document.querySelector('#results .label').textContent"))
                    .isEqualTo("rocket");
            Said all = new Said(sent, sent, sent);
            Eventually.until(
                    "the images accepted, as all see it",
                    () -> accepted(browser, url).equals(all));
            Eventually.until(
                    "the images answered, as all see it",
                    () -> answered(browser, url).equals(all));
            Eventually.until(
                    "one machine at work, as all see it",
                    () -> running(browser, url).equals(new Said(1, 1, 1)));
            browser.await(
                    "a fleet that has shrunk", "document.querySelectorAll('#fleet [data-state=running]').length === 1");
            browser.screenshot(SCREENSHOTS.resolve("live-shrunk.png"));

            browser.choose("#files", Arrays.copyOf(photographs, MORE));
            browser.await("some accepted", "document.querySelector('#results li[data-state=accepted]')");
            List<ProcessHandle> below = first.descendants();
            first.kill();
            browser.await("that the gateway is away", "!document.querySelector('#away').hidden");
            Eventually.until("no process left", () -> below.stream().noneMatch(ProcessHandle::isAlive));
            try (FlotillaProcess second = local(folder, port)) {
                second.awaitLine("ready ");
                browser.await("all answers after the restart", done(sent + MORE));
                browser.await("that it is back", "document.querySelector('#away').hidden");
                browser.screenshot(SCREENSHOTS.resolve("live-after-restart.png"));
            }
        }
    }
}
