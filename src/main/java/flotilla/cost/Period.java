package flotilla.cost;

import java.time.Instant;

/**
 * What was used in a time until now.
 *
 * @param from the beginning of that time
 */
public record Period(Instant from, Usage usage) {}
