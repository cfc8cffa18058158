package flotilla.simulation;

import java.util.Optional;

/** What a fleet that knows the future would need. */
public sealed interface Bound {
    /** It needs at least so many instance-minutes. */
    record Minutes(double value) implements Bound {}

    /** No fleet of the maximum's size can keep the promise. */
    record OutOfReach() implements Bound {}

    /** It could not be computed. */
    record Unknown(String reason) implements Bound {}

    /** The instance-minutes, if there is such a fleet and its need is known. */
    default Optional<Double> minutes() {
        return this instanceof Minutes known ? Optional.of(known.value()) : Optional.empty();
    }
}
