package flotilla.local;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** The launch templates and their versions. Safe for several threads. */
final class LaunchTemplates {
    /** One version; it is never changed. */
    record Version(int number, Optional<String> description, Instant createdAt, LaunchParameters data) {}

    /**
     * A template.
     *
     * @param versions ascending, numbered from 1; never empty
     * @param tags of the template itself
     */
    record Template(
            String id,
            String name,
            Instant createdAt,
            int defaultVersion,
            List<Version> versions,
            SortedMap<String, String> tags) {
        Template {
            versions = List.copyOf(versions);
            tags = Collections.unmodifiableSortedMap(new TreeMap<>(tags));
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
    synchronized Template create(
            String name, Optional<String> description, LaunchParameters data, SortedMap<String, String> tags) {
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
                new Template("lt-" + hexIds.get(), name, now, 1, List.of(new Version(1, description, now, data)), tags);
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
                        template.id(),
                        template.name(),
                        template.createdAt(),
                        template.defaultVersion(),
                        versions,
                        template.tags()));
        return version;
    }

    /** Alters the tags of a template. */
    synchronized void tag(Template known, UnaryOperator<SortedMap<String, String>> change) {
        Template template = require(Optional.empty(), Optional.of(known.name()));
        byName.put(
                template.name(),
                new Template(
                        template.id(),
                        template.name(),
                        template.createdAt(),
                        template.defaultVersion(),
                        template.versions(),
                        change.apply(template.tags())));
    }

    synchronized void delete(Template template) {
        byName.remove(template.name());
    }
}
