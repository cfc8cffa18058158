package flotilla.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What must hold of backlog-time however it is tuned. */
class BacklogTimeContractsTest {
    private static final BacklogTimePolicy POLICY = new BacklogTimePolicy(Duration.ofMinutes(2), 0.99);

    private static int desired(int visible, int ready, int booting) {
        return POLICY.desire(Inputs.of(visible, 0, ready, booting, Fleet.NOW), POLICY.initialState())
                .instances();
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 0", "20, 0", "0, 5"})
    void noWorkAndNoArrivals_shouldWantNobody(int ready, int booting) {
        assertThat(desired(0, ready, booting)).isZero();
    }

    @Test
    void firstImage_shouldStartSomethingAtOnce() {
        assertThat(desired(1, 0, 0)).isPositive();
    }

    @Test
    void hopelessBacklog_shouldWantAllThereMayBe() {
        assertThat(desired(1_000_000, 3, 0)).isEqualTo(20);
        assertThat(desired(Integer.MAX_VALUE, 0, 0)).isEqualTo(20);
    }

    @Test
    void whatIsBooting_shouldNotBeLaunchedAgain() {
        int cold = desired(200, 0, 0);

        assertThat(desired(200, 0, cold)).isEqualTo(cold);
    }

    @Test
    void impossibleObjectives_shouldBeRefused() {
        assertThatThrownBy(() -> new BacklogTimePolicy(Duration.ZERO, 0.99))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new BacklogTimePolicy(Duration.ofMinutes(1), 1))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
