package flotilla.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.doctor.Finding.Status;
import flotilla.provision.Attributes;
import flotilla.provision.Kind;
import flotilla.provision.Step;
import flotilla.provision.Step.Difference;
import flotilla.provision.Thing;
import flotilla.provision.Wanted;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ThingFindingsTest {
    private static final Wanted QUEUE = Wanted.of(Kind.QUEUE, "q", Map.of());

    private static Finding change(boolean adopted, Map<String, Difference> differences) {
        return ThingFindings.of(new Step.Change(QUEUE, new TreeMap<>(differences), adopted));
    }

    @Test
    void missing_shouldBeAnErrorThatProvisionMends() {
        Finding finding = ThingFindings.of(new Step.Create(QUEUE));

        assertThat(finding.status()).isEqualTo(Status.ERROR);
        assertThat(finding.check()).isEqualTo("queue q");
        assertThat(finding.remedy()).contains("flotilla provision --yes");
    }

    @Test
    void otherAttribute_shouldBeAWarning() {
        Finding finding = change(false, Map.of(Attributes.LEASE, new Difference("5", "30")));

        assertThat(finding.status()).isEqualTo(Status.WARNING);
        assertThat(finding.what()).isEqualTo("VisibilityTimeout is 5, the settings want 30");
    }

    @Test
    void noDeadLetterQueue_shouldBeAnError() {
        Finding finding = change(false, Map.of(Attributes.DEAD_LETTERS_TO, new Difference("", "q-dlq")));

        assertThat(finding.status()).isEqualTo(Status.ERROR);
        assertThat(finding.what()).contains("deadLettersTo is nothing, the settings want q-dlq");
    }

    @Test
    void emptySet_shouldBeAnErrorAndASmallOneAWarning() {
        assertThat(change(false, Map.of(Attributes.COUNT, new Difference("0", "20")))
                        .status())
                .isEqualTo(Status.ERROR);
        assertThat(change(false, Map.of(Attributes.COUNT, new Difference("4", "20")))
                        .status())
                .isEqualTo(Status.WARNING);
    }

    /** Terraform's things have another tag. */
    @Test
    void onlyTheTagMissing_shouldBeInOrder() {
        assertThat(change(true, Map.of()).status()).isEqualTo(Status.OK);
    }

    @Test
    void refusal_shouldBeAnErrorWithItsOwnRemedy() {
        Finding finding = ThingFindings.of(new Step.Refuse(
                new Thing(Kind.BUCKET, "b"), "is another account's; choose another name (flotilla.storage)"));

        assertThat(finding.status()).isEqualTo(Status.ERROR);
        assertThat(finding.remedy()).isEqualTo("choose another name (flotilla.storage)");
    }

    @Test
    void inOrder_shouldSayWhatTheServiceDoesNotTell() {
        assertThat(ThingFindings.of(new Step.InOrder(QUEUE.thing(), List.of("encryption")))
                        .what())
                .contains("as far as this service tells (not encryption)");
    }
}
