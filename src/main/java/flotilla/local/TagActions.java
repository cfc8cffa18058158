package flotilla.local;

import flotilla.domain.InstanceId;
import flotilla.local.LaunchTemplates.Template;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** The actions of the EC2 Query API that change tags, of instances and of launch templates. */
final class TagActions {
    private static final String TEMPLATE = "lt-";

    private final LocalInstances instances;
    private final LaunchTemplates templates;

    TagActions(LocalInstances instances, LaunchTemplates templates) {
        this.instances = instances;
        this.templates = templates;
    }

    /** What stands in the answer. */
    Consumer<Xml> create(Ec2Request request) {
        List<String> ids = resourceIds(request);
        SortedMap<String, String> tags = TagParameters.of(request, "Tag");
        if (tags.isEmpty()) {
            throw Ec2Exception.missing("Tag");
        }
        Ec2Actions.requireNoDryRun(request);
        change(ids, before -> {
            SortedMap<String, String> after = new TreeMap<>(before);
            after.putAll(tags);
            TagParameters.requireFewEnough(after);
            return after;
        });
        return xml -> xml.put("return", true);
    }

    /** A tag that is given without a value goes whatever its value is; without any tag given, all go. */
    Consumer<Xml> delete(Ec2Request request) {
        List<String> ids = resourceIds(request);
        List<String> tags = request.structures("Tag");
        SortedMap<String, Optional<String>> doomed = new TreeMap<>();
        tags.forEach(tag -> doomed.put(request.require(tag + ".Key"), request.get(tag + ".Value")));
        Ec2Actions.requireNoDryRun(request);
        change(ids, before -> {
            SortedMap<String, String> after = new TreeMap<>(before);
            after.entrySet()
                    .removeIf(tag -> doomed.isEmpty()
                            || doomed.containsKey(tag.getKey())
                                    && doomed.get(tag.getKey())
                                            .orElse(tag.getValue())
                                            .equals(tag.getValue()));
            return after;
        });
        return xml -> xml.put("return", true);
    }

    /** All of them must be there before any is changed. */
    private void change(List<String> ids, UnaryOperator<SortedMap<String, String>> change) {
        List<Template> named = ids.stream()
                .filter(id -> id.startsWith(TEMPLATE))
                .map(id -> templates.require(Optional.of(id), Optional.empty()))
                .toList();
        List<InstanceId> launched = ids.stream()
                .filter(id -> !id.startsWith(TEMPLATE))
                .map(InstanceId::new)
                .toList();
        launched.forEach(instances::require);
        named.forEach(template -> templates.tag(template, change));
        launched.forEach(id -> instances.tag(id, change));
    }

    private static List<String> resourceIds(Ec2Request request) {
        List<String> ids = request.list("ResourceId");
        if (ids.isEmpty()) {
            throw Ec2Exception.missing("ResourceId");
        }
        ids.stream().filter(id -> !id.startsWith(TEMPLATE)).forEach(Ec2Descriptions::instanceId);
        return ids;
    }
}
