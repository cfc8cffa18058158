package flotilla.scaling;

import flotilla.domain.AppTierId;
import java.time.Instant;
import java.util.Optional;

/**
 * One instance as people are shown it.
 *
 * @param name EC2's id, or the worker's name when it was started by hand
 * @param state {@code pending}, {@code running}, {@code draining}, {@code shutting-down}, {@code terminated} or {@code
 *     stopped}
 * @param busy classifiers at work
 * @param images answered since the worker's start
 * @param since when it came to this state, by the supervisor's clock
 * @param countedAs as what decisions and metrics count it, which is more than EC2's and its worker's last word; empty when it
 *     has ended, and when it is a worker started by hand beside a fleet that is not
 */
public record ShownInstance(
        String name,
        Optional<AppTierId> appTierId,
        String state,
        int busy,
        long images,
        Instant since,
        Optional<CountedAs> countedAs) {}
