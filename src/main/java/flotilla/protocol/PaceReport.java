package flotilla.protocol;

import flotilla.scaling.Pace;
import java.util.Optional;

/**
 * How fast the fleet works, as the supervisor saw it last.
 *
 * @param pace empty when it has not seen queue and instances yet
 */
public record PaceReport(Optional<Pace> pace) implements CborSerializable {}
