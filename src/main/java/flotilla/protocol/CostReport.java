package flotilla.protocol;

import flotilla.cost.Bill;
import flotilla.cost.Usage;
import java.time.Instant;

/**
 * What was used in a time, and what it costs.
 *
 * @param from the beginning of that time
 * @param to its end: now, by the supervisor's clock
 * @param recordsSince from when there are records at all
 */
public record CostReport(Instant from, Instant to, Instant recordsSince, Usage usage, Bill bill)
        implements CborSerializable {}
