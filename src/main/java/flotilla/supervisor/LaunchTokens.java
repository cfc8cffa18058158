package flotilla.supervisor;

import flotilla.domain.AppTierId;
import flotilla.scaling.Instance;
import flotilla.scaling.ScalingAction.Launch;
import flotilla.supervisor.InstanceFleet.LaunchFailedException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * The client tokens of launches. Every supervisor gives a launch of an app-tier id the same token as any other in the same
 * hour, {@code <cluster>-<app-tier id>-<generation>}: so EC2 answers a launch that an earlier supervisor has sent, and that
 * nobody can see yet, with that machine, and launches no second one. A token whose machine is ending, stopped or terminated is
 * used up, and so is one that was sent with other parameters; then the next generation is tried.
 *
 * <p>Which tokens are used up is remembered only to save calls. Safe for all threads.
 *
 * @see <a href="https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html">idempotency in EC2</a>
 */
final class LaunchTokens {
    private static final Set<String> USED_UP = Set.of("IdempotentInstanceTerminated", "IdempotentParameterMismatch");
    /** More launches of one app-tier id than there can be in an hour. */
    private static final int MOST_TRIES = 60;
    /** The longest client token that EC2 takes. */
    private static final int LONGEST = 64;

    private final String cluster;
    private final Map<AppTierId, Long> usedUpTo = new ConcurrentHashMap<>();

    LaunchTokens(String cluster) {
        this.cluster = cluster;
    }

    /**
     * Launches under the first token that is not used up.
     *
     * @param call launches under a token
     * @return what the last call gave
     */
    CompletionStage<Instance> launch(Launch launch, Function<String, CompletionStage<Instance>> call) {
        long first = Math.max(launch.generation(), usedUpTo.getOrDefault(launch.tier(), -1L) + 1);
        return launch(launch.tier(), first, MOST_TRIES, call);
    }

    private CompletionStage<Instance> launch(
            AppTierId id, long generation, int tries, Function<String, CompletionStage<Instance>> call) {
        return call.apply(token(id, generation))
                .handle((instance, failure) -> {
                    boolean usedUp = failure == null ? !instance.state().isAlive() : isUsedUp(failure);
                    if (usedUp && tries > 1) {
                        usedUpTo.merge(id, generation, Math::max);
                        return launch(id, generation + 1, tries - 1, call);
                    }
                    return failure == null
                            ? CompletableFuture.completedFuture(instance)
                            : CompletableFuture.<Instance>failedFuture(failure);
                })
                .thenCompose(Function.identity());
    }

    private static boolean isUsedUp(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof LaunchFailedException refused && USED_UP.contains(refused.code());
    }

    private String token(AppTierId id, long generation) {
        String tail = "-" + id + "-" + generation;
        return cluster.substring(0, Math.min(cluster.length(), LONGEST - tail.length())) + tail;
    }
}
