package flotilla.top;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.protocol.DecisionReport.Decision;
import flotilla.protocol.Decisions;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class RateTest {
    /** Decisions from pairs of second and images accepted. */
    private static OptionalDouble rate(long... secondsAndCounts) {
        List<Decision> decisions = new ArrayList<>();
        for (int i = 0; i < secondsAndCounts.length; i += 2) {
            decisions.add(Decisions.because("steady")
                    .at(secondsAndCounts[i])
                    .counted(secondsAndCounts[i + 1], 0)
                    .decision());
        }
        return Rate.perSecond(decisions, Decision::accepted);
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
    void otherSupervisor_shouldBeginAnew() {
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
