package flotilla.protocol;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import java.util.Optional;

/**
 * A worker has taken a terminate request and is drained: its instance may be ended.
 *
 * @param cluster the cluster's name
 * @param token the request that it took
 * @param appTierId empty when the worker was never told
 */
public record TerminateConfirmation(String cluster, long token, InstanceId instance, Optional<AppTierId> appTierId) {}
