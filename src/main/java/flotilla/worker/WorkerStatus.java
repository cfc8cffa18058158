package flotilla.worker;

import flotilla.scaling.Activity;
import flotilla.scaling.MachineOutlook;
import flotilla.scaling.ServiceCount;

/**
 * What a worker does at one moment.
 *
 * @param number counts what was told, from 1: the number of the report that is made of it
 * @param drainEpoch the drain that {@code activity} refers to, or the last one cancelled; 0 when there was none
 * @param service what was classified since the start
 * @param outlook what EC2 has told the machine
 */
record WorkerStatus(
        long number,
        Activity activity,
        long drainEpoch,
        int busy,
        int inHand,
        ServiceCount service,
        MachineOutlook outlook) {}
