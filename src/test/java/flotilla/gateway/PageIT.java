package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.config.ApiKeySettings;
import flotilla.config.ApiKeySettings.Role;
import flotilla.config.FlotillaSettings;
import flotilla.config.HttpSettings;
import flotilla.domain.FailureCode;
import flotilla.domain.Outcome;
import flotilla.domain.Prediction;
import flotilla.drill.FreePort;
import flotilla.protocol.ClassificationRequest;
import flotilla.protocol.Decisions;
import flotilla.protocol.FleetReport;
import flotilla.testing.Images;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The page in a real browser, on machines that have one; workers and supervisor are played by the test. */
class PageIT extends PageFixture {
    private static final String ANY_ROW = "document.querySelectorAll('#results li')";

    private static String row(String file) {
        return "[..." + ANY_ROW + "].find(row => row.innerText.includes(" + HttpFixture.JSON.valueToTree(file) + "))";
    }

    private static void awaitRow(String file, String state) {
        browser.await(file + " " + state, row(file) + "?.dataset.state === '" + state + "'");
    }

    private static void awaitStatus(String text) {
        browser.await(text, "document.querySelector('#status').textContent === '" + text + "'");
    }

    private static String textOfRow(String file) {
        return browser.value(row(file) + ".innerText");
    }

    private static Outcome labels() {
        return new Outcome.Labelled(
                "model",
                List.of(
                        new Prediction("Cat", 7, 0.847),
                        new Prediction("Lynx", 9, 0.101),
                        new Prediction("Dog", 3, 0.02)));
    }

    private ClassificationRequest requestFor(List<ClassificationRequest> all, String file) {
        return all.stream()
                .filter(one -> one.file().value().equals(file))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void uploadedPhotograph_shouldShowItsLabelItsBarsAndItsTime() throws Exception {
        openPage();
        browser.choose("#files", file("cat.png", PNG));
        awaitRow("cat.png", "accepted");

        answer(accepted(1).get(0), labels());

        awaitRow("cat.png", "done");
        assertThat(textOfRow("cat.png"))
                .contains("Cat", "84.7 %", "Lynx", "10.1 %", "Dog", "2.0 %")
                .containsPattern("\\d+\\.\\d s from upload to answer");
        assertThat(browser.value(row("cat.png") + ".querySelectorAll('.fill').length"))
                .isEqualTo("3");
        assertThat(browser.value(row("cat.png") + ".querySelector('.fill').style.width"))
                .isEqualTo("84.7%");
        browser.await("its picture, cut to a square", row("cat.png") + ".querySelector('img').naturalWidth === 3");
        awaitStatus("1 of 1 answered");
        assertThat(browser.complaints()).isEmpty();
        assertThat(browser.requested())
                .contains(url + "/v1/classifications/stream")
                .allMatch(asked -> asked.startsWith(url + "/") || asked.matches("(data|about|blob):.*"));
    }

    /** Lets a photograph go over an element; whether the browser would have left the page for it. */
    private static String drop(String name, byte[] bytes, String selector) {
        return browser.value("(() => { const given = new DataTransfer(), place = document.querySelector('" + selector
                + "');"
                + " const bytes = Uint8Array.from(atob('" + Base64.getEncoder().encodeToString(bytes)
                + "'), one => one.charCodeAt(0));"
                + " given.items.add(new File([bytes], '" + name + "', {type: 'image/png'}));"
                + " const lets = kind => place.dispatchEvent(new DragEvent(kind,"
                + " {bubbles: true, cancelable: true, dataTransfer: given}));"
                + " lets('dragenter'); lets('dragover');"
                + " const over = place.classList.contains('over'), left = lets('drop');"
                + " return over + ' ' + place.classList.contains('over') + ' ' + left; })()");
    }

    @Test
    void droppedPhotograph_shouldBeSentAndAnswered() throws Exception {
        openPage();

        assertThat(drop("dropped.png", PNG, "#drop"))
                .as("marked before, marked after, page left")
                .isEqualTo("true false false");
        awaitRow("dropped.png", "accepted");
        ClassificationRequest request = accepted(1).get(0);
        assertThat(request.file().value()).isEqualTo("dropped.png");
        answer(request, label("Cat"));

        awaitRow("dropped.png", "done");
        assertThat(textOfRow("dropped.png")).contains("Cat");
    }

    @Test
    void photographDroppedBesideTheBox_shouldNeitherBeSentNorTakeThePlaceOfThePage() {
        openPage();

        assertThat(drop("beside.png", PNG, "h1")).isEqualTo("false false false");

        assertThat(browser.value(ANY_ROW + ".length")).isEqualTo("0");
    }

    @Test
    void errors_shouldStandBesideThePhotographsThatCausedThem() throws Exception {
        openPage();
        browser.choose(
                "#files",
                file("first.png", PNG),
                file("notes.png", "no picture at all".getBytes(StandardCharsets.UTF_8)),
                file("broken.png", Images.png(6, 5)),
                file("last.png", Images.png(7, 5)));
        List<ClassificationRequest> all = accepted(3);
        answer(requestFor(all, "first.png"), label("Rocket"));
        answer(requestFor(all, "broken.png"), new Outcome.Failed(FailureCode.DAMAGED, "the image ends too early"));
        answer(requestFor(all, "last.png"), label("Coffee cup"));

        awaitRow("first.png", "done");
        awaitRow("last.png", "done");
        awaitRow("notes.png", "failed");
        awaitRow("broken.png", "failed");
        assertThat(textOfRow("first.png")).contains("Rocket");
        assertThat(textOfRow("last.png")).contains("Coffee cup");
        assertThat(textOfRow("notes.png")).contains("not an image");
        assertThat(textOfRow("broken.png")).contains("the image ends too early");
        awaitStatus("4 of 4 answered, 2 of them errors");
        browser.screenshot(SCREENSHOTS.resolve("errors.png"));
    }

    @Test
    void hostileNamesAndLabels_shouldBeTextAndNothingElse() throws Exception {
        String name = "<img src=x onerror=document.title=1>.png";
        played.shows(new FleetReport.Line("<b>i-1</b>", 1, "<i>running</i>", 1, 7, Instant.now(), ""));
        openPage();
        browser.choose("#files", file(name, PNG));

        answer(accepted(1).get(0), label("<script>document.title=2</script>"));

        awaitRow(name, "done");
        assertThat(textOfRow(name)).contains(name, "<script>document.title=2</script>");
        browser.await("the instance", "document.querySelector('#fleet').innerText.includes('<b>i-1</b>')");
        assertThat(browser.value("document.title")).isEqualTo("Flotilla");
        assertThat(browser.value("document.querySelectorAll('img[src=x], main script, main b, main i').length"))
                .isEqualTo("0");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void filesThatCannotBeTaken_shouldBeToldSoWithoutBeingSent() throws Exception {
        byte[] large = Arrays.copyOf(PNG, MAX_SIZE + 1);
        openPage();
        browser.choose(
                "#files",
                file("large.png", large),
                file("notes.txt", "no picture at all".getBytes(StandardCharsets.UTF_8)),
                file("empty.png", new byte[0]));

        awaitRow("large.png", "failed");
        awaitRow("notes.txt", "failed");
        awaitRow("empty.png", "failed");
        assertThat(textOfRow("large.png")).contains("too large: 97.7 KiB, and at most 97.6 KiB are taken");
        assertThat(textOfRow("notes.txt")).contains("not an image", "JPEG, PNG, GIF or WebP");
        assertThat(textOfRow("empty.png")).contains("empty");
        assertThat(browser.requested()).doesNotContain(url + "/v1/classifications");
    }

    @Test
    void whatOnlyTheGatewaySees_shouldStandBesideThePhotographToo() throws Exception {
        openPage();
        browser.choose("#files", file("claims.png", Images.pngClaiming(30_000, 30_000)));

        awaitRow("claims.png", "failed");

        assertThat(textOfRow("claims.png")).contains("more than the 50000000 taken");
    }

    @Test
    void largePhotograph_shouldBeKeptAsASmallPicture() throws Exception {
        openPage();
        browser.choose("#files", file("large.png", Images.png(900, 600)));

        browser.await("a small picture", row("large.png") + "?.querySelector('img')?.naturalWidth === 160");
        assertThat(browser.value(row("large.png") + ".querySelector('img').naturalHeight"))
                .isEqualTo("160");
    }

    @Test
    void fleet_shouldBeSeenGrowingAndShrinkingWithTheDecisionsThatDidIt() throws Exception {
        playABurst();
        openPage();
        assertThat(browser.text("#fleet-summary")).startsWith("No machine is up");
        for (String chart : List.of("queue", "arrivals", "machines")) {
            browser.await("the past in the chart of " + chart, coloured(chart) + " > 200");
        }
        browser.await("the past in the list", "document.querySelectorAll('#decisions > li').length === 10");
        browser.click("#earlier");
        browser.await("more of it", "document.querySelectorAll('#decisions > li').length === 20");
        assertThat(browser.text("#tile-accepted")).isEqualTo("180");
        assertThat(browser.text("#tile-answered")).isEqualTo("180");

        played.shows(instance(1, "pending", 0), instance(2, "pending", 0));
        played.decides(decision(
                2000,
                0,
                Decisions.because("backlog")
                        .queue(26, 0)
                        .fleet(0, 0, 0)
                        .wanted(2)
                        .counted(206, 180)
                        .actions(Decisions.ok("launch", 1, ""), Decisions.ok("launch", 2, ""))));
        browser.await("two that boot", "document.querySelectorAll('#fleet [data-state=pending]').length === 2");
        browser.await(
                "the launch", "document.querySelector('#decisions li').innerText.includes('app-tier ids 1 and 2')");
        assertThat(browser.text("#decisions li .note")).startsWith("26 waiting, 0 in work; ");
        browser.await("the queue", "document.querySelector('#tile-visible').textContent === '26'");

        played.shows(instance(1, "running", 2), instance(2, "draining", 1));
        played.decides(decision(2001, 0, hold(3, 3, 0, 1, 1, 1).counted(206, 200)));
        browser.await(
                "one at work, one that ends",
                "document.querySelectorAll('#fleet tr').length === 2"
                        + " && document.querySelector('#fleet [data-state=running]')"
                        + " && document.querySelector('#fleet [data-state=draining]')");
        assertThat(browser.text("#fleet")).contains("classifies on 2 classifiers", "then ends");
        assertThat(browser.text("#fleet-summary")).isEqualTo("Machines: 1 at work, 1 asked to end.");
        browser.await(
                "the figures",
                "document.querySelector('#tile-running').textContent === '1'"
                        + " && document.querySelector('#machines-caption').textContent.includes('1 at work')");
        assertThat(browser.text("div:has(> #tile-draining) dt")).isEqualTo("Asked to end");
        assertThat(browser.text("#decisions li .note")).contains(", 1 asked to end; ");
        assertThat(browser.text("#machines-caption")).contains(", 1 asked to end, ");
        assertThat(browser.value("document.querySelector('#figures thead').textContent"))
                .contains("Asked to end");
        browser.value("document.querySelector('#figures').open = true");
        browser.await("the table", "document.querySelectorAll('#figures-rows tr').length === 40");
        browser.value("document.querySelector('#decisions details').open = true");
        browser.screenshot(SCREENSHOTS.resolve("fleet-light.png"));
        browser.prefer(true);
        browser.await("dark", "matchMedia('(prefers-color-scheme: dark)').matches");
        browser.screenshot(SCREENSHOTS.resolve("fleet-dark.png"));

        browser.click("#acts");
        browser.await("only what did something", "document.querySelectorAll('#decisions > li').length === 2");
        played.shows();
        played.decides(decision(2002, 0, hold(0, 0, 0, 0, 0, 0).counted(206, 206)));
        browser.await("nobody", "document.querySelectorAll('#fleet tr').length === 0");
        browser.await("all answered", "document.querySelector('#tile-answered').textContent === '206'");
        assertThat(browser.complaints()).isEmpty();
    }

    private HttpSettings startAtAPortToComeBackTo() throws Exception {
        stop();
        HttpSettings settings = at(
                FreePort.next(), settings(FlotillaSettings.from(CONFIG).http().access()));
        start(settings);
        return settings;
    }

    @Test
    void gatewayThatComesBack_shouldBeFoundAndNothingBeLost() throws Exception {
        HttpSettings settings = startAtAPortToComeBackTo();
        played.decides(decision(1, 5, hold(0, 0, 0, 0, 0, 0)));
        openPage();
        browser.choose("#files", file("before.png", PNG));
        awaitRow("before.png", "accepted");

        stop();
        browser.await("that it is away", "!document.querySelector('#away').hidden");
        browser.choose("#files", file("meanwhile.png", Images.png(6, 5)));
        awaitRow("meanwhile.png", "waiting");
        browser.screenshot(SCREENSHOTS.resolve("away.png"));
        start(settings);
        played.decides(decision(2, 0, hold(7, 0, 0, 0, 0, 0)));

        browser.await("that it is back", "document.querySelector('#away').hidden");
        for (ClassificationRequest request : accepted(2)) {
            answer(request, label("Cat"));
        }
        awaitRow("before.png", "done");
        awaitRow("meanwhile.png", "done");
        browser.await("its decisions", "document.querySelector('#tile-visible').textContent === '7'");
        assertThat(requests.sent()).as("each was accepted once").hasSize(2);
    }

    /** As for a photograph whose page was asleep for longer than answers are kept. */
    @Test
    void answerThatHasExpired_shouldBeToldBesideItsPhotograph() throws Exception {
        HttpSettings settings = startAtAPortToComeBackTo();
        openPage();
        browser.choose("#files", file("old.png", PNG));
        awaitRow("old.png", "accepted");
        stop();
        images.objects.clear();
        resultLifetime = Duration.ofMillis(1);
        start(settings);

        awaitRow("old.png", "failed");

        assertThat(textOfRow("old.png")).contains("its answer has expired; send it again");
        awaitStatus("1 of 1 answered, 1 of them an error");
        browser.screenshot(SCREENSHOTS.resolve("expired.png"));
    }

    @Test
    void gatewayThatAsksForAKey_shouldGetTheOneThatItsUserGives() throws Exception {
        stop();
        start(settings(keys("s3cret")));
        browser.open(url + "/");
        browser.await(
                "that a key is asked for",
                "document.querySelector('#key').open"
                        + " && document.querySelector('#key-message').textContent.includes('key')");
        browser.choose("#files", file("cat.png", PNG));
        awaitRow("cat.png", "waiting");
        browser.screenshot(SCREENSHOTS.resolve("key.png"));

        giveKey("s3cret");

        browser.await("the fleet", "document.querySelector('#fleet-summary').textContent.startsWith('No machine')");
        answer(accepted(1).get(0), label("Cat"));
        awaitRow("cat.png", "done");
        assertThat(browser.value("document.querySelector('#key').open")).isEqualTo("false");
        assertThat(browser.value("sessionStorage.length + ' ' + localStorage.length + document.cookie"))
                .isEqualTo("1 0");
        browser.click("#key summary");
        browser.click("#key-forget");
        assertThat(browser.value("sessionStorage.length")).isEqualTo("0");
    }

    private static void giveKey(String key) {
        browser.value("document.querySelector('#key-value').value = '" + key + "'");
        browser.click("#key-form button[type=submit]");
    }

    private static HttpSettings.Access keys(String secret) {
        return new HttpSettings.Access(
                List.of(new ApiKeySettings("page", AccessControl.sha256(secret), Set.of(Role.READ, Role.SUBMIT), 0, 0)),
                false,
                List.of());
    }

    @Test
    void keyThatIsNoLongerTaken_shouldBeAskedForAgain() throws Exception {
        int port = FreePort.next();
        stop();
        start(at(port, settings(keys("first"))));
        browser.open(url + "/");
        browser.await("that a key is asked for", "document.querySelector('#key').open");
        giveKey("wrong");
        browser.await(
                "that it is not known",
                "document.querySelector('#key').open"
                        + " && document.querySelector('#key-message').textContent.includes('does not know this key')");
        giveKey("first");
        browser.await("the fleet", "document.querySelector('#fleet-summary').textContent.startsWith('No machine')");
        assertThat(browser.value("document.querySelector('#key').open")).isEqualTo("false");

        stop();
        start(at(port, settings(keys("second"))));

        browser.await(
                "that another key is asked for",
                "document.querySelector('#key').open"
                        + " && document.querySelector('#key-message').textContent.includes('any more')");
        played.shows(instance(1, "running", 0));
        giveKey("second");
        browser.await("the machine", "document.querySelectorAll('#fleet tr').length === 1");
        assertThat(browser.value("document.querySelector('#key').open")).isEqualTo("false");
    }

    @Test
    void phone_shouldShowAllWithoutScrollingSideways() throws Exception {
        browser.window(360, 740, true);
        playABurst();
        played.shows(instance(1, "running", 2), instance(12, "draining", 1));
        openPage();
        String name = "a-very-long-name-without-any-space-in-it-as-cameras-and-people-make-them-0123456789.png";
        browser.choose("#files", file(name, PNG), file("notes.png", new byte[20]));
        answer(accepted(1).get(0), labels());
        awaitRow(name, "done");
        awaitRow("notes.png", "failed");
        browser.await("the list", "document.querySelectorAll('#decisions > li').length === 10");

        assertThat(browser.value("document.documentElement.scrollWidth")).isEqualTo("360");
        browser.screenshot(SCREENSHOTS.resolve("phone.png"));
        browser.prefer(true);
        browser.screenshot(SCREENSHOTS.resolve("phone-dark.png"));
    }

    @Test
    void costs_shouldBeShownWithTheirParts() {
        openPage();

        browser.await("the costs", "document.querySelector('#cost-total').textContent === '6.25'");
        assertThat(browser.value("document.querySelector('#cost-image').textContent"))
                .isEqualTo("0.000347");
        assertThat(browser.value("document.querySelector('#cost-hour').textContent"))
                .isEqualTo("6.25");
        assertThat(browser.value("document.querySelector('#cost-idle').textContent"))
                .isEqualTo("25 %");
        assertThat(browser.value("document.querySelector('#cost-note').textContent"))
                .startsWith("In EUR, ")
                .contains("Records reach back to ")
                .doesNotContain("there were more");
        assertThat(browser.value("document.querySelector('#cost-rows').textContent"))
                .contains("c7i.large on Spot", "sqs:ReceiveMessage", "unknown");
    }

    @Test
    void keyboard_shouldReachEverythingInTheOrderOfThePage() {
        played.shows(instance(1, "running", 1));
        openPage();
        List<String> reached = new ArrayList<>();
        for (int i = 0; i < 17; i++) {
            browser.tab();
            reached.add(browser.value("document.activeElement.id || document.activeElement.tagName + ' '"
                    + " + (document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText)"));
        }

        assertThat(reached)
                .containsExactly(
                        "SUMMARY API key",
                        "theme",
                        "files",
                        "machines",
                        "range",
                        "BUTTON waiting",
                        "BUTTON in work",
                        "BUTTON arrivals a minute",
                        "BUTTON at work",
                        "BUTTON booting",
                        "BUTTON asked to end",
                        "BUTTON wanted",
                        "SUMMARY The same as a table",
                        "acts",
                        "cost-since",
                        "SUMMARY Of what",
                        "A All requests");
    }

    @Test
    void chosenColours_shouldHoldWhateverTheSystemPrefers() {
        openPage();
        String ground = "getComputedStyle(document.body).backgroundColor";
        assertThat(browser.value(ground)).isEqualTo("rgb(255, 255, 255)");

        browser.value("(() => { const theme = document.querySelector('#theme'); theme.value = 'dark';"
                + " theme.dispatchEvent(new Event('change')); })()");

        assertThat(browser.value(ground)).isEqualTo("rgb(18, 23, 29)");
        openPage();
        assertThat(browser.value(ground)).isEqualTo("rgb(18, 23, 29)");
        browser.value("localStorage.clear()");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void page_shouldHaveNoFaultThatAxeFinds(boolean dark) throws Exception {
        browser.prefer(dark);
        playABurst();
        played.shows(instance(1, "running", 2), instance(2, "draining", 1), instance(3, "pending", 0));
        openPage();
        browser.choose("#files", file("cat.png", PNG), file("notes.png", new byte[20]));
        answer(accepted(1).get(0), labels());
        awaitRow("cat.png", "done");
        awaitRow("notes.png", "failed");
        browser.value("document.querySelectorAll('details').forEach(one => one.open = true)");

        assertThat(Axe.violations(browser)).isEmpty();
    }
}
