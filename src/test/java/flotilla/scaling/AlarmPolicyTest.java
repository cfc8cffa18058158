package flotilla.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Above 25 visible for 20 s: out; below 2: in; by two, and not again within 30 s. A look every 10 s. */
class AlarmPolicyTest {
    private static final AlarmPolicy POLICY = new AlarmPolicy(25, 2, Duration.ofSeconds(20), Duration.ofSeconds(30), 2);

    /** The desires while so many messages are visible, one look after the other; each desire is fulfilled at once. */
    private static List<Integer> desires(int active, int... visible) {
        List<Integer> desires = new ArrayList<>();
        PolicyState state = POLICY.initialState();
        Instant now = Fleet.NOW;
        int there = active;
        for (int messages : visible) {
            ScalingPolicy.Desire desire = POLICY.desire(Inputs.of(messages, 99, there, 0, now), state);
            state = desire.next();
            there = desire.instances();
            desires.add(there);
            now = now.plusSeconds(10);
        }
        return desires;
    }

    @Test
    void thresholdPassedForAPeriod_shouldScaleOutAndThenCoolDown() {
        assertThat(desires(1, 26, 26, 26, 26, 26, 26, 26)).containsExactly(1, 1, 3, 3, 3, 5, 5);
    }

    @Test
    void thresholdPassedForLess_shouldChangeNothing() {
        assertThat(desires(1, 26, 26, 25, 26, 26, 25)).containsOnly(1);
    }

    @Test
    void fewMessagesForAPeriod_shouldScaleInDownToZero() {
        assertThat(desires(3, 1, 1, 1, 1, 1, 1, 1, 1, 1)).containsExactly(3, 3, 1, 1, 1, 0, 0, 0, 0);
    }

    @Test
    void betweenTheThresholds_shouldHold() {
        assertThat(desires(4, 2, 25, 10, 2, 25, 10)).containsOnly(4);
    }

    @Test
    void figures_shouldTellSinceWhenAndForHowLong() {
        PolicyState state =
                POLICY.desire(Inputs.of(30, 1), POLICY.initialState()).next();

        ScalingPolicy.Desire second = POLICY.desire(Inputs.of(30, 0, 1, 0, Fleet.NOW.plusSeconds(20)), state);
        ScalingPolicy.Desire third = POLICY.desire(Inputs.of(30, 0, 3, 0, Fleet.NOW.plusSeconds(30)), second.next());

        assertThat(second.figures()).containsEntry("highFor", 20.0).doesNotContainKey("cooldownLeft");
        assertThat(third.figures()).containsEntry("cooldownLeft", 20.0);
        assertThat(third.reason()).isEqualTo("backlog");
    }

    @Test
    void wrongThresholds_shouldBeRefused() {
        assertThatThrownBy(() -> new AlarmPolicy(1, 2, Duration.ZERO, Duration.ZERO, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new AlarmPolicy(2, 1, Duration.ZERO, Duration.ZERO, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
