package flotilla.local;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The launch templates and their versions. Safe for several threads. */
final class LaunchTemplates {
    /** One version; it is never changed. */
    record Version(int number, Optional<String> description, Instant createdAt, LaunchParameters data) {}

    /** @param versions ascending, numbered from 1; never empty */
    record Template(String id, String name, Instant createdAt, int defaultVersion, List<Version> versions) {
        Template {
            versions = List.copyOf(versions);
        }

        Version latest() {
            return versions.get(versions.size() - 1);
        }

        /** @param selector a number, {@code $Latest} or {@code $Default} */
        Version version(String selector) {
            String number =
                    switch (selector) {
                        case "$Latest" -> String.valueOf(latest().number());
                        case "$Default" -> String.valueOf(defaultVersion);
                        default -> selector;
                    };
            return versions.stream()
                    .filter(one -> String.valueOf(one.number()).equals(number))
                    .findFirst()
                    .orElseThrow(() -> new Ec2Exception(
                            "InvalidLaunchTemplateId.VersionNotFound",
                            "Could not find launch template version " + number + " of " + name + "."));
        }
    }

    /**
     * Names a template and a version of it, as a launch does.
     *
     * @param version a number, {@code $Latest} or {@code $Default}
     */
    record Reference(Optional<String> id, Optional<String> name, String version) {
        /** Reads {@code LaunchTemplate.*}; empty when the request names none. */
        static Optional<Reference> of(Ec2Request request) {
            Optional<String> id = request.get("LaunchTemplate.LaunchTemplateId");
            Optional<String> name = request.get("LaunchTemplate.LaunchTemplateName");
            String version = request.get("LaunchTemplate.Version").orElse("$Default");
            return id.isPresent() || name.isPresent()
                    ? Optional.of(new Reference(id, name, version))
                    : Optional.empty();
        }
    }

    private final Clock clock;
    private final Supplier<String> hexIds;
    private final Map<String, Template> byName = new LinkedHashMap<>();

    /** @param hexIds random strings of 17 hexadecimal digits */
    LaunchTemplates(Clock clock, Supplier<String> hexIds) {
        this.clock = clock;
        this.hexIds = hexIds;
    }

    synchronized List<Template> all() {
        return List.copyOf(byName.values());
    }

    /** @throws Ec2Exception when there is no such template */
    synchronized Template require(Optional<String> id, Optional<String> name) {
        if (name.isPresent()) {
            return Optional.ofNullable(byName.get(name.get()))
                    .orElseThrow(() -> new Ec2Exception(
                            "InvalidLaunchTemplateName.NotFoundException",
                            "The specified launch template, with template name " + name.get() + ", does not exist."));
        }
        String wanted = id.orElseThrow(() -> Ec2Exception.missing("LaunchTemplateId or LaunchTemplateName"));
        return byName.values().stream()
                .filter(template -> template.id().equals(wanted))
                .findFirst()
                .orElseThrow(() -> new Ec2Exception(
                        "InvalidLaunchTemplateId.NotFound",
                        "The specified launch template, with template ID " + wanted + ", does not exist."));
    }

    /** @throws Ec2Exception when there is no such template or version */
    Version require(Reference reference) {
        return require(reference.id(), reference.name()).version(reference.version());
    }

    /** @throws Ec2Exception when the name is taken */
    synchronized Template create(String name, Optional<String> description, LaunchParameters data) {
        if (!name.matches("[a-zA-Z0-9().\\-/_]{3,128}")) {
            throw new Ec2Exception(
                    "InvalidLaunchTemplateName.MalformedException",
                    "A launch template name must be between 3 and 128 characters: letters, numbers and ( ) . - / _");
        }
        if (byName.containsKey(name)) {
            throw new Ec2Exception(
                    "InvalidLaunchTemplateName.AlreadyExistsException", "Launch template name already in use.");
        }
        Instant now = clock.instant();
        Template template =
                new Template("lt-" + hexIds.get(), name, now, 1, List.of(new Version(1, description, now, data)));
        byName.put(name, template);
        return template;
    }

    /** Adds a version to a template. */
    synchronized Version add(Template known, Optional<String> description, LaunchParameters data) {
        Template template = require(Optional.empty(), Optional.of(known.name()));
        Version version = new Version(template.latest().number() + 1, description, clock.instant(), data);
        List<Version> versions = new ArrayList<>(template.versions());
        versions.add(version);
        byName.put(
                template.name(),
                new Template(
                        template.id(), template.name(), template.createdAt(), template.defaultVersion(), versions));
        return version;
    }

    synchronized void delete(Template template) {
        byName.remove(template.name());
    }
}
