package flotilla.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import flotilla.cost.CallCount;
import flotilla.cost.Since;
import flotilla.cost.Spent;
import flotilla.domain.GatewayId;
import flotilla.domain.InstanceId;
import flotilla.protocol.CostReport;
import flotilla.protocol.Costs;
import flotilla.protocol.DecisionReport;
import flotilla.protocol.SupervisorCommand.WorkArrived;
import flotilla.scaling.Instance;
import flotilla.scaling.InstanceState;
import flotilla.scaling.ScalingPlan;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CostBookTest {
    private static final Instant BEGIN = Instant.parse("2026-11-29T12:00:00Z");
    private static final Optional<List<Instance>> ONE = Optional.of(List.of(new Instance(
            new InstanceId("i-1"), Optional.empty(), InstanceState.RUNNING, Instant.EPOCH, "c7i.large")));

    private final List<Spent> told = new ArrayList<>();
    private final CostBook book = new CostBook(
            Costs.PRICES,
            new SupervisorMeters() {
                @Override
                public void decided(ScalingPlan plan, List<DecisionReport.Action> actions) {}

                @Override
                public void spent(Spent more) {
                    told.add(more);
                }

                @Override
                public void ended() {}
            },
            BEGIN);

    private CostReport all(Instant now) {
        return book.report(Since.EVER, now);
    }

    @Test
    void looks_shouldTellTheMetersWhatCameSinceTheLastOne() {
        book.observed(ONE, BEGIN);
        book.observed(ONE, BEGIN.plusSeconds(1800));
        book.observed(Optional.empty(), BEGIN.plusSeconds(2000));
        book.observed(ONE, BEGIN.plusSeconds(3600));

        assertThat(told.stream().map(Spent::instanceSeconds)).containsExactly(0.0, 1800.0, 0.0, 1800.0);
        assertThat(told.get(3).cost()).isCloseTo(0.5, within(1e-9));
        assertThat(told.get(3).currency()).isEqualTo("EUR");
        assertThat(all(BEGIN.plusSeconds(3600)).bill().total()).isCloseTo(1, within(1e-9));
    }

    @Test
    void requestsOfGateways_shouldBeCharged() {
        GatewayId gateway = new GatewayId("gateway-1");
        book.heard(new WorkArrived(gateway, 0, 0, Optional.of(new CallCount(Map.of("s3:PutObject", 5L)))), BEGIN);
        book.heard(new WorkArrived(gateway, 0, 0, Optional.of(new CallCount(Map.of("s3:PutObject", 1005L)))), BEGIN);

        assertThat(all(BEGIN).bill().total()).isCloseTo(3, within(1e-9));
    }

    /** Another supervisor acted meanwhile: what is not known is not told. */
    @Test
    void newBeginning_shouldForgetWhatWasBefore() {
        book.observed(ONE, BEGIN);
        book.observed(ONE, BEGIN.plusSeconds(1800));
        Instant again = BEGIN.plusSeconds(7200);

        book.begin(again);
        book.observed(ONE, again);
        book.observed(ONE, again.plusSeconds(60));

        CostReport report = book.report(Since.parse("24h").orElseThrow(), again.plusSeconds(60));
        assertThat(report.recordsSince()).isEqualTo(again).isEqualTo(report.from());
        assertThat(report.usage().instanceSeconds()).isEqualTo(60);
        assertThat(told).allMatch(more -> more.instanceSeconds() >= 0);
    }
}
