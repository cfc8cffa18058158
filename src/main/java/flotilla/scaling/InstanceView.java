package flotilla.scaling;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * One instance as the supervisor sees it: EC2's word on its existence and the worker's word on its work.
 *
 * @param firstSeen when this supervisor first knew of it, in its present life
 * @param bootTime from its launch to its worker's first report; empty while there is none, and when the supervisor was not
 *     there to see it
 * @param worker the last report; empty while there is none
 */
public record InstanceView(
        Instance instance, Instant firstSeen, Optional<Duration> bootTime, Optional<WorkerView> worker) {
    /** When this instance was last known to be well, by the supervisor's clock. */
    public Instant lastSign() {
        return worker.map(WorkerView::reportedAt).orElse(firstSeen);
    }
}
