package flotilla.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.WorkerId;
import flotilla.scaling.Activity;
import flotilla.scaling.MachineOutlook;
import flotilla.scaling.ServiceCount;
import flotilla.scaling.WorkerSighting;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SightingChangeTest {
    private static final MachineOutlook ENDS = new MachineOutlook(Optional.of(Instant.EPOCH), Optional.empty());

    private static WorkerSighting worker(Activity activity, MachineOutlook outlook) {
        return new WorkerSighting(
                new WorkerId("i-1"),
                Optional.empty(),
                Optional.empty(),
                activity,
                0,
                0,
                0,
                ServiceCount.none(1),
                1,
                1,
                outlook);
    }

    private static SightingChange change(Activity before, Activity now) {
        return new SightingChange(Optional.of(worker(before, MachineOutlook.STAYS)), worker(now, MachineOutlook.STAYS));
    }

    @Test
    void newWorker_shouldBeAChangeThatCanWait() {
        SightingChange change = new SightingChange(Optional.empty(), worker(Activity.WORKING, MachineOutlook.STAYS));

        assertThat(change.isOfActivity()).isTrue();
        assertThat(change.isUrgent()).isFalse();
    }

    @Test
    void workerThatIsDrained_shouldBeUrgentOnce() {
        assertThat(change(Activity.DRAINING, Activity.DRAINED).isUrgent()).isTrue();
        assertThat(change(Activity.DRAINED, Activity.DRAINED).isUrgent()).isFalse();
        assertThat(change(Activity.WORKING, Activity.DRAINING).isUrgent()).isFalse();
        assertThat(change(Activity.DRAINED, Activity.DRAINED).isOfActivity()).isFalse();
    }

    @Test
    void machineThatIsToldItsEnd_shouldBeUrgentOnceAlsoForANewWorker() {
        WorkerSighting told = worker(Activity.WORKING, ENDS);

        assertThat(new SightingChange(Optional.empty(), told).isUrgent()).isTrue();
        assertThat(new SightingChange(Optional.of(worker(Activity.WORKING, MachineOutlook.STAYS)), told).isUrgent())
                .isTrue();
        assertThat(new SightingChange(Optional.of(told), told).isUrgent()).isFalse();
    }
}
