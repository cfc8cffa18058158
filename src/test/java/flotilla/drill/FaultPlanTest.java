package flotilla.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FaultPlanTest {
    private static List<FaultPlan.Step> steps(long seed, int gateways, int count) {
        FaultPlan plan = new FaultPlan(seed, gateways);
        return Stream.generate(plan::next).limit(count).toList();
    }

    @Test
    void sameSeed_shouldGiveTheSameFaults() {
        assertThat(steps(7, 3, 100)).isEqualTo(steps(7, 3, 100)).isNotEqualTo(steps(8, 3, 100));
    }

    @Test
    void everyFault_shouldComeUp() {
        assertThat(steps(1, 3, 2_000).stream().map(FaultPlan.Step::fault).collect(Collectors.toSet()))
                .containsExactlyInAnyOrder(Fault.values());
    }

    @Test
    void oneGateway_shouldHaveNoFaultThatNeedsAnother() {
        assertThat(steps(1, 1, 2_000))
                .extracting(FaultPlan.Step::fault)
                .doesNotContain(Fault.KILL_GATEWAY, Fault.DISCONNECT_GATEWAY, Fault.DISCONNECT_SUPERVISOR);
    }

    /** However a deck is shuffled: a drill of 50 kills goes through one at least, and so meets each forced point if it can be met. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 101})
    void eachDeck_shouldHaveEveryFaultAsOftenAsItsWeightSays(long seed) {
        int deck = Arrays.stream(Fault.values()).mapToInt(Fault::weight).sum();

        assertThat(steps(seed, 3, deck).stream()
                        .collect(Collectors.groupingBy(FaultPlan.Step::fault, Collectors.summingInt(step -> 1))))
                .isEqualTo(Arrays.stream(Fault.values()).collect(Collectors.toMap(fault -> fault, Fault::weight)));
        assertThat(Arrays.stream(Fault.values())
                        .filter(Fault::kills)
                        .mapToInt(Fault::weight)
                        .sum())
                .as("kills of a deck")
                .isLessThan(ForcedPoints.JUDGED_FROM);
    }

    @Test
    void kills_shouldNotLast() {
        assertThat(steps(5, 3, 1_000))
                .filteredOn(step -> step.fault().kills())
                .extracting(FaultPlan.Step::lasting)
                .containsOnly(Duration.ZERO);
    }

    @Test
    void standstills_shouldBeLongOneTimeInFive() {
        shouldBeLong(Fault.Kind.STANDSTILL, 5, Duration.ofSeconds(50));
    }

    @Test
    void outages_shouldBeLongOneTimeInTwelve() {
        shouldBeLong(Fault.Kind.OUTAGE, 12, Duration.ofSeconds(60));
    }

    private static void shouldBeLong(Fault.Kind kind, int oneIn, Duration longest) {
        List<Duration> all = steps(5, 3, 100_000).stream()
                .filter(step -> step.fault().kind() == kind)
                .map(FaultPlan.Step::lasting)
                .toList();
        List<Duration> longOnes = all.stream()
                .filter(lasting -> lasting.compareTo(Duration.ofSeconds(15)) >= 0)
                .toList();

        assertThat((double) longOnes.size()).isCloseTo((double) all.size() / oneIn, withinPercentage(5));
        assertThat(longOnes).allSatisfy(lasting -> assertThat(lasting).isLessThan(longest));
        assertThat(all)
                .filteredOn(lasting -> lasting.compareTo(Duration.ofSeconds(15)) < 0)
                .allSatisfy(lasting -> assertThat(lasting).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(9)));
    }
}
