package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.app.CommandOutput.Ran;
import flotilla.protocol.DecisionJson;
import flotilla.protocol.Decisions;
import flotilla.testing.FakeGateway;
import flotilla.testing.FakeGateway.Said;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopCommandTest {
    private static final String FLEET = "{\"instances\":[{\"instanceId\":\"i-84803e4f9c66ba367\",\"appTierId\":1,"
            + "\"state\":\"running\",\"busy\":1,\"images\":77,\"since\":\"2026-11-22T12:00:15Z\"}]}";

    /** Questions that get no answer yet. */
    private final AtomicInteger troubles = new AtomicInteger();

    private volatile Said trouble = Said.problem(503, "unavailable", Map.of());
    private FakeGateway gateway;

    @BeforeEach
    void serve() throws Exception {
        String decision = DecisionJson.toJson(Decisions.because("steady")
                        .queue(5, 4)
                        .fleet(0, 1, 0)
                        .wanted(1)
                        .counted(86, 77)
                        .decision())
                .toString();
        gateway = FakeGateway.answering(asked -> {
            if (troubles.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                return trouble;
            }
            return Said.json(200, asked.uri().equals("/v1/fleet") ? FLEET : "{\"decisions\":[" + decision + "]}");
        });
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    private Ran top(String... arguments) {
        return CommandOutput.run(List.of("top", "--url", gateway.url(), "--interval", "100ms"), arguments);
    }

    private static long frames(Ran ran) {
        return ran.out().lines().filter(line -> line.startsWith("flotilla top")).count();
    }

    @Test
    void once_shouldPrintOneFrameOfPlainText() {
        Ran ran = top("--once", "-w", "120");

        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.out())
                .startsWith("flotilla top  " + gateway.url() + " ")
                .contains("77 answered", "9 unanswered", "1 running; 1 wanted", "i-84803e4f9c66ba367")
                .endsWith("12:00:00  Did nothing: 1 machine is wanted and there.\n")
                .doesNotContain("\u001b");
        assertThat(frames(ran)).isEqualTo(1);
        assertThat(ran.err()).isEmpty();
    }

    @Test
    void width_shouldBeKept() {
        assertThat(top("--once", "-w", "40").out().lines())
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(40))
                .anySatisfy(line -> assertThat(line).hasSize(40));
    }

    @Test
    void columnsOfTheEnvironment_shouldBeTheWidthUnlessTheyAreNonsense() throws Exception {
        TopCommand top = new TopCommand();

        assertThat(top.width(Map.of("COLUMNS", "90"))).isEqualTo(90);
        assertThat(top.width(Map.of())).isEqualTo(120);
        for (String nonsense : List.of("", "0", "-1", "7", "many", "99999999999")) {
            assertThat(top.width(Map.of("COLUMNS", nonsense))).isEqualTo(120);
        }
    }

    @Test
    void onceAsJson_shouldBeOneLine() throws Exception {
        Ran ran = top("--once", "--json");

        assertThat(ran.status()).isZero();
        assertThat(ran.out().lines()).hasSize(1);
        JsonNode json = new ObjectMapper().readTree(ran.out());
        assertThat(json.path("answered").asInt()).isEqualTo(77);
        assertThat(json.path("instances")).hasSize(1);
    }

    @Test
    void batch_shouldPrintSoManyFramesWithAnEmptyLineBetween() {
        Ran ran = top("-b", "-n", "3", "--width", "80");

        assertThat(ran.status()).isZero();
        assertThat(frames(ran)).isEqualTo(3);
        assertThat(ran.out()).contains("and there.\n\nflotilla top  ").doesNotContain("\u001b");
    }

    @Test
    void outputThatIsNoTerminal_shouldBeABatch() {
        assertThat(frames(top("--count", "2"))).isEqualTo(2);
    }

    @Test
    void jsonOfSeveralLooks_shouldBeALineEach() {
        assertThat(top("--json", "-n", "3").out().lines())
                .hasSize(3)
                .allSatisfy(line -> assertThat(line).startsWith("{\"gateway\":"));
    }

    @Test
    void gatewayThatIsAway_shouldEndASingleLookWithTheRemedy() {
        gateway.close();

        Ran ran = top("--once");

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err().lines())
                .singleElement()
                .asString()
                .startsWith("top: no gateway can be reached at " + gateway.url() + "; start one (flotilla local)");
    }

    @Test
    void gatewayThatStaysAway_shouldBeSaidInEachFrame() {
        gateway.close();

        Ran ran = top("-b", "-n", "2", "-w", "200");

        assertThat(ran.status()).isEqualTo(1);
        assertThat(frames(ran)).isEqualTo(2);
        assertThat(ran.out().lines().filter(line -> line.startsWith("! no figures yet: no gateway can be reached")))
                .hasSize(2);
        assertThat(ran.err()).isEmpty();
    }

    @Test
    void gatewayThatComesBack_shouldBeShownAgain() {
        troubles.set(1);

        Ran ran = top("-b", "-n", "2", "-w", "120");

        assertThat(ran.status()).isZero();
        assertThat(ran.out())
                .contains("! no figures yet: the gateway at " + gateway.url() + " answered 503")
                .contains("77 answered");
    }

    @ParameterizedTest
    @ValueSource(ints = {403, 502, 503, 504})
    void pageOfALoadBalancer_shouldBeTroubleThatPasses(int status) {
        trouble = new Said(status, Map.of("Content-Type", "text/html"), "<html>Please wait</html>");
        troubles.set(1);

        Ran ran = top("-b", "-n", "2", "-w", "120");

        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.out())
                .contains("! no figures yet: the gateway at " + gateway.url() + ", or what stands before it, answered "
                        + status + ";")
                .contains("77 answered");
    }

    @Test
    void somethingElseAtTheAddress_shouldEndItAlsoWhenItWouldGoOn() throws Exception {
        try (FakeGateway other = FakeGateway.answering(asked -> Said.text("<html>hello</html>"))) {
            Ran ran = CommandOutput.run("top", "-b", "--url", other.url());

            assertThat(ran.status()).isEqualTo(1);
            assertThat(ran.err()).startsWith("top: what answers at " + other.url() + " is no gateway;");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--interval 99ms",
                "--interval soon",
                "-n 0",
                "-n many",
                "--once -n 2",
                "-w 19",
                "-w 1001",
                "--url ftp://x",
                "--key",
                "file",
                "--nonsense"
            })
    void wrongUsage_shouldGiveTwo(String arguments) {
        CommandOutput.run(List.of("top"), arguments.split(" ")).shouldBeWrongUsage();
    }
}
