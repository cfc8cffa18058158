package flotilla.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageCountPolicyTest {
    @ParameterizedTest
    @CsvSource({
        // visible, in flight, per instance, desired
        "0, 0, 1, 0",
        "1, 0, 1, 1",
        "0, 1, 1, 1",
        "100, 10, 1, 110",
        "20, 0, 20, 1",
        "21, 0, 20, 2",
        "39, 1, 20, 2",
        "2147483647, 2147483647, 1, 2147483647",
    })
    void messages_shouldBeDividedAndRoundedUp(int visible, int inFlight, int perInstance, int desired) {
        ScalingPolicy policy = new MessageCountPolicy(perInstance);

        ScalingPolicy.Desire desire = policy.desire(Inputs.of(visible, inFlight, 3, 0, Fleet.NOW), PolicyState.none());

        assertThat(desire.instances()).isEqualTo(desired);
        assertThat(desire.reason()).isEqualTo(visible + (long) inFlight == 0 ? "no-work" : "backlog");
    }

    @Test
    void noMessagePerInstance_shouldBeRefused() {
        assertThatThrownBy(() -> new MessageCountPolicy(0)).hasMessageContaining("at least 1");
    }
}
