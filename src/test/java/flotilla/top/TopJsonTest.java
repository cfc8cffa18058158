package flotilla.top;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import flotilla.protocol.DecisionJson;
import flotilla.protocol.Decisions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TopJsonTest {
    @Test
    void figures_shouldBeThoseOfTheFrame() {
        JsonNode json = TopJson.of(Shown.working());

        assertThat(json.path("gateway").asText()).isEqualTo(Shown.GATEWAY);
        assertThat(json.path("at").asText()).isEqualTo("2026-11-22T12:00:45Z");
        assertThat(json.path("decidedAt").asText()).isEqualTo("2026-11-22T12:00:40Z");
        assertThat(json.path("trouble").isNull()).isTrue();
        assertThat(json.path("visible").asInt()).isEqualTo(5);
        assertThat(json.path("inFlight").asInt()).isEqualTo(4);
        assertThat(json.path("accepted").asInt()).isEqualTo(86);
        assertThat(json.path("answered").asInt()).isEqualTo(77);
        assertThat(json.path("unanswered").asInt()).isEqualTo(9);
        assertThat(json.path("arrivalsPerSecond").asDouble()).isBetween(1.5, 1.6);
        assertThat(json.path("answersPerSecond").asDouble()).isBetween(2.3, 2.4);
        assertThat(json.path("desired").asInt()).isEqualTo(2);
        assertThat(json.path("states").toString()).isEqualTo("{\"running\":2,\"shutting-down\":1}");
        assertThat(json.path("counted").toString()).isEqualTo("{\"ending\":1,\"running\":2}");
    }

    /** What a gateway had accepted that has gone is counted as answered by nobody. */
    @Test
    void unanswered_shouldBeWhatGatewaysTellNow() {
        Decisions decision = Decisions.because("steady").counted(150, 100);

        assertThat(unanswered(decision.unanswered(0)).asInt(-1)).isZero();
        assertThat(unanswered(decision.unanswered(-1)).isNull())
                .as("an earlier version does not tell")
                .isTrue();
    }

    private static JsonNode unanswered(Decisions newest) {
        return TopJson.of(Shown.view(Shown.with(List.of(), List.of(newest.decision()))))
                .path("unanswered");
    }

    @Test
    void instancesAndDecisions_shouldBeAsTheGatewayHasThem() {
        JsonNode json = TopJson.of(Shown.working());

        assertThat(FleetReader.instances(Optional.of(json)))
                .isEqualTo(Shown.working().known().instances());
        assertThat(DecisionJson.read(json.path("decisions").get(0))).isEqualTo(Shown.DECISIONS.get(2));
        assertThat(json.path("decisions").get(2).path("summary").asText()).startsWith("Cold start:");
    }

    @Test
    void whatIsNotKnown_shouldBeNull() {
        JsonNode json = TopJson.of(Shown.view(Shown.with(List.of(), List.of()).without("it is away")));

        for (String key : List.of("visible", "answered", "unanswered", "answersPerSecond", "desired", "decidedAt")) {
            assertThat(json.path(key).isNull()).as(key).isTrue();
        }
        assertThat(json.path("trouble").asText()).isEqualTo("it is away");
        assertThat(json.path("answeredAt").asText()).isEqualTo("2026-11-22T12:00:45Z");
        assertThat(json.path("instances").isArray()).isTrue();
        assertThat(json.path("instances")).isEmpty();
    }

    @Test
    void fleetThatWasNeverTold_shouldBeNullAndNotEmpty() {
        JsonNode json = TopJson.of(Shown.view(Known.NOTHING.without("it is away")));

        for (String key : List.of("answeredAt", "accepted", "states", "counted", "instances", "decisions")) {
            assertThat(json.has(key)).as(key).isTrue();
            assertThat(json.path(key).isNull()).as(key).isTrue();
        }
        assertThat(json.path("trouble").asText()).isEqualTo("it is away");
    }
}
