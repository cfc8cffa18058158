package flotilla.provision;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.provision.Seen.Present;
import flotilla.provision.Step.Difference;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ProvisionPlanTest {
    private static final Wanted QUEUE = Wanted.of(Kind.QUEUE, "q", Map.of("lease", "30", "retention", "60"));
    private static final Wanted BUCKET =
            Wanted.of(Kind.BUCKET, "b", Map.of(Attributes.PUBLIC_ACCESS, Attributes.BLOCKED));
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

    /** A run that is cut off after it has made a bucket and before it tags it leaves such a one. */
    @Test
    void emptyBucketOfThisAccountWithoutTag_shouldBeTakenOverByItself() {
        assertThat(step(BUCKET, bucket(Attributes.OURS, Attributes.NONE), false))
                .isEqualTo(new Step.Change(BUCKET, new TreeMap<>(), true));
        Present ofSomebody = untagged(
                true, Map.of(Attributes.PUBLIC_ACCESS, Attributes.BLOCKED, Attributes.CONTENTS, Attributes.NONE));
        for (Present other : List.of(bucket(Attributes.OURS, Attributes.OBJECTS), ofSomebody)) {
            assertThat(step(BUCKET, other, false))
                    .isInstanceOfSatisfying(
                            Step.Refuse.class,
                            refuse -> assertThat(refuse.why()).contains("--adopt"));
        }
    }

    @Test
    void bucketThatAnotherAccountLends_shouldNotBeTakenOverWhateverIsSaid() {
        assertThat(step(BUCKET, bucket(Attributes.OTHERS, Attributes.NONE), true))
                .isInstanceOfSatisfying(
                        Step.Refuse.class,
                        refuse -> assertThat(refuse.why()).contains("another account's", "another name"));
    }

    private static Present bucket(String owner, String contents) {
        return untagged(
                true,
                Map.of(
                        Attributes.PUBLIC_ACCESS,
                        Attributes.BLOCKED,
                        Attributes.OWNER,
                        owner,
                        Attributes.CONTENTS,
                        contents));
    }

    @Test
    void changeOfABucketWithOthersObjects_shouldSaySo() {
        Map<String, String> open =
                Map.of(Attributes.PUBLIC_ACCESS, Attributes.POSSIBLE, Attributes.CONTENTS, Attributes.OBJECTS);

        Step adopting = step(BUCKET, untagged(true, open), true);

        assertThat(PlanTable.line(adopting))
                .endsWith(
                        "publicAccess possible -> blocked, gets the tag flotilla:cluster, for the whole bucket, with whatever "
                                + "others have in it");
        assertThat(PlanTable.line(step(BUCKET, Present.of("fleet", open), false)))
                .endsWith("publicAccess possible -> blocked");
        Wanted withPrefix = Wanted.of(
                Kind.BUCKET, "b", Map.of(Attributes.PUBLIC_ACCESS, Attributes.BLOCKED, Attributes.EXPIRY_PREFIX, "p/"));
        assertThat(PlanTable.line(step(withPrefix, Present.of("fleet", open), false)))
                .endsWith("for the whole bucket, with whatever others have in it");
    }

    /** S3 then expires everybody's objects. */
    @Test
    void expiryOfAllKeysInABucketWithOthersObjects_shouldSaySo() {
        Wanted all = expiring("");
        Present before =
                untagged(true, Map.of(Attributes.EXPIRE_AFTER_DAYS, "0", Attributes.CONTENTS, Attributes.OBJECTS));
        Map<String, String> narrow = Map.of(
                Attributes.EXPIRE_AFTER_DAYS,
                "45",
                Attributes.EXPIRY_PREFIX,
                "p/",
                Attributes.CONTENTS,
                Attributes.OBJECTS);

        assertThat(PlanTable.line(step(all, before, true))).contains("expireAfterDays 0 -> 45", "for the whole bucket");
        assertThat(PlanTable.line(step(all, Present.of("fleet", narrow), false)))
                .contains("expiryPrefix p/ -> (none)", "for the whole bucket");
        assertThat(PlanTable.line(step(expiring("p/"), before, true)))
                .contains("expireAfterDays 0 -> 45")
                .doesNotContain("for the whole bucket");
        assertThat(PlanTable.line(step(all, Present.of("fleet", before.attributes()), false)))
                .doesNotContain("for the whole bucket");
    }

    private static Wanted expiring(String prefix) {
        return Wanted.of(
                Kind.BUCKET, "b", Map.of(Attributes.EXPIRE_AFTER_DAYS, "45", Attributes.EXPIRY_PREFIX, prefix));
    }

    @Test
    void whatMayNotBeSeen_shouldBeRefusedWithThePermission() {
        Present halfSeen =
                new Present(Optional.empty(), true, new TreeMap<>(), Set.of("s3:GetBucketTagging", "s3:GetB"));

        assertThat(step(BUCKET, halfSeen, true))
                .isInstanceOfSatisfying(
                        Step.Refuse.class,
                        refuse -> assertThat(refuse.why()).contains("get s3:GetB, s3:GetBucketTagging"));
    }

    /** Its address is known only after it is made. */
    @Test
    void setBesideANewGateway_shouldBeToldOfItAndOneBesideAnOldOneOnlyWhenItDiffers() {
        Wanted gateway = Wanted.of(Kind.GATEWAY, "g", Map.of());
        Wanted set = Wanted.of(Kind.INSTANCES, "s", Map.of(Attributes.COUNT, "2", Attributes.OUTDATED, "0"));
        Present full = Present.of("fleet", Map.of(Attributes.COUNT, "2"));

        assertThat(ProvisionPlan.of("fleet", List.of(gateway, set), Map.of(set.thing(), full), false))
                .containsExactly(
                        new Step.Create(gateway),
                        new Step.Change(
                                set,
                                new TreeMap<>(Map.of(Attributes.OUTDATED, new Difference("unknown", "0"))),
                                false));
        Present beside = Present.of("fleet", Map.of(Attributes.COUNT, "2", Attributes.OUTDATED, "0"));
        assertThat(ProvisionPlan.of("fleet", List.of(gateway, set), Map.of(set.thing(), beside), false))
                .as("what is told now is about the address of before")
                .last()
                .isEqualTo(new Step.Change(
                        set, new TreeMap<>(Map.of(Attributes.OUTDATED, new Difference("unknown", "0"))), false));
        assertThat(step(set, full, false)).isEqualTo(new Step.InOrder(set.thing(), List.of()));
        assertThat(step(set, Present.of("fleet", Map.of(Attributes.COUNT, "2", Attributes.OUTDATED, "1")), false))
                .isEqualTo(new Step.Change(
                        set, new TreeMap<>(Map.of(Attributes.OUTDATED, new Difference("1", "0"))), false));
    }

    @Test
    void gatewayThatIsEnding_shouldBeMadeAnew() {
        Wanted gateway = Wanted.of(Kind.GATEWAY, "g", Map.of());

        assertThat(step(gateway, Present.of("fleet", Map.of(Attributes.ENDING, "true")), false))
                .isEqualTo(new Step.Create(gateway));
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
