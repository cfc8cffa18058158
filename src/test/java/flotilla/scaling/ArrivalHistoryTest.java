package flotilla.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArrivalHistoryTest {
    private static Instant at(long seconds) {
        return Fleet.NOW.plusSeconds(seconds);
    }

    /** 10 images in the first ten seconds, 40 in the next. */
    private static final ArrivalHistory TWO_LOOKS =
            ArrivalHistory.empty().plus(5, at(0)).plus(10, at(10)).plus(40, at(20));

    @Test
    void nothingSeen_shouldBeNothing() {
        ArrivalHistory empty = ArrivalHistory.empty();

        assertThat(empty.total()).isZero();
        assertThat(empty.span()).isEqualTo(Duration.ZERO);
        assertThat(empty.totalAgo(Duration.ofMinutes(1))).isZero();
        assertThat(empty.rate(Duration.ofMinutes(1))).isZero();
    }

    @ParameterizedTest
    @CsvSource({"0, 55", "5, 35", "10, 15", "15, 10", "20, 5", "1000, 5"})
    void totalAgo_shouldLieOnTheLineBetweenTwoLooks(long ago, double total) {
        assertThat(TWO_LOOKS.totalAgo(Duration.ofSeconds(ago))).isCloseTo(total, within(1e-9));
    }

    @ParameterizedTest
    @CsvSource({"10, 4", "20, 2.5", "5, 4", "600, 2.5"})
    void rate_shouldBeOverTheWindowOrWhatIsKnownOfIt(long window, double rate) {
        assertThat(TWO_LOOKS.rate(Duration.ofSeconds(window))).isCloseTo(rate, within(1e-9));
    }

    @Test
    void oneLook_shouldTellNoRate() {
        assertThat(ArrivalHistory.empty().plus(100, at(0)).rate(Duration.ofSeconds(10)))
                .isZero();
    }

    @Test
    void lookAtTheSameInstantOrBefore_shouldAddToTheLastOne() {
        ArrivalHistory history = TWO_LOOKS.plus(1, at(20)).plus(2, at(15));

        assertThat(history.samples()).hasSize(3);
        assertThat(history.total()).isEqualTo(58);
        assertThat(history.span()).isEqualTo(Duration.ofSeconds(20));
    }

    @Test
    void negativeArrivals_shouldCountAsNone() {
        assertThat(TWO_LOOKS.plus(-7, at(30)).total()).isEqualTo(TWO_LOOKS.total());
    }

    @Test
    void oldLooks_shouldBeForgottenButForTheOneThatReachesBackFarEnough() {
        ArrivalHistory history = ArrivalHistory.empty();
        for (int minute = 0; minute <= 60; minute++) {
            history = history.plus(60, at(60L * minute));
        }

        assertThat(history.span()).isEqualTo(ArrivalHistory.KEPT);
        assertThat(history.samples()).hasSize(16);
        assertThat(history.total()).isEqualTo(61 * 60);
        assertThat(history.rate(ArrivalHistory.KEPT)).isCloseTo(1, within(1e-9));
    }
}
