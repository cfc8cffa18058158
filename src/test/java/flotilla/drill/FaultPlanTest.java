package flotilla.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

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
                .doesNotContain(Fault.KILL_GATEWAY, Fault.DISCONNECT_GATEWAY);
    }
}
