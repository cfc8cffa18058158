package flotilla.supervisor;

import flotilla.supervisor.SupervisorLease.Standing;

/**
 * The tenure of the lease that a supervisor knows all reports of. Another one may have acted and acknowledged before it began.
 * Confined to the supervisor's actor.
 */
final class Tenure {
    private static final long NONE = 0;

    private final SupervisorLease lease;
    private long current = NONE;

    Tenure(SupervisorLease lease) {
        this.lease = lease;
    }

    /**
     * From now on all reports are known of the tenure in which the lease is held.
     *
     * @return whether this is another one than before
     */
    boolean begin(Standing.Held held) {
        boolean isAnother = held.tenure() != current;
        current = held.tenure();
        return isAnother;
    }

    /**
     * Whether the lease is held, and in this tenure. Otherwise another supervisor may count a worker's silence, and an acknowledgement
     * would keep one at work that the other takes for dead; and what both put on their accounts would be counted twice.
     */
    boolean isOurs() {
        return lease.standing() instanceof Standing.Held held && held.tenure() == current;
    }
}
