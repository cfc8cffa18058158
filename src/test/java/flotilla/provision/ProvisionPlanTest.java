package flotilla.provision;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.provision.Seen.Present;
import flotilla.provision.Step.Difference;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ProvisionPlanTest {
    private static final Wanted QUEUE = Wanted.of(Kind.QUEUE, "q", Map.of("lease", "30", "retention", "60"));
    private static final Present AS_WANTED = Present.of("fleet", Map.of("lease", "30", "retention", "60", "else", "1"));

    private static Step step(Wanted wanted, Seen seen, boolean adopt) {
        return ProvisionPlan.of("fleet", List.of(wanted), Map.of(wanted.thing(), seen), adopt)
                .get(0);
    }

    private static Present untagged(boolean keepsTags, Map<String, String> attributes) {
        return new Present(Optional.empty(), keepsTags, new TreeMap<>(attributes));
    }

    @Test
    void missing_shouldBeCreated() {
        assertThat(step(QUEUE, new Seen.Missing(), false)).isEqualTo(new Step.Create(QUEUE));
        assertThat(ProvisionPlan.of("fleet", List.of(QUEUE), Map.of(), false)).containsExactly(new Step.Create(QUEUE));
    }

    @Test
    void missingThatCannotBeMade_shouldBeRefusedWithTheReason() {
        assertThat(step(QUEUE.butImpossible("needs an image"), new Seen.Missing(), false))
                .isEqualTo(new Step.Refuse(QUEUE.thing(), "needs an image"));
        assertThat(step(QUEUE.butImpossible("needs an image"), AS_WANTED, false))
                .isEqualTo(new Step.InOrder(QUEUE.thing(), List.of()));
    }

    @Test
    void asWanted_shouldBeInOrder() {
        assertThat(step(QUEUE, AS_WANTED, false)).isEqualTo(new Step.InOrder(QUEUE.thing(), List.of()));
    }

    @Test
    void differentAttributes_shouldBeChangedAndNoOthers() {
        assertThat(step(QUEUE, Present.of("fleet", Map.of("lease", "5", "retention", "60")), false))
                .isEqualTo(new Step.Change(QUEUE, new TreeMap<>(Map.of("lease", new Difference("5", "30"))), false));
    }

    @Test
    void attributeThatTheServiceDoesNotTell_shouldBeNamedAndNotChanged() {
        assertThat(step(QUEUE, Present.of("fleet", Map.of("lease", "30")), false))
                .isEqualTo(new Step.InOrder(QUEUE.thing(), List.of("retention")));
    }

    @Test
    void othersTag_shouldBeRefusedEvenWhenAdopting() {
        Step step = step(QUEUE, Present.of("other", Map.of("lease", "30", "retention", "60")), true);

        assertThat(step)
                .isInstanceOfSatisfying(
                        Step.Refuse.class,
                        refuse ->
                                assertThat(refuse.why()).contains("flotilla:cluster = other", "flotilla.cluster.name"));
    }

    @Test
    void withoutTag_shouldBeRefusedUnlessAdopted() {
        Present untagged = untagged(true, Map.of("lease", "30", "retention", "60"));

        assertThat(step(QUEUE, untagged, false))
                .isInstanceOfSatisfying(
                        Step.Refuse.class, refuse -> assertThat(refuse.why()).contains("--adopt", "another name"));
        assertThat(step(QUEUE, untagged, true)).isEqualTo(new Step.Change(QUEUE, new TreeMap<>(), true));
    }

    @Test
    void storeWithoutTags_shouldBeInOrderAndSaySo() {
        assertThat(step(QUEUE, untagged(false, Map.of("lease", "30", "retention", "60")), false))
                .isEqualTo(new Step.InOrder(QUEUE.thing(), List.of("tags")));
    }

    @Test
    void outOfReach_shouldBeRefused() {
        assertThat(step(QUEUE, new Seen.OutOfReach("is another account's"), true))
                .isEqualTo(new Step.Refuse(QUEUE.thing(), "is another account's"));
    }

    @Test
    void table_shouldShowWhatIsDoneAndWhy() {
        Wanted bucket = Wanted.of(Kind.BUCKET, "b", Map.of("encryption", "on"));
        List<Step> steps = List.of(
                new Step.Create(QUEUE),
                new Step.Change(bucket, new TreeMap<>(Map.of("encryption", new Difference("off", "on"))), true),
                new Step.InOrder(new Thing(Kind.BUCKET, "c"), List.of("tags")),
                new Step.Refuse(new Thing(Kind.GATEWAY, "g"), "needs an image"));

        assertThat(PlanTable.lines(steps))
                .containsExactly(
                        "PLAN       WHAT                NAME                                DETAILS",
                        "create     queue               q                                   lease=30 retention=60",
                        "change     bucket              b                                   encryption off -> on, gets the tag flotilla:cluster",
                        "in order   bucket              c                                   this service has no tags",
                        "refuse     gateway's instance  g                                   needs an image");
    }
}
