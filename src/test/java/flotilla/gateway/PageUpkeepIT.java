package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The page when what it shows grows old, changes under its user's hands, or comes without its parts. */
class PageUpkeepIT extends PageFixture {
    private static final String OLD_FIGURES = "document.querySelector('#tiles').classList.contains('old')";
    private static final String OLD_MACHINES = "document.querySelector('#machines').classList.contains('old')";

    @AfterEach
    void blockNothing() {
        browser.block();
    }

    private static void awaitTile(String name, String text) {
        browser.await(name + " " + text, "document.querySelector('#tile-" + name + "').textContent === '" + text + "'");
    }

    @Test
    void figuresOfASupervisorThatFellSilent_shouldBeShownAsOldUntilThereIsNews() throws Exception {
        played.decides(decision(1, 130, hold(5, 0, 0, 1, 0, 1)));
        played.decides(decision(2, 120, hold(6, 0, 0, 1, 0, 1)));
        openPage();
        awaitTile("visible", "6");

        browser.await("that they are old", OLD_FIGURES);
        assertThat(browser.text("#silent")).matches("No news from the supervisor since .*; these figures are old\\.");
        assertThat(browser.text("#as-of")).startsWith("As of ");
        browser.screenshot(SCREENSHOTS.resolve("silent.png"));

        played.decides(decision(3, 0, hold(7, 0, 0, 1, 0, 1)));

        awaitTile("visible", "7");
        browser.await("that they are new", "!" + OLD_FIGURES + " && !document.querySelector('#silent').textContent");
    }

    @Test
    void machinesOfASupervisorThatDoesNotAnswer_shouldBeShownAsOldUntilItDoes() {
        played.shows(instance(1, "running", 1));
        openPage();
        browser.await("the machine", "document.querySelectorAll('#fleet tr').length === 1");
        assertThat(browser.value(OLD_MACHINES)).isEqualTo("false");

        played.silent(true);

        browser.await("that it is old", OLD_MACHINES);
        assertThat(browser.text("#fleet-summary")).startsWith("No news of the machines since ");
        played.silent(false);
        browser.await("that it is new", "!" + OLD_MACHINES);
        assertThat(browser.text("#fleet-summary")).isEqualTo("Machines: 1 at work.");
    }

    /** One whose worker is not heard of, and one that EC2 takes back: neither tile nor sentence counts them as at work. */
    @Test
    void machinesThatTheirStateAloneDoesNotTell_shouldBeShownAsWhatTheyAreCounted() {
        played.decides(decision(1, 0, hold(0, 0, 0, 1, 0, 1)));
        played.shows(
                instance(1, "running", 1, "running"),
                instance(2, "running", 1, "silent"),
                instance(3, "draining", 1, "ending"));
        openPage();
        awaitTile("running", "1");
        awaitTile("draining", "0");
        browser.await("the machines", "document.querySelectorAll('#fleet tr').length === 3");

        assertThat(browser.text("#fleet-summary")).isEqualTo("Machines: 1 at work, 1 silent, 1 ending.");
        assertThat(browser.text("#fleet tr:nth-child(2)")).contains("silent", "is not heard of");
        assertThat(browser.text("#fleet tr:nth-child(3)")).contains("ending", "then ends");
        assertThat(browser.value("document.querySelectorAll('#fleet [data-state=running]').length"))
                .isEqualTo("1");
    }

    @Test
    void rowsOfMachines_shouldStayWhileTheMachinesDo() {
        played.shows(instance(1, "running", 2), instance(2, "pending", 0));
        openPage();
        browser.await("two machines", "document.querySelectorAll('#fleet tr').length === 2");
        browser.value("(() => { const cell = document.querySelector('#fleet tr:nth-child(2) td:nth-child(2)');"
                + " cell.parentNode.remembered = true; getSelection().selectAllChildren(cell); })()");

        played.shows(instance(2, "running", 1), instance(3, "pending", 0));

        browser.await(
                "another machine",
                "[...document.querySelectorAll('#fleet tr')].map(row => row.cells[0].textContent).join() === '2,3'");
        assertThat(browser.text("#fleet tr")).contains("running", "classifies on 1 classifier");
        assertThat(browser.value("document.querySelector('#fleet tr').remembered"))
                .isEqualTo("true");
        assertThat(browser.value("getSelection().toString()"))
                .isEqualTo(instance(2, "", 0).instanceId());
        assertThat(browser.value("document.querySelector('#fleet tr:nth-child(2)').remembered"))
                .isEqualTo("undefined");
    }

    /** Marks the first row of a table's body and selects what is in a cell of it, which is returned. */
    private static String mark(String rows, int cell) {
        return browser.value("(() => { const row = document.querySelector('#" + rows + " tr'), cell = row.cells[" + cell
                + "]; row.remembered = true; getSelection().selectAllChildren(cell); return cell.textContent; })()");
    }

    /** Whether this row of a table's body is the one that was marked. */
    private static String isMarked(String rows, int row) {
        return browser.value("document.querySelector('#" + rows + "').rows[" + row + "].remembered === true");
    }

    private static String selected() {
        return browser.value("getSelection().toString()");
    }

    @Test
    void rowsOfFigures_shouldStayWhenADecisionFalls() {
        playABurst();
        openPage();
        browser.value("document.querySelector('#figures').open = true");
        browser.await("the table", "document.querySelectorAll('#figures-rows tr').length === 40");
        String time = mark("figures-rows", 0);

        played.decides(decision(1060, 0, hold(9, 0, 0, 1, 0, 1)));

        browser.await("another row", "document.querySelector('#figures-rows tr').cells[1].textContent === '9'");
        assertThat(browser.value("document.querySelectorAll('#figures-rows tr').length"))
                .isEqualTo("40");
        assertThat(isMarked("figures-rows", 1)).isEqualTo("true");
        assertThat(selected()).isEqualTo(time);
    }

    @Test
    void rowsOfCosts_shouldStayWhenTheyAreAskedForAgain() {
        openPage();
        browser.value("document.querySelector('#cost-kinds').open = true");
        browser.await("the costs", "document.querySelector('#cost-total').textContent === '6.25'");
        String machine = mark("cost-rows", 0);

        browser.value("(() => { document.querySelector('#cost-total').textContent = '';"
                + " const since = document.querySelector('#cost-since'); since.value = '1h';"
                + " since.dispatchEvent(new Event('change')); })()");

        browser.await("the costs again", "document.querySelector('#cost-total').textContent === '6.25'");
        assertThat(isMarked("cost-rows", 0)).isEqualTo("true");
        assertThat(selected()).isEqualTo(machine);
    }

    @Test
    void chartsWithoutTheirLibrary_shouldNotStopThePage() {
        browser.block("*/page/uplot.js");
        playABurst();
        played.shows(instance(1, "running", 0));

        openPage();

        awaitTile("accepted", "180");
        browser.await("the machine", "document.querySelectorAll('#fleet tr').length === 1");
        browser.await("the decisions", "document.querySelectorAll('#decisions > li').length === 10");
        browser.await("that there are none", "!document.querySelector('#no-charts').hidden");
        assertThat(browser.text("#queue-caption")).startsWith("Queue, images: 0 waiting");
        browser.value("document.querySelector('#figures').open = true");
        browser.await("the table", "document.querySelectorAll('#figures-rows tr').length === 40");
    }

    private static String focused() {
        return browser.value("document.activeElement.innerText");
    }

    /** Presses a button as the keyboard does: it has the focus. */
    private static void press(String button) {
        browser.value("document.querySelector('" + button + "').focus()");
        browser.click(button);
    }

    @Test
    void formOfTheKeyThatCloses_shouldLeaveTheFocusWhereItWasOpened() {
        openPage();
        browser.click("#key summary");

        press("#key-form button[type=submit]");

        assertThat(browser.value("document.querySelector('#key').open")).isEqualTo("false");
        assertThat(focused()).isEqualTo("API key");
    }

    @Test
    void earlierOnesThatAreUsedUp_shouldLeaveTheFocusInTheList() {
        for (int n = 1; n <= 25; n++) {
            played.decides(decision(n, 300 - 10 * n, hold(0, 0, 0, 0, 0, 0)));
        }
        openPage();
        browser.await("the list", "document.querySelectorAll('#decisions > li').length === 10");

        press("#earlier");
        browser.await("more of it", "document.querySelectorAll('#decisions > li').length === 20");
        assertThat(focused()).as("while there is more").isEqualTo("Show earlier ones");
        press("#earlier");

        browser.await("all of it", "document.querySelectorAll('#decisions > li').length === 25");
        assertThat(browser.value("document.querySelector('#earlier').hidden")).isEqualTo("true");
        assertThat(focused()).isEqualTo("Figures of decision 1");
    }

    @Test
    void buttonsOfALegend_shouldHideAndShowTheirLines() {
        playABurst();
        openPage();
        String lit = coloured("arrivals");
        browser.await("a line", lit + " > 200");
        assertThat(browser.text("#arrivals-legend")).contains("arrivals a minute", "at ");

        browser.click("#arrivals-legend button");

        browser.await("no line", lit + " === 0");
        assertThat(browser.value("document.querySelector('#arrivals-legend button').getAttribute('aria-pressed')"))
                .isEqualTo("false");
        browser.click("#arrivals-legend button");
        browser.await("the line again", lit + " > 200");
    }
}
