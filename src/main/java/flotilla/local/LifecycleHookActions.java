package flotilla.local;

import flotilla.domain.InstanceId;
import flotilla.local.ScalingGroup.Hook;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** The actions of the EC2 Auto Scaling Query API about lifecycle hooks; there are only those for terminations. */
final class LifecycleHookActions {
    private static final String TERMINATING = "autoscaling:EC2_INSTANCE_TERMINATING";
    private static final String CONTINUE = "CONTINUE";
    private static final String ABANDON = "ABANDON";
    /** In seconds, as EC2 Auto Scaling has it. */
    private static final int USUAL_HEARTBEAT = 3600;

    private final ScalingGroups groups;

    LifecycleHookActions(ScalingGroups groups) {
        this.groups = groups;
    }

    Consumer<Xml> put(Ec2Request request) {
        String group = request.require("AutoScalingGroupName");
        String hook = request.require("LifecycleHookName");
        String transition = request.require("LifecycleTransition");
        int heartbeat = request.number("HeartbeatTimeout").orElse(USUAL_HEARTBEAT);
        request.ignore("DefaultResult", "NotificationMetadata", "NotificationTargetARN", "RoleARN");
        request.requireAllRead();
        if (!transition.equals(TERMINATING)) {
            throw Ec2Exception.validation("The embedded cloud has lifecycle hooks for " + TERMINATING + " only.");
        }
        groups.put(group, new Hook(hook, Duration.ofSeconds(heartbeat)));
        return xml -> {};
    }

    Consumer<Xml> describe(Ec2Request request) {
        String name = request.require("AutoScalingGroupName");
        List<String> names = request.list("LifecycleHookNames.member");
        request.requireAllRead();
        List<Hook> found = groups.all().stream()
                .filter(group -> group.name().equals(name))
                .flatMap(group -> group.hooks().stream())
                .filter(hook -> names.isEmpty() || names.contains(hook.name()))
                .toList();
        return xml -> xml.members(
                "LifecycleHooks",
                found,
                hook -> xml.put("LifecycleHookName", hook.name())
                        .put("AutoScalingGroupName", name)
                        .put("LifecycleTransition", TERMINATING)
                        .put("HeartbeatTimeout", hook.heartbeat().toSeconds())
                        .put("DefaultResult", CONTINUE));
    }

    Consumer<Xml> delete(Ec2Request request) {
        String group = request.require("AutoScalingGroupName");
        String hook = request.require("LifecycleHookName");
        request.requireAllRead();
        groups.deleteHook(group, hook);
        return xml -> {};
    }

    Consumer<Xml> complete(Ec2Request request) {
        String group = request.require("AutoScalingGroupName");
        String hook = request.require("LifecycleHookName");
        InstanceId id = Ec2Descriptions.instanceId(request.require("InstanceId"));
        String result = request.require("LifecycleActionResult");
        request.requireAllRead();
        if (!List.of(CONTINUE, ABANDON).contains(result)) {
            throw Ec2Exception.validation("LifecycleActionResult must be " + CONTINUE + " or " + ABANDON + ".");
        }
        groups.complete(group, hook, id);
        return xml -> {};
    }
}
