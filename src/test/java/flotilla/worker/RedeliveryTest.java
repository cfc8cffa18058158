package flotilla.worker;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.ClassificationResult;
import flotilla.domain.FileName;
import flotilla.domain.Outcome;
import flotilla.domain.Prediction;
import flotilla.domain.RequestId;
import flotilla.protocol.MessageAction;
import flotilla.protocol.QueueMessage;
import flotilla.worker.Redelivery.Past;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RedeliveryTest {
    private static final ClassificationResult RESULT = new ClassificationResult(
            RequestId.create(Instant.EPOCH, new Random(1)),
            new FileName("a.png"),
            new Outcome.Labelled("m", List.of(new Prediction("Cat", 0, 1))),
            Optional.empty(),
            Optional.empty(),
            Map.of());

    @Test
    void verdict_shouldFollowTheTable() {
        assertThat(Redelivery.verdict(Optional.of(RESULT), List.of())).isEqualTo(new Past.Answered(RESULT));
        assertThat(Redelivery.verdict(Optional.of(RESULT), List.of("a", "b"))).isEqualTo(new Past.Answered(RESULT));
        assertThat(Redelivery.verdict(Optional.empty(), List.of())).isEqualTo(new Past.Innocent());
        assertThat(Redelivery.verdict(Optional.empty(), List.of("a"))).isEqualTo(new Past.Suspect("a"));
        assertThat(Redelivery.verdict(Optional.empty(), List.of("a", "b")))
                .isEqualTo(new Past.Guilty(List.of("a", "b")));
        assertThat(Redelivery.verdict(Optional.empty(), List.of("a", "b", "c")))
                .isEqualTo(new Past.Guilty(List.of("a", "b", "c")));
    }

    @Test
    void reason_shouldNameTheProcessesInOneLine() {
        assertThat(new Past.Guilty(List.of("i-1-17", "i-2-18")).reason())
                .isEqualTo("it was inside the classifier of 2 workers when they died (i-1-17, i-2-18)");
    }

    @Test
    void verdicts_shouldDeleteOnlyWhatIsAnsweredOrKeptElsewhere() {
        QueueMessage message = new QueueMessage("m", "r", "body", Instant.EPOCH, 3);
        assertThat(Verdict.ANSWERED.action(message)).isEqualTo(new MessageAction.Delete(message));
        assertThat(Verdict.QUARANTINED.action(message)).isEqualTo(new MessageAction.Delete(message));
        assertThat(Verdict.UNREADABLE.action(message)).isEqualTo(new MessageAction.ChangeMessageVisibility(message, 1));
        assertThat(Verdict.RETURNED.action(message)).isEqualTo(new MessageAction.ChangeMessageVisibility(message, 0));
        assertThat(Verdict.TROUBLE.action(message)).isEqualTo(new MessageAction.ChangeMessageVisibility(message, 4));
    }
}
