package flotilla.gateway;

import flotilla.protocol.Costs;
import flotilla.protocol.DecisionReport;
import flotilla.protocol.DecisionReport.Decision;
import flotilla.protocol.FleetReport;
import flotilla.protocol.SupervisorCommand;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** A supervisor that says of fleet and decisions what a test has told it. */
final class PlayedSupervisor {
    private final ActorRef<SupervisorCommand> ref;
    /** Oldest first. */
    private final List<Decision> decisions = new CopyOnWriteArrayList<>();

    private volatile List<FleetReport.Line> fleet = List.of();
    private volatile boolean silent;

    PlayedSupervisor(ActorTestKit kit) {
        ref = kit.spawn(behaviour());
    }

    ActorRef<SupervisorCommand> ref() {
        return ref;
    }

    /** These are the instances from now on. */
    void shows(FleetReport.Line... instances) {
        fleet = List.of(instances);
    }

    /** Whether it answers nothing from now on. */
    void silent(boolean nothingIsSaid) {
        silent = nothingIsSaid;
    }

    /** Another decision has fallen. */
    void decides(Decision decision) {
        decisions.add(decision);
    }

    private Behavior<SupervisorCommand> behaviour() {
        return Behaviors.receiveMessage(message -> {
            if (silent) {
                return Behaviors.same();
            }
            if (message instanceof SupervisorCommand.GetFleet question) {
                question.replyTo().tell(new FleetReport(fleet));
            } else if (message instanceof SupervisorCommand.GetCost question) {
                question.replyTo().tell(Costs.report());
            } else if (message instanceof SupervisorCommand.GetDecisions question) {
                int all = decisions.size();
                question.replyTo().tell(report(decisions.subList(Math.max(0, all - question.limit()), all)));
            } else if (message instanceof SupervisorCommand.GetDecisionsAfter question) {
                question.replyTo()
                        .tell(report(decisions.stream()
                                .filter(one -> one.n() > question.n())
                                .limit(question.limit())
                                .toList()));
            }
            return Behaviors.same();
        });
    }

    private static DecisionReport report(List<Decision> oldestFirst) {
        List<Decision> newestFirst = new ArrayList<>(oldestFirst);
        Collections.reverse(newestFirst);
        return new DecisionReport(newestFirst);
    }
}
