package flotilla.worker;

import flotilla.scaling.MachineOutlook;
import java.util.concurrent.CompletionStage;

/** Where a worker learns what becomes of its machine. */
public interface MachineNotices {
    /** What is said now. Fails when nobody could be asked, or when the answer cannot be read. */
    CompletionStage<MachineOutlook> look();
}
