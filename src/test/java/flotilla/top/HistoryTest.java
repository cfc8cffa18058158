package flotilla.top;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.protocol.DecisionReport.Decision;
import flotilla.protocol.Decisions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class HistoryTest {
    private static List<Decision> decisions(int... secondsAndWaiting) {
        List<Decision> decisions = new ArrayList<>();
        for (int i = 0; i < secondsAndWaiting.length; i += 2) {
            decisions.add(Decisions.because("steady")
                    .at(secondsAndWaiting[i])
                    .queue(secondsAndWaiting[i + 1], 0)
                    .decision());
        }
        return decisions;
    }

    /** Ten parts of a minute each, of the ten minutes up to a second. */
    private static String tenMinutes(List<Decision> decisions, int until) {
        List<OptionalInt> values = History.of(decisions, Decisions.AT.plusSeconds(until), 10, Decision::visible);
        return values.stream()
                .map(value -> value.isEmpty() ? "-" : Integer.toString(value.getAsInt()))
                .collect(Collectors.joining(" "));
    }

    @Test
    void partWithSeveralDecisions_shouldShowTheLargest() {
        assertThat(tenMinutes(decisions(550, 3, 560, 9, 570, 4, 590, 1), 600)).isEqualTo("- - - - - - - - - 9");
    }

    @Test
    void partWithoutDecision_shouldShowTheValueBefore() {
        assertThat(tenMinutes(decisions(450, 3, 590, 1), 600)).isEqualTo("- - - - - - - 3 3 3");
    }

    @Test
    void valueOfLongAgo_shouldNotStandForNow() {
        assertThat(tenMinutes(decisions(0, 5, 10, 5, 20, 5), 600)).isEqualTo("5 5 - - - - - - - -");
    }

    @Test
    void unknownValue_shouldBeAGap() {
        assertThat(tenMinutes(decisions(490, 2, 530, -1, 590, 2), 600)).isEqualTo("- - - - - - - - 2 2");
        assertThat(tenMinutes(decisions(430, 2, 470, -1, 530, -1, 590, 2), 600)).isEqualTo("- - - - - - - 2 - 2");
    }

    @Test
    void longInterval_shouldHoldForTwiceItsTime() {
        assertThat(History.holds(decisions(0, 0, 120, 0, 240, 0, 241, 0, 360, 0)))
                .isEqualTo(Duration.ofSeconds(240));
        assertThat(History.holds(decisions(0, 0, 10, 0, 20, 0))).isEqualTo(Duration.ofSeconds(60));
        assertThat(History.holds(List.of())).isEqualTo(Duration.ofSeconds(60));
    }
}
