package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.RequestId;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RecentImagesTest {
    private static final Instant AT = Instant.parse("2026-11-29T12:00:00Z");

    private final RecentImages recent = new RecentImages();
    private final Random random = new Random(1);

    private RequestId id() {
        return RequestId.create(AT, random);
    }

    private static RecentImages.Taken taken(long seconds) {
        return new RecentImages.Taken(AT.plusSeconds(seconds), AT.plusSeconds(seconds + 1), Optional.empty());
    }

    private static RecentImages.Answered answered(long seconds, boolean provisional) {
        return new RecentImages.Answered(AT.plusSeconds(seconds), provisional);
    }

    @Test
    void answerThatOvertakesItsAcceptance_shouldBeRememberedToo() {
        RequestId id = id();

        recent.answered(id, answered(5, false));
        recent.accepted(id, taken(1));

        assertThat(recent.find(id))
                .isEqualTo(new RecentImages.Image(Optional.of(taken(1)), Optional.of(answered(5, false))));
        assertThat(recent.find(id())).isEqualTo(RecentImages.Image.UNKNOWN);
    }

    @Test
    void noticeThatComesTwice_shouldCountOnceAndAnAnswerSupersedeAProvisionalOne() {
        RequestId id = id();
        recent.accepted(id, taken(1));

        recent.answered(id, answered(5, true));
        recent.answered(id, answered(6, true));
        recent.answered(id, answered(7, false));
        recent.answered(id, answered(8, false));
        recent.accepted(id, taken(9));

        assertThat(recent.find(id))
                .isEqualTo(new RecentImages.Image(Optional.of(taken(1)), Optional.of(answered(7, false))));
    }

    @Test
    void eldest_shouldBeForgotten() {
        RequestId first = id();
        recent.accepted(first, taken(0));
        for (int i = 0; i < RecentImages.MOST; i++) {
            recent.accepted(id(), taken(i));
        }

        assertThat(recent.find(first)).isEqualTo(RecentImages.Image.UNKNOWN);
    }
}
