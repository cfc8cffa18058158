package flotilla.scaling;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StepPolicyTest {
    private final StepPolicy policy = new StepPolicy();

    @ParameterizedTest
    @CsvSource({
        // visible, in flight, ready, booting, desired, reason
        "0, 0, 0, 0, 0, no-work",
        "1, 0, 0, 0, 1, backlog",
        "50, 0, 0, 0, 1, backlog",
        "50, 0, 3, 2, 6, backlog",
        "3, 2, 3, 2, 5, backlog",
        "1, 0, 3, 0, 3, backlog",
        "0, 1, 3, 0, 3, backlog",
        "0, 0, 3, 0, 2, no-work",
        "2147483647, 2147483647, 3, 0, 4, backlog",
    })
    void firstLook_shouldTakeOneStepAtMost(
            int visible, int inFlight, int ready, int booting, int desired, String reason) {
        ScalingPolicy.Desire desire =
                policy.desire(Inputs.of(visible, inFlight, ready, booting, Fleet.NOW), policy.initialState());

        assertThat(desire.instances()).isEqualTo(desired);
        assertThat(desire.reason()).isEqualTo(reason);
    }

    @Test
    void looksBetweenTwoTicks_shouldTakeNoStepOfTheirOwn() {
        List<Integer> desired = new ArrayList<>();
        PolicyState state = policy.initialState();
        int active = 0;
        for (int second : new int[] {0, 1, 3, 9, 18, 19, 30}) {
            Instant now = Fleet.NOW.plusSeconds(second);
            ScalingPolicy.Desire desire = policy.desire(Inputs.of(50, 0, active, 0, now), state);
            state = desire.next();
            active = desire.instances();
            desired.add(active);
        }

        // A tick that comes a second early is one; the looks in between are none.
        assertThat(desired).containsExactly(1, 1, 1, 2, 3, 3, 4);
    }

    @Test
    void anotherPolicysState_shouldBeginAnew() {
        PolicyState other = new AlarmPolicy.State(Instant.MAX, Instant.MAX, Instant.MIN);

        assertThat(policy.desire(Inputs.of(5, 1), other).instances()).isEqualTo(2);
    }
}
