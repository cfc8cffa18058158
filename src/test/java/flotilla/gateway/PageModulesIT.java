package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.testing.ArrivalCase;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the page's scripts reckon, each by itself in a real browser. */
class PageModulesIT extends PageFixture {
    @BeforeEach
    void nothingElse() {
        openNothing();
    }

    /** What a script makes of an expression in which it is {@code it}, as JSON. */
    private static String made(String script, String expression) {
        return browser.value("import('/page/" + script + ".js').then(async it => JSON.stringify(" + expression + "))");
    }

    private static String drawn(String points, int from, int now) {
        return made(
                "series",
                "it.drawn(" + points + ", " + from + ", " + now + ", 30).map(one => [one.time, one.a ?? null])");
    }

    @Test
    void timeWithoutNews_shouldBeAGapAndNoLine() {
        String points = "[{time: 0, a: 1}, {time: 10, a: 2}, {time: 100, a: 3}]";

        assertThat(drawn(points, 0, 105)).isEqualTo("[[0,1],[10,2],[40,2],[40.001,null],[100,3],[105,3]]");
        assertThat(drawn(points, 50, 300))
                .as("one point before the left edge; nothing after the last news")
                .isEqualTo("[[10,2],[40,2],[40.001,null],[100,3],[130,3],[130.001,null]]");
        assertThat(drawn(points, 200, 300)).isEqualTo("[[100,3],[130,3],[130.001,null]]");
        assertThat(drawn("[{time: 0, a: null}, {time: 10, a: 2}]", 0, 15)).isEqualTo("[[0,null],[10,2],[15,2]]");
        assertThat(drawn("[]", 0, 15)).isEqualTo("[]");
    }

    /** Decisions every ten seconds, each a number and what was accepted by then. */
    private static String decisions(String numbersAndCounts) {
        return numbersAndCounts
                + ".map(([n, accepted], at) => ({n, accepted, at: new Date(10_000 * at).toISOString()}))";
    }

    private static String rates(String numbersAndCounts) {
        return made("series", "it.withRates(" + decisions(numbersAndCounts) + ").map(one => one.rate)");
    }

    @ParameterizedTest
    @MethodSource("flotilla.testing.ArrivalCase#all")
    void arrivals_shouldBeThoseThatTopTells(ArrivalCase one) {
        assertThat(rates(one.decisions())).isEqualTo(one.perMinute());
    }

    @Test
    void arrivalsThatAreNotTold_shouldHaveNoRate() {
        assertThat(rates("[[1, 0], [2, 0], [3, 0], [4, undefined]]")).isEqualTo("[null,null,0,null]");
    }

    private static String fleet(String expression) {
        return made("fleet", expression);
    }

    private static String machine(String state, String countedAs, int busy) {
        return "{state: '" + state + "', countedAs: " + countedAs + ", busy: " + busy + "}";
    }

    @Test
    void machines_shouldBeSummedUpAsDecisionsCountThem() {
        String all = Stream.of(
                        machine("running", "'running'", 1),
                        machine("running", "'silent'", 1),
                        machine("draining", "'ending'", 0),
                        machine("shutting-down", "'ending'", 0),
                        machine("draining", "'draining'", 0),
                        machine("pending", "'pending'", 0),
                        machine("stopped", "'spare'", 0),
                        machine("terminated", "null", 0))
                .collect(Collectors.joining(", ", "[", "]"));

        assertThat(fleet("it.summary(" + all + ")"))
                .isEqualTo("\"Machines: 1 at work, 1 booting, 1 asked to end, 1 silent, 2 ending.\"");
        assertThat(fleet(all + ".map(it.word)"))
                .isEqualTo("[\"running\",\"silent\",\"ending\",\"shutting-down\",\"draining\",\"pending\","
                        + "\"stopped\",\"terminated\"]");
        assertThat(fleet("it.summary([" + machine("terminated", "null", 0) + "])"))
                .startsWith("\"No machine is up");
    }

    @Test
    void machineOfAGatewayThatDoesNotTell_shouldBeCountedByItsState() {
        String old = machine("shutting-down", "undefined", 0);

        assertThat(fleet("it.counted(" + old + ")")).isEqualTo("\"ending\"");
        assertThat(fleet("it.word(" + old + ")")).isEqualTo("\"shutting-down\"");
    }

    @Test
    void whatAMachineDoes_shouldFitWhatItIsCountedAs() {
        assertThat(fleet("it.does(" + machine("running", "'silent'", 1) + ")")).isEqualTo("\"is not heard of\"");
        assertThat(fleet("it.does(" + machine("draining", "'ending'", 1) + ")"))
                .isEqualTo("\"classifies on 1 classifier, then ends\"");
        assertThat(fleet("it.does(" + machine("draining", "'running'", 0) + ")"))
                .isEqualTo("\"waits for work\"");
    }

    @Test
    void silence_shouldBeSomeIntervalsWithoutDecision() {
        assertThat(made("series", "it.silentAfter(" + decisions("[[1, 0], [2, 0], [3, 0]]") + ")"))
                .isEqualTo("30");
        assertThat(made("series", "it.silentAfter(" + decisions("[[1, 0]]") + ")"))
                .as("an interval that is not known")
                .isEqualTo("30");
        String late = "{n: 4, at: new Date(400_000).toISOString()}";
        assertThat(made("series", "it.silentAfter([..." + decisions("[[1, 0], [2, 0], [3, 0]]") + ", " + late + "])"))
                .as("an earlier silence is no interval")
                .isEqualTo("30");
        assertThat(made("series", "it.silentAfter([1, 2, 3].map(n => ({n, at: new Date(100 * n).toISOString()})))"))
                .as("at least so long")
                .isEqualTo("15");
        assertThat(made(
                        "series",
                        "it.silentAfter(" + decisions("[[1, 0], [2, 0]]")
                                + ".map(one => ({...one, forecast: {at: new Date(Date.parse(one.at) + 60_000)}})))"))
                .as("forecasts are for one interval later")
                .isEqualTo("180");
    }

    private static String offset(String told) {
        return made("clock", "(() => { const clock = new it.GatewayClock(); " + told + " return clock.offset; })()");
    }

    @Test
    void clockOfTheGateway_shouldBeToldFromItsAnswers() {
        String noon = "clock.told('Sun, 29 Nov 2026 12:00:00 GMT', ";
        String at = "Date.UTC(2026, 10, 29, 12, 0, 0)";

        assertThat(offset("")).isEqualTo("0");
        assertThat(offset("clock.told(null, 1, 2); clock.told('soon', 1, 2);")).isEqualTo("0");
        assertThat(offset(noon + at + " + 300, " + at + " + 400);"))
                .as("they agree")
                .isEqualTo("0");
        assertThat(offset(noon + at + " + 60_000, " + at + " + 60_200);"))
                .as("from -60.2 s to -59 s")
                .isEqualTo("-59600");
        assertThat(offset(noon + at + " + 60_000, " + at + " + 60_200);" + noon + at + " + 60_900, " + at
                        + " + 60_950);"))
                .as("another answer, late in the same second")
                .isEqualTo("-60050");
        assertThat(offset(noon + at + " + 60_000, " + at + " + 60_200);" + noon + at + " + 100, " + at + " + 200);"))
                .as("a clock that was set")
                .isEqualTo("0");
    }

    @Test
    void rowsOfATable_shouldStayWhileTheirKeysDo() {
        String shown = made(
                "text",
                "(() => { const body = document.createElement('tbody');"
                        + " it.rows(body, [[1, 'a', 'b'], ['two', 'c', 'd'], [3, 'e', 'f']]);"
                        + " const [one, two, three] = body.rows, [same, other] = [...two.cells].map(cell => cell.firstChild);"
                        + " it.rows(body, [[4, 'g', 'h'], [3, 'e', 'f'], ['two', 'c', 'D']]);"
                        + " return [[...body.rows].map(row => [...row.cells].map(cell => cell.textContent).join(' ')),"
                        + " one.parentNode, body.rows[1] === three, body.rows[2] === two,"
                        + " two.cells[0].firstChild === same, two.cells[1].firstChild === other]; })()");

        assertThat(shown).isEqualTo("[[\"g h\",\"e f\",\"c D\"],null,true,true,true,false]");
    }

    private static String fault(long size, String head) {
        return made("check", "it.fault(" + size + ", [" + head + "], 20 * 1024 * 1024)");
    }

    @Test
    void files_shouldBeToldByTheirFirstBytesAndSize() {
        String png = "0x89, 0x50, 0x4E, 0x47, 13, 10, 0x1A, 10, 0, 0, 0, 13";

        assertThat(fault(100, png)).isEqualTo("\"\"");
        assertThat(fault(100, "0xFF, 0xD8, 0xFF, 0xE0")).isEqualTo("\"\"");
        assertThat(fault(100, "0x47, 0x49, 0x46, 0x38, 0x39")).isEqualTo("\"\"");
        assertThat(fault(100, "0x52, 0x49, 0x46, 0x46, 1, 2, 3, 4, 0x57, 0x45, 0x42, 0x50"))
                .isEqualTo("\"\"");
        assertThat(fault(100, "0x52, 0x49, 0x46, 0x46, 1, 2, 3, 4, 0x57, 0x41, 0x56, 0x45"))
                .contains("not an image that is decoded here");
        assertThat(fault(3, "0xFF, 0xD8")).contains("not an image");
        assertThat(fault(0, "")).contains("empty");
        assertThat(fault(30L << 20, png)).contains("too large: 30 MiB, and at most 20 MiB are taken");
        assertThat(made("check", "it.fault(1e12, [" + png + "], 0)")).isEqualTo("\"\"");
    }

    @Test
    void failureOfWhoHearsAnEvent_shouldNotKeepTheNextOnesFromThem() {
        String heard = made(
                "events",
                "(() => { const heard = []; const take = it.parser(event => { heard.push(event.name + ' ' + event.data);"
                        + " if (heard.length === 1) throw new Error('on purpose'); });"
                        + " take('event: a\\ndata: 1\\n'); take('\\nevent: b\\ndata: 2\\ndata: 3\\n\\n: still here\\n\\n');"
                        + " return heard; })()");

        assertThat(heard).isEqualTo("[\"a 1\",\"b 2\\n3\"]");
        browser.await("nothing", "true");
        assertThat(browser.complaints()).anyMatch(complaint -> complaint.contains("on purpose"));
    }

    /** What becomes of a question whose 401 comes after the user has done something. */
    private static String afterA401(String meanwhile) {
        return made(
                "gateway",
                "await (async () => { const asked = []; it.watch(() => {}, why => asked.push(why));"
                        + " const real = fetch; let answer; window.fetch = () => new Promise(done => answer = done);"
                        + " const problem = it.ask('/v1/fleet').catch(failure => failure); "
                        + meanwhile
                        + " answer(new Response('{}', {status: 401})); const failure = await problem; window.fetch = real;"
                        + " const goesOn = it.another(failure).then(() => 'goes on');"
                        + " const waits = new Promise(done => setTimeout(done, 200, 'waits'));"
                        + " return [await Promise.race([goesOn, waits]), ...asked]; })()");
    }

    @Test
    void refusalOfAKeyThatIsNotUsedAnyMore_shouldNotBeTakenForOneOfTheNewKey() {
        assertThat(afterA401("it.useKey('new');")).isEqualTo("[\"goes on\"]");
        openNothing();
        assertThat(afterA401("")).startsWith("[\"waits\",\"This gateway ");
    }
}
