package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.scaling.Pace;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryAfterTest {
    /** A tenth of the limit, at the pace of the fleet; all seconds are whole ones. */
    @ParameterizedTest
    @CsvSource({
        // backlog, service time, ready, waiting, limit, seconds
        "10000, 0.5, 20, 10000, 10000, 25",
        "10000, 0.5, 10, 10000, 10000, 50",
        "10000, 0.02, 20, 10000, 10000, 1",
        "10000, 3, 1, 10000, 10000, 600",
        "20000, 0.5, 20, 10000, 10000, 50",
        "5000, 0.5, 20, 10000, 10000, 25",
        "3, 0.4, 1, 3, 3, 1",
        "10200, 0.5, 20, 10200, 10000, 30"
    })
    void fullBacklog_shouldSendBackWhenATenthOfItIsFree(
            double backlog, double service, int ready, int waiting, int limit, int seconds) {
        Pace pace = new Pace(backlog, service, ready, List.of());

        assertThat(RetryAfter.untilRoom(Optional.of(pace), waiting, limit)).isEqualTo(seconds);
    }

    @Test
    void fleetThatBoots_shouldBeWaitedFor() {
        Pace booting = new Pace(100, 0.5, 0, List.of(40.0, 40.0));

        assertThat(RetryAfter.untilRoom(Optional.of(booting), 100, 100)).isEqualTo(43);
    }

    @Test
    void fleetOfNobody_shouldBeAskedAgainAfterTheLongestTime() {
        assertThat(RetryAfter.untilRoom(Optional.of(new Pace(100, 0.5, 0, List.of())), 100, 100))
                .isEqualTo(RetryAfter.MOST);
    }

    @Test
    void fleetThatIsNotKnown_shouldGiveTheFallBack() {
        assertThat(RetryAfter.untilRoom(Optional.empty(), 100, 100)).isEqualTo(RetryAfter.UNKNOWN);
        assertThat(RetryAfter.untilAnswer(Optional.empty())).isEqualTo(RetryAfter.LEAST);
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "8, 2", "10, 3", "1000, 10"})
    void acceptedImage_shouldBeAskedForWhenAllThatWaitsIsAnswered(double backlog, int seconds) {
        Pace pace = new Pace(backlog, 0.5, 2, List.of());

        assertThat(RetryAfter.untilAnswer(Optional.of(pace))).isEqualTo(seconds);
    }
}
