package flotilla.gateway;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import flotilla.config.FlotillaSettings;
import flotilla.config.HttpSettings;
import flotilla.protocol.DecisionReport.Decision;
import flotilla.protocol.Decisions;
import flotilla.protocol.FleetReport;
import flotilla.protocol.SupervisorCommand;
import flotilla.testing.Browser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A gateway with a browser before it, on machines that have one; workers and supervisor are played by the test. */
abstract class PageFixture extends HttpFixture {
    static final Path SCREENSHOTS = Path.of("target", "screenshots");

    @TempDir
    private static Path profile;

    static Browser browser;

    @TempDir
    private Path folder;

    final PlayedSupervisor played = new PlayedSupervisor(KIT);

    @Override
    ActorRef<SupervisorCommand> supervisor() {
        return played.ref();
    }

    @BeforeAll
    static void openBrowser() throws Exception {
        Optional<Path> program = Browser.found();
        assumeTrue(program.isPresent(), Browser.NONE);
        browser = new Browser(program.get(), profile);
    }

    @AfterAll
    static void closeBrowser() {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void onADesktopInDaylight() {
        browser.window(1280, 900, false);
        browser.prefer(false);
        browser.open("about:blank");
        browser.await("that the page before is gone", "location.href === 'about:blank'");
        browser.forget();
    }

    /** Has a page before it that is of this gateway and runs nothing. */
    void openNothing() {
        leave();
        browser.open(url + "/healthz");
        browser.await("nothing", "location.pathname === '/healthz'");
    }

    /** So that what is awaited next is not true of the page that is open. */
    private void leave() {
        browser.open("about:blank");
        browser.await("no page", "location.href === 'about:blank'");
    }

    void openPage() {
        leave();
        browser.open(url + "/");
        browser.await("the page", "document.querySelector('#fleet-summary')?.textContent");
    }

    Path file(String name, byte[] bytes) throws Exception {
        return Files.write(folder.resolve(name), bytes);
    }

    /** How many pixels of a chart are neither ground nor grid nor letters. */
    static String coloured(String chart) {
        return "(() => { const canvas = document.querySelector('#" + chart + "-chart canvas');"
                + " if (!canvas) return 0;"
                + " const dots = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;"
                + " let count = 0;"
                + " for (let at = 0; at < dots.length; at += 4) {"
                + " const [red, green, blue, alpha] = dots.slice(at, at + 4);"
                + " if (alpha > 200 && Math.max(red, green, blue) - Math.min(red, green, blue) > 60) count++; }"
                + " return count; })()";
    }

    /** A decision some seconds ago. */
    static Decision decision(long number, int secondsAgo, Decisions what) {
        Decision made = what.number(number).decision();
        return new Decision(
                made.n(),
                Instant.now().minusSeconds(secondsAgo),
                made.policy(),
                made.decision(),
                made.reason(),
                made.visible(),
                made.inFlight(),
                made.pending(),
                made.running(),
                made.draining(),
                made.desired(),
                made.accepted(),
                made.answered(),
                made.unanswered(),
                made.actions(),
                made.vote(),
                made.clamps(),
                made.findings(),
                made.shadows(),
                made.forecast(),
                made.hindsight());
    }

    static Decisions hold(int waiting, int inWork, int booting, int working, int ending, int wanted) {
        return Decisions.because("steady")
                .queue(waiting, inWork)
                .fleet(booting, working, ending)
                .wanted(wanted);
    }

    /** A burst that came some minutes ago, was worked off and is over. */
    void playABurst() {
        int number = 1000;
        for (int ago = 600; ago >= 10; ago -= 10) {
            int since = 420 - ago;
            int waiting = since < 0 ? 0 : Math.max(0, 160 - Math.max(0, since - 60) * 2);
            int working = since < 40 || ago < 60 ? 0 : waiting > 0 ? 4 : 1;
            int booting = since >= 0 && since < 40 ? 4 : 0;
            int ending = waiting == 0 && since > 0 && working == 1 && ago > 180 ? 3 : 0;
            long accepted = since < 0 ? 20 : 180;
            Decisions made = hold(waiting, Math.min(waiting, working * 2), booting, working, ending, working + booting)
                    .counted(accepted, accepted - waiting);
            if (since == 0) {
                made = Decisions.because("backlog")
                        .queue(160, 0)
                        .fleet(0, 0, 0)
                        .counted(180, 20)
                        .clamped(8, 4, "max-instances 4")
                        .policy("backlog-time", Map.of("backlog", 160.0, "arrivalRate", 1.5))
                        .actions(
                                Decisions.ok("launch", 1, ""),
                                Decisions.ok("launch", 2, ""),
                                Decisions.ok("launch", 3, ""),
                                Decisions.ok("launch", 4, ""));
            }
            played.decides(decision(number++, ago, made));
        }
    }

    /** An instance that is counted as its state says. */
    static FleetReport.Line instance(int id, String state, int busy) {
        return instance(id, state, busy, "");
    }

    static FleetReport.Line instance(int id, String state, int busy, String countedAs) {
        return new FleetReport.Line(
                "i-0a3a309d8de7dfcf" + id,
                id,
                state,
                busy,
                17L * id,
                Instant.now().minusSeconds(95),
                countedAs);
    }

    static HttpSettings at(int port, HttpSettings settings) {
        return new HttpSettings(
                settings.host(),
                port,
                settings.syncWait(),
                settings.maxImageSize(),
                settings.maxPixels(),
                settings.maxUploadsInFlight(),
                settings.uploadWait(),
                settings.maxFiles(),
                settings.maxBatch(),
                settings.maxBacklog(),
                settings.resultPoll(),
                settings.uploadPaths(),
                settings.maxConnections(),
                settings.tls(),
                settings.access(),
                settings.limits());
    }

    static HttpSettings settings(HttpSettings.Access access) {
        return settings(FlotillaSettings.from(CONFIG).http(), Duration.ofSeconds(60), Optional.empty(), access);
    }
}
