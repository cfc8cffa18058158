package flotilla.aws.autoscaling;

import flotilla.aws.AwsClients;
import flotilla.aws.AwsErrors;
import flotilla.protocol.InfrastructureException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import software.amazon.awssdk.services.autoscaling.AutoScalingAsyncClient;
import software.amazon.awssdk.services.autoscaling.model.AutoScalingGroup;
import software.amazon.awssdk.services.autoscaling.model.LifecycleHook;

/** The client of EC2 Auto Scaling, and its calls that only look. */
final class GroupCalls {
    private static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(30);
    private static final String TERMINATING = "autoscaling:EC2_INSTANCE_TERMINATING";

    private GroupCalls() {}

    /**
     * Makes the client; nothing is sent yet.
     *
     * @param beforeActs run before each request that does more than describe; what it throws fails the call
     */
    static AutoScalingAsyncClient client(AwsClients clients, Runnable beforeActs) {
        return clients.client(
                AutoScalingAsyncClient.builder(),
                clients.settings().autoscaling(),
                ATTEMPT_TIMEOUT,
                CALL_TIMEOUT,
                beforeActs);
    }

    /** A group; fails with the remedy when there is none of this name. */
    static CompletionStage<AutoScalingGroup> find(AutoScalingAsyncClient client, String name) {
        return client.describeAutoScalingGroups(request -> request.autoScalingGroupNames(name))
                .handle((response, failure) -> {
                    if (failure != null) {
                        throw AwsErrors.wrap("Auto Scaling DescribeAutoScalingGroups of " + name, failure);
                    }
                    return response.autoScalingGroups().stream()
                            .findFirst()
                            .orElseThrow(() -> new InfrastructureException(
                                    "there is no Auto Scaling group " + name
                                            + "; create it, or name another with flotilla.fleet.auto-scaling-group",
                                    null));
                });
    }

    /** The names of the hooks by which a group waits before it terminates a member. */
    static CompletionStage<List<String>> terminatingHooks(AutoScalingAsyncClient client, String group) {
        return client.describeLifecycleHooks(request -> request.autoScalingGroupName(group))
                .handle((response, failure) -> {
                    if (failure != null) {
                        throw AwsErrors.wrap("Auto Scaling DescribeLifecycleHooks of " + group, failure);
                    }
                    return response.lifecycleHooks().stream()
                            .filter(hook -> TERMINATING.equals(hook.lifecycleTransition()))
                            .map(LifecycleHook::lifecycleHookName)
                            .toList();
                });
    }
}
