package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import flotilla.drill.FreePort;
import flotilla.testing.Browser;
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
    /** A minute's work for one machine. */
    private static final int IMAGES = 200;
    /** Under way when the system is killed. */
    private static final int MORE = 60;

    private static final Path SCREENSHOTS = Path.of("target", "screenshots");
    private static final Path SAMPLES = Path.of("samples").toAbsolutePath();

    private static final List<String> SETTINGS = List.of(
            "classifier.kind=delay",
            "classifier.delay=300ms",
            "classifier.parallelism=1",
            "scaling.policy=message-count",
            "scaling.messages-per-instance=2",
            "scaling.interval=500ms",
            "scaling.silent-after=1m",
            "scaling.min-instances=0",
            "scaling.max-instances=2",
            "local.boot-delay=200ms",
            "queue.visibility-timeout=10s",
            "queue.receive-wait=1s");

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

    /**
     * Waits until the page has seen both machines at work. They are launched one right after the other, and one alone would have
     * work for a minute; when all is answered before, nobody waits any longer.
     */
    private static void awaitBothAtWork(Browser browser) {
        String both = "document.querySelector('#tile-running').textContent === '2' && " + machinesAtWork(2);
        browser.await("a fleet that has grown", "(window.grown ||= " + both + ") || " + done(IMAGES));
        assertThat(browser.value("window.grown"))
                .as("both machines were seen at work before the last answer")
                .isEqualTo("true");
    }

    private static String machinesAtWork(int count) {
        return "document.querySelectorAll('#fleet [data-state=running]').length === " + count;
    }

    private static String answers() {
        return "document.querySelectorAll('#results li[data-state=done]').length";
    }

    private static String done(int images) {
        return answers() + " === " + images;
    }

    @Test
    void imagesOfThePage_shouldAllBeAnsweredWhateverTheFleetDoes(@TempDir Path folder) throws Exception {
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
            browser.choose("#files", photographs);
            awaitBothAtWork(browser);
            browser.screenshot(SCREENSHOTS.resolve("live-growing.png"));
            browser.await("all answers", done(IMAGES));
            String number = IMAGES + " of " + IMAGES + " answered";
            browser.await(number, "document.querySelector('#status').textContent === '" + number + "'");
            assertThat(browser.value("document.querySelector('#results .label').textContent"))
                    .isEqualTo("rocket");
            browser.await("a fleet that has shrunk", machinesAtWork(0));
            browser.screenshot(SCREENSHOTS.resolve("live-shrunk.png"));

            browser.choose("#files", Arrays.copyOf(photographs, MORE));
            browser.await("one more answer, with others in hand", answers() + " > " + IMAGES);
            List<ProcessHandle> below = first.descendants();
            first.kill();
            browser.await("that the gateway is away", "!document.querySelector('#away').hidden");
            Eventually.until("no process left", () -> below.stream().noneMatch(ProcessHandle::isAlive));
            try (FlotillaProcess second = local(folder, port)) {
                second.awaitLine("ready ");
                browser.await("all answers after the restart", done(IMAGES + MORE));
                browser.await("that it is back", "document.querySelector('#away').hidden");
                browser.screenshot(SCREENSHOTS.resolve("live-after-restart.png"));
            }
        }
    }
}
