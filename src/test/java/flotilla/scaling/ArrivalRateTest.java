package flotilla.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

/** What is taken for a rate, and what for work that came once. Looks are ten seconds apart. */
class ArrivalRateTest {
    private static final int LOOK = 10;

    /** The rate after so many looks of which each brought what the function says of its number, from 0. */
    private static double after(int looks, IntToDoubleFunction arrivals) {
        ArrivalHistory history = ArrivalHistory.empty().plus(0, Fleet.NOW);
        for (int i = 0; i < looks; i++) {
            history = history.plus(arrivals.applyAsDouble(i), Fleet.NOW.plusSeconds((long) LOOK * (i + 1)));
        }
        return ArrivalRate.current(history);
    }

    @Test
    void steadyArrivals_shouldBeTheirRate() {
        assertThat(after(60, look -> 40)).isEqualTo(4, within(1e-9));
        assertThat(after(60, look -> look % 3 == 0 ? 1 : 0)).isEqualTo(1.0 / 30, within(1e-2));
    }

    @Test
    void burst_shouldBeNoRate() {
        assertThat(after(3, look -> look == 0 ? 500 : 0)).isZero();
        assertThat(after(20, look -> look == 19 ? 500 : 0)).isLessThan(3);
    }

    @Test
    void fewAtOneTime_shouldNeverBecomeARateWhateverTheirAge() {
        for (int looks = 1; looks <= 90; looks++) {
            assertThat(after(looks, look -> look == 0 ? 3 : 0))
                    .as("after %d looks", looks)
                    .isZero();
        }
    }

    @Test
    void arrivalsThatEnded_shouldNeverComeBackAsARate() {
        for (int looks = 45; looks <= 130; looks++) {
            assertThat(after(looks, look -> look < 40 ? 2 : 0))
                    .as("after %d looks", looks)
                    .isZero();
        }
    }

    @Test
    void rise_shouldShowWithinAMinute() {
        assertThat(after(66, look -> look < 60 ? 10 : 50)).isEqualTo(5, within(0.5));
    }

    @Test
    void fall_shouldShowWithinHalfAMinute() {
        assertThat(after(63, look -> look < 60 ? 50 : 5)).isEqualTo(0.5, within(0.1));
    }
}
