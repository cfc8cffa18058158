package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.RequestId;
import flotilla.scaling.Pace;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BacklogTest {
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

    private final Random random = new Random(3);
    private final Backlog backlog = new Backlog(10);

    private RequestId admitted() {
        RequestId id = RequestId.create(NOW, random);
        assertThat(backlog.admit(id, NOW)).isTrue();
        return id;
    }

    @Test
    void backlogAtItsLimit_shouldAdmitNoneUntilOneIsGone() {
        RequestId first = admitted();
        for (int i = 1; i < 10; i++) {
            admitted();
        }
        assertThat(backlog.admit(RequestId.create(NOW, random), NOW)).isFalse();
        assertThat(backlog.size()).isEqualTo(10);

        backlog.remove(first);

        admitted();
        assertThat(backlog.contains(first)).isFalse();
    }

    @Test
    void imageThatNobodyAnswers_shouldBeForgottenAfterAWhile() {
        admitted();

        backlog.forgetOld(NOW.plusSeconds(15 * 60));
        assertThat(backlog.size()).isEqualTo(1);
        backlog.forgetOld(NOW.plusSeconds(15 * 60 + 1));
        assertThat(backlog.size()).isZero();
    }

    @Test
    void pace_shouldHoldForHalfAMinute() {
        assertThat(backlog.secondsUntilRoom(NOW)).isEqualTo(RetryAfter.UNKNOWN);
        backlog.paced(Optional.of(new Pace(4, 2, 1, List.of())), NOW);

        assertThat(backlog.secondsUntilRoom(NOW.plusSeconds(30))).isEqualTo(2);
        assertThat(backlog.secondsUntilAnswer(NOW.plusSeconds(30))).isEqualTo(8);
        assertThat(backlog.secondsUntilRoom(NOW.plusSeconds(31))).isEqualTo(RetryAfter.UNKNOWN);
        assertThat(backlog.secondsUntilAnswer(NOW.plusSeconds(31))).isEqualTo(RetryAfter.LEAST);
    }
}
