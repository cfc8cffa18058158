package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.app.CommandOutput.Ran;
import flotilla.protocol.DecisionJson;
import flotilla.protocol.DecisionReport.Decision;
import flotilla.protocol.DecisionStory;
import flotilla.protocol.Decisions;
import flotilla.testing.FakeGateway.Said;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WhyCommandTest extends AskingFixture {
    private static final String NEWEST = "/v1/scaling/decisions?limit=1000";
    private static final Decision LAUNCH = Decisions.because("backlog")
            .number(8)
            .queue(26, 0)
            .wanted(1)
            .actions(Decisions.ok("launch", 1, ""))
            .decision();
    private static final Decision HOLD =
            Decisions.because("steady").number(9).fleet(1, 0, 0).wanted(1).decision();

    WhyCommandTest() {
        super("why");
    }

    private void remembers(Decision... newestFirst) {
        List<String> all = new ArrayList<>();
        for (Decision decision : newestFirst) {
            String body = DecisionJson.toJson(decision).toString();
            all.add(body);
            answers("/v1/scaling/decisions/" + decision.n(), body);
        }
        answers(NEWEST, "{\"decisions\":[" + String.join(",", all) + "]}");
    }

    @Test
    void number_shouldExplainThatDecision() {
        remembers(HOLD, LAUNCH);

        Ran ran = ask("9");

        assertThat(ran.status()).isZero();
        assertThat(ran.out()).isEqualTo(DecisionStory.text(HOLD));
        assertThat(ran.err()).isEmpty();
    }

    @Test
    void noNumber_shouldExplainTheNewestThatDidSomething() {
        remembers(HOLD, LAUNCH);

        Ran ran = ask();

        assertThat(ran.status()).isZero();
        assertThat(ran.out()).isEqualTo(DecisionStory.text(LAUNCH));
    }

    @Test
    void noNumberAndOnlyHolds_shouldExplainTheNewest() {
        remembers(HOLD);

        Ran ran = ask();

        assertThat(ran.status()).isZero();
        assertThat(ran.out()).isEqualTo(DecisionStory.text(HOLD));
    }

    @Test
    void json_shouldBeTheRecordOnOneLine() throws Exception {
        remembers(HOLD, LAUNCH);

        Ran ran = ask("--json", "8");

        assertThat(ran.status()).isZero();
        assertThat(ran.out().lines()).hasSize(1);
        assertThat(DecisionJson.read(new ObjectMapper().readTree(ran.out()))).isEqualTo(LAUNCH);
    }

    @Test
    void unknownNumber_shouldBeOneLineWithTheRemedy() {
        remembers(HOLD);

        ask("7").shouldFailWith("why: the gateway remembers no decision 7;", "leave the number out");
    }

    @Test
    void nothingDecidedYet_shouldBeOneLine() {
        remembers();

        ask().shouldFailWith("why: nothing was decided yet;", "ask again");
    }

    @Test
    void noGateway_shouldBeOneLineWithTheRemedy() {
        askInVain().shouldFailWith("why: no gateway can be reached at " + url() + ";", "--url");
    }

    @Test
    void defaultAddress_shouldBeThatOfTheSettings() {
        stop();

        CommandOutput.run(
                        "why",
                        "--set",
                        "flotilla.http.port=" + URI.create(url()).getPort())
                .shouldFailWith("why: no gateway can be reached at " + url() + ";", "flotilla local");
    }

    @Test
    void somethingElseAtTheAddress_shouldBeOneLine() {
        answers(NEWEST, "<html>hello</html>");

        ask().shouldFailWith("why: what answers at " + url() + " is no gateway;", "--url");
    }

    @Test
    void gatewayInTrouble_shouldBeOneLineOfItsOwnWords() {
        answers(NEWEST, Said.json(503, "{\"title\":\"the service cannot do this now\",\"detail\":\"try again\"}"));

        ask().shouldFailWith(
                        "why: the gateway at " + url() + " answered 503: the service cannot do this now;", "try again");
    }

    @Test
    void pageOfALoadBalancer_shouldBeToldByItsStatus() {
        answers(NEWEST, new Said(502, Map.of(), "<html>Bad Gateway</html>"));

        ask().shouldFailWith("why: the gateway at " + url() + ", or what stands before it, answered 502;", "ask again");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "four",
                "0",
                "-3",
                "1 2",
                "--url ftp://x",
                "--url nonsense",
                "--url http://",
                "--url",
                "--nonsense"
            })
    void wrongUsage_shouldGiveTwo(String arguments) {
        CommandOutput.run(List.of("why"), arguments.split(" ")).shouldBeWrongUsage();
    }
}
