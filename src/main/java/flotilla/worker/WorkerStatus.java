package flotilla.worker;

import flotilla.scaling.Activity;

/**
 * What a worker does at one moment.
 *
 * @param drainEpoch the drain that {@code activity} refers to, or the last one cancelled; 0 when there was none
 */
record WorkerStatus(Activity activity, long drainEpoch, int busy, int inHand, long images) {}
