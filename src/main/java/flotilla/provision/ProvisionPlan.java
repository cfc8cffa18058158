package flotilla.provision;

import flotilla.provision.Seen.Present;
import flotilla.provision.Step.Difference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What has to be done so that everything wanted is there. Pure: same arguments, same plan. */
public final class ProvisionPlan {
    private static final String UNKNOWN = "unknown";

    private final String cluster;
    private final boolean adopt;
    private final boolean newGateway;

    private ProvisionPlan(String cluster, boolean adopt, boolean newGateway) {
        this.cluster = cluster;
        this.adopt = adopt;
        this.newGateway = newGateway;
    }

    /**
     * The steps, in the order of what is wanted.
     *
     * @param cluster the value that our tag has
     * @param seen what is there; something that is missing here is {@link Seen.Missing}
     * @param adopt whether what is there without any cluster's tag becomes ours; an empty bucket of our own account does anyway
     */
    public static List<Step> of(String cluster, List<Wanted> wanted, Map<Thing, Seen> seen, boolean adopt) {
        boolean newGateway = wanted.stream()
                .anyMatch(one -> one.thing().kind() == Kind.GATEWAY && !(seenOf(one, seen) instanceof Present));
        ProvisionPlan plan = new ProvisionPlan(cluster, adopt, newGateway);
        return wanted.stream().map(one -> plan.step(one, seenOf(one, seen))).toList();
    }

    /** What is on its way out is no more, for whoever wants it. */
    private static Seen seenOf(Wanted wanted, Map<Thing, Seen> seen) {
        Seen one = seen.getOrDefault(wanted.thing(), new Seen.Missing());
        return one instanceof Present present && present.attributes().containsKey(Attributes.ENDING)
                ? new Seen.Missing()
                : one;
    }

    private Step step(Wanted wanted, Seen seen) {
        if (seen instanceof Seen.OutOfReach other) {
            return new Step.Refuse(wanted.thing(), other.why());
        }
        if (!(seen instanceof Present present)) {
            return wanted.impossible()
                    .<Step>map(why -> new Step.Refuse(wanted.thing(), why))
                    .orElseGet(() -> new Step.Create(wanted));
        }
        boolean adopted = present.cluster().isEmpty() && present.keepsTags();
        Optional<String> refusal = refusal(present);
        if (refusal.isPresent()) {
            return new Step.Refuse(wanted.thing(), refusal.get());
        }
        SortedMap<String, Difference> differences = differences(wanted, present);
        return differences.isEmpty() && !adopted
                ? new Step.InOrder(wanted.thing(), untold(wanted, present))
                : new Step.Change(wanted, differences, adopted, isShared(wanted, present, differences, adopted));
    }

    private Optional<String> refusal(Present present) {
        if (!present.denied().isEmpty()) {
            return Optional.of("these credentials may not see all of it; get " + String.join(", ", present.denied())
                    + " (docs/aws.md lists what an operator needs)");
        }
        if (present.cluster().isPresent()) {
            return present.cluster()
                    .filter(other -> !other.equals(cluster))
                    .map(other -> "has the tag flotilla:cluster = " + other
                            + ", so it is another system's; choose another name, or set flotilla.cluster.name");
        }
        if (Attributes.OTHERS.equals(present.attributes().get(Attributes.OWNER))) {
            return Optional.of("is another account's, which only lets this one in; choose another name");
        }
        return !present.keepsTags() || adopt || isLeftOver(present)
                ? Optional.empty()
                : Optional.of(
                        "is there without the tag flotilla:cluster, so it may be somebody else's; choose another name, or take it "
                                + "over with --adopt");
    }

    /** A run that ends between making a bucket and tagging it leaves one that is ours by all that can be seen, and empty. */
    private static boolean isLeftOver(Present present) {
        return Attributes.OURS.equals(present.attributes().get(Attributes.OWNER))
                && Attributes.NONE.equals(present.attributes().get(Attributes.CONTENTS));
    }

    /** In a bucket that has or had a prefix, or one that was there before it was ours, others may have objects. */
    private static boolean isShared(
            Wanted wanted, Present present, SortedMap<String, Difference> differences, boolean adopted) {
        boolean othersMayUseIt = adopted || hasPrefix(wanted.attributes()) || hasPrefix(present.attributes());
        boolean expiryIsForAll = !hasPrefix(wanted.attributes());
        return othersMayUseIt
                && Attributes.OBJECTS.equals(present.attributes().get(Attributes.CONTENTS))
                && differences.keySet().stream()
                        .anyMatch(name -> Attributes.OF_THE_WHOLE_BUCKET.contains(name)
                                || expiryIsForAll && Attributes.OF_ITS_EXPIRY.contains(name));
    }

    private static boolean hasPrefix(Map<String, String> attributes) {
        return !attributes.getOrDefault(Attributes.EXPIRY_PREFIX, "").isEmpty();
    }

    private SortedMap<String, Difference> differences(Wanted wanted, Present present) {
        SortedMap<String, Difference> differences = new TreeMap<>();
        wanted.attributes()
                .forEach((name, value) -> Optional.ofNullable(
                                present.attributes().get(name))
                        .filter(now -> !now.equals(value))
                        .ifPresent(now -> differences.put(name, new Difference(now, value))));
        if (newGateway && wanted.attributes().containsKey(Attributes.OUTDATED)) {
            // Its address is known only when it is there, and that comes first. What is told now is about another
            // address.
            differences.put(Attributes.OUTDATED, new Difference(UNKNOWN, "0"));
        }
        return differences;
    }

    private static boolean isUntold(String attribute, Wanted wanted, Present present) {
        return wanted.attributes().containsKey(attribute)
                && !present.attributes().containsKey(attribute);
    }

    /** Whether gateways' addresses are the right ones is not the service's to tell. */
    private static List<String> untold(Wanted wanted, Present present) {
        List<String> untold = new ArrayList<>(wanted.attributes().keySet());
        untold.removeIf(one -> !isUntold(one, wanted, present) || one.equals(Attributes.OUTDATED));
        if (!present.keepsTags()) {
            untold.add("tags");
        }
        return untold;
    }
}
