package flotilla.scaling;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.domain.WorkerId;
import java.util.Optional;

/**
 * What a worker says of itself. Its whole state is in each one, so a lost one only costs time.
 *
 * @param worker the worker's name
 * @param instance its EC2 instance; empty for a worker started by hand
 * @param appTierId what it was told; empty while it has not been told
 * @param drainEpoch the drain that {@code activity} refers to, or the last one cancelled; 0 when there was none
 * @param busy classifiers at work
 * @param inHand messages leased to it
 * @param service what it has done since its start
 * @param life when the worker's process started, in milliseconds; tells a machine that was started again from before
 * @param number counts the reports of this life, so that one that comes late is known
 * @param outlook what EC2 has told its machine; an older worker does not say
 */
public record WorkerSighting(
        WorkerId worker,
        Optional<InstanceId> instance,
        Optional<AppTierId> appTierId,
        Activity activity,
        long drainEpoch,
        int busy,
        int inHand,
        ServiceCount service,
        long life,
        long number,
        MachineOutlook outlook) {
    private static final int FIRST_REPORTS = 5;

    public WorkerSighting {
        outlook = outlook == null ? MachineOutlook.STAYS : outlook;
    }

    /** A worker whose machine was told nothing. */
    public WorkerSighting(
            WorkerId worker,
            Optional<InstanceId> instance,
            Optional<AppTierId> appTierId,
            Activity activity,
            long drainEpoch,
            int busy,
            int inHand,
            ServiceCount service,
            long life,
            long number) {
        this(
                worker,
                instance,
                appTierId,
                activity,
                drainEpoch,
                busy,
                inHand,
                service,
                life,
                number,
                MachineOutlook.STAYS);
    }

    /** Whether it was sent after another one of the same worker. */
    public boolean isLaterThan(WorkerSighting other) {
        return life > other.life || life == other.life && number > other.number;
    }

    /** Whether it is among the first reports of its life; a worker that is first heard with a later one was up before. */
    public boolean amongTheFirst() {
        return number <= FIRST_REPORTS;
    }
}
