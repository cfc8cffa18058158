package flotilla.supervisor;

import flotilla.protocol.DecisionReport.Action;
import flotilla.protocol.DecisionReport.Decision;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Which decisions are worth keeping: those that did something or look different, while the queue moves one each minute, and
 * of an idle system one every ten minutes, to show that somebody watched. Confined to the {@link LedgerKeeper}.
 */
final class LedgerFilter {
    private static final Duration WHILE_THE_QUEUE_MOVES = Duration.ofMinutes(1);
    private static final Duration WHILE_NOTHING_MOVES = Duration.ofMinutes(10);

    /** What makes a decision look different. The queue's depth and what is computed from it change all the time. */
    private record Look(
            String decision,
            String reason,
            int pending,
            int running,
            int draining,
            int desired,
            List<Action> actions,
            List<String> clamps,
            List<String> findings) {
        static Look of(Decision one) {
            return new Look(
                    one.decision(),
                    one.reason(),
                    one.pending(),
                    one.running(),
                    one.draining(),
                    one.desired(),
                    one.actions(),
                    one.clamps(),
                    one.findings());
        }
    }

    private Optional<Decision> last = Optional.empty();

    /** Whether to keep a decision; those that are kept are remembered. */
    boolean takes(Decision decision) {
        boolean takes = last.isEmpty() || isNews(last.get(), decision);
        if (takes) {
            last = Optional.of(decision);
        }
        return takes;
    }

    private static boolean isNews(Decision before, Decision now) {
        boolean didSomething = now.actions().stream().anyMatch(action -> !action.onlyShown());
        if (didSomething || !Look.of(before).equals(Look.of(now))) {
            return true;
        }
        boolean queueMoved = before.visible() != now.visible() || before.inFlight() != now.inFlight();
        Duration since = Duration.between(before.at(), now.at());
        return since.compareTo(queueMoved ? WHILE_THE_QUEUE_MOVES : WHILE_NOTHING_MOVES) >= 0;
    }
}
