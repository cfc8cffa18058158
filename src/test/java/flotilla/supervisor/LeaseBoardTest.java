package flotilla.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.supervisor.LeaseBoard.View;
import flotilla.supervisor.LeaseBoard.Wish;
import flotilla.supervisor.SupervisorLease.Standing;
import flotilla.testing.HandClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class LeaseBoardTest {
    private final HandClock clock = new HandClock(Instant.EPOCH);
    private long nanos;
    private final LeaseBoard board = new LeaseBoard(clock, () -> nanos);

    private View held(long tenure) {
        return new View(tenure, board.now().plus(Duration.ofSeconds(6)), "its term is over");
    }

    @Test
    void whatIsShown_shouldStandUntilEitherClockEndsIt() {
        Wish wish = board.want(() -> {});
        board.show(wish, held(3));
        assertThat(board.standing()).isEqualTo(new Standing.Held(3));

        nanos = Duration.ofSeconds(6).toNanos();
        assertThat(board.standing()).isEqualTo(new Standing.NotHeld("its term is over"));

        nanos = 0;
        clock.pass(Duration.ofSeconds(6));
        assertThat(board.standing()).isEqualTo(new Standing.NotHeld("its term is over"));
    }

    @Test
    void whatIsShownAfterTheWishHasEnded_shouldNotCount() {
        Wish wish = board.want(() -> {});
        board.giveUp();

        assertThat(board.show(wish, held(3))).isEmpty();

        assertThat(board.standing()).isInstanceOf(Standing.NotHeld.class);
    }

    @Test
    void whatIsShownForAnEarlierWish_shouldNotCountForTheNext() {
        Wish wish = board.want(() -> {});
        board.giveUp();
        Wish next = board.want(() -> {});

        assertThat(board.show(wish, held(3))).isEmpty();
        assertThat(board.standing()).isInstanceOf(Standing.NotHeld.class);

        assertThat(board.show(next, held(4))).isPresent();
        assertThat(board.standing()).isEqualTo(new Standing.Held(4));
    }
}
