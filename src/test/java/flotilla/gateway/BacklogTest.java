package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.RequestId;
import flotilla.scaling.Pace;
import java.time.Duration;
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

        assertThat(backlog.forgetOld(NOW.plusSeconds(15 * 60))).isEmpty();
        assertThat(backlog.size()).isEqualTo(1);
        assertThat(backlog.forgetOld(NOW.plusSeconds(15 * 60 + 1))).containsExactly(Duration.ofSeconds(15 * 60 + 1));
        assertThat(backlog.size()).isZero();
        assertThat(backlog.forgetOld(NOW.plusSeconds(15 * 60 + 2)))
                .as("once each")
                .isEmpty();
    }

    @Test
    void forgottenImage_shouldBeRememberedUntilItIsAnsweredOrItsMessageIsGone() {
        RequestId first = admitted();
        RequestId second = admitted();
        backlog.forgetOld(NOW.plusSeconds(1000));

        assertThat(backlog.waiting()).isEqualTo(2);
        assertThat(backlog.oldest()).contains(NOW);
        assertThat(backlog.overdue(1)).containsExactly(first);
        assertThat(backlog.contains(first)).as("it is in nobody's way").isFalse();

        assertThat(backlog.remove(first)).contains(new Backlog.Removed(NOW, true));
        assertThat(backlog.remove(first)).as("once").isEmpty();
        assertThat(backlog.overdue()).isEqualTo(1);
        assertThat(backlog.overdue(9)).containsExactly(second);

        backlog.forgetOld(NOW.plus(Duration.ofDays(14)));
        assertThat(backlog.waiting()).isEqualTo(1);
        backlog.forgetOld(NOW.plus(Duration.ofDays(14)).plusSeconds(1));
        assertThat(backlog.waiting()).isZero();
        assertThat(backlog.oldest()).isEmpty();
    }

    @Test
    void imageThatSeveralUploadsAskFor_shouldCountOnceAlsoAtTheLimit() {
        RequestId first = admitted();
        for (int i = 1; i < 10; i++) {
            admitted();
        }

        assertThat(backlog.admit(first, NOW.plusSeconds(5))).isTrue();

        assertThat(backlog.size()).isEqualTo(10);
        assertThat(backlog.queued(first)).isTrue();
        assertThat(backlog.queued(first)).as("the other upload's message").isFalse();
        assertThat(backlog.remove(first)).as("it has waited since the first").contains(new Backlog.Removed(NOW, false));
    }

    @Test
    void forgottenImageThatIsUploadedAgain_shouldGoOnBeingRememberedOnly() {
        RequestId id = admitted();
        backlog.queued(id);
        backlog.forgetOld(NOW.plusSeconds(1000));

        assertThat(backlog.admit(id, NOW.plusSeconds(1001))).isTrue();

        assertThat(backlog.size()).isZero();
        assertThat(backlog.waiting()).isEqualTo(1);
        assertThat(backlog.queued(id)).isFalse();
    }

    @Test
    void failedUpload_shouldTakeItsImageAwayUnlessAnotherAsksForItOrItIsQueued() {
        RequestId id = admitted();
        backlog.admit(id, NOW);

        backlog.withdraw(id);
        assertThat(backlog.contains(id)).as("another asks for it").isTrue();
        backlog.withdraw(id);
        assertThat(backlog.contains(id)).isFalse();

        RequestId queued = admitted();
        backlog.queued(queued);
        assertThat(backlog.withdraw(queued)).as("accepted before").isFalse();
        assertThat(backlog.contains(queued)).isTrue();
    }

    @Test
    void answerBeforeTheWordOfItsMessage_shouldLetTheImageBeAcceptedOnce() {
        RequestId id = admitted();
        backlog.remove(id);
        assertThat(backlog.queued(id)).isTrue();
        assertThat(backlog.queued(id)).isFalse();

        RequestId failed = admitted();
        backlog.remove(failed);
        assertThat(backlog.withdraw(failed)).as("its answer proves its message").isTrue();
        assertThat(backlog.withdraw(failed)).isFalse();
    }

    @Test
    void forgottenImages_shouldBeRememberedUpToTheLimit() {
        for (int i = 0; i < 10; i++) {
            admitted();
        }
        backlog.forgetOld(NOW.plusSeconds(1000));
        RequestId later = RequestId.create(NOW, random);
        assertThat(backlog.admit(later, NOW.plusSeconds(1000))).isTrue();

        assertThat(backlog.forgetOld(NOW.plusSeconds(2000))).hasSize(1);

        assertThat(backlog.waiting()).isEqualTo(10);
        assertThat(backlog.oldest()).contains(NOW);
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
