package flotilla.local;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * {@code Filter.N} of a describe call: every filter must match, each with any of its values. {@code *} stands for any text and
 * {@code ?} for one character; a backslash before them takes that away. Case counts.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html">Filtering</a>
 */
final class Ec2Filters {
    private record Filter(String name, List<Pattern> values) {}

    /** What a describe call filters by: gives the values of a field of a resource, or no value at all. */
    interface Fields<T> extends Function<T, List<String>> {}

    private final List<Filter> filters;

    private Ec2Filters(List<Filter> filters) {
        this.filters = filters;
    }

    static Ec2Filters of(Ec2Request request) {
        List<Filter> filters = new ArrayList<>();
        for (String filter : request.structures("Filter")) {
            filters.add(new Filter(
                    request.require(filter + ".Name"),
                    request.list(filter + ".Value").stream()
                            .map(Ec2Filters::pattern)
                            .toList()));
        }
        return new Ec2Filters(filters);
    }

    /**
     * The resources that match.
     *
     * @param fields the filters of this call, by name
     * @param tags how to read a resource's tags, for {@code tag:KEY} and {@code tag-key}
     * @throws Ec2Exception {@code InvalidParameterValue} for a filter that this call does not have
     */
    <T> List<T> apply(List<T> resources, Map<String, Fields<T>> fields, Function<T, Map<String, String>> tags) {
        List<T> matching = resources;
        for (Filter filter : filters) {
            Fields<T> field = field(filter.name(), fields, tags);
            matching = matching.stream()
                    .filter(resource -> field.apply(resource).stream()
                            .anyMatch(value -> filter.values().stream()
                                    .anyMatch(pattern -> pattern.matcher(value).matches())))
                    .toList();
        }
        return matching;
    }

    private static <T> Fields<T> field(
            String name, Map<String, Fields<T>> fields, Function<T, Map<String, String>> tags) {
        if (name.startsWith("tag:")) {
            String key = name.substring("tag:".length());
            return resource -> {
                Map<String, String> all = tags.apply(resource);
                return all.containsKey(key) ? List.of(all.get(key)) : List.of();
            };
        }
        if (name.equals("tag-key")) {
            return resource -> List.copyOf(tags.apply(resource).keySet());
        }
        if (!fields.containsKey(name)) {
            throw new Ec2Exception("InvalidParameterValue", "The filter '" + name + "' is invalid");
        }
        return fields.get(name);
    }

    private static Pattern pattern(String value) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '*') {
                regex.append(".*");
            } else if (c == '?') {
                regex.append('.');
            } else {
                if (c == '\\' && i + 1 < value.length() && "*?\\".indexOf(value.charAt(i + 1)) >= 0) {
                    i++;
                }
                regex.append(Pattern.quote(String.valueOf(value.charAt(i))));
            }
        }
        return Pattern.compile(regex.toString(), Pattern.DOTALL);
    }
}
