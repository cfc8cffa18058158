package flotilla.supervisor;

import flotilla.cost.Past;
import flotilla.cost.Usage;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/** Where costs outlive the supervisor: of each account a record for each day, which only this account writes. */
public interface CostLedger {
    /**
     * Writes what an account knows of a day in UTC, in place of what it has written of that day before.
     *
     * @param account when it was begun; this process has one at a time
     * @param hours of that day, by their beginning
     */
    CompletionStage<Done> write(Instant account, LocalDate day, Map<Instant, Usage> hours);

    /**
     * What all other accounts have written, whichever process they were of.
     *
     * @param account whose own records are left out
     * @param from the first day, in UTC
     * @return empty when there is nothing
     */
    CompletionStage<Optional<Past>> read(Instant account, LocalDate from);
}
