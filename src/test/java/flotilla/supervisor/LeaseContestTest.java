package flotilla.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.supervisor.LeaseContender.Terms;
import flotilla.testing.Seeds;
import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The lease in seeded trouble. */
class LeaseContestTest {
    private static final long SEEDS = Seeds.count(100, 30);
    private static final Terms WITHOUT_A_MARGIN =
            new Terms(Duration.ofSeconds(8), Duration.ZERO, Duration.ofSeconds(2), Duration.ofSeconds(1));

    @Test
    void anyTrouble_shouldNeverLetTwoAct() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            LeaseContest contest = new LeaseContest(seed, Terms.USUAL);

            contest.run();

            assertThat(contest.violation()).as("seed %d", seed).isEmpty();
            assertThat(contest.actingInTheEnd()).as("seed %d", seed).isGreaterThan(0.8);
        }
    }

    @Test
    void lossOfTheMargin_shouldBeNoticed() {
        assertThat(LongStream.rangeClosed(1, SEEDS).filter(seed -> twoAct(new LeaseContest(seed, WITHOUT_A_MARGIN))))
                .as("seeds with two that act")
                .isNotEmpty();
    }

    /** What no clock of a machine can tell: it says how far the promise reaches. */
    @Test
    void timeOfDayThatStandsStillToo_shouldBeNoticed() {
        assertThat(LongStream.rangeClosed(1, SEEDS).filter(seed -> twoAct(new LeaseContest(seed, Terms.USUAL, true))))
                .as("seeds with two that act")
                .isNotEmpty();
    }

    private static boolean twoAct(LeaseContest contest) {
        contest.run();
        return !contest.violation().isEmpty();
    }
}
