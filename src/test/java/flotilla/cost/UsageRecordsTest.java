package flotilla.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What others have recorded, beside what is recorded here. */
class UsageRecordsTest {
    private static final Instant BEGIN = Instant.parse("2026-11-29T11:59:30Z");
    private static final Instant HOUR = BEGIN.truncatedTo(ChronoUnit.HOURS);

    private final UsageRecords records = new UsageRecords(BEGIN);

    /** An image in each hour of the month before. */
    private static Past monthBefore() {
        Map<Instant, Usage> hours = new HashMap<>();
        Usage image = new Usage(3600, List.of(), 1, 0, Map.of(), true);
        for (int hour = 1; hour <= UsageRecords.HOURS_KEPT; hour++) {
            hours.put(HOUR.minus(hour, ChronoUnit.HOURS), image);
        }
        return new Past(BEGIN.minus(31, ChronoUnit.DAYS), hours);
    }

    /** Watches for so many days from the beginning on, and says when they end. */
    private Instant watch(int days) {
        Instant end = BEGIN.plus(days, ChronoUnit.DAYS);
        records.between(BEGIN, end, UsageSum::addWatched);
        return end;
    }

    private static Instant oldest(Instant now) {
        return now.truncatedTo(ChronoUnit.HOURS).minus(UsageRecords.HOURS_KEPT - 1, ChronoUnit.HOURS);
    }

    private Usage all(Instant now) {
        return records.since(Instant.EPOCH, now).usage();
    }

    @Test
    void hoursOfOthers_shouldBeAmongWhatIsAskedFor() {
        records.recall(monthBefore());

        assertThat(records.begin()).isEqualTo(BEGIN.minus(31, ChronoUnit.DAYS));
        assertThat(all(BEGIN).images()).isEqualTo(UsageRecords.HOURS_KEPT);
    }

    /** Whole days are added up as such. */
    @ParameterizedTest
    @ValueSource(ints = {1, 10, 11, 12, 13, 24, 35, 36, 100})
    void hoursSinceAMoment_shouldBeExactlyThose(int hours) {
        records.recall(monthBefore());

        Period period = records.since(HOUR.minus(hours, ChronoUnit.HOURS), BEGIN);

        assertThat(period.from()).isEqualTo(HOUR.minus(hours, ChronoUnit.HOURS));
        assertThat(period.usage().images()).isEqualTo(hours);
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 30, 31, 40})
    void hoursOfOthers_shouldAgeLikeThoseOfItsOwn(int days) {
        records.recall(monthBefore());
        Instant now = watch(days);

        assertThat(records.begin())
                .isEqualTo(oldest(now))
                .isEqualTo(records.since(Instant.EPOCH, now).from());
        assertThat(all(now).images())
                .as("those of the hours that are left")
                .isEqualTo(Math.max(0, UsageRecords.HOURS_KEPT - 1 - days * 24));
        assertThat(all(now).watchedSeconds())
                .as("there is no hole but in the hour of the beginning")
                .isCloseTo(Duration.between(oldest(now), now).toSeconds(), within(3600.0));
    }

    @Test
    void recordsThatAreOlderThanOthers_shouldBeginWithTheirOwnFirstHour() {
        records.recall(monthBefore());

        Instant now = watch(40);

        assertThat(records.hoursFrom(Instant.EPOCH).keySet().iterator().next()).isEqualTo(records.begin());
        assertThat(all(now).images()).isZero();
    }

    @Test
    void hoursThatAreRecalledLate_shouldBeNoOlder() {
        Instant now = watch(10);

        records.recall(monthBefore());

        assertThat(records.begin()).isEqualTo(oldest(now));
        assertThat(all(now).images()).isEqualTo(UsageRecords.HOURS_KEPT - 1 - 240);
    }
}
