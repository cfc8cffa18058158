package flotilla.supervisor;

import flotilla.config.CostSettings;
import java.util.Optional;

/**
 * How costs are reckoned and kept.
 *
 * @param ledger where they outlive the supervisor; empty when they need not
 */
public record CostKeeping(CostSettings prices, Optional<CostLedger> ledger) {
    /** Everything is free, and nothing outlives the supervisor. */
    public static final CostKeeping FREE = new CostKeeping(CostSettings.FREE, Optional.empty());
}
