package flotilla.aws.autoscaling;

import flotilla.aws.AwsErrors;
import flotilla.domain.InstanceId;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.Done;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.autoscaling.AutoScalingAsyncClient;

/**
 * The hook by which an Auto Scaling group waits before it terminates a member, for as long as the hook's heartbeat. A group may have
 * more of them, for others who have to be done with a member; only the one of our name is ever completed.
 *
 * @see <a href="https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks.html">lifecycle hooks</a>
 */
final class LifecycleHooks {
    private static final Logger log = LoggerFactory.getLogger(LifecycleHooks.class);
    private static final String CONTINUE = "CONTINUE";
    /** EC2 Auto Scaling has no code of its own for a member that waits no more. */
    private static final String NOT_WAITING = "No active Lifecycle Action";

    private final AutoScalingAsyncClient client;
    private final String group;
    private final String ours;
    private final AtomicBoolean missed = new AtomicBoolean();

    LifecycleHooks(AutoScalingAsyncClient client, String group, String ours) {
        this.client = client;
        this.group = group;
        this.ours = ours;
    }

    /** Tells our hook that a member may be terminated now; that it waits no more is no failure, nor that others still wait. */
    CompletionStage<Done> letGo(InstanceId id) {
        return GroupCalls.terminatingHooks(client, group).thenCompose(hooks -> completeOurs(hooks, id));
    }

    /** @param terminating the names of the group's hooks for terminations */
    private CompletionStage<Done> completeOurs(List<String> terminating, InstanceId id) {
        if (terminating.contains(ours)) {
            return complete(id);
        }
        if (missed.compareAndSet(false, true)) {
            log.warn(
                    "Auto Scaling group {} holds {} by its hooks {}, which are left to their owners; if one of them waits for the"
                            + " worker, name it with flotilla.fleet.lifecycle-hook, which is {}",
                    group,
                    id,
                    terminating,
                    ours);
        }
        return CompletableFuture.completedFuture(Done.getInstance());
    }

    private CompletableFuture<Done> complete(InstanceId id) {
        return client.completeLifecycleAction(request -> request.autoScalingGroupName(group)
                        .lifecycleHookName(ours)
                        .instanceId(id.value())
                        .lifecycleActionResult(CONTINUE))
                .handle((response, failure) -> {
                    boolean over = failure != null
                            && String.valueOf(AwsErrors.unwrap(failure).getMessage())
                                    .contains(NOT_WAITING);
                    if (failure != null && !over) {
                        throw AwsErrors.wrap("Auto Scaling CompleteLifecycleAction " + ours + " of " + id, failure);
                    }
                    return Done.getInstance();
                });
    }
}
