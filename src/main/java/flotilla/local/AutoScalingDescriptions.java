package flotilla.local;

import flotilla.domain.InstanceId;
import flotilla.local.LaunchTemplates.Reference;
import flotilla.local.LaunchTemplates.Template;
import flotilla.local.ScalingGroup.Member;
import flotilla.local.ScalingGroup.Settings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The actions of the EC2 Auto Scaling Query API that describe; all in one page. */
final class AutoScalingDescriptions {
    private final ScalingGroups groups;
    private final LocalInstances instances;
    private final LaunchTemplates templates;

    AutoScalingDescriptions(ScalingGroups groups, LocalInstances instances, LaunchTemplates templates) {
        this.groups = groups;
        this.instances = instances;
        this.templates = templates;
    }

    /** DescribeAutoScalingGroups. */
    Consumer<Xml> groups(Ec2Request request) {
        List<String> names = request.list("AutoScalingGroupNames.member");
        request.ignore("IncludeInstances", "MaxRecords");
        request.requireAllRead();
        List<ScalingGroup> found = groups.all().stream()
                .filter(group -> names.isEmpty() || names.contains(group.name()))
                .toList();
        return xml -> xml.members("AutoScalingGroups", found, group -> group(xml, group));
    }

    /** DescribeAutoScalingInstances. */
    Consumer<Xml> instances(Ec2Request request) {
        List<InstanceId> ids = AutoScalingActions.instanceIds(request);
        request.ignore("MaxRecords");
        request.requireAllRead();
        Map<InstanceId, ScalingGroup> found = new LinkedHashMap<>();
        groups.all()
                .forEach(group -> group.members().keySet().stream()
                        .filter(id -> ids.isEmpty() || ids.contains(id))
                        .forEach(id -> found.put(id, group)));
        return xml -> xml.members("AutoScalingInstances", found.entrySet(), one -> {
            xml.put("AutoScalingGroupName", one.getValue().name());
            member(xml, one.getValue(), one.getValue().members().get(one.getKey()), "HEALTHY");
        });
    }

    private void group(Xml xml, ScalingGroup group) {
        Settings settings = group.settings();
        xml.put("AutoScalingGroupName", group.name())
                .put(
                        "AutoScalingGroupARN",
                        "arn:aws:autoscaling:us-east-1:" + LocalCloud.ACCOUNT_ID
                                + ":autoScalingGroup:local:autoScalingGroupName/" + group.name());
        template(xml, settings.template());
        xml.put("MinSize", settings.min())
                .put("MaxSize", settings.max())
                .put("DesiredCapacity", settings.desired())
                .put("DefaultCooldown", 300)
                .members("AvailabilityZones", zones(settings), xml::text)
                .put("HealthCheckType", "EC2")
                .put("HealthCheckGracePeriod", 0)
                .members("Instances", group.listed(), member -> member(xml, group, member, "Healthy"))
                .put("CreatedTime", Ec2Descriptions.time(group.createdAt()))
                .put("VPCZoneIdentifier", settings.subnets().orElse(""))
                .members(
                        "Tags",
                        settings.tags(),
                        tag -> xml.put("ResourceId", group.name())
                                .put("ResourceType", "auto-scaling-group")
                                .put("Key", tag.key())
                                .put("Value", tag.value())
                                .put("PropagateAtLaunch", tag.propagated()))
                .members("TerminationPolicies", List.of("Default"), xml::text)
                .put("NewInstancesProtectedFromScaleIn", settings.newInstancesProtected());
    }

    private void member(Xml xml, ScalingGroup group, Member member, String healthy) {
        xml.put("InstanceId", member.id())
                .put(
                        "InstanceType",
                        instances.find(member.id()).map(one -> one.spec().instanceType()))
                .put("AvailabilityZone", LocalCloud.AVAILABILITY_ZONE)
                .put("LifecycleState", groups.lifecycle(member))
                .put("HealthStatus", groups.lifecycle(member).equals("Terminating") ? "Unhealthy" : healthy);
        template(xml, group.settings().template());
        xml.put("ProtectedFromScaleIn", member.isProtected());
    }

    private void template(Xml xml, Reference reference) {
        try {
            Template template = templates.require(reference.id(), reference.name());
            xml.nest(
                    "LaunchTemplate",
                    inside -> inside.put("LaunchTemplateId", template.id())
                            .put("LaunchTemplateName", template.name())
                            .put("Version", reference.version()));
        } catch (Ec2Exception deleted) {
            xml.nest(
                    "LaunchTemplate",
                    inside -> inside.put("LaunchTemplateName", reference.name())
                            .put("LaunchTemplateId", reference.id())
                            .put("Version", reference.version()));
        }
    }

    private static List<String> zones(Settings settings) {
        return settings.zones().isEmpty() ? List.of(LocalCloud.AVAILABILITY_ZONE) : settings.zones();
    }
}
