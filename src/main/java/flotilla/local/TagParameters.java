package flotilla.local;

import java.util.SortedMap;
import java.util.TreeMap;

/** Reads tags from a request, and refuses those that EC2 refuses. */
final class TagParameters {
    private static final int MAX_TAGS = 50;

    private TagParameters() {}

    /** The tags {@code list.1}, {@code list.2}, …, by key. */
    static SortedMap<String, String> of(Ec2Request request, String list) {
        SortedMap<String, String> tags = new TreeMap<>();
        for (String tag : request.structures(list)) {
            String key = request.require(tag + ".Key");
            String value = request.get(tag + ".Value").orElse("");
            if (key.isEmpty() || key.length() > 128 || key.startsWith("aws:")) {
                throw new Ec2Exception(
                        "InvalidParameterValue",
                        "Tag key '" + key + "' is invalid: 1 to 128 characters, not beginning with aws:");
            }
            if (value.length() > 256) {
                throw new Ec2Exception(
                        "InvalidParameterValue", "Tag value exceeds the maximum length of 256 characters");
            }
            tags.put(key, value);
        }
        return tags;
    }

    /**
     * The tags that instances are to get.
     *
     * @param specifications name of the list of tag specifications; those for other resources are read and mean nothing
     */
    static SortedMap<String, String> forInstances(Ec2Request request, String specifications) {
        return of(request, specifications, "instance");
    }

    /** The tags that a launch template itself is to get. */
    static SortedMap<String, String> forTemplate(Ec2Request request) {
        return of(request, "TagSpecification", "launch-template");
    }

    private static SortedMap<String, String> of(Ec2Request request, String specifications, String resource) {
        SortedMap<String, String> tags = new TreeMap<>();
        for (String specification : request.structures(specifications)) {
            String type = request.require(specification + ".ResourceType");
            SortedMap<String, String> given = of(request, specification + ".Tag");
            if (type.equals(resource)) {
                tags.putAll(given);
            }
        }
        requireFewEnough(tags);
        return tags;
    }

    static void requireFewEnough(SortedMap<String, String> tags) {
        if (tags.size() > MAX_TAGS) {
            throw new Ec2Exception(
                    "TagLimitExceeded", "The maximum number of tags for a resource is " + MAX_TAGS + ".");
        }
    }
}
