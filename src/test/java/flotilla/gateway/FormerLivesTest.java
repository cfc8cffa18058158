package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.ClassificationResult;
import flotilla.domain.FailureCode;
import flotilla.domain.FileName;
import flotilla.domain.Outcome;
import flotilla.domain.Prediction;
import flotilla.domain.RequestId;
import flotilla.protocol.QuarantineStore.Redriven;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FormerLivesTest {
    private static final Instant AT = Instant.parse("2026-11-30T03:00:00Z");
    private static final RequestId ID = RequestId.create(AT, new Random(1));
    private static final ClassificationResult FAILURE =
            result(new Outcome.Failed(FailureCode.QUARANTINED, "it was inside"));
    private static final ClassificationResult ANSWER =
            result(new Outcome.Labelled("m", List.of(new Prediction("Cat", 0, 1))));

    private static ClassificationResult result(Outcome outcome) {
        return new ClassificationResult(
                ID, new FileName("a.png"), outcome, Optional.empty(), Optional.empty(), Map.of(), Optional.empty());
    }

    private static Redriven redriven(int generation) {
        return new Redriven(ID, generation, AT.plusSeconds(generation));
    }

    /** Nobody noted the first redrive. */
    @Test
    void redrive_shouldBelongToTheLifeBeforeIt() {
        FormerLives former = FormerLives.of(List.of(FAILURE, FAILURE, ANSWER), List.of(redriven(3)));

        assertThat(former.lives())
                .extracting(FormerLives.Life::redriven)
                .containsExactly(Optional.empty(), Optional.of(redriven(3)));
        assertThat(former.again()).isFalse();
    }

    @Test
    void lastFailure_shouldBeFollowedByAnyLaterRedrive() {
        FormerLives former = FormerLives.of(List.of(FAILURE), List.of(redriven(3)));

        assertThat(former.lives()).extracting(FormerLives.Life::redriven).containsExactly(Optional.of(redriven(3)));
        assertThat(former.again()).isTrue();
    }

    @Test
    void livesOfAnOlderGateway_shouldNotBeKnown() {
        assertThat(FormerLives.of(List.of(FAILURE, ANSWER), List.of()).areKnown())
                .isFalse();
        assertThat(FormerLives.NONE.areKnown()).isTrue();
    }
}
