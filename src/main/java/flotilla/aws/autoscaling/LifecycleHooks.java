package flotilla.aws.autoscaling;

import flotilla.aws.AwsErrors;
import flotilla.domain.InstanceId;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import software.amazon.awssdk.services.autoscaling.AutoScalingAsyncClient;
import software.amazon.awssdk.services.autoscaling.model.DescribeLifecycleHooksResponse;
import software.amazon.awssdk.services.autoscaling.model.LifecycleHook;

/**
 * The hooks by which an Auto Scaling group waits before it terminates a member, for as long as their heartbeat.
 *
 * @see <a href="https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks.html">lifecycle hooks</a>
 */
final class LifecycleHooks {
    private static final String TERMINATING = "autoscaling:EC2_INSTANCE_TERMINATING";
    private static final String CONTINUE = "CONTINUE";
    /** EC2 Auto Scaling has no code of its own for a member that waits no more. */
    private static final String NOT_WAITING = "No active Lifecycle Action";

    private final AutoScalingAsyncClient client;
    private final String group;

    LifecycleHooks(AutoScalingAsyncClient client, String group) {
        this.client = client;
        this.group = group;
    }

    /** Tells each hook that a member may be terminated now; that it waits no more is no failure. */
    CompletionStage<Done> letGo(InstanceId id) {
        return client.describeLifecycleHooks(request -> request.autoScalingGroupName(group))
                .handle((response, failure) -> {
                    if (failure != null) {
                        throw AwsErrors.wrap("Auto Scaling DescribeLifecycleHooks of " + group, failure);
                    }
                    return response;
                })
                .thenCompose(response -> completeAll(response, id));
    }

    private CompletionStage<Done> completeAll(DescribeLifecycleHooksResponse response, InstanceId id) {
        CompletableFuture<?>[] all = response.lifecycleHooks().stream()
                .filter(hook -> TERMINATING.equals(hook.lifecycleTransition()))
                .map(hook -> complete(hook, id))
                .toArray(CompletableFuture<?>[]::new);
        return CompletableFuture.allOf(all).thenApply(done -> Done.getInstance());
    }

    private CompletableFuture<Done> complete(LifecycleHook hook, InstanceId id) {
        return client.completeLifecycleAction(request -> request.autoScalingGroupName(group)
                        .lifecycleHookName(hook.lifecycleHookName())
                        .instanceId(id.value())
                        .lifecycleActionResult(CONTINUE))
                .handle((response, failure) -> {
                    boolean over = failure != null
                            && String.valueOf(AwsErrors.unwrap(failure).getMessage())
                                    .contains(NOT_WAITING);
                    if (failure != null && !over) {
                        throw AwsErrors.wrap(
                                "Auto Scaling CompleteLifecycleAction " + hook.lifecycleHookName() + " of " + id,
                                failure);
                    }
                    return Done.getInstance();
                });
    }
}
