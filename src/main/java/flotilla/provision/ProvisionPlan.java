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
    private ProvisionPlan() {}

    /**
     * The steps, in the order of what is wanted.
     *
     * @param cluster the value that our tag has
     * @param seen what is there; something that is missing here is {@link Seen.Missing}
     * @param adopt whether what is there without any cluster's tag becomes ours
     */
    public static List<Step> of(String cluster, List<Wanted> wanted, Map<Thing, Seen> seen, boolean adopt) {
        return wanted.stream()
                .map(one -> step(cluster, one, seen.getOrDefault(one.thing(), new Seen.Missing()), adopt))
                .toList();
    }

    private static Step step(String cluster, Wanted wanted, Seen seen, boolean adopt) {
        if (seen instanceof Seen.OutOfReach other) {
            return new Step.Refuse(wanted.thing(), other.why());
        }
        if (!(seen instanceof Present present)) {
            return wanted.impossible()
                    .<Step>map(why -> new Step.Refuse(wanted.thing(), why))
                    .orElseGet(() -> new Step.Create(wanted));
        }
        boolean tagged = present.cluster().isPresent();
        if (tagged && !present.cluster().get().equals(cluster)) {
            return new Step.Refuse(wanted.thing(), othersTag(present.cluster().get()));
        }
        if (!tagged && present.keepsTags() && !adopt) {
            return new Step.Refuse(
                    wanted.thing(),
                    "is there without the tag flotilla:cluster, so it may be somebody else's; choose another name, or take it "
                            + "over with --adopt");
        }
        SortedMap<String, Difference> differences = differences(wanted, present);
        boolean adopted = !tagged && present.keepsTags();
        return differences.isEmpty() && !adopted
                ? new Step.InOrder(wanted.thing(), untold(wanted, present))
                : new Step.Change(wanted, differences, adopted);
    }

    static String othersTag(String cluster) {
        return "has the tag flotilla:cluster = " + cluster
                + ", so it is another system's; choose another name, or set flotilla.cluster.name";
    }

    private static SortedMap<String, Difference> differences(Wanted wanted, Present present) {
        SortedMap<String, Difference> differences = new TreeMap<>();
        wanted.attributes()
                .forEach((name, value) -> Optional.ofNullable(
                                present.attributes().get(name))
                        .filter(now -> !now.equals(value))
                        .ifPresent(now -> differences.put(name, new Difference(now, value))));
        return differences;
    }

    private static List<String> untold(Wanted wanted, Present present) {
        List<String> untold = new ArrayList<>(wanted.attributes().keySet());
        untold.removeAll(present.attributes().keySet());
        if (!present.keepsTags()) {
            untold.add("tags");
        }
        return untold;
    }
}
