package flotilla.provision;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.provision.DestroyPlan.Consent;
import flotilla.provision.Seen.Present;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DestroyPlanTest {
    private static final Consent NOTHING_MORE = consent(false, false, false);
    private static final Thing QUEUE = new Thing(Kind.QUEUE, "q");
    private static final Thing BUCKET = new Thing(Kind.BUCKET, "b");
    private static final Thing WORKERS = new Thing(Kind.INSTANCES, "w");

    private static List<Step> plan(Thing thing, Seen seen, Consent consent) {
        return DestroyPlan.of("fleet", List.of(thing), Map.of(thing, seen), consent);
    }

    private static String keeps(Thing thing, Seen seen, Consent consent) {
        Step step = plan(thing, seen, consent).get(0);
        assertThat(step).isInstanceOf(Step.Keep.class);
        return ((Step.Keep) step).why();
    }

    private static Consent consent(boolean drain, boolean emptyBuckets, boolean untagged) {
        return new Consent(drain, emptyBuckets, untagged, false, Set.of());
    }

    @Test
    void queueWithImagesThatHaveNoAnswer_shouldBeRefusedAndOneWithNoticesRemoved() {
        Seen full = Present.of("fleet", Map.of(Attributes.MESSAGES, "3"));

        assertThat(plan(QUEUE, full, new Consent(false, false, false, false, Set.of(QUEUE))))
                .singleElement()
                .isInstanceOfSatisfying(
                        Step.Refuse.class, refused -> assertThat(refused.why()).contains("3 messages", "--drain"));
        assertThat(plan(QUEUE, full, NOTHING_MORE)).singleElement().isInstanceOf(Step.Remove.class);
    }

    @Test
    void bucketThatOthersMayUse_shouldBeKeptWithWhatIsInIt() {
        Seen full = Present.of("fleet", Map.of(Attributes.CONTENTS, Attributes.OBJECTS));

        assertThat(plan(BUCKET, full, new Consent(false, true, false, true, Set.of())))
                .singleElement()
                .isInstanceOf(Step.Keep.class);
    }

    @Test
    void missing_shouldNeedNoStep() {
        assertThat(plan(QUEUE, new Seen.Missing(), NOTHING_MORE)).isEmpty();
    }

    @Test
    void ours_shouldBeRemoved() {
        assertThat(plan(QUEUE, Present.of("fleet", Map.of()), NOTHING_MORE))
                .containsExactly(new Step.Remove(QUEUE, ""));
        assertThat(plan(QUEUE, Present.of("fleet", Map.of(Attributes.MESSAGES, "3")), NOTHING_MORE))
                .containsExactly(new Step.Remove(QUEUE, "with 3 messages in it"));
    }

    @Test
    void others_shouldBeKeptWhateverIsAgreedTo() {
        Consent everything = consent(true, true, true);

        assertThat(keeps(QUEUE, Present.of("other", Map.of()), everything)).contains("another system's");
        assertThat(keeps(BUCKET, new Seen.OutOfReach("is another account's"), everything))
                .isEqualTo("is another account's");
    }

    @Test
    void untagged_shouldBeKeptUnlessAgreedTo() {
        Present untagged = new Present(Optional.empty(), true, new TreeMap<>());
        Present cannotBeTagged = new Present(Optional.empty(), false, new TreeMap<>());

        assertThat(keeps(QUEUE, untagged, NOTHING_MORE)).contains("no tag", "--untagged");
        assertThat(keeps(QUEUE, cannotBeTagged, NOTHING_MORE)).contains("keeps no tags", "--untagged");
        assertThat(plan(QUEUE, untagged, consent(false, false, true))).containsExactly(new Step.Remove(QUEUE, ""));
    }

    @Test
    void whoseTagMayNotBeSeen_shouldBeKeptWhateverIsAgreedTo() {
        Present hidden = new Present(Optional.empty(), true, new TreeMap<>(), Set.of("sqs:ListQueueTags"));

        assertThat(keeps(QUEUE, hidden, consent(true, true, true))).contains("get sqs:ListQueueTags");
    }

    @Test
    void bucketWithObjects_shouldBeKeptUnlessAgreedTo() {
        Present full = Present.of("fleet", Map.of(Attributes.CONTENTS, Attributes.OBJECTS));

        assertThat(keeps(BUCKET, full, NOTHING_MORE)).contains("--empty-buckets");
        assertThat(plan(BUCKET, full, consent(false, true, false)))
                .containsExactly(new Step.Remove(BUCKET, "with all objects in it"));
        assertThat(plan(BUCKET, Present.of("fleet", Map.of(Attributes.CONTENTS, Attributes.NONE)), NOTHING_MORE))
                .containsExactly(new Step.Remove(BUCKET, ""));
    }

    @Test
    void runningWorkers_shouldBeRefusedUnlessTheyAreWaitedFor() {
        Present running = Present.of("fleet", Map.of(Attributes.RUNNING, "2", Attributes.STOPPED, "1"));

        assertThat(plan(WORKERS, running, NOTHING_MORE).get(0))
                .isInstanceOfSatisfying(
                        Step.Refuse.class, refuse -> assertThat(refuse.why()).contains("2 of them run", "--drain"));
        assertThat(plan(WORKERS, running, consent(true, false, false)))
                .containsExactly(new Step.Remove(WORKERS, "1 stopped, and 2 when they have ended"));
        assertThat(plan(WORKERS, Present.of("fleet", Map.of(Attributes.STOPPED, "4")), NOTHING_MORE))
                .containsExactly(new Step.Remove(WORKERS, "4 stopped"));
    }
}
