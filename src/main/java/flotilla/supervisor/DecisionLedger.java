package flotilla.supervisor;

import flotilla.protocol.DecisionReport.Decision;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/** Where decisions outlive the supervisor. It only grows: nothing that was written is changed, whoever wrote it. */
public interface DecisionLedger {
    /**
     * Adds decisions, the oldest first. After a failure some or all of them may be there; to add them again does no harm, for a
     * reader tells them by their numbers.
     */
    CompletionStage<Done> append(List<Decision> decisions);
}
