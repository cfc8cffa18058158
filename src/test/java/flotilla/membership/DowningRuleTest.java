package flotilla.membership;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.membership.DowningRule.Sight;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class DowningRuleTest {
    private static final List<String> GATEWAYS = List.of("g1", "g2", "g3", "g4", "g5");
    private static final List<String> WORKERS = List.of("w1", "w2", "w3", "w4", "w5");

    private final DowningRule<String> rule = new DowningRule<>(Comparator.<String>naturalOrder());

    private Set<String> dropped(Set<String> gateways, Set<String> others, Set<Sight<String>> sights) {
        return rule.dropped(gateways, others, Set.of(), sights);
    }

    private static Set<Sight<String>> sights(String... all) {
        return Stream.of(all)
                .map(one -> one.split(">"))
                .map(pair -> new Sight<>(pair[0], pair[1]))
                .collect(Collectors.toSet());
    }

    /** What the nodes of one side see of a clean cut: nobody of the other one. */
    private static Set<Sight<String>> cut(Collection<String> side, Collection<String> other) {
        return side.stream()
                .flatMap(one -> other.stream().map(missed -> new Sight<>(one, missed)))
                .collect(Collectors.toSet());
    }

    @Test
    void workersThatDieOneAfterTheOther_shouldNotCostTheOnlyGateway() {
        assertThat(dropped(Set.of("g1"), Set.of("w1", "w2", "w3"), sights("w2>w1", "g1>w1", "g1>w2", "w3>w1")))
                .containsExactly("w1", "w2");
    }

    @Test
    void workerThatMissesTheOnlyGateway_shouldGoAlone() {
        assertThat(dropped(Set.of("g1"), Set.of("w1", "w2"), sights("w1>g1", "w1>w2", "w2>w1")))
                .containsExactly("w1");
    }

    @Test
    void workersCutOffFromAllGateways_shouldAllGoOnTheirSide() {
        Set<String> workers = Set.of("w1", "w2");

        assertThat(dropped(Set.of("g1", "g2"), workers, cut(workers, Set.of("g1", "g2"))))
                .containsExactly("w1", "w2");
    }

    @Test
    void workerThatMissesOneOfTwoGateways_shouldGo_forNobodyCouldJoinMeanwhile() {
        assertThat(dropped(Set.of("g1", "g2"), Set.of("w1", "w2"), sights("w1>g2")))
                .containsExactly("w1");
    }

    @Test
    void workerThatMissesAGatewayThatGoes_shouldStay() {
        assertThat(dropped(Set.of("g1", "g2", "g3"), Set.of("w1"), sights("w1>g2", "g1>g2", "g3>g2")))
                .containsExactly("g2");
    }

    @Test
    void nodeOnItsWayOutThatMissesAWorker_shouldGoAndTheWorkerStay() {
        assertThat(rule.dropped(Set.of("g1"), Set.of("w1"), Set.of("g2"), sights("g2>w1")))
                .containsExactly("g2");
        assertThat(rule.dropped(Set.of("g1"), Set.of("w1"), Set.of("g2"), Set.of()))
                .isEmpty();
    }

    @Test
    void gatewayCutOffFromTwo_shouldGoWithItsWorkers_onBothSides() {
        Set<String> gateways = Set.of("g1", "g2", "g3");
        Set<String> workers = Set.of("w1", "w2", "w3");
        List<String> small = List.of("g1", "w1");
        List<String> big = List.of("g2", "g3", "w2", "w3");

        assertThat(dropped(gateways, workers, cut(small, big))).containsExactly("g1", "w1");
        assertThat(dropped(gateways, workers, cut(big, small))).containsExactly("g1", "w1");
    }

    @Test
    void ofTwoGatewaysCutApart_theOneThatComesFirstShouldStay() {
        assertThat(dropped(Set.of("g1", "g2"), Set.of(), sights("g1>g2"))).containsExactly("g2");
        assertThat(dropped(Set.of("g1", "g2"), Set.of(), sights("g2>g1"))).containsExactly("g2");
    }

    @Test
    void gatewaysThatMissOneAnotherThoughAThirdHearsBoth_shouldCostOneOfThem() {
        assertThat(dropped(Set.of("g1", "g2", "g3"), Set.of("w1"), sights("g1>g2", "g2>g1")))
                .containsExactly("g2");
    }

    @Test
    void workersThatMissOneAnother_shouldCostAsFewAsPossible() {
        assertThat(dropped(Set.of("g1"), Set.of("w1", "w2", "w3"), sights("w1>w2", "w3>w2")))
                .containsExactly("w2");
    }

    @Test
    void whatADroppedGatewayMisses_shouldNotCount() {
        assertThat(dropped(Set.of("g1", "g2", "g3"), Set.of("w1", "w2"), sights("g3>g1", "g3>g2", "g3>w1", "g3>w2")))
                .containsExactly("g3");
    }

    @Test
    void workersWithoutAnyGateway_shouldNotBeDroppedForThat() {
        assertThat(dropped(Set.of(), Set.of("w1", "w2"), Set.of())).isEmpty();
    }

    @Test
    void gatewayOnItsWayIn_shouldHaveNoVote() {
        assertThat(dropped(Set.of("g2"), Set.of("g1", "w1"), sights("g1>g2", "g1>w1", "g2>g1")))
                .containsExactly("g1");
    }

    @Test
    void sightsOfNodesThatAreNoMembers_shouldNotCount() {
        assertThat(dropped(Set.of("g1"), Set.of("w1"), sights("old>g1", "old>w1", "g1>old")))
                .isEmpty();
    }

    @Provide
    Arbitrary<Set<Sight<String>>> whateverIsSeen() {
        Arbitrary<String> node = Arbitraries.of(
                Stream.concat(GATEWAYS.stream(), WORKERS.stream()).toList());
        return node.flatMap(observer -> node.filter(subject -> !subject.equals(observer))
                        .map(subject -> new Sight<>(observer, subject)))
                .set()
                .ofMaxSize(20);
    }

    @Property
    void afterwards_thoseWhoStayShouldMissNobodyWhoStays(@ForAll("whateverIsSeen") Set<Sight<String>> sights) {
        Set<String> gateways = Set.copyOf(GATEWAYS);
        Set<String> gone = dropped(gateways, Set.copyOf(WORKERS), sights);

        assertThat(gateways).anyMatch(gateway -> !gone.contains(gateway));
        assertThat(sights).noneMatch(sight -> !gone.contains(sight.observer()) && !gone.contains(sight.subject()));
    }

    @Property
    void whatWorkersSee_shouldNeverCostAGateway(@ForAll("whateverIsSeen") Set<Sight<String>> sights) {
        Set<Sight<String>> byWorkers = new HashSet<>(sights);
        byWorkers.removeIf(sight -> GATEWAYS.contains(sight.observer()));

        assertThat(dropped(Set.copyOf(GATEWAYS), Set.copyOf(WORKERS), byWorkers))
                .doesNotContainAnyElementsOf(GATEWAYS);
    }

    @Property
    void whoIsDropped_shouldNotDependOnWhoStandsWhereInAClearCut(@ForAll Set<@IntRange(max = 9) Integer> one) {
        List<String> all = Stream.concat(GATEWAYS.stream(), WORKERS.stream()).toList();
        Set<String> side = one.stream().map(all::get).collect(Collectors.toSet());
        Set<String> other = new HashSet<>(all);
        other.removeAll(side);

        assertThat(dropped(Set.copyOf(GATEWAYS), Set.copyOf(WORKERS), cut(side, other)))
                .isEqualTo(dropped(Set.copyOf(GATEWAYS), Set.copyOf(WORKERS), cut(other, side)));
    }
}
