package flotilla.app;

import flotilla.protocol.GatewayRegistry.Entry;
import flotilla.protocol.GatewayRegistry.Phase;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How gateways that know each other only through the registry become one cluster. A gateway writes that it founds one before it
 * looks whether another does, and founds only when none does: so of two that start at once, at least one sees the other. Clusters
 * that came to be apart become one when they see each other again: the one with fewer gateways yields. Pure.
 */
final class MeetingRule {
    /** The bigger cluster first; between equal ones the order only has to be the same for all. */
    private static final Comparator<Entry> RANK =
            Comparator.comparing(Entry::gateways).reversed().thenComparing(Entry::cluster);

    /** What a gateway does that is in no cluster. */
    sealed interface Step {
        /** Join one of these gateways' cluster. */
        record JoinOne(List<String> nodes) implements Step {}

        /** Start a cluster of its own. */
        record Found() implements Step {}

        /** Look again, after having written this phase. */
        record LookAs(Phase phase) implements Step {}
    }

    private MeetingRule() {}

    /**
     * What a gateway does that is in no cluster.
     *
     * @param self its own entry, as it was written before it looked
     * @param others fresh entries of gateways that can be reached
     */
    static Step outside(Entry self, List<Entry> others) {
        Optional<Entry> best =
                others.stream().filter(one -> one.phase() == Phase.MEMBER).min(RANK);
        if (best.isPresent()) {
            return new Step.JoinOne(others.stream()
                    .filter(one -> one.phase() == Phase.MEMBER)
                    .filter(one -> one.cluster().equals(best.get().cluster()))
                    .map(Entry::node)
                    .toList());
        }
        boolean anotherFounds = others.stream().anyMatch(one -> one.phase() == Phase.FOUNDING);
        if (self.phase() == Phase.FOUNDING) {
            return anotherFounds ? new Step.LookAs(Phase.LOOKING) : new Step.Found();
        }
        boolean first = others.stream().allMatch(one -> self.node().compareTo(one.node()) < 0);
        return new Step.LookAs(first && !anotherFounds ? Phase.FOUNDING : Phase.LOOKING);
    }

    /**
     * Of other gateways those in clusters that one gets into which joins its seeds. Where seeds are given, only such a cluster is
     * worth leaving one's own for: any other one would be left again.
     *
     * @param seeds addresses, each {@code host:port}
     */
    static List<Entry> throughSeeds(Set<String> seeds, List<Entry> others) {
        Set<String> clusters = others.stream()
                .filter(one -> one.phase() == Phase.MEMBER && seeds.contains(one.node()))
                .map(Entry::cluster)
                .collect(Collectors.toSet());
        return others.stream().filter(one -> clusters.contains(one.cluster())).toList();
    }

    /**
     * Whether a gateway should leave its cluster and join another's.
     *
     * @param self its own entry
     * @param members the gateways of its cluster
     * @param others fresh entries of gateways that can be reached
     */
    static boolean yields(Entry self, Set<String> members, List<Entry> others) {
        return others.stream()
                .filter(one -> one.phase() == Phase.MEMBER)
                .filter(one -> !members.contains(one.node()) && !one.cluster().equals(self.cluster()))
                .anyMatch(one -> RANK.compare(one, self) < 0);
    }
}
