package flotilla.local;

import flotilla.local.LaunchTemplates.Template;
import flotilla.local.LaunchTemplates.Version;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The actions of the EC2 Query API on launch templates, and how their answers read. */
final class TemplateActions {
    private final LaunchTemplates templates;

    TemplateActions(LaunchTemplates templates) {
        this.templates = templates;
    }

    /** What stands in the answer. */
    Consumer<Xml> perform(Ec2Request request) {
        return switch (request.action()) {
            case "CreateLaunchTemplate" -> create(request);
            case "CreateLaunchTemplateVersion" -> createVersion(request);
            case "DeleteLaunchTemplate" -> delete(request);
            case "DescribeLaunchTemplates" -> describe(request);
            case "DescribeLaunchTemplateVersions" -> describeVersions(request);
            default -> throw new IllegalArgumentException("not an action on launch templates: " + request.action());
        };
    }

    private Consumer<Xml> create(Ec2Request request) {
        String name = request.require("LaunchTemplateName");
        Optional<String> description = request.get("VersionDescription");
        LaunchParameters data = LaunchParameters.of(request, "LaunchTemplateData.");
        request.ignore("ClientToken", "TagSpecification");
        Ec2Actions.requireNoDryRun(request);
        Template created = templates.create(name, description, data);
        return xml -> xml.nest("launchTemplate", inside -> template(inside, created));
    }

    private Consumer<Xml> createVersion(Ec2Request request) {
        Template template = named(request);
        LaunchParameters source = request.get("SourceVersion")
                .map(version -> template.version(version).data())
                .orElse(LaunchParameters.NONE);
        LaunchParameters data =
                LaunchParameters.of(request, "LaunchTemplateData.").over(source);
        Optional<String> description = request.get("VersionDescription");
        request.ignore("ClientToken", "ResolveAlias");
        Ec2Actions.requireNoDryRun(request);
        Version created = templates.add(template, description, data);
        return xml -> xml.nest("launchTemplateVersion", inside -> version(inside, template, created));
    }

    private Consumer<Xml> delete(Ec2Request request) {
        Template template = named(request);
        Ec2Actions.requireNoDryRun(request);
        templates.delete(template);
        return xml -> xml.nest("launchTemplate", inside -> template(inside, template));
    }

    private Consumer<Xml> describe(Ec2Request request) {
        List<String> names = request.list("LaunchTemplateName");
        List<String> ids = request.list("LaunchTemplateId");
        request.ignore("MaxResults");
        Ec2Actions.requireNoDryRun(request);
        names.forEach(name -> templates.require(Optional.empty(), Optional.of(name)));
        ids.forEach(id -> templates.require(Optional.of(id), Optional.empty()));
        List<Template> found = templates.all().stream()
                .filter(one -> names.isEmpty() && ids.isEmpty() || names.contains(one.name()) || ids.contains(one.id()))
                .toList();
        return xml -> xml.list("launchTemplates", found, one -> template(xml, one));
    }

    private Consumer<Xml> describeVersions(Ec2Request request) {
        Template template = named(request);
        List<String> selectors = request.list("LaunchTemplateVersion");
        request.ignore("MaxResults", "ResolveAlias");
        Ec2Actions.requireNoDryRun(request);
        List<Version> found = selectors.isEmpty()
                ? template.versions()
                : selectors.stream().map(template::version).distinct().toList();
        return xml -> xml.list("launchTemplateVersionSet", found, one -> version(xml, template, one));
    }

    private Template named(Ec2Request request) {
        return templates.require(request.get("LaunchTemplateId"), request.get("LaunchTemplateName"));
    }

    private static void template(Xml xml, Template template) {
        xml.put("launchTemplateId", template.id())
                .put("launchTemplateName", template.name())
                .put("createTime", Ec2Descriptions.time(template.createdAt()))
                .put("createdBy", "arn:aws:iam::" + LocalCloud.ACCOUNT_ID + ":user/local")
                .put("defaultVersionNumber", template.defaultVersion())
                .put("latestVersionNumber", template.latest().number());
    }

    private static void version(Xml xml, Template template, Version version) {
        xml.put("launchTemplateId", template.id())
                .put("launchTemplateName", template.name())
                .put("versionNumber", version.number())
                .put("versionDescription", version.description())
                .put("defaultVersion", version.number() == template.defaultVersion())
                .put("createTime", Ec2Descriptions.time(version.createdAt()))
                .put("createdBy", "arn:aws:iam::" + LocalCloud.ACCOUNT_ID + ":user/local")
                .nest("launchTemplateData", inside -> data(inside, version.data()));
    }

    private static void data(Xml xml, LaunchParameters data) {
        xml.put("imageId", data.imageId())
                .put("instanceType", data.instanceType())
                .put("userData", data.userData())
                .put("keyName", data.keyName())
                .list("securityGroupIdSet", data.securityGroupIds(), xml::text);
        data.instanceProfile()
                .ifPresent(profile -> xml.nest(
                        "iamInstanceProfile",
                        inside -> inside.put(profile.startsWith("arn:") ? "arn" : "name", profile)));
        if (!data.tags().isEmpty()) {
            xml.list(
                    "tagSpecificationSet",
                    List.of("instance"),
                    type -> xml.put("resourceType", type)
                            .list(
                                    "tagSet",
                                    data.tags().entrySet(),
                                    tag -> xml.put("key", tag.getKey()).put("value", tag.getValue())));
        }
    }
}
