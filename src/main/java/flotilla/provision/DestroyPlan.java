package flotilla.provision;

import flotilla.provision.Seen.Present;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What has to be done so that nothing of a cluster is left. Pure: same arguments, same plan. */
public final class DestroyPlan {
    private DestroyPlan() {}

    /**
     * What the caller agrees to.
     *
     * @param drain running workers are waited for
     * @param emptyBuckets buckets go with what is in them
     * @param untagged things go by their name alone
     * @param sharedBuckets others may keep objects in the buckets, as a prefix of ours says
     * @param work queues whose messages stand for images that have no answer yet
     */
    public record Consent(
            boolean drain, boolean emptyBuckets, boolean untagged, boolean sharedBuckets, Set<Thing> work) {}

    /**
     * The steps, in the order of the things; what is missing needs none.
     *
     * @param cluster the value that our tag has
     */
    public static List<Step> of(String cluster, List<Thing> things, Map<Thing, Seen> seen, Consent consent) {
        return things.stream()
                .flatMap(thing -> step(cluster, thing, seen.getOrDefault(thing, new Seen.Missing()), consent).stream())
                .toList();
    }

    private static Optional<Step> step(String cluster, Thing thing, Seen seen, Consent consent) {
        if (seen instanceof Seen.OutOfReach other) {
            return Optional.of(new Step.Keep(thing, other.why()));
        }
        if (!(seen instanceof Present present)) {
            return Optional.empty();
        }
        if (present.cluster().isPresent() && !present.cluster().get().equals(cluster)) {
            return Optional.of(new Step.Keep(
                    thing,
                    "has the tag flotilla:cluster = " + present.cluster().get() + ", so it is another system's"));
        }
        if (present.cluster().isEmpty() && !present.denied().isEmpty()) {
            return Optional.of(new Step.Keep(
                    thing,
                    "these credentials may not see whose it is; get " + String.join(", ", present.denied())
                            + " (docs/aws.md)"));
        }
        if (present.cluster().isEmpty() && !consent.untagged()) {
            return Optional.of(
                    new Step.Keep(
                            thing,
                            present.keepsTags()
                                    ? "has no tag flotilla:cluster, so nothing shows whose it is; --untagged removes it by its name"
                                    : "this service keeps no tags, so nothing shows whose it is; --untagged removes it by its name"));
        }
        return Optional.of(
                switch (thing.kind()) {
                    case INSTANCES -> instances(thing, present, consent);
                    case BUCKET -> bucket(thing, present, consent);
                    case QUEUE -> queue(thing, present, consent);
                    case LAUNCH_TEMPLATE, GATEWAY -> new Step.Remove(thing, "");
                });
    }

    private static Step instances(Thing thing, Present present, Consent consent) {
        int running = number(present, Attributes.RUNNING);
        int stopped = number(present, Attributes.STOPPED);
        if (running > 0 && !consent.drain()) {
            return new Step.Refuse(
                    thing,
                    running
                            + " of them run; send no more work and let the fleet end, or add --drain, which waits for that");
        }
        return new Step.Remove(
                thing,
                running > 0 ? stopped + " stopped, and " + running + " when they have ended" : stopped + " stopped");
    }

    private static Step bucket(Thing thing, Present present, Consent consent) {
        boolean holdsObjects = Attributes.OBJECTS.equals(present.attributes().get(Attributes.CONTENTS));
        if (holdsObjects && consent.sharedBuckets()) {
            return new Step.Keep(
                    thing,
                    "storage.prefix is set, so others may have objects in it; delete what is below the prefix by hand, then the bucket");
        }
        if (holdsObjects && !consent.emptyBuckets()) {
            return new Step.Keep(thing, "it holds objects; --empty-buckets deletes them with it");
        }
        return new Step.Remove(thing, holdsObjects ? "with all objects in it" : "");
    }

    private static Step queue(Thing thing, Present present, Consent consent) {
        int messages = number(present, Attributes.MESSAGES);
        if (messages > 0 && consent.work().contains(thing)) {
            return new Step.Refuse(
                    thing,
                    messages
                            + " messages are in it, which are images without an answer; let a gateway and workers have them (--drain "
                            + "waits for requests, dead letters need a gateway), or purge the queue");
        }
        return new Step.Remove(thing, messages == 0 ? "" : "with " + messages + " messages in it");
    }

    private static int number(Present present, String attribute) {
        return Integer.parseInt(present.attributes().getOrDefault(attribute, "0"));
    }
}
