package flotilla.scaling;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import java.time.Instant;
import java.util.Optional;

/**
 * A machine of our cluster as EC2 describes it.
 *
 * @param id EC2's id
 * @param appTierId from the tag {@code flotilla:app-tier-id}; empty when the tag is missing or unreadable
 * @param launchedAt when it was launched or last started, by EC2's clock
 * @param type the instance type, such as {@code c7i.large}; empty text when it is not known
 * @param spot whether it is charged as a Spot instance
 */
public record Instance(
        InstanceId id,
        Optional<AppTierId> appTierId,
        InstanceState state,
        Instant launchedAt,
        String type,
        boolean spot) {
    /** A machine on demand. */
    public Instance(
            InstanceId id, Optional<AppTierId> appTierId, InstanceState state, Instant launchedAt, String type) {
        this(id, appTierId, state, launchedAt, type, false);
    }

    /** The same machine in another state. */
    public Instance in(InstanceState other) {
        return new Instance(id, appTierId, other, launchedAt, type, spot);
    }
}
