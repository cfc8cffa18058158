package flotilla.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.InstanceId;
import flotilla.protocol.DecisionReport.Action;
import flotilla.protocol.DecisionReport.Decision;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SupplyTest {
    private static final InstanceId ONE = new InstanceId("i-1");

    private static Decision decision(long n, long secondsLater, Action... actions) {
        return Decisions.because("backlog")
                .number(n)
                .at(secondsLater)
                .actions(actions)
                .decision();
    }

    private static Optional<Long> supplier(long secondsLater, Decision... all) {
        Instant before = Decisions.AT.plusSeconds(secondsLater);
        return Supply.among(List.of(all), ONE, before).map(Decision::n);
    }

    @Test
    void launchOfThatInstance_shouldBeItsSupply() {
        Decision others = decision(1, 0, Decisions.ok("launch", 2, ""));
        Decision launch = decision(2, 10, Decisions.ok("launch", 3, ""), Decisions.ok("launch", 1, ""));
        Decision drain = decision(3, 20, Decisions.ok("drain", 1, ""), Decisions.ok("assign-id", 1, ""));

        assertThat(supplier(60, others, launch, drain)).contains(2L);
        assertThat(supplier(60, drain, launch, others)).contains(2L);
        assertThat(supplier(60, others)).isEmpty();
    }

    @Test
    void launchThatFailedOrWasOnlyShown_shouldSupplyNothing() {
        assertThat(supplier(
                        60,
                        decision(1, 0, Decisions.action("launch", 1, "", "no capacity")),
                        decision(2, 1, Decisions.action("launch", 1, "", Action.DRY_RUN))))
                .isEmpty();
    }

    @Test
    void instanceThatIsStartedAgain_shouldBeSuppliedByTheLastStartBefore() {
        Decision first = decision(1, 0, Decisions.ok("start", 1, ""));
        Decision second = decision(2, 600, Decisions.ok("start", 1, ""));

        assertThat(supplier(60, first, second)).contains(1L);
        assertThat(supplier(595, first, second)).as("clocks differ").contains(2L);
        assertThat(supplier(700, first, second)).contains(2L);
        assertThat(supplier(-60, first, second)).isEmpty();
    }

    @Test
    void instanceOfAGroup_shouldBeSuppliedByWhatFirstKnewOfIt() {
        Decision capacity = decision(1, 0, new Action("set-capacity", 0, "", "2", Action.OK));
        Decision known = decision(2, 30, Decisions.ok("assign-id", 1, ""));

        assertThat(supplier(60, capacity, known)).contains(2L);
    }
}
