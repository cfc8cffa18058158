package flotilla.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.InstanceId;
import flotilla.domain.QueueDepth;
import flotilla.scaling.PolicyInput;
import flotilla.scaling.PolicyState;
import flotilla.scaling.ScalingPolicy;
import flotilla.scaling.ScalingPolicy.Desire;
import flotilla.scaling.Traffic;
import flotilla.scaling.WorkloadModel;
import flotilla.simulation.baseline.Buildkite;
import flotilla.simulation.baseline.Keda;
import flotilla.simulation.baseline.TargetTracking;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The rules of others, told as what they do minute by minute. */
class BaselinesTest {
    private static final Instant START = Instant.parse("2026-11-24T12:00:00Z");

    /** What a policy wants after each look, the fleet following at once. */
    private static List<Integer> play(ScalingPolicy policy, int every, int... messages) {
        PolicyState state = policy.initialState();
        List<Integer> desired = new ArrayList<>();
        int active = 0;
        for (int i = 0; i < messages.length; i++) {
            List<PolicyInput.Capacity> fleet = new ArrayList<>();
            for (int k = 0; k < active; k++) {
                fleet.add(new PolicyInput.Capacity(new InstanceId("i-" + k), "", true, Duration.ofHours(1)));
            }
            Desire desire = policy.desire(
                    new PolicyInput(
                            new QueueDepth(messages[i], 0, 0),
                            Traffic.unknown(),
                            fleet,
                            0,
                            0,
                            20,
                            Duration.ofSeconds(10),
                            WorkloadModel.unlearned(WorkloadModel.Assumed.usual()),
                            START.plusSeconds((long) every * i)),
                    state);
            state = desire.next();
            active = desire.instances();
            desired.add(active);
        }
        return desired;
    }

    @Test
    void targetTracking_shouldGrowAfterThreeMinutesAboveItsTarget() {
        assertThat(play(new TargetTracking(100, Duration.ZERO, 20), 60, 500, 500, 500, 500))
                .containsExactly(0, 0, 5, 5);
    }

    @Test
    void targetTracking_shouldShrinkGraduallyAfterFifteenMinutesBelowIt() {
        int[] messages = new int[20];
        messages[0] = messages[1] = messages[2] = 500;

        List<Integer> desired = play(new TargetTracking(100, Duration.ZERO, 2), 60, messages);

        assertThat(desired.subList(2, 17)).containsOnly(5);
        assertThat(desired.subList(17, 20)).containsExactly(3, 1, 0);
    }

    @Test
    void keda_shouldPollEveryThirtySecondsAndShrinkAfterItsWindow() {
        Keda keda = new Keda(10, Duration.ofSeconds(60), Duration.ofSeconds(60));

        assertThat(play(keda, 10, 5, 80, 80, 80, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20))
                .containsExactly(1, 1, 1, 8, 8, 8, 8, 8, 8, 2, 2, 2, 2, 2, 2);
    }

    @Test
    void keda_shouldGoToZeroAfterItsCooldownWhateverTheWindow() {
        Keda keda = new Keda(10, Duration.ofSeconds(300), Duration.ofSeconds(60));

        assertThat(play(keda, 10, 5, 80, 80, 80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
                .containsExactly(1, 1, 1, 8, 8, 8, 8, 8, 8, 0, 0, 0, 0, 0, 0);
    }

    @Test
    void keda_shouldIgnoreAChangeWithinATenth() {
        Keda keda = new Keda(10, Duration.ZERO, Duration.ZERO);

        assertThat(play(keda, 30, 80, 160, 170, 200)).containsExactly(8, 16, 16, 20);
    }

    @Test
    void buildkite_shouldFollowTheQueueAndCoolDownBeforeItShrinks() {
        Buildkite buildkite = new Buildkite(10, Duration.ofSeconds(60));

        assertThat(play(buildkite, 10, 25, 40, 5, 5, 5, 5, 5, 5)).containsExactly(3, 4, 4, 4, 4, 4, 4, 1);
    }
}
