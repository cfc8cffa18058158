package flotilla.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.protocol.DecisionReport.Action;
import flotilla.protocol.DecisionReport.Decision;
import flotilla.protocol.Decisions;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LedgerFilterTest {
    private final LedgerFilter filter = new LedgerFilter();

    private static Decision hold(long seconds, int visible, int running) {
        return Decisions.because("steady")
                .at(seconds)
                .queue(visible, 0)
                .fleet(0, running, 0)
                .wanted(running)
                .decision();
    }

    private static Decision launch(long seconds, String outcome) {
        return Decisions.because("backlog")
                .at(seconds)
                .queue(9, 0)
                .wanted(1)
                .actions(Decisions.action("launch", 1, "", outcome))
                .decision();
    }

    @Test
    void idleSystem_shouldBeKeptEveryTenMinutes() {
        long taken = 0;
        for (long second = 0; second < Duration.ofDays(1).toSeconds(); second += 10) {
            taken += filter.takes(hold(second, 0, 0)) ? 1 : 0;
        }

        assertThat(taken).isEqualTo(24 * 6);
    }

    @Test
    void queueThatMoves_shouldBeKeptEveryMinute() {
        long taken = 0;
        for (long second = 0; second < Duration.ofHours(1).toSeconds(); second += 10) {
            taken += filter.takes(hold(second, (int) second + 1, 3)) ? 1 : 0;
        }

        assertThat(taken).isEqualTo(60);
    }

    @Test
    void everythingThatWasDoneOrTried_shouldBeKept() {
        assertThat(filter.takes(hold(0, 0, 0))).isTrue();
        assertThat(filter.takes(launch(1, Action.OK))).isTrue();
        assertThat(filter.takes(launch(2, "InsufficientInstanceCapacity"))).isTrue();
        assertThat(filter.takes(launch(3, "InsufficientInstanceCapacity"))).isTrue();
    }

    @Test
    void whatIsOnlyShown_shouldBeKeptWhenItChanges() {
        assertThat(filter.takes(launch(0, Action.DRY_RUN))).isTrue();
        assertThat(filter.takes(launch(10, Action.DRY_RUN))).isFalse();
        assertThat(filter.takes(launch(20, Action.BY_HAND))).isTrue();
    }

    @Test
    void changedFleet_shouldBeKeptAtOnce() {
        assertThat(filter.takes(hold(0, 5, 1))).isTrue();
        assertThat(filter.takes(hold(10, 5, 2))).isTrue();
        assertThat(filter.takes(hold(20, 5, 2))).isFalse();
        assertThat(filter.takes(Decisions.because("depth-unknown")
                        .at(30)
                        .unknownQueue()
                        .fleet(0, 2, 0)
                        .decision()))
                .isTrue();
    }
}
