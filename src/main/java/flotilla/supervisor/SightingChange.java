package flotilla.supervisor;

import flotilla.domain.InstanceId;
import flotilla.scaling.Activity;
import flotilla.scaling.MachineOutlook;
import flotilla.scaling.WorkerSighting;
import java.util.Optional;
import org.slf4j.Logger;

/**
 * What a worker's report changes.
 *
 * @param before what was known of the worker; empty for a new one
 */
record SightingChange(Optional<WorkerSighting> before, WorkerSighting now) {
    /** Whether the worker does something else now, or is new. */
    boolean isOfActivity() {
        return before.isEmpty() || before.get().activity() != now.activity();
    }

    /** Whether a decision should not wait for the next tick: a worker is drained by now, or its machine is told something else. */
    boolean isUrgent() {
        boolean isDrained = isOfActivity() && now.activity() == Activity.DRAINED;
        return isDrained
                || !before.map(WorkerSighting::outlook)
                        .orElse(MachineOutlook.STAYS)
                        .equals(now.outlook());
    }

    void tell(Logger log) {
        log.info(
                "worker={} instance={} appTierId={} activity={} inHand={} images={}",
                now.worker(),
                now.instance().map(InstanceId::value).orElse("-"),
                now.appTierId().map(Object::toString).orElse("-"),
                now.activity(),
                now.inHand(),
                now.service().images());
    }
}
