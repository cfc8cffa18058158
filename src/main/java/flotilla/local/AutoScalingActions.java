package flotilla.local;

import flotilla.domain.InstanceId;
import flotilla.local.LaunchTemplates.Reference;
import flotilla.local.ScalingGroup.GroupTag;
import flotilla.local.ScalingGroup.Settings;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/** What each action of the EC2 Auto Scaling Query API does, and how its answer reads. */
final class AutoScalingActions implements QueryApi {
    /** What EC2 Auto Scaling knows, and a group here does not have. */
    private static final String[] MEANINGLESS = {
        "CapacityRebalance",
        "Context",
        "DefaultCooldown",
        "DefaultInstanceWarmup",
        "HealthCheckGracePeriod",
        "HealthCheckType",
        "MaxInstanceLifetime",
        "PlacementGroup",
        "ServiceLinkedRoleARN",
        "TerminationPolicies"
    };

    private final ScalingGroups groups;
    private final AutoScalingDescriptions descriptions;
    private final Clock clock;
    private final LifecycleHookActions hooks;

    AutoScalingActions(ScalingGroups groups, AutoScalingDescriptions descriptions, Clock clock) {
        this.groups = groups;
        this.descriptions = descriptions;
        this.clock = clock;
        this.hooks = new LifecycleHookActions(groups);
    }

    @Override
    public String answer(String action, String requestId, Consumer<Xml> inside) {
        return Xml.autoScalingResponse(action, requestId, inside);
    }

    @Override
    public String refusal(Ec2Exception error, String requestId) {
        return Xml.autoScalingError(error, requestId);
    }

    @Override
    public Consumer<Xml> perform(Ec2Request request) {
        return switch (request.action()) {
            case "CreateAutoScalingGroup" -> create(request);
            case "DescribeAutoScalingGroups" -> descriptions.groups(request);
            case "DescribeAutoScalingInstances" -> descriptions.instances(request);
            case "UpdateAutoScalingGroup" -> update(request);
            case "SetDesiredCapacity" -> setDesiredCapacity(request);
            case "TerminateInstanceInAutoScalingGroup" -> terminate(request);
            case "SetInstanceProtection" -> protect(request);
            case "DeleteAutoScalingGroup" -> delete(request);
            case "PutLifecycleHook" -> hooks.put(request);
            case "DescribeLifecycleHooks" -> hooks.describe(request);
            case "DeleteLifecycleHook" -> hooks.delete(request);
            case "CompleteLifecycleAction" -> hooks.complete(request);
            default ->
                throw new Ec2Exception(
                        "InvalidAction",
                        "Could not find operation " + request.action()
                                + " for version 2011-01-01: the embedded cloud does not have it.");
        };
    }

    private Consumer<Xml> create(Ec2Request request) {
        String name = request.require("AutoScalingGroupName");
        Reference template = Reference.of(request)
                .orElseThrow(
                        () -> Ec2Exception.validation(
                                "Valid requests must contain LaunchTemplate: the embedded cloud has no launch configurations."));
        int min = number(request, "MinSize").orElseThrow(() -> Ec2Exception.missing("MinSize"));
        int max = number(request, "MaxSize").orElseThrow(() -> Ec2Exception.missing("MaxSize"));
        int desired = number(request, "DesiredCapacity").orElse(min);
        List<String> zones = request.list("AvailabilityZones.member");
        Optional<String> subnets = request.get("VPCZoneIdentifier");
        if (zones.isEmpty() && subnets.isEmpty()) {
            throw Ec2Exception.validation(
                    "You must use a valid fully-formed launch template. At least one Availability "
                            + "Zone or VPC Subnet is required.");
        }
        boolean isProtected = request.flag("NewInstancesProtectedFromScaleIn");
        List<GroupTag> tags = tags(request);
        requireNothingElse(request);
        groups.create(new Settings(name, template, min, max, desired, isProtected, zones, subnets, tags));
        return xml -> {};
    }

    private static List<GroupTag> tags(Ec2Request request) {
        List<GroupTag> tags = new ArrayList<>();
        for (String tag : request.structures("Tags.member")) {
            request.ignore(tag + ".ResourceId", tag + ".ResourceType");
            tags.add(new GroupTag(
                    request.require(tag + ".Key"),
                    request.get(tag + ".Value").orElse(""),
                    request.get(tag + ".PropagateAtLaunch").isEmpty() || request.flag(tag + ".PropagateAtLaunch")));
        }
        return tags;
    }

    private Consumer<Xml> update(Ec2Request request) {
        String name = request.require("AutoScalingGroupName");
        Optional<Reference> template = Reference.of(request);
        Optional<Integer> min = number(request, "MinSize");
        Optional<Integer> max = number(request, "MaxSize");
        Optional<Integer> desired = number(request, "DesiredCapacity");
        Optional<Boolean> isProtected = request.get("NewInstancesProtectedFromScaleIn")
                .map(given -> request.flag("NewInstancesProtectedFromScaleIn"));
        List<String> zones = request.list("AvailabilityZones.member");
        Optional<String> subnets = request.get("VPCZoneIdentifier");
        requireNothingElse(request);
        groups.update(
                name,
                before -> new Settings(
                        name,
                        template.orElse(before.template()),
                        min.orElse(before.min()),
                        max.orElse(before.max()),
                        desired.orElse(before.desired()),
                        isProtected.orElse(before.newInstancesProtected()),
                        zones.isEmpty() ? before.zones() : zones,
                        subnets.or(before::subnets),
                        before.tags()));
        return xml -> {};
    }

    private Consumer<Xml> setDesiredCapacity(Ec2Request request) {
        String name = request.require("AutoScalingGroupName");
        int capacity = number(request, "DesiredCapacity").orElseThrow(() -> Ec2Exception.missing("DesiredCapacity"));
        request.ignore("HonorCooldown");
        request.requireAllRead();
        groups.setDesired(name, capacity);
        return xml -> {};
    }

    private Consumer<Xml> terminate(Ec2Request request) {
        InstanceId id = Ec2Descriptions.instanceId(request.require("InstanceId"));
        request.require("ShouldDecrementDesiredCapacity");
        boolean decrement = request.flag("ShouldDecrementDesiredCapacity");
        request.requireAllRead();
        String group = groups.terminate(id, decrement);
        String now = Ec2Descriptions.time(clock.instant());
        return xml -> xml.nest(
                "Activity",
                activity -> activity.put("ActivityId", UUID.randomUUID())
                        .put("AutoScalingGroupName", group)
                        .put("Description", "Terminating EC2 instance: " + id)
                        .put("Cause", "At " + now + " instance " + id + " was taken out of service by a user request.")
                        .put("StartTime", now)
                        .put("StatusCode", "InProgress")
                        .put("Progress", 0));
    }

    private Consumer<Xml> protect(Ec2Request request) {
        String name = request.require("AutoScalingGroupName");
        List<InstanceId> ids = instanceIds(request);
        request.require("ProtectedFromScaleIn");
        boolean isProtected = request.flag("ProtectedFromScaleIn");
        request.requireAllRead();
        if (ids.isEmpty()) {
            throw Ec2Exception.missing("InstanceIds");
        }
        groups.protect(name, ids, isProtected);
        return xml -> {};
    }

    private Consumer<Xml> delete(Ec2Request request) {
        String name = request.require("AutoScalingGroupName");
        boolean force = request.flag("ForceDelete");
        request.requireAllRead();
        groups.delete(name, force);
        return xml -> {};
    }

    static List<InstanceId> instanceIds(Ec2Request request) {
        return request.list("InstanceIds.member").stream()
                .distinct()
                .map(Ec2Descriptions::instanceId)
                .toList();
    }

    private static Optional<Integer> number(Ec2Request request, String name) {
        Optional<Integer> number = request.number(name);
        number.filter(value -> value < 0).ifPresent(value -> {
            throw Ec2Exception.validation("Value (" + value + ") for parameter " + name + " is invalid.");
        });
        return number;
    }

    private static void requireNothingElse(Ec2Request request) {
        request.ignore(MEANINGLESS);
        request.requireAllRead();
    }
}
