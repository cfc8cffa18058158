package flotilla.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.Arrays;
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
                .doesNotContain(Fault.KILL_GATEWAY, Fault.DISCONNECT_GATEWAY, Fault.DISCONNECT_SUPERVISOR);
    }

    @Test
    void faultsThatWereAddedLater_shouldLeaveTheOthersOfASeedInTheirOrder() {
        assertThat(steps(7, 3, 100).stream()
                        .filter(step -> !Fault.ADDED.contains(step.fault()))
                        .limit(8)
                        .map(step -> step.fault().text() + " " + step.pause().toMillis()))
                .containsExactly(
                        "kill-supervisor 202",
                        "kill-in-launch 1599",
                        "disconnect-gateway 1058",
                        "kill-in-launch 263",
                        "kill-worker 1074",
                        "kill-supervisor 853",
                        "freeze-worker-at-work 1010",
                        "disconnect-gateway 1284");
    }

    @Test
    void everyFault_shouldComeAsOftenAsItsWeightSays() {
        int draws = 100_000;
        int weights = Arrays.stream(Fault.values()).mapToInt(Fault::weight).sum();

        assertThat(steps(5, 3, draws).stream()
                        .collect(Collectors.groupingBy(FaultPlan.Step::fault, Collectors.counting())))
                .allSatisfy((fault, count) -> assertThat((double) count)
                        .as(fault.text())
                        .isCloseTo((double) draws * fault.weight() / weights, withinPercentage(10)));
    }
}
