package flotilla.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.protocol.DecisionReport.Decision;
import flotilla.protocol.DecisionReport.Shadow;
import flotilla.protocol.DecisionReport.Vote;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DecisionJsonTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static Stream<Decision> decisions() {
        return Stream.of(
                Decisions.because("backlog")
                        .number(112_345_678_901L)
                        .queue(26, 3)
                        .fleet(1, 2, 3)
                        .counted(5_000_000_000L, 4_999_999_971L)
                        .clamped(26, 4, "max-instances 4")
                        .policy("backlog-time", Map.of("backlog", 29.5, "arrivalRate", 0.0))
                        .actions(Decisions.ok("launch", 4, ""), Decisions.action("launch", 5, "", "no \"capacity\"\\"))
                        .found("instance i-9 has no app-tier id")
                        .shadows(
                                new Shadow("step", "launch", "backlog", 4, 1, 0, new Vote(4, Map.of("messages", 29.0))),
                                new Shadow("alarm", "hold", "depth-unknown", -1, 0, 0, Vote.NOT_ASKED))
                        .expected(20.25, 4)
                        .came(10, 21, 4)
                        .decision(),
                Decisions.because("instances-unknown")
                        .unknownQueue()
                        .unknownFleet()
                        .decision());
    }

    @ParameterizedTest
    @MethodSource("decisions")
    void decision_shouldBeTheSameAfterTheTrip(Decision decision) throws Exception {
        String text = DecisionJson.toJson(decision).toString();

        assertThat(DecisionJson.read(JSON.readTree(text))).isEqualTo(decision);
        assertThat(text).doesNotContain("\n", ":-1");
    }

    @Test
    void unknownFigures_shouldBeNullAndKeysInTheirOrder() {
        Decision decision = Decisions.because("instances-unknown")
                .unknownQueue()
                .unknownFleet()
                .decision();

        assertThat(DecisionJson.toJson(decision).toString())
                .isEqualTo(
                        "{\"n\":7,\"at\":\"2026-11-22T12:00:00Z\",\"policy\":\"message-count\",\"decision\":\"hold\","
                                + "\"reason\":\"instances-unknown\",\"visible\":null,\"inFlight\":null,\"pending\":null,"
                                + "\"running\":null,\"draining\":null,\"desired\":null,\"accepted\":null,\"answered\":null,"
                                + "\"unanswered\":null,\"actions\":[],\"vote\":null,\"clamps\":[],"
                                + "\"findings\":[],\"shadows\":[],\"forecast\":null,\"hindsight\":null}");
    }

    @Test
    void figures_shouldStandInOrderAndBeNullWithoutEnd() {
        Decision decision = Decisions.because("backlog")
                .wanted(3)
                .policy("x", Map.of("b", 1.0, "c", Double.POSITIVE_INFINITY, "a", 0.0))
                .decision();

        assertThat(DecisionJson.toJson(decision).path("vote").toString())
                .isEqualTo("{\"desired\":3,\"figures\":{\"a\":0.0,\"b\":1.0,\"c\":null}}");
    }

    @Test
    void keysOfAnotherVersion_shouldBeIgnoredAndMissingOnesUnknown() throws Exception {
        JsonNode node = JSON.readTree("{\"n\":3,\"at\":\"2026-11-22T12:00:00Z\",\"decision\":\"hold\",\"more\":[1]}");

        Decision decision = DecisionJson.read(node);

        assertThat(decision.visible()).isEqualTo(-1);
        assertThat(decision.accepted()).isEqualTo(-1);
        assertThat(decision.unanswered()).isEqualTo(-1);
        assertThat(decision.vote()).isEqualTo(Vote.NOT_ASKED);
        assertThat(decision.forecast()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[]", "{\"n\":1,\"decision\":\"hold\",\"at\":\"noon\"}", "{\"n\":\"1\"}"})
    void whatIsNoDecision_shouldBeRefused(String text) throws Exception {
        JsonNode node = JSON.readTree(text);

        assertThatThrownBy(() -> DecisionJson.read(node)).isInstanceOf(IllegalArgumentException.class);
    }
}
