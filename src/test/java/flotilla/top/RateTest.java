package flotilla.top;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import flotilla.protocol.DecisionReport.Decision;
import flotilla.protocol.Decisions;
import flotilla.testing.ArrivalCase;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RateTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Decisions from pairs of second and images accepted. */
    private static OptionalDouble rate(long... secondsAndCounts) {
        List<Decision> decisions = new ArrayList<>();
        for (int i = 0; i < secondsAndCounts.length; i += 2) {
            decisions.add(decision(i / 2, secondsAndCounts[i], secondsAndCounts[i + 1]));
        }
        return Rate.perSecond(decisions, Decision::accepted);
    }

    private static Decision decision(long number, long second, long accepted) {
        return Decisions.because("steady")
                .number(number)
                .at(second)
                .counted(accepted, 0)
                .decision();
    }

    @ParameterizedTest
    @MethodSource("flotilla.testing.ArrivalCase#all")
    void arrivals_shouldBeThoseThatThePageTells(ArrivalCase one) throws JsonProcessingException {
        List<Decision> decisions = new ArrayList<>();
        ArrayNode perMinute = JSON.createArrayNode();
        for (JsonNode told : JSON.readTree(one.decisions())) {
            decisions.add(decision(
                    told.get(0).asLong(), 10L * decisions.size(), told.get(1).asLong(-1)));
            OptionalDouble rate = Rate.perSecond(decisions, Decision::accepted);
            perMinute.add(rate.isPresent() ? Math.round(60 * rate.getAsDouble()) : null);
        }

        assertThat(perMinute).hasToString(one.perMinute());
    }

    /** Forty images wait at the gateway that is heard first, and two hundred at the other. */
    @Test
    void anotherSupervisor_shouldHaveNoRateUntilItHasHeardOfAllGateways() {
        List<Decision> decisions = List.of(decision(7, 0, 500), decision(8, 10, 500), decision(900, 20, 40));
        List<Decision> later = new ArrayList<>(decisions);
        later.add(decision(901, 30, 240));

        assertThat(Rate.perSecond(decisions, Decision::accepted)).isEmpty();
        assertThat(Rate.perSecond(later, Decision::accepted)).isEmpty();
        later.add(decision(902, 40, 260));
        assertThat(Rate.perSecond(later, Decision::accepted)).hasValue(2.0);
    }

    @Test
    void halfAMinute_shouldBeWhatIsCounted() {
        assertThat(rate(0, 0, 10, 500, 20, 530, 30, 560, 40, 590)).hasValue(3.0);
    }

    @Test
    void decisionsAMomentAfterOneAnother_shouldNotMakeARate() {
        assertThat(rate(0, 0, 1, 50)).isEmpty();
        assertThat(rate(0, 10)).isEmpty();
        assertThat(rate()).isEmpty();
    }

    @Test
    void countThatHasShrunk_shouldBeginAnew() {
        assertThat(rate(0, 900, 10, 910, 20, 4, 30, 24)).hasValue(2.0);
        assertThat(rate(0, 900, 10, 910, 20, 4, 25, 24)).isEmpty();
    }

    @Test
    void unknownCount_shouldBeNoRate() {
        assertThat(rate(0, 0, 10, 10, 20, -1)).isEmpty();
        assertThat(rate(0, 0, 10, -1, 20, 30, 30, 50)).hasValue(2.0);
    }

    @Test
    void longInterval_shouldBeMeasuredOverIt() {
        assertThat(rate(0, 0, 300, 600)).hasValue(2.0);
    }
}
