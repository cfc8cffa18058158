package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.app.CommandOutput.Ran;
import flotilla.cost.Since;
import flotilla.protocol.CostJson;
import flotilla.protocol.CostStory;
import flotilla.protocol.Costs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CostCommandTest extends AskingFixture {
    private static final String JSON = CostJson.toJson(Costs.report()).toString();

    CostCommandTest() {
        super("cost");
    }

    @Test
    void everything_shouldBeToldInLines() {
        answers("/v1/cost", JSON);

        Ran ran = ask();

        assertThat(ran.status()).isZero();
        assertThat(ran.out())
                .isEqualTo(CostStory.text(CostJson.toJson(Costs.report()), Since.EVER))
                .contains("Together        6.25 EUR");
        assertThat(ran.err()).isEmpty();
    }

    @Test
    void since_shouldBePassedOn() {
        answers("/v1/cost?since=24h", JSON);
        answers("/v1/cost?since=2026-11-29T12%3A00%3A00%2B01%3A00", JSON);

        Ran ran = ask("--since", "24h");

        assertThat(ran.status()).isZero();
        assertThat(ran.out()).contains("less than was asked for");
        assertThat(ask("--since", "2026-11-29T12:00:00+01:00").status()).isZero();
    }

    @Test
    void json_shouldBeTheAnswerOnOneLine() {
        answers("/v1/cost", JSON);

        Ran ran = ask("--json");

        assertThat(ran.status()).isZero();
        assertThat(ran.out()).isEqualTo(JSON + "\n");
    }

    @Test
    void gatewayThatIsAway_shouldBeOneLineWithTheRemedy() {
        askInVain().shouldFailWith("cost: no gateway can be reached at " + url(), "--url");
    }

    @Test
    void gatewayOfAnOlderVersion_shouldBeOneLine() {
        ask().shouldFailWith("cost: the gateway does not tell costs;", "older version");
    }

    @Test
    void answerThatTellsNoCosts_shouldBeOneLine() {
        answers("/v1/cost", "{}");

        ask().shouldFailWith("cost: the gateway's answer tells no costs (from is no time);", "another version");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--since yesterday", "--since -1h", "--since", "--nonsense", "more"})
    void wrongUsage_shouldGiveTwo(String arguments) {
        ask(arguments.split(" ")).shouldBeWrongUsage();
    }
}
