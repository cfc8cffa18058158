package flotilla.supervisor;

import flotilla.domain.QueueDepth;
import flotilla.scaling.FleetController;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * What a {@link ScalingSupervisor} works with.
 *
 * @param controllers makes what decides; one for each tenure, this supervisor's alone
 * @param operator carries plans out
 * @param depth reads the request queue's depth
 * @param lease the right to act
 * @param ledger is told of every decision; empty when none outlives the supervisor
 * @param meters are told, too
 */
public record SupervisorPorts(
        Supplier<FleetController> controllers,
        FleetOperator operator,
        Supplier<CompletionStage<QueueDepth>> depth,
        SupervisorLease lease,
        Optional<ActorRef<LedgerKeeper.Command>> ledger,
        SupervisorMeters meters) {
    /** Of a supervisor that may always act, that nobody counts, and whose decisions do not outlive it. */
    public SupervisorPorts(
            Supplier<FleetController> controllers,
            FleetOperator operator,
            Supplier<CompletionStage<QueueDepth>> depth) {
        this(controllers, operator, depth, SupervisorLease.always(), Optional.empty(), SupervisorMeters.NONE);
    }

    /** The same with a lease. */
    public SupervisorPorts withLease(SupervisorLease its) {
        return new SupervisorPorts(controllers, operator, depth, its, ledger, meters);
    }

    /** The same with a ledger, or none. */
    public SupervisorPorts withLedger(Optional<ActorRef<LedgerKeeper.Command>> its) {
        return new SupervisorPorts(controllers, operator, depth, lease, its, meters);
    }
}
