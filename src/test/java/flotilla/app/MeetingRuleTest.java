package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.app.MeetingRule.Step;
import flotilla.protocol.GatewayRegistry.Entry;
import flotilla.protocol.GatewayRegistry.Phase;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class MeetingRuleTest {
    private static final int WALKS = 5_000;

    private static Entry looking(String node) {
        return new Entry(node, Phase.LOOKING, "", 0);
    }

    private static Entry founding(String node) {
        return new Entry(node, Phase.FOUNDING, "", 0);
    }

    private static Entry member(String node, String cluster, int gateways) {
        return new Entry(node, Phase.MEMBER, cluster, gateways);
    }

    @Test
    void aloneWithNobodyInSight_shouldFound() {
        assertThat(MeetingRule.outside(founding("b:1"), List.of())).isEqualTo(new Step.Found());
        assertThat(MeetingRule.outside(founding("b:1"), List.of(looking("a:1"))))
                .isEqualTo(new Step.Found());
    }

    @Test
    void cluster_shouldBeJoinedAndTheBiggestOfSeveral() {
        List<Entry> two = List.of(member("a:1", "a:1", 1), member("b:1", "b:1", 2), member("c:1", "b:1", 2));

        assertThat(MeetingRule.outside(founding("d:1"), two)).isEqualTo(new Step.JoinOne(List.of("b:1", "c:1")));
    }

    @Test
    void anotherWhoFounds_shouldBeGivenWay() {
        assertThat(MeetingRule.outside(founding("a:1"), List.of(founding("b:1"))))
                .isEqualTo(new Step.LookAs(Phase.LOOKING));
        assertThat(MeetingRule.outside(looking("a:1"), List.of(founding("b:1"))))
                .isEqualTo(new Step.LookAs(Phase.LOOKING));
    }

    @Test
    void ofThoseWhoLook_shouldTheFirstByAddressFound() {
        assertThat(MeetingRule.outside(looking("a:1"), List.of(looking("b:1"))))
                .isEqualTo(new Step.LookAs(Phase.FOUNDING));
        assertThat(MeetingRule.outside(looking("b:1"), List.of(looking("a:1"))))
                .isEqualTo(new Step.LookAs(Phase.LOOKING));
    }

    @Test
    void clustersApart_shouldHaveExactlyOneThatYields() {
        Entry small = member("a:1", "a:1", 1);
        Entry big = member("b:1", "b:1", 2);

        assertThat(MeetingRule.yields(small, Set.of("a:1"), List.of(big))).isTrue();
        assertThat(MeetingRule.yields(big, Set.of("b:1", "c:1"), List.of(small)))
                .isFalse();
    }

    @Test
    void equalClusters_shouldHaveExactlyOneThatYields() {
        Entry one = member("a:1", "a:1", 1);
        Entry other = member("b:1", "b:1", 1);

        assertThat(MeetingRule.yields(one, Set.of("a:1"), List.of(other))).isFalse();
        assertThat(MeetingRule.yields(other, Set.of("b:1"), List.of(one))).isTrue();
    }

    @Test
    void clustersSeededApart_shouldNotYieldToEachOther() {
        Entry other = member("a:1", "a:1", 1);

        assertThat(MeetingRule.throughSeeds(Set.of("b:1"), List.of(other))).isEmpty();
    }

    @Test
    void clusterWithASeedInIt_shouldBeWorthLeavingOnesOwnFor() {
        List<Entry> other = List.of(member("a:1", "a:1", 2), member("c:1", "a:1", 2));

        assertThat(MeetingRule.throughSeeds(Set.of("a:1", "b:1"), other)).isEqualTo(other);
        assertThat(MeetingRule.throughSeeds(Set.of("a:1", "b:1"), List.of(looking("a:1"), member("c:1", "c:1", 2))))
                .isEmpty();
    }

    @Test
    void membersOfOnesOwnCluster_shouldNeverMakeItYield() {
        Entry self = member("b:1", "b:1", 2);
        Entry lags = member("a:1", "a:1", 3);

        assertThat(MeetingRule.yields(self, Set.of("a:1", "b:1"), List.of(lags)))
                .isFalse();
        assertThat(MeetingRule.yields(self, Set.of("b:1"), List.of(looking("a:1"))))
                .isFalse();
    }

    /** Each one writes, then looks, then acts, in any order among each other. */
    @Test
    void anyNumberAtTheSameTime_shouldEndInOneCluster() {
        for (long seed = 1; seed <= WALKS; seed++) {
            Random random = new Random(seed);
            Meeting meeting = new Meeting(2 + random.nextInt(3));

            for (int step = 0; step < 10_000 && !meeting.isOver(); step++) {
                meeting.advance(random.nextInt(meeting.phases.size()));
                assertThat(meeting.founders).as("seed %d", seed).hasSizeLessThan(2);
            }

            assertThat(meeting.isOver()).as("seed %d ends", seed).isTrue();
        }
    }

    /** A registry, and gateways of which each is about to write, to look or to act. */
    private static final class Meeting {
        final List<Entry> phases = new ArrayList<>();
        final Map<String, Entry> written = new TreeMap<>();
        final Set<String> founders = new HashSet<>();
        private final Map<Integer, List<Entry>> seen = new TreeMap<>();
        private final Set<Integer> hasWritten = new HashSet<>();

        Meeting(int gateways) {
            for (int i = 0; i < gateways; i++) {
                phases.add(founding((char) ('a' + i) + ":1"));
            }
        }

        boolean isOver() {
            return phases.stream().allMatch(one -> one.phase() == Phase.MEMBER);
        }

        void advance(int i) {
            Entry self = phases.get(i);
            if (!hasWritten.contains(i)) {
                written.put(self.node(), self);
                hasWritten.add(i);
            } else if (self.phase() == Phase.MEMBER) {
                return;
            } else if (!seen.containsKey(i)) {
                seen.put(
                        i,
                        written.values().stream()
                                .filter(one -> !one.node().equals(self.node()))
                                .toList());
            } else {
                act(i, MeetingRule.outside(self, seen.remove(i)));
                hasWritten.remove(i);
            }
        }

        private void act(int i, Step step) {
            String node = phases.get(i).node();
            if (step instanceof Step.Found) {
                founders.add(node);
                phases.set(i, member(node, node, 1));
            } else if (step instanceof Step.JoinOne one) {
                phases.set(i, member(node, written.get(one.nodes().get(0)).cluster(), 1));
            } else {
                phases.set(i, new Entry(node, ((Step.LookAs) step).phase(), "", 0));
            }
        }
    }
}
