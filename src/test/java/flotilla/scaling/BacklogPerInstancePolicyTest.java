package flotilla.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** With 2 s an image and 60 s to wait, 30 messages are one instance's work. */
class BacklogPerInstancePolicyTest {
    private static BacklogPerInstancePolicy policy(
            boolean countInFlight, int activation, double tolerance, int stabilization) {
        return new BacklogPerInstancePolicy(
                Duration.ofSeconds(60),
                Optional.of(Duration.ofSeconds(2)),
                countInFlight,
                activation,
                tolerance,
                Duration.ofSeconds(stabilization));
    }

    private static int desired(BacklogPerInstancePolicy policy, int visible, int inFlight, int active) {
        return policy.desire(Inputs.of(visible, inFlight, active, 0, Fleet.NOW), policy.initialState())
                .instances();
    }

    @ParameterizedTest
    @CsvSource({
        // visible, in flight, counted, active, desired
        "0, 0, true, 0, 0",
        "1, 0, true, 0, 1",
        "30, 0, true, 0, 1",
        "31, 0, true, 0, 2",
        "1500, 0, true, 0, 50",
        "30, 1, true, 1, 2",
        "30, 1, false, 1, 1",
        "0, 60, false, 2, 0",
        "2147483647, 2147483647, true, 1, 143165577",
    })
    void backlog_shouldBeDividedByWhatOneInstanceWorksOff(
            int visible, int inFlight, boolean counted, int active, int desired) {
        assertThat(desired(policy(counted, 0, 0, 0), visible, inFlight, active)).isEqualTo(desired);
    }

    @ParameterizedTest
    @CsvSource({"5, 0, 0", "6, 0, 1", "5, 1, 1", "1, 2, 1"})
    void activation_shouldHoldBackTheFirstInstanceOnly(int visible, int active, int desired) {
        assertThat(desired(policy(true, 5, 0, 0), visible, 0, active)).isEqualTo(desired);
    }

    @ParameterizedTest
    @CsvSource({
        // 10 instances and a tolerance of a tenth: 9 to 11 are no change
        "330, 10",
        "331, 12",
        "270, 10",
        "240, 8",
        "0, 0"
    })
    void tolerance_shouldKeepWhatIsNearEnough(int visible, int desired) {
        assertThat(desired(policy(true, 0, 0.1, 0), visible, 0, 10)).isEqualTo(desired);
    }

    @Test
    void stabilization_shouldFollowTheHighestDesireOfTheWindowDownwardsOnly() {
        BacklogPerInstancePolicy policy = policy(true, 0, 0, 30);
        PolicyState state = policy.initialState();
        Instant now = Fleet.NOW;
        List<Integer> desires = new ArrayList<>();
        int active = 0;
        for (int visible : new int[] {300, 30, 150, 30, 30, 30, 600}) {
            ScalingPolicy.Desire desire = policy.desire(Inputs.of(visible, 0, active, 0, now), state);
            state = desire.next();
            active = desire.instances();
            desires.add(active);
            now = now.plusSeconds(10);
        }

        assertThat(desires).containsExactly(10, 10, 10, 5, 5, 1, 20);
    }

    @Test
    void unknownProcessingTime_shouldBeTheLearnedOne() {
        BacklogPerInstancePolicy policy =
                new BacklogPerInstancePolicy(Duration.ofSeconds(10), Optional.empty(), true, 0, 0, Duration.ZERO);

        ScalingPolicy.Desire desire = policy.desire(Inputs.of(25, 0), policy.initialState());

        // A second an image is what is assumed before anything was learned.
        assertThat(desire.instances()).isEqualTo(3);
        assertThat(desire.figures())
                .containsEntry("backlog", 25.0)
                .containsEntry("serviceTime", 1.0)
                .containsEntry("targetPerInstance", 10.0);
    }

    @Test
    void wrongOptions_shouldBeRefused() {
        assertThatThrownBy(() -> policy(true, -1, 0, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> policy(true, 0, -0.1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(
                        () -> new BacklogPerInstancePolicy(Duration.ZERO, Optional.empty(), true, 0, 0, Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
