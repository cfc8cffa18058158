package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import flotilla.protocol.DecisionJson;
import flotilla.protocol.DecisionReport.Decision;
import flotilla.protocol.DecisionStory;
import flotilla.protocol.Decisions;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WhyCommandTest {
    private static final Decision LAUNCH = Decisions.because("backlog")
            .number(8)
            .queue(26, 0)
            .wanted(1)
            .actions(Decisions.ok("launch", 1, ""))
            .decision();
    private static final Decision HOLD =
            Decisions.because("steady").number(9).fleet(1, 0, 0).wanted(1).decision();

    private record Reply(int status, String body) {}

    private final Map<String, Reply> replies = new ConcurrentHashMap<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private HttpServer server;
    private String url;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            Reply reply = replies.getOrDefault(
                    exchange.getRequestURI().toString(), new Reply(404, "{\"title\":\"nothing here\"}"));
            byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(reply.status(), body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        url = "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private int run(String... arguments) {
        return Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    private int why(String... arguments) {
        List<String> all = new ArrayList<>(List.of("why", "--url", url));
        all.addAll(List.of(arguments));
        return run(all.toArray(String[]::new));
    }

    private void remembers(Decision... newestFirst) {
        List<String> all = new ArrayList<>();
        for (Decision decision : newestFirst) {
            String body = DecisionJson.toJson(decision).toString();
            all.add(body);
            replies.put("/v1/scaling/decisions/" + decision.n(), new Reply(200, body));
        }
        replies.put(
                "/v1/scaling/decisions?limit=1000", new Reply(200, "{\"decisions\":[" + String.join(",", all) + "]}"));
    }

    private void shouldFailWith(String beginning, String remedy) {
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString().lines())
                .singleElement()
                .satisfies(
                        line -> assertThat(line).startsWith("why: " + beginning).contains(remedy));
    }

    @Test
    void number_shouldExplainThatDecision() {
        remembers(HOLD, LAUNCH);

        assertThat(why("9")).isZero();

        assertThat(out.toString()).isEqualTo(DecisionStory.text(HOLD));
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void noNumber_shouldExplainTheNewestThatDidSomething() {
        remembers(HOLD, LAUNCH);

        assertThat(why()).isZero();

        assertThat(out.toString()).isEqualTo(DecisionStory.text(LAUNCH));
    }

    @Test
    void noNumberAndOnlyHolds_shouldExplainTheNewest() {
        remembers(HOLD);

        assertThat(why()).isZero();

        assertThat(out.toString()).isEqualTo(DecisionStory.text(HOLD));
    }

    @Test
    void json_shouldBeTheRecordOnOneLine() throws Exception {
        remembers(HOLD, LAUNCH);

        assertThat(why("--json", "8")).isZero();

        assertThat(out.toString().lines()).hasSize(1);
        assertThat(DecisionJson.read(new ObjectMapper().readTree(out.toString())))
                .isEqualTo(LAUNCH);
    }

    @Test
    void unknownNumber_shouldBeOneLineWithTheRemedy() {
        remembers(HOLD);

        assertThat(why("7")).isEqualTo(1);

        shouldFailWith("the gateway remembers no decision 7;", "leave the number out");
    }

    @Test
    void nothingDecidedYet_shouldBeOneLine() {
        remembers();

        assertThat(why()).isEqualTo(1);

        shouldFailWith("nothing was decided yet;", "ask again");
    }

    @Test
    void noGateway_shouldBeOneLineWithTheRemedy() {
        server.stop(0);

        assertThat(why()).isEqualTo(1);

        shouldFailWith("no gateway can be reached at " + url + ";", "--url");
    }

    @Test
    void defaultAddress_shouldBeThatOfTheSettings() {
        server.stop(0);

        assertThat(run(
                        "why",
                        "--set",
                        "flotilla.http.port=" + server.getAddress().getPort()))
                .isEqualTo(1);

        shouldFailWith("no gateway can be reached at " + url + ";", "flotilla local");
    }

    @Test
    void somethingElseAtTheAddress_shouldBeOneLine() {
        replies.put("/v1/scaling/decisions?limit=1000", new Reply(200, "<html>hello</html>"));
        assertThat(why()).isEqualTo(1);
        shouldFailWith("what answers at " + url + " is no gateway;", "--url");
    }

    @Test
    void gatewayInTrouble_shouldBeOneLineOfItsOwnWords() {
        replies.put(
                "/v1/scaling/decisions?limit=1000",
                new Reply(503, "{\"title\":\"the service cannot do this now\",\"detail\":\"try again\"}"));
        assertThat(why()).isEqualTo(1);
        shouldFailWith("the gateway at " + url + " answered 503: the service cannot do this now;", "try again");
    }

    @Test
    void pageOfALoadBalancer_shouldBeToldByItsStatus() {
        replies.put("/v1/scaling/decisions?limit=1000", new Reply(502, "<html>Bad Gateway</html>"));
        assertThat(why()).isEqualTo(1);
        shouldFailWith("the gateway at " + url + ", or what stands before it, answered 502;", "ask again");
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
        List<String> all = new ArrayList<>(List.of("why"));
        all.addAll(List.of(arguments.split(" ")));

        assertThat(run(all.toArray(String[]::new))).isEqualTo(2);

        assertThat(err.toString().lines()).hasSize(1);
        assertThat(out.toString()).isEmpty();
    }
}
