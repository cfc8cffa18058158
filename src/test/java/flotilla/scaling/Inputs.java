package flotilla.scaling;

import flotilla.domain.InstanceId;
import flotilla.domain.QueueDepth;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Builds what a policy is asked with. */
final class Inputs {
    static final Duration INTERVAL = Duration.ofSeconds(10);

    private Inputs() {}

    /** So many messages, visible and in flight, for instances at work and booting. */
    static PolicyInput of(int visible, int inFlight, int ready, int booting, Instant now) {
        List<PolicyInput.Capacity> active = new ArrayList<>();
        for (int i = 0; i < ready + booting; i++) {
            active.add(new PolicyInput.Capacity(
                    new InstanceId("i-" + (i + 1)), Fleet.TYPE, i < ready, Duration.ofMinutes(5)));
        }
        return new PolicyInput(
                new QueueDepth(visible, inFlight, 0),
                Traffic.unknown(),
                active,
                0,
                0,
                20,
                INTERVAL,
                WorkloadModel.unlearned(WorkloadModel.Assumed.usual()),
                now);
    }

    static PolicyInput of(int visible, int ready) {
        return of(visible, 0, ready, 0, Fleet.NOW);
    }
}
