package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.cost.Since;
import flotilla.protocol.CostJson;
import flotilla.protocol.CostStory;
import flotilla.protocol.Costs;
import flotilla.testing.FakeGateway;
import flotilla.testing.FakeGateway.Said;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CostCommandTest {
    private static final String JSON = CostJson.toJson(Costs.report()).toString();

    private final Map<String, Said> replies = new ConcurrentHashMap<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private FakeGateway gateway;

    @BeforeEach
    void serve() throws Exception {
        gateway = FakeGateway.answering(
                asked -> replies.getOrDefault(asked.uri(), Said.problem(404, "not-found", Map.of())));
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    private int cost(String... arguments) {
        List<String> all = new ArrayList<>(List.of("cost", "--gateway", gateway.url()));
        all.addAll(List.of(arguments));
        return Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(all.toArray(String[]::new));
    }

    private void shouldFailWith(String beginning, String remedy) {
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString().lines())
                .singleElement()
                .satisfies(line ->
                        assertThat(line).startsWith("cost: " + beginning).contains(remedy));
    }

    @Test
    void everything_shouldBeToldInLines() {
        replies.put("/v1/cost", Said.json(200, JSON));

        assertThat(cost()).isZero();

        assertThat(out.toString())
                .isEqualTo(CostStory.text(CostJson.toJson(Costs.report()), Since.EVER))
                .contains("Together        6.25 EUR");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void since_shouldBePassedOn() {
        replies.put("/v1/cost?since=24h", Said.json(200, JSON));
        replies.put("/v1/cost?since=2026-11-29T12%3A00%3A00%2B01%3A00", Said.json(200, JSON));

        assertThat(cost("--since", "24h")).isZero();
        assertThat(out.toString()).contains("less than was asked for");
        assertThat(cost("--since", "2026-11-29T12:00:00+01:00")).isZero();
    }

    @Test
    void json_shouldBeTheAnswerOnOneLine() {
        replies.put("/v1/cost", Said.json(200, JSON));

        assertThat(cost("--json")).isZero();

        assertThat(out.toString()).isEqualTo(JSON + "\n");
    }

    @Test
    void gatewayThatIsAway_shouldBeOneLineWithTheRemedy() {
        gateway.close();

        assertThat(cost()).isEqualTo(1);

        shouldFailWith("no gateway can be reached at " + gateway.url(), "--url");
    }

    @Test
    void gatewayOfAnOlderVersion_shouldBeOneLine() {
        assertThat(cost()).isEqualTo(1);

        shouldFailWith("the gateway does not tell costs;", "older version");
    }

    @Test
    void answerThatTellsNoCosts_shouldBeOneLine() {
        replies.put("/v1/cost", Said.json(200, "{}"));

        assertThat(cost()).isEqualTo(1);

        shouldFailWith("the gateway's answer tells no costs (from is no time);", "another version");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--since yesterday", "--since -1h", "--since", "--nonsense", "more"})
    void wrongUsage_shouldGiveTwo(String arguments) {
        assertThat(cost(arguments.split(" "))).isEqualTo(2);

        assertThat(err.toString().lines()).hasSize(1);
        assertThat(out.toString()).isEmpty();
    }
}
