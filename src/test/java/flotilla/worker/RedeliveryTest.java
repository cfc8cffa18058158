package flotilla.worker;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.FileName;
import flotilla.domain.GatewayId;
import flotilla.domain.ImageRef;
import flotilla.domain.RequestId;
import flotilla.protocol.ClassificationRequest;
import flotilla.protocol.MessageAction;
import flotilla.protocol.QueueMessage;
import flotilla.worker.Redelivery.Past;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedeliveryTest {
    private static final Instant ACCEPTED = Instant.parse("2026-11-29T06:00:00Z");

    /** Of an image that was in company whenever a process died. */
    private static Past past(List<String> deaths, List<String> living) {
        return Redelivery.verdict(new Attempts.Record(deaths, false, living));
    }

    private static Past pastAlone(List<String> deaths, List<String> living) {
        return Redelivery.verdict(new Attempts.Record(deaths, true, living));
    }

    @Test
    void verdict_shouldFollowTheTable() {
        assertThat(past(List.of(), List.of())).isEqualTo(new Past.Innocent());
        assertThat(past(List.of("a"), List.of())).isEqualTo(new Past.Suspect(List.of("a")));
        assertThat(pastAlone(List.of("a"), List.of())).isEqualTo(new Past.Suspect(List.of("a")));
        assertThat(pastAlone(List.of("a", "b"), List.of())).isEqualTo(new Past.Guilty(List.of("a", "b")));
        assertThat(pastAlone(List.of("a", "b", "c"), List.of())).isEqualTo(new Past.Guilty(List.of("a", "b", "c")));
        assertThat(past(List.of("a"), List.of("b"))).isEqualTo(new Past.Tried("b"));
        assertThat(past(List.of(), List.of("b"))).isEqualTo(new Past.Tried("b"));
        assertThat(pastAlone(List.of("a", "c"), List.of("b"))).isEqualTo(new Past.Guilty(List.of("a", "c")));
    }

    @Test
    void imageThatWasNeverAlone_shouldBeTriedAloneHoweverManyDied() {
        assertThat(past(List.of("a", "b"), List.of())).isEqualTo(new Past.Suspect(List.of("a", "b")));
        assertThat(past(List.of("a", "b", "c"), List.of())).isEqualTo(new Past.Suspect(List.of("a", "b", "c")));
        assertThat(past(List.of("a", "b"), List.of("c"))).isEqualTo(new Past.Tried("c"));
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 0, false", "1, 1, 60, false", "1, 1, 61, true", "2, 1, 0, true", "1, 2, 0, true"})
    void past_shouldBeAskedForOnlyWhenThereMayBeOne(int receiveCount, int generation, int secondsLater, boolean asked) {
        RequestId id = RequestId.create(ACCEPTED, new Random(1));
        ClassificationRequest first = new ClassificationRequest(
                id,
                new ImageRef("input", id + "/a.png"),
                new FileName("a.png"),
                new GatewayId("g"),
                ACCEPTED.plusSeconds(secondsLater),
                Optional.empty());
        QueueMessage message = new QueueMessage("m", "r", "body", ACCEPTED, receiveCount);

        assertThat(Redelivery.mayHaveAPast(message, generation == 1 ? first : first.redriven(2)))
                .isEqualTo(asked);
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
        assertThat(Verdict.LATER.action(message)).isEqualTo(new MessageAction.ChangeMessageVisibility(message, 4));
        assertThat(Verdict.TROUBLE.action(message)).isEqualTo(new MessageAction.ChangeMessageVisibility(message, 4));
    }
}
