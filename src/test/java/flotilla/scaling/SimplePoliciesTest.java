package flotilla.scaling;

import static flotilla.scaling.Fleet.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import flotilla.domain.InstanceId;
import flotilla.domain.QueueDepth;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The policies that are no forecast, each by its table. */
class SimplePoliciesTest {
    private static PolicyInput input(int visible, int inFlight, int active, Instant now) {
        List<PolicyInput.Capacity> all = IntStream.rangeClosed(1, active)
                .mapToObj(one -> new PolicyInput.Capacity(new InstanceId("i-" + one), "", true, Duration.ofMinutes(9)))
                .toList();
        return new PolicyInput(
                new QueueDepth(visible, inFlight, 0),
                Traffic.unknown(),
                all,
                0,
                0,
                20,
                Duration.ofSeconds(10),
                WorkloadModel.unlearned(WorkloadModel.Assumed.usual()),
                now);
    }

    private static Instant after(int seconds) {
        return NOW.plusSeconds(seconds);
    }

    @ParameterizedTest
    @CsvSource({"0,0,1,0", "1,0,1,1", "3,2,1,5", "5,0,2,3", "6,0,2,3", "7,0,2,4", "2147483647,2147483647,1,2147483647"})
    void messageCount_shouldDivideWithoutOverflow(int visible, int inFlight, int each, int expected) {
        ScalingPolicy.Desire desire =
                new MessageCountPolicy(each).desire(input(visible, inFlight, 2, NOW), PolicyState.none());

        assertThat(desire.instances()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "0,0,0,0,no-work",
        "1,0,0,1,backlog",
        "9,9,0,1,backlog",
        "9,0,5,6,backlog",
        "5,0,5,5,backlog",
        "1,1,5,5,backlog",
        "0,1,5,5,backlog",
        "0,0,5,4,no-work"
    })
    void step_shouldTakeOne(int visible, int inFlight, int active, int expected, String reason) {
        StepPolicy step = new StepPolicy();
        ScalingPolicy.Desire desire = step.desire(input(visible, inFlight, active, NOW), step.initialState());

        assertThat(desire.instances()).isEqualTo(expected);
        assertThat(desire.reason()).isEqualTo(reason);
    }

    @Test
    void step_shouldWaitForTheNextTickAlthoughItComesALittleEarly() {
        StepPolicy step = new StepPolicy();
        PolicyState first =
                step.desire(input(9, 0, 1, NOW), step.initialState()).next();

        assertThat(step.desire(input(9, 0, 2, after(3)), first).instances()).isEqualTo(2);
        assertThat(step.desire(input(9, 0, 2, after(9)), first).instances()).isEqualTo(3);
    }

    @Test
    void step_shouldNotCountALookWithoutAStep() {
        StepPolicy step = new StepPolicy();
        PolicyState idle = step.desire(input(0, 0, 0, NOW), step.initialState()).next();

        assertThat(step.desire(input(1, 0, 0, after(1)), idle).instances()).isEqualTo(1);
    }

    @Test
    void stateOfAnotherPolicy_shouldBeginAnew() {
        for (ScalingPolicy policy : List.of(new StepPolicy(), alarm(), perInstance(0, 0, Duration.ZERO))) {
            assertThat(policy.desire(input(5, 0, 2, NOW), PolicyState.none()))
                    .isEqualTo(policy.desire(input(5, 0, 2, NOW), policy.initialState()));
        }
    }

    private static AlarmPolicy alarm() {
        return new AlarmPolicy(10, 2, Duration.ofSeconds(30), Duration.ofSeconds(60), 2);
    }

    @Test
    void alarm_shouldRingOnlyAfterItsWholePeriod() {
        AlarmPolicy alarm = alarm();
        ScalingPolicy.Desire first = alarm.desire(input(11, 0, 3, NOW), alarm.initialState());
        ScalingPolicy.Desire early = alarm.desire(input(11, 0, 3, after(29)), first.next());
        ScalingPolicy.Desire rings = alarm.desire(input(11, 0, 3, after(30)), early.next());

        assertThat(first.instances()).isEqualTo(3);
        assertThat(early.instances()).isEqualTo(3);
        assertThat(rings.instances()).isEqualTo(5);
    }

    @Test
    void alarm_shouldForgetAThresholdThatWasNotPassedInBetween() {
        AlarmPolicy alarm = alarm();
        PolicyState first =
                alarm.desire(input(11, 0, 3, NOW), alarm.initialState()).next();
        PolicyState between = alarm.desire(input(10, 0, 3, after(20)), first).next();

        assertThat(alarm.desire(input(11, 0, 3, after(30)), between).instances())
                .isEqualTo(3);
    }

    @Test
    void alarm_shouldCoolDownAfterAChange() {
        AlarmPolicy alarm = alarm();
        PolicyState first =
                alarm.desire(input(11, 0, 3, NOW), alarm.initialState()).next();
        PolicyState rung = alarm.desire(input(11, 0, 3, after(30)), first).next();

        ScalingPolicy.Desire cooling = alarm.desire(input(11, 0, 5, after(89)), rung);
        assertThat(cooling.instances()).isEqualTo(5);
        assertThat(cooling.figures()).containsEntry("cooldownLeft", 1.0);
        assertThat(alarm.desire(input(11, 0, 5, after(90)), rung).instances()).isEqualTo(7);
    }

    @ParameterizedTest
    @CsvSource({"5,3", "1,0", "0,0"})
    void alarmBelow_shouldTakeAwayAndStopAtZero(int active, int expected) {
        AlarmPolicy alarm = alarm();
        PolicyState first =
                alarm.desire(input(1, 0, active, NOW), alarm.initialState()).next();

        assertThat(alarm.desire(input(1, 0, active, after(30)), first).instances())
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"1,2,1", "2,-1,1", "5,2,0"})
    void senselessAlarm_shouldBeRefused(int high, int low, int adjustment) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new AlarmPolicy(high, low, Duration.ZERO, Duration.ZERO, adjustment));
    }

    private static BacklogPerInstancePolicy perInstance(int activation, double tolerance, Duration stabilization) {
        return new BacklogPerInstancePolicy(
                Duration.ofSeconds(10), Optional.of(Duration.ofSeconds(2)), true, activation, tolerance, stabilization);
    }

    @ParameterizedTest
    @CsvSource({
        // visible, in flight, active, activation, tolerance, expected: five messages for each
        "0,0,3,0,0,0",
        "1,0,0,0,0,1",
        "5,0,0,0,0,1",
        "6,0,0,0,0,2",
        "4,2,0,0,0,2",
        "3,0,0,3,0,0",
        "4,0,0,3,0,1",
        "3,0,1,3,0,1",
        "51,0,10,0,0.1,10",
        "45,0,10,0,0.1,10",
        "44,0,10,0,0.1,10",
        "40,0,10,0,0.1,8",
        "60,0,10,0,0.1,12"
    })
    void backlogPerInstance_shouldFollowItsTable(
            int visible, int inFlight, int active, int activation, double tolerance, int expected) {
        BacklogPerInstancePolicy policy = perInstance(activation, tolerance, Duration.ZERO);

        assertThat(policy.desire(input(visible, inFlight, active, NOW), policy.initialState())
                        .instances())
                .isEqualTo(expected);
    }

    @Test
    void backlogPerInstance_shouldFollowTheHighestDesireOfItsWindowInward() {
        BacklogPerInstancePolicy policy = perInstance(0, 0, Duration.ofSeconds(60));
        PolicyState high =
                policy.desire(input(40, 0, 8, NOW), policy.initialState()).next();
        PolicyState low = policy.desire(input(10, 0, 8, after(30)), high).next();

        assertThat(policy.desire(input(10, 0, 8, after(59)), low).instances()).isEqualTo(8);
        assertThat(policy.desire(input(10, 0, 8, after(60)), low).instances()).isEqualTo(2);
        assertThat(policy.desire(input(60, 0, 8, after(31)), low).instances())
                .as("outward at once")
                .isEqualTo(12);
    }

    @Test
    void backlogPerInstance_shouldLeaveOutWhatIsInFlightIfTold() {
        BacklogPerInstancePolicy policy =
                new BacklogPerInstancePolicy(Duration.ofSeconds(10), Optional.empty(), false, 0, 0, Duration.ZERO);

        // A second for each image is assumed, so ten for each instance.
        assertThat(policy.desire(input(11, 50, 1, NOW), policy.initialState()).instances())
                .isEqualTo(2);
    }

    @Test
    void senselessBacklogPerInstance_shouldBeRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new BacklogPerInstancePolicy(Duration.ZERO, Optional.empty(), true, 0, 0, Duration.ZERO));
        assertThatIllegalArgumentException().isThrownBy(() -> perInstance(-1, 0, Duration.ZERO));
        assertThatIllegalArgumentException().isThrownBy(() -> perInstance(0, -0.1, Duration.ZERO));
    }
}
