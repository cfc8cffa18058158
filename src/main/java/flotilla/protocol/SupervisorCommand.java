package flotilla.protocol;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import flotilla.cost.CallCount;
import flotilla.cost.Since;
import flotilla.domain.GatewayId;
import flotilla.domain.InstanceId;
import flotilla.domain.RequestId;
import flotilla.scaling.WorkerSighting;
import java.time.Instant;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;

/** What other nodes say to the scaling supervisor, wherever in the cluster it runs. */
public interface SupervisorCommand {

    /**
     * A worker tells what it does: at once when that changes, and every {@code worker.report-interval} besides. The first
     * report registers the worker; each one is acknowledged with {@link WorkerCommand.Heard}.
     *
     * @param control where it takes {@link WorkerCommand}s
     * @param calls its requests to AWS since its start; an older worker does not say
     */
    record WorkerReport(WorkerSighting sighting, ActorRef<WorkerCommand> control, Optional<CallCount> calls)
            implements SupervisorCommand, CborSerializable {
        public WorkerReport {
            calls = calls == null ? Optional.empty() : calls;
        }

        /** A report that does not tell of requests. */
        public WorkerReport(WorkerSighting sighting, ActorRef<WorkerCommand> control) {
            this(sighting, control, Optional.empty());
        }
    }

    /**
     * A gateway tells what it has counted: soon after images were accepted, and every few seconds besides.
     *
     * @param accepted images that this gateway has accepted since its start
     * @param unanswered images that it accepted and that have no answer yet, without those that are overdue
     * @param overdue images that have waited for so long that nobody may ever answer them; -1 when it does not tell
     * @param answered images that it accepted and that had their answer, late ones included; -1 when it does not tell
     * @param calls its requests to AWS since its start; an older gateway does not say
     */
    record WorkArrived(
            GatewayId gateway,
            long accepted,
            long unanswered,
            @JsonDeserialize(using = CountOrUnknown.class) long overdue,
            @JsonDeserialize(using = CountOrUnknown.class) long answered,
            Optional<CallCount> calls)
            implements SupervisorCommand, CborSerializable {
        public WorkArrived {
            calls = calls == null ? Optional.empty() : calls;
        }

        /** A word that does not tell of requests, when nothing is overdue. */
        public WorkArrived(GatewayId gateway, long accepted, long unanswered, long answered) {
            this(gateway, accepted, unanswered, 0, answered, Optional.empty());
        }
    }

    /** Asks for the instances as the supervisor knows them. */
    record GetFleet(ActorRef<FleetReport> replyTo) implements SupervisorCommand, CborSerializable {}

    /**
     * Asks what was used and what it costs.
     *
     * @param since from when
     */
    record GetCost(Since since, ActorRef<CostReport> replyTo) implements SupervisorCommand, CborSerializable {}

    /** Asks how fast the fleet works off what waits. */
    record GetPace(ActorRef<PaceReport> replyTo) implements SupervisorCommand, CborSerializable {}

    /**
     * Asks for the last decisions.
     *
     * @param limit the most that are wanted
     */
    record GetDecisions(int limit, ActorRef<DecisionReport> replyTo) implements SupervisorCommand, CborSerializable {}

    /**
     * Asks for one decision.
     *
     * @param n its number; the report is empty when it is not remembered
     */
    record GetDecision(long n, ActorRef<DecisionReport> replyTo) implements SupervisorCommand, CborSerializable {}

    /**
     * Asks for the decisions that came after one, the next ones first. A number above all that the supervisor knows is another
     * supervisor's, and the answer begins with the oldest decision.
     *
     * @param n the last decision that is known
     * @param limit the most that are wanted
     */
    record GetDecisionsAfter(long n, int limit, ActorRef<DecisionReport> replyTo)
            implements SupervisorCommand, CborSerializable {}

    /**
     * Asks for the decision that supplied an instance, as {@link Supply} tells it.
     *
     * @param before when the instance was there already
     */
    record GetSupplier(InstanceId instance, Instant before, ActorRef<DecisionReport> replyTo)
            implements SupervisorCommand, CborSerializable {}

    /**
     * Asks which worker has an image: all that are known are asked, and the one that has it answers. None does while it waits in the
     * queue.
     *
     * @param id the image's request
     */
    record FindHolder(RequestId id, ActorRef<HolderReport> replyTo) implements SupervisorCommand, CborSerializable {}
}
