package flotilla.supervisor;

import flotilla.protocol.DecisionReport;
import flotilla.scaling.FleetController;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.slf4j.Logger;

/** Tells each decision to all who follow them: the log, the meters and the ledger. Confined to the supervisor's actor. */
final class DecisionPublisher {
    private final DecisionLog decisions;
    private final SupervisorMeters meters;
    private final Optional<ActorRef<LedgerKeeper.Command>> ledger;

    /** @param decisions remembers them for who asks later */
    DecisionPublisher(DecisionLog decisions, SupervisorMeters meters, Optional<ActorRef<LedgerKeeper.Command>> ledger) {
        this.decisions = decisions;
        this.meters = meters;
        this.ledger = ledger;
    }

    /** A decision has fallen, and this became of it; the ledger is told of earlier ones that are judged now, too. */
    void publish(FleetController.Decided decided, List<DecisionReport.Action> actions, Logger log) {
        DecisionLog.Added added = decisions.add(decided, actions);
        log.info(DecisionLog.line(added.decision()));
        meters.decided(decided.plan(), actions);
        ledger.ifPresent(keeper -> {
            added.judged().forEach(earlier -> keeper.tell(new LedgerKeeper.Amend(earlier)));
            keeper.tell(new LedgerKeeper.Keep(added.decision()));
        });
    }
}
