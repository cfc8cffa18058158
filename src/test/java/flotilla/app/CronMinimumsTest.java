package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flotilla.config.ScalingSettings.ScheduledMinimum;
import flotilla.config.SettingsException;
import flotilla.scaling.PlannerRules.MinimumSchedule;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CronMinimumsTest {
    private static final ZoneId UTC = ZoneId.of("UTC");
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private static ScheduledMinimum minimum(String cron, Duration duration, int instances, ZoneId zone) {
        return new ScheduledMinimum(cron, duration, instances, zone);
    }

    /** Office hours in Berlin: two instances from 8 to 18 from Monday to Friday. */
    private final MinimumSchedule office =
            CronMinimums.of(List.of(minimum("0 8 * * MON-FRI", Duration.ofHours(10), 2, BERLIN)));

    @ParameterizedTest
    @CsvSource({
        // 2026-11-23 is a Monday; Berlin is an hour ahead of UTC in winter
        "2026-11-23T06:59:59Z, 0",
        "2026-11-23T07:00:00Z, 2",
        "2026-11-23T16:59:59Z, 2",
        "2026-11-23T17:00:00Z, 0",
        "2026-11-22T10:00:00Z, 0",
        // and two in summer
        "2026-07-06T05:59:59Z, 0",
        "2026-07-06T06:00:00Z, 2",
        "2026-07-06T16:00:00Z, 0",
    })
    void officeHours_shouldFollowTheZonesClock(Instant now, int minimum) {
        assertThat(office.minimumAt(now)).isEqualTo(minimum);
    }

    @Test
    void windowOverMidnight_shouldHoldOnTheNextDay() {
        MinimumSchedule night = CronMinimums.of(List.of(minimum("0 22 * * *", Duration.ofHours(8), 3, UTC)));

        assertThat(night.minimumAt(Instant.parse("2026-11-23T21:59:00Z"))).isZero();
        assertThat(night.minimumAt(Instant.parse("2026-11-23T23:00:00Z"))).isEqualTo(3);
        assertThat(night.minimumAt(Instant.parse("2026-11-24T05:59:00Z"))).isEqualTo(3);
        assertThat(night.minimumAt(Instant.parse("2026-11-24T06:00:00Z"))).isZero();
    }

    @Test
    void windowOverTheChangeToSummerTime_shouldLastAsLongByTheClock() {
        // In the night of 2026-03-29 Berlin's clock goes from 2 to 3.
        MinimumSchedule night = CronMinimums.of(List.of(minimum("0 1 * * *", Duration.ofHours(3), 3, BERLIN)));

        assertThat(night.minimumAt(Instant.parse("2026-03-29T00:00:00Z"))).isEqualTo(3);
        assertThat(night.minimumAt(Instant.parse("2026-03-29T02:59:59Z"))).isEqualTo(3);
        assertThat(night.minimumAt(Instant.parse("2026-03-29T03:00:00Z"))).isZero();
    }

    @Test
    void severalWindows_shouldGiveTheHighest() {
        MinimumSchedule both = CronMinimums.of(List.of(
                minimum("0 8 * * *", Duration.ofHours(10), 2, UTC),
                minimum("0 12 * * *", Duration.ofHours(1), 7, UTC)));

        assertThat(both.minimumAt(Instant.parse("2026-11-23T12:30:00Z"))).isEqualTo(7);
        assertThat(both.minimumAt(Instant.parse("2026-11-23T13:30:00Z"))).isEqualTo(2);
    }

    @Test
    void windowLongerThanItsPeriod_shouldAlwaysHold() {
        MinimumSchedule always = CronMinimums.of(List.of(minimum("*/5 * * * *", Duration.ofHours(1), 1, UTC)));

        assertThat(always.minimumAt(Instant.parse("2026-11-23T12:31:00Z"))).isEqualTo(1);
    }

    @Test
    void dayThatNeverComes_shouldNeverHold() {
        MinimumSchedule never = CronMinimums.of(List.of(minimum("0 0 30 2 *", Duration.ofHours(1), 1, UTC)));

        assertThat(never.minimumAt(Instant.parse("2026-11-23T12:31:00Z"))).isZero();
    }

    @Test
    void noWindow_shouldBeNoMinimum() {
        assertThat(CronMinimums.of(List.of()).minimumAt(Instant.EPOCH)).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0 8 * *", "0 25 * * *", "8 o'clock", "0 8 * * MON-FUN", "0 0 8 * * MON"})
    void expressionThatCannotBeRead_shouldBeNamed(String cron) {
        assertThatThrownBy(() -> CronMinimums.of(List.of(minimum(cron, Duration.ofHours(1), 1, UTC))))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("flotilla.scaling.schedule: cannot read the cron expression \"" + cron + "\"");
    }
}
