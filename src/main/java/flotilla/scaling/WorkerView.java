package flotilla.scaling;

import java.time.Instant;

/**
 * A worker's last report, as the supervisor keeps it.
 *
 * @param reportedAt when it arrived, by the supervisor's clock
 * @param drainEpoch the drain that {@code activity} refers to, or the last one cancelled; 0 when there was none
 * @param busy classifiers at work
 * @param inHand messages leased to the worker, those being classified included
 * @param service what it has done since its start
 * @param outlook what EC2 has told its machine
 */
public record WorkerView(
        Instant reportedAt,
        Activity activity,
        long drainEpoch,
        int busy,
        int inHand,
        ServiceCount service,
        MachineOutlook outlook) {
    /** A worker whose machine was told nothing. */
    public WorkerView(
            Instant reportedAt, Activity activity, long drainEpoch, int busy, int inHand, ServiceCount service) {
        this(reportedAt, activity, drainEpoch, busy, inHand, service, MachineOutlook.STAYS);
    }
}
