package flotilla.top;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.protocol.DecisionReport.Decision;
import flotilla.protocol.Decisions;
import flotilla.protocol.InfrastructureException;
import flotilla.testing.HandClock;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WatchTest {
    private final FakeQuestions gateway = new FakeQuestions();
    private final HandClock clock = new HandClock(Shown.NOW);
    private final Watch watch = new Watch(() -> Shown.GATEWAY, gateway, clock);

    private void decide(long from, long to) {
        for (long n = from; n <= to; n++) {
            gateway.decisions.add(
                    Decisions.because("steady").number(n).at(10 * n).decision());
        }
    }

    @Test
    void firstLook_shouldAskForTenMinutesAndLaterOnesForLittle() throws Exception {
        decide(1, 30);
        watch.look();
        decide(31, 33);
        watch.look();

        assertThat(gateway.asked)
                .containsExactly(
                        "/v1/scaling/decisions?limit=200", "/v1/fleet", "/v1/scaling/decisions?limit=20", "/v1/fleet");
        assertThat(watch.view().known().decisions())
                .extracting(Decision::n)
                .startsWith(1L)
                .endsWith(33L)
                .hasSize(33);
    }

    @Test
    void lookAfterAGap_shouldAskForWhatWasMissed() throws Exception {
        decide(1, 30);
        watch.look();
        decide(31, 60);
        gateway.asked.clear();

        watch.look();

        assertThat(gateway.asked)
                .containsExactly("/v1/scaling/decisions?limit=20", "/v1/scaling/decisions?limit=200", "/v1/fleet");
        assertThat(watch.view().known().decisions()).hasSize(60);
    }

    @Test
    void oldDecisions_shouldBeForgottenButForTheLastTen() throws Exception {
        decide(1, 100);
        watch.look();
        assertThat(watch.view().known().decisions())
                .as("ten and a half minutes at ten seconds each")
                .hasSize(64);

        gateway.decisions.clear();
        for (int n = 1; n <= 12; n++) {
            gateway.decisions.add(
                    Decisions.because("steady").number(200 + n).at(10_000L * n).decision());
        }
        watch.look();
        assertThat(watch.view().known().decisions())
                .extracting(Decision::n)
                .containsExactly(203L, 204L, 205L, 206L, 207L, 208L, 209L, 210L, 211L, 212L);
    }

    @Test
    void supervisorWhoseClockIsBehind_shouldComeInTheOrderOfTime() throws Exception {
        gateway.decisions.add(Decisions.because("steady").number(500).at(10).decision());
        watch.look();
        gateway.decisions.add(Decisions.because("steady").number(400).at(20).decision());
        watch.look();

        assertThat(watch.view().known().newest()).get().extracting(Decision::n).isEqualTo(400L);
    }

    @Test
    void gatewayThatIsAway_shouldLeaveWhatIsKnownWithTheReason() throws Exception {
        decide(1, 3);
        watch.look();
        gateway.away = "it is away";
        clock.pass(Duration.ofSeconds(9));

        assertThat(watch.look()).get().extracting(Throwable::getMessage).isEqualTo("it is away");

        Known known = watch.view().known();
        assertThat(known.trouble()).contains("it is away");
        assertThat(known.at()).contains(Shown.NOW);
        assertThat(known.decisions()).hasSize(3);
        assertThat(known.instances()).hasSize(1);

        gateway.away = "";
        watch.look();
        assertThat(watch.view().known().trouble()).isEmpty();
        assertThat(watch.view().known().at()).contains(Shown.NOW.plusSeconds(9));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "{\"instances\":[{}],\"decisions\":[]}",
                "{\"instances\":[{\"instanceId\":\"i-1\",\"since\":\"today\"}],\"decisions\":[]}",
                "{\"instances\":[],\"decisions\":[{\"n\":1}]}"
            })
    void answerOfAnotherKind_shouldBeTroubleForGood(String body) throws Exception {
        Watch other = new Watch(() -> Shown.GATEWAY, path -> Optional.of(json(body)), clock);

        InfrastructureException trouble = other.look().orElseThrow();

        assertThat(trouble.isPermanent()).isTrue();
        assertThat(trouble)
                .hasMessageStartingWith("what answers is no gateway of this version (")
                .hasMessageContaining("--url");
    }

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(text, e);
        }
    }
}
