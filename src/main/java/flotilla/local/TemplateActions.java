package flotilla.local;

import flotilla.local.LaunchTemplates.Template;
import flotilla.local.LaunchTemplates.Version;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
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
        SortedMap<String, String> tags = TagParameters.forTemplate(request);
        request.ignore("ClientToken");
        Ec2Actions.requireNoDryRun(request);
        Template created = templates.create(name, description, data, tags);
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
        if (!template.tags().isEmpty()) {
            xml.list(
                    "tagSet",
                    template.tags().entrySet(),
                    tag -> xml.put("key", tag.getKey()).put("value", tag.getValue()));
        }
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
        told(xml, data.told());
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

    /** What was given of metadata options and disks, as it was given. */
    private static void told(Xml xml, SortedMap<String, String> told) {
        SortedMap<String, String> options = below(told, LaunchParameters.METADATA_OPTIONS);
        if (!options.isEmpty()) {
            xml.nest("metadataOptions", inside -> put(inside, options));
        }
        List<SortedMap<String, String>> disks = below(told, LaunchParameters.DISK).keySet().stream()
                .map(name -> name.substring(0, name.indexOf('.')))
                .distinct()
                .map(number -> below(told, LaunchParameters.DISK + "." + number))
                .toList();
        if (!disks.isEmpty()) {
            xml.list("blockDeviceMappingSet", disks, disk -> {
                SortedMap<String, String> volume = below(disk, "Ebs");
                SortedMap<String, String> itself = new TreeMap<>(disk);
                itself.keySet().removeIf(name -> name.startsWith("Ebs."));
                put(xml, itself);
                xml.nest("ebs", inside -> put(inside, volume));
            });
        }
    }

    private static SortedMap<String, String> below(SortedMap<String, String> all, String name) {
        SortedMap<String, String> found = new TreeMap<>();
        all.forEach((key, value) -> {
            if (key.startsWith(name + ".")) {
                found.put(key.substring(name.length() + 1), value);
            }
        });
        return found;
    }

    /** Parameters of a request begin with a capital, elements of an answer do not. */
    private static void put(Xml xml, SortedMap<String, String> values) {
        values.forEach((name, value) -> xml.put(Character.toLowerCase(name.charAt(0)) + name.substring(1), value));
    }
}
