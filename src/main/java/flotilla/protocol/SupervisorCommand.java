package flotilla.protocol;

import flotilla.domain.AppTierId;
import flotilla.domain.GatewayId;
import flotilla.domain.InstanceId;
import flotilla.domain.WorkerId;
import flotilla.scaling.Activity;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;

/** What other nodes say to the scaling supervisor, wherever in the cluster it runs. */
public interface SupervisorCommand {

    /**
     * A worker tells what it does: at once when that changes, and every {@code worker.report-interval} besides. The first
     * report registers the worker. The whole state is in each report, so a lost one only costs time.
     *
     * @param worker the worker's name
     * @param instance its EC2 instance; empty for a worker started by hand
     * @param appTierId what it was told; empty while it has not been told
     * @param drainEpoch the drain that {@code activity} refers to, or the last one cancelled; 0 when there was none
     * @param busy classifiers at work
     * @param inHand messages leased to it
     * @param images answered since its start
     * @param control where it takes {@link WorkerCommand}s
     */
    record WorkerReport(
            WorkerId worker,
            Optional<InstanceId> instance,
            Optional<AppTierId> appTierId,
            Activity activity,
            long drainEpoch,
            int busy,
            int inHand,
            long images,
            ActorRef<WorkerCommand> control)
            implements SupervisorCommand, CborSerializable {}

    /**
     * A gateway has accepted images.
     *
     * @param unanswered images that this gateway accepted and that have no answer yet
     */
    record WorkArrived(GatewayId gateway, int unanswered) implements SupervisorCommand, CborSerializable {}

    /** Asks for the instances as the supervisor knows them. */
    record GetFleet(ActorRef<FleetReport> replyTo) implements SupervisorCommand, CborSerializable {}

    /**
     * Asks for the last decisions.
     *
     * @param limit the most that are wanted
     */
    record GetDecisions(int limit, ActorRef<DecisionReport> replyTo) implements SupervisorCommand, CborSerializable {}
}
