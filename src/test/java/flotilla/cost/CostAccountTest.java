package flotilla.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import flotilla.domain.GatewayId;
import flotilla.domain.InstanceId;
import flotilla.domain.WorkerId;
import flotilla.scaling.Activity;
import flotilla.scaling.Instance;
import flotilla.scaling.InstanceState;
import flotilla.scaling.MachineOutlook;
import flotilla.scaling.ServiceCount;
import flotilla.scaling.WorkerSighting;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CostAccountTest {
    private static final Instant BEGIN = Instant.parse("2026-11-29T11:59:30Z");
    private static final long BEFORE = BEGIN.minusSeconds(600).toEpochMilli();
    private static final GatewayId GATEWAY = new GatewayId("gateway-1");

    private final CostAccount account = new CostAccount(BEGIN);

    private static Instant at(double seconds) {
        return BEGIN.plusNanos(Math.round(seconds * 1e9));
    }

    private static Instance instance(int id, InstanceState state) {
        return instance(id, state, BEGIN.minusSeconds(3600));
    }

    private static Instance instance(int id, InstanceState state, Instant launchedAt) {
        return new Instance(new InstanceId("i-" + id), Optional.empty(), state, launchedAt, "c7i.large", id % 2 == 0);
    }

    private void look(double seconds, Instance... instances) {
        account.observed(Arrays.asList(instances), at(seconds));
    }

    private static WorkerSighting sighting(String worker, long life, long number, long images, double busySeconds) {
        return new WorkerSighting(
                new WorkerId(worker),
                Optional.of(new InstanceId(worker)),
                Optional.empty(),
                Activity.WORKING,
                0,
                0,
                0,
                new ServiceCount(images, Duration.ofNanos(Math.round(busySeconds * 1e9)), 2),
                life,
                number,
                MachineOutlook.STAYS);
    }

    private static Optional<CallCount> calls(long receives) {
        return Optional.of(new CallCount(Map.of("sqs:ReceiveMessage", receives)));
    }

    private Usage all() {
        return account.since(Instant.EPOCH, at(100_000)).usage();
    }

    @Test
    void instancesBetweenTwoLooks_shouldBeInTheStateOfBoth() {
        look(0, instance(1, InstanceState.RUNNING), instance(2, InstanceState.PENDING));
        look(10, instance(1, InstanceState.RUNNING), instance(2, InstanceState.PENDING));

        assertThat(all().instances())
                .containsExactly(
                        new InstanceTime("c7i.large", false, InstanceState.RUNNING, 10),
                        new InstanceTime("c7i.large", true, InstanceState.PENDING, 10));
        assertThat(all().instanceSeconds()).isEqualTo(10);
    }

    @Test
    void changeBetweenTwoLooks_shouldCountHalfWay() {
        look(0, instance(1, InstanceState.PENDING), instance(3, InstanceState.RUNNING));
        look(10, instance(1, InstanceState.RUNNING));

        assertThat(all().instances())
                .containsExactly(
                        new InstanceTime("c7i.large", false, InstanceState.PENDING, 5),
                        new InstanceTime("c7i.large", false, InstanceState.RUNNING, 5 + 5));
    }

    @Test
    void newInstance_shouldCountHalfWayFromItsLaunch() {
        look(0);
        look(10, instance(1, InstanceState.RUNNING, at(6)), instance(3, InstanceState.RUNNING, at(11)));

        assertThat(all().instanceSeconds()).isEqualTo(2);
    }

    @Test
    void firstLook_shouldCountNothingOfTheTimeBefore() {
        look(0, instance(1, InstanceState.RUNNING));

        assertThat(all()).isEqualTo(Usage.NONE);
    }

    /** A look that failed is not told at all. */
    @Test
    void looksFarApart_shouldBeBridged() {
        look(0, instance(1, InstanceState.RUNNING));
        look(7200, instance(1, InstanceState.RUNNING));

        assertThat(all().instanceSeconds()).isCloseTo(7200, within(1e-6));
    }

    @Test
    void lookFromThePast_shouldBeNone() {
        look(0, instance(1, InstanceState.RUNNING));
        look(10, instance(1, InstanceState.RUNNING));
        look(5);
        look(20, instance(1, InstanceState.RUNNING));

        assertThat(all().instanceSeconds()).isEqualTo(20);
    }

    @Test
    void terminatedInstances_shouldNotCount() {
        look(0, instance(1, InstanceState.TERMINATED));
        look(10, instance(1, InstanceState.TERMINATED));

        assertThat(all().instances()).isEmpty();
    }

    @Test
    void workersReports_shouldAddTheirDifferences() {
        long life = at(1).toEpochMilli();
        account.worked(sighting("i-1", life, 1, 0, 0), calls(3), at(2));
        account.worked(sighting("i-1", life, 2, 10, 4), calls(8), at(3));
        account.worked(sighting("i-1", life, 3, 25, 10), calls(20), at(4));

        assertThat(all().images()).isEqualTo(25);
        assertThat(all().busySeconds())
                .as("each of two classifiers is half of the instance")
                .isEqualTo(5);
        assertThat(all().calls()).containsExactly(Map.entry("sqs:ReceiveMessage", 20L));
        assertThat(all().callsComplete()).isTrue();
    }

    /** What it did before is in the records of the supervisor that acted then. */
    @Test
    void workerOfBefore_shouldCountFromItsFirstReportOn() {
        account.worked(sighting("i-1", BEFORE, 700, 1000, 100), calls(5000), at(1));
        account.worked(sighting("i-1", BEFORE, 701, 1002, 100.5), calls(5003), at(2));

        assertThat(all().images()).isEqualTo(2);
        assertThat(all().busySeconds()).isEqualTo(0.25);
        assertThat(all().calls()).containsExactly(Map.entry("sqs:ReceiveMessage", 3L));
    }

    @Test
    void workerThatWasStartedAgain_shouldCountFromZero() {
        account.worked(sighting("i-1", BEFORE, 700, 1000, 100), calls(5000), at(1));
        account.worked(sighting("i-1", at(5).toEpochMilli(), 1, 4, 1), calls(6), at(8));

        assertThat(all().images()).isEqualTo(4);
        assertThat(all().calls()).containsExactly(Map.entry("sqs:ReceiveMessage", 6L));
    }

    @Test
    void overtakenReports_shouldSayNothing() {
        long life = at(1).toEpochMilli();
        account.worked(sighting("i-1", life, 2, 10, 4), calls(8), at(3));
        account.worked(sighting("i-1", life, 1, 5, 2), calls(4), at(4));
        account.worked(sighting("i-1", BEFORE, 900, 5000, 400), calls(4000), at(5));
        account.worked(sighting("i-1", life, 3, 12, 5), calls(9), at(6));

        assertThat(all().images()).isEqualTo(12);
        assertThat(all().calls()).containsExactly(Map.entry("sqs:ReceiveMessage", 9L));
    }

    /** Otherwise all that it has done would count again. */
    @Test
    void workerThatSpeaksAfterDaysOfSilence_shouldCountFromThenOn() {
        long life = at(1).toEpochMilli();
        account.worked(sighting("i-1", life, 1, 1000, 100), calls(10), at(3));
        look(3 * 86_400);
        account.worked(sighting("i-1", life, 2, 1500, 150), calls(15), at(3 * 86_400 + 1));

        assertThat(account.total().images()).isEqualTo(1000);
    }

    @Test
    void workerStartedByHand_shouldBeBusyOnNoInstance() {
        WorkerSighting byHand = new WorkerSighting(
                new WorkerId("hand-1"),
                Optional.empty(),
                Optional.empty(),
                Activity.WORKING,
                0,
                0,
                0,
                new ServiceCount(5, Duration.ofSeconds(5), 1),
                at(1).toEpochMilli(),
                1);
        account.worked(byHand, calls(1), at(2));

        assertThat(all().images()).isEqualTo(5);
        assertThat(all().busySeconds()).isZero();
        assertThat(all().idleShare()).isEmpty();
    }

    @Test
    void gateways_shouldAddWhatTheySendFromTheirFirstWordOn() {
        account.called(GATEWAY, calls(100), at(1));
        account.called(GATEWAY, calls(107), at(4));
        account.called(new GatewayId("gateway-2"), calls(3), at(5));

        assertThat(all().calls()).containsExactly(Map.entry("sqs:ReceiveMessage", 7L));
        assertThat(all().callsComplete()).isTrue();
    }

    /** A missing count is unknown, and not zero. */
    @Test
    void nodeThatDoesNotTellItsRequests_shouldLeaveThemIncomplete() {
        account.called(GATEWAY, calls(100), at(1));
        account.called(new GatewayId("older"), Optional.empty(), at(2));
        assertThat(all().callsComplete()).isFalse();

        CostAccount other = new CostAccount(BEGIN);
        other.worked(sighting("i-1", BEFORE, 1, 1, 1), Optional.empty(), at(1));
        assertThat(other.total().callsComplete()).isFalse();
        assertThat(new CostAccount(BEGIN).total().callsComplete()).isTrue();
    }

    @Test
    void lately_shouldBeginWithTheMinute() {
        look(0, instance(1, InstanceState.RUNNING));
        look(600, instance(1, InstanceState.RUNNING));

        Period period = account.since(at(312), at(600));

        assertThat(period.from()).isEqualTo(at(312).truncatedTo(ChronoUnit.MINUTES));
        assertThat(period.usage().instanceSeconds())
                .isCloseTo(Duration.between(period.from(), at(600)).toSeconds(), within(1e-6));
    }

    @Test
    void longAgo_shouldBeginWithTheHour() {
        look(0, instance(1, InstanceState.RUNNING));
        look(20 * 3600, instance(1, InstanceState.RUNNING));

        Period period = account.since(at(5 * 3600), at(20 * 3600));

        assertThat(period.from()).isEqualTo(Instant.parse("2026-11-29T16:00:00Z"));
        assertThat(period.usage().instanceSeconds())
                .isCloseTo(Duration.between(period.from(), at(20 * 3600)).toSeconds(), within(1e-6));
    }

    @Test
    void timeBeforeTheRecords_shouldBeginWithThem() {
        look(0, instance(1, InstanceState.RUNNING));
        look(10, instance(1, InstanceState.RUNNING));

        assertThat(account.since(BEGIN.minusSeconds(86_400), at(10)).from()).isEqualTo(BEGIN);
        assertThat(account.begin()).isEqualTo(BEGIN);
    }

    @Test
    void hoursThatAreNotKeptAnyMore_shouldMoveTheBeginningOfTheRecords() {
        look(0, instance(1, InstanceState.RUNNING));
        Instant now = BEGIN;
        for (int day = 1; day <= 40; day++) {
            now = BEGIN.plus(day, ChronoUnit.DAYS);
            account.observed(List.of(instance(1, InstanceState.RUNNING)), now);
        }

        Period period = account.since(Instant.EPOCH, now);

        assertThat(account.begin()).isAfter(BEGIN.plus(8, ChronoUnit.DAYS)).isEqualTo(period.from());
        assertThat(period.usage().instanceSeconds())
                .isCloseTo(Duration.between(period.from(), now).toSeconds(), within(1.0));
        assertThat(account.total().instanceSeconds()).isCloseTo(40 * 86_400.0, within(1.0));
    }

    @Test
    void idleShare_shouldBeTheRestOfTheInstancesTime() {
        look(0, instance(1, InstanceState.RUNNING));
        account.worked(sighting("i-1", at(1).toEpochMilli(), 1, 3, 5), calls(1), at(6));
        look(10, instance(1, InstanceState.RUNNING));

        assertThat(all().idleShare().orElseThrow()).isCloseTo(0.75, within(1e-9));
    }
}
