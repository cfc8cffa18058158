package flotilla.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import flotilla.config.CostSettings;
import flotilla.protocol.Costs;
import flotilla.scaling.InstanceState;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BillTest {
    private static Usage calls(String operation, long count) {
        return new Usage(3600, List.of(), 0, 0, Map.of(operation, count), true);
    }

    @Test
    void usage_shouldCostWhatThePriceListSays() {
        Bill bill = Bill.of(Costs.USAGE, Costs.PRICES);

        assertThat(bill.currency()).isEqualTo("EUR");
        assertThat(bill.instances())
                .containsExactly(
                        new Bill.Machines("c7i.large", false, 3600, 1, 1),
                        new Bill.Machines("c7i.large", true, 3600, 0.25, 0.25));
        assertThat(bill.ofInstances()).isEqualTo(1.25);
        assertThat(bill.ofCalls()).isCloseTo(1 + 3 + 1, within(1e-9));
        assertThat(bill.total()).isCloseTo(6.25, within(1e-9));
    }

    @ParameterizedTest
    @CsvSource({
        "sqs:ReceiveMessage, 4",
        "sqs:SendMessageBatch, 4",
        "s3:PutObject, 3000",
        "s3:CopyObject, 3000",
        "s3:ListObjectsV2, 3000",
        "s3:GetObject, 1000",
        "s3:HeadObject, 1000",
        "s3:DeleteObject, 0",
        "ec2:RunInstances, 0",
        "autoscaling:DescribeAutoScalingGroups, 0"
    })
    void millionRequests_shouldCostAsTheirKind(String operation, double cost) {
        assertThat(Bill.of(calls(operation, 1_000_000), Costs.PRICES).ofCalls()).isCloseTo(cost, within(1e-6));
    }

    /** No price is not a price of nothing. */
    @Test
    void requestThatThePriceListDoesNotHave_shouldHaveNoCost() {
        Bill bill = Bill.of(calls("sns:Publish", 5), Costs.PRICES);

        assertThat(bill.calls()).containsExactly(new Bill.Calls("sns:Publish", 5, Optional.empty()));
        assertThat(bill.total()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"PENDING, 0", "RUNNING, 2", "HELD, 2", "SHUTTING_DOWN, 0", "STOPPING, 0", "STOPPED, 0"})
    void hour_shouldCostOnlyWhileTheInstanceIsOn(InstanceState state, double cost) {
        Usage usage = new Usage(3600, List.of(new InstanceTime("m5.large", false, state, 3600)), 0, 0, Map.of(), true);

        assertThat(Bill.of(usage, Costs.PRICES).total()).isEqualTo(cost);
    }

    /** Half of the other types' 2. */
    @Test
    void typeWithoutAPriceOnSpot_shouldCostItsShare() {
        Usage usage = new Usage(
                3600, List.of(new InstanceTime("m5.large", true, InstanceState.RUNNING, 7200)), 0, 0, Map.of(), true);

        assertThat(Bill.of(usage, Costs.PRICES).total()).isEqualTo(2);
    }

    @Test
    void runningAndHeld_shouldBeOneLine() {
        Usage usage = new Usage(
                3600,
                List.of(
                        new InstanceTime("c7i.large", false, InstanceState.RUNNING, 3000),
                        new InstanceTime("c7i.large", false, InstanceState.HELD, 600)),
                0,
                0,
                Map.of(),
                true);

        assertThat(Bill.of(usage, Costs.PRICES).instances())
                .containsExactly(new Bill.Machines("c7i.large", false, 3600, 1, 1));
    }

    @Test
    void freePriceList_shouldCostNothing() {
        assertThat(Bill.of(Costs.USAGE, CostSettings.FREE).total()).isZero();
    }
}
