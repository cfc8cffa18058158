package flotilla.membership;

import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which nodes a cluster drops, when some do not hear of others. Gateways decide, workers have no say about them: workers die, freeze
 * and are ended all the time, and what one of them saw last must not cost a gateway. Every node that knows of the same sights comes
 * to the same answer, on whichever side of a cut it stands. Pure.
 *
 * @param <N> a node; of two that cannot both stay, the one that the order puts last goes
 */
final class DowningRule<N> {
    private final Comparator<N> order;

    /**
     * One node does not hear of another.
     *
     * @param observer the one that does not hear
     * @param subject the one that is not heard
     */
    record Sight<N>(N observer, N subject) {}

    DowningRule(Comparator<N> order) {
        this.order = order;
    }

    /**
     * Those to drop.
     *
     * <ol>
     *   <li>Gateways stay as long as they hear of one another. Where they do not, the one goes that misses, or is missed by, most others, and so
     *       on until all that are left agree: the smaller side of a cut.
     *   <li>Of all others, whom a gateway that stays misses goes, and who itself misses one of those.
     *   <li>Those who are left and miss one another go by the same rule as gateways do, and whoever is on its way out goes first: while
     *       anybody who stays is missed by anybody who stays, nobody can join or leave.
     * </ol>
     *
     * @param gateways that have a vote
     * @param others workers, and gateways on their way in
     * @param ending nodes on their way out, whose sights still hold up the cluster
     * @param sights of which only those between the nodes above count
     */
    Set<N> dropped(Set<N> gateways, Set<N> others, Set<N> ending, Set<Sight<N>> sights) {
        Set<N> kept = agreeing(gateways, sights);
        kept.addAll(agreeing(withoutQuarrel(others, kept, sights), sights));
        kept.addAll(agreeing(withoutQuarrel(ending, kept, sights), sights));
        return Stream.of(gateways, others, ending)
                .flatMap(Set::stream)
                .filter(node -> !kept.contains(node))
                .collect(Collectors.toCollection(() -> new TreeSet<>(order)));
    }

    /** The nodes that neither miss one of {@code those} nor are missed by one. */
    private static <N> Set<N> withoutQuarrel(Set<N> nodes, Set<N> those, Set<Sight<N>> sights) {
        Set<N> left = new HashSet<>(nodes);
        for (Sight<N> sight : sights) {
            if (those.contains(sight.subject())) {
                left.remove(sight.observer());
            }
            if (those.contains(sight.observer())) {
                left.remove(sight.subject());
            }
        }
        return left;
    }

    /** The nodes without those that must go for the rest to hear of one another. */
    private Set<N> agreeing(Set<N> nodes, Set<Sight<N>> sights) {
        Set<N> left = new HashSet<>(nodes);
        Map<N, Set<N>> quarrels = quarrels(left, sights);
        while (!quarrels.isEmpty()) {
            Map<N, Set<N>> now = quarrels;
            left.remove(Collections.max(
                    now.keySet(),
                    Comparator.<N>comparingInt(node -> now.get(node).size()).thenComparing(order)));
            quarrels = quarrels(left, sights);
        }
        return left;
    }

    /** With whom each node quarrels; without those who do not. */
    private static <N> Map<N, Set<N>> quarrels(Set<N> among, Set<Sight<N>> sights) {
        Map<N, Set<N>> quarrels = new HashMap<>();
        for (Sight<N> sight : sights) {
            if (among.contains(sight.observer()) && among.contains(sight.subject())) {
                quarrels.computeIfAbsent(sight.observer(), node -> new HashSet<>())
                        .add(sight.subject());
                quarrels.computeIfAbsent(sight.subject(), node -> new HashSet<>())
                        .add(sight.observer());
            }
        }
        return quarrels;
    }
}
