package flotilla.supervisor;

import flotilla.domain.WorkerId;
import flotilla.protocol.SupervisorCommand.WorkerReport;
import flotilla.protocol.WorkerCommand;
import flotilla.scaling.FleetController.WorkerOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.pekko.actor.typed.ActorRef;

/** Where workers take commands. Confined to the supervisor's actor. */
final class WorkerControls {
    private final Map<WorkerId, ActorRef<WorkerCommand>> controls = new HashMap<>();

    void heard(WorkerReport report) {
        controls.put(report.sighting().worker(), report.control());
    }

    Optional<ActorRef<WorkerCommand>> of(WorkerId worker) {
        return Optional.ofNullable(controls.get(worker));
    }

    /** Tells all workers that are known. */
    void tellAll(WorkerCommand command) {
        controls.values().forEach(control -> control.tell(command));
    }

    void forgetUnless(Predicate<WorkerId> known) {
        controls.keySet().removeIf(known.negate());
    }

    /** Says what a worker that has just reported is to hear. */
    static void answer(WorkerReport report, List<WorkerOrder> orders) {
        orders.forEach(order -> report.control().tell(command(order)));
    }

    private static WorkerCommand command(WorkerOrder order) {
        if (order instanceof WorkerOrder.Heard heard) {
            return new WorkerCommand.Heard(heard.report());
        }
        if (order instanceof WorkerOrder.Register register) {
            return new WorkerCommand.Registered(register.id());
        }
        if (order instanceof WorkerOrder.Drain drain) {
            return new WorkerCommand.Drain(drain.epoch());
        }
        if (order instanceof WorkerOrder.RequestsFrom requests) {
            return new WorkerCommand.RequestsFrom(requests.token());
        }
        return new WorkerCommand.CancelDrain(((WorkerOrder.CancelDrain) order).epoch());
    }
}
