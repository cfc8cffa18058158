package flotilla.top;

import java.time.Instant;

/**
 * What is to be shown at a moment.
 *
 * @param gateway its address
 * @param now by this machine's clock
 */
record View(String gateway, Instant now, Known known) {}
