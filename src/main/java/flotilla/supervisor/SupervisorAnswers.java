package flotilla.supervisor;

import flotilla.protocol.FleetReport;
import flotilla.protocol.PaceReport;
import flotilla.protocol.SupervisorCommand;
import flotilla.protocol.SupervisorCommand.GetCost;
import flotilla.protocol.SupervisorCommand.GetDecision;
import flotilla.protocol.SupervisorCommand.GetDecisions;
import flotilla.protocol.SupervisorCommand.GetDecisionsAfter;
import flotilla.protocol.SupervisorCommand.GetFleet;
import flotilla.protocol.SupervisorCommand.GetPace;
import flotilla.protocol.SupervisorCommand.GetSupplier;
import flotilla.scaling.FleetController;
import java.time.Clock;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.BehaviorBuilder;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** The {@link ScalingSupervisor}'s answers about fleet, decisions and costs, in every phase. They change nothing. Confined to its actor. */
final class SupervisorAnswers {
    private final Supplier<FleetController> controller;
    private final DecisionLog decisions;
    private final CostBook costs;
    private final Clock clock;

    /**
     * @param controller the one that decides now
     */
    SupervisorAnswers(Supplier<FleetController> controller, DecisionLog decisions, CostBook costs, Clock clock) {
        this.controller = controller;
        this.decisions = decisions;
        this.costs = costs;
        this.clock = clock;
    }

    /** The same phase, which answers besides. */
    BehaviorBuilder<SupervisorCommand> in(BehaviorBuilder<SupervisorCommand> phase) {
        return phase.onMessage(
                        GetFleet.class,
                        question -> tell(
                                question.replyTo(),
                                FleetReport.of(controller.get().show(clock.instant()))))
                .onMessage(
                        GetPace.class,
                        question -> tell(
                                question.replyTo(),
                                new PaceReport(controller.get().pace(clock.instant()))))
                .onMessage(
                        GetCost.class,
                        question -> tell(question.replyTo(), costs.report(question.since(), clock.instant())))
                .onMessage(GetDecisions.class, question -> tell(question.replyTo(), decisions.newest(question.limit())))
                .onMessage(
                        GetDecisionsAfter.class,
                        question -> tell(question.replyTo(), decisions.after(question.n(), question.limit())))
                .onMessage(GetDecision.class, question -> tell(question.replyTo(), decisions.one(question.n())))
                .onMessage(
                        GetSupplier.class,
                        question ->
                                tell(question.replyTo(), decisions.supplier(question.instance(), question.before())));
    }

    private static <T> Behavior<SupervisorCommand> tell(ActorRef<T> asker, T answer) {
        asker.tell(answer);
        return Behaviors.same();
    }
}
