package flotilla.local;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The parameters of one call of the Query API of EC2 or EC2 Auto Scaling. It remembers which were read, so that {@link #requireAllRead} can refuse
 * those that nobody knows. Not safe for several threads.
 *
 * @see <a href="https://docs.aws.amazon.com/ec2/latest/devguide/ec2-query-api.html">Query requests</a>
 */
final class Ec2Request {
    private final TreeMap<String, String> parameters;
    private final TreeSet<String> unread;

    private Ec2Request(TreeMap<String, String> parameters) {
        this.parameters = parameters;
        this.unread = new TreeSet<>(parameters.keySet());
        ignore("Action", "Version");
    }

    /** @param form {@code name=value} pairs, percent-encoded, joined by {@code &} */
    static Ec2Request parse(String form) {
        TreeMap<String, String> parameters = new TreeMap<>();
        for (String pair : form.split("&")) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                String name = equals < 0 ? pair : pair.substring(0, equals);
                String value = equals < 0 ? "" : pair.substring(equals + 1);
                parameters.put(decode(name), decode(value));
            }
        }
        return new Ec2Request(parameters);
    }

    /** The version of the interface that the caller speaks, which also tells EC2 from EC2 Auto Scaling. */
    String version() {
        return parameters.getOrDefault("Version", "");
    }

    String action() {
        return Optional.ofNullable(parameters.get("Action"))
                .orElseThrow(() -> new Ec2Exception("MissingAction", "The request is missing the Action parameter."));
    }

    Optional<String> get(String name) {
        unread.remove(name);
        return Optional.ofNullable(parameters.get(name));
    }

    String require(String name) {
        return get(name).orElseThrow(() -> Ec2Exception.missing(name));
    }

    boolean flag(String name) {
        return get(name)
                .map(value -> switch (value) {
                    case "true" -> true;
                    case "false" -> false;
                    default -> throw Ec2Exception.invalidValue(name, value);
                })
                .orElse(false);
    }

    Optional<Integer> number(String name) {
        return get(name).map(value -> {
            try {
                return Integer.valueOf(value);
            } catch (NumberFormatException e) {
                throw Ec2Exception.invalidValue(name, value);
            }
        });
    }

    /** The values of {@code name.1}, {@code name.2}, … in this order. */
    List<String> list(String name) {
        List<String> values = new ArrayList<>();
        for (String index : indices(name)) {
            get(name + "." + index).ifPresent(values::add);
        }
        return values;
    }

    /** The prefixes {@code name.1}, {@code name.2}, … of structures in a list. */
    List<String> structures(String name) {
        return indices(name).stream().map(index -> name + "." + index).toList();
    }

    /** The parameters below a name, without the part that comes before it, such as {@code Options.Size} below {@code Options}. */
    SortedMap<String, String> below(String prefix, String name) {
        SortedMap<String, String> found = new TreeMap<>();
        String begin = prefix + name + ".";
        parameters.tailMap(begin).entrySet().stream()
                .takeWhile(one -> one.getKey().startsWith(begin))
                .forEach(one -> found.put(one.getKey().substring(prefix.length()), one.getValue()));
        ignore(prefix + name);
        return found;
    }

    /** Accepts parameters, and those below them, that EC2 knows and that mean nothing here. */
    void ignore(String... names) {
        for (String name : names) {
            unread.removeIf(unknown -> unknown.equals(name) || unknown.startsWith(name + "."));
        }
    }

    /** @throws Ec2Exception {@code UnknownParameter} */
    void requireAllRead() {
        if (!unread.isEmpty()) {
            throw new Ec2Exception("UnknownParameter", "The parameter " + unread.first() + " is not recognized");
        }
    }

    /** Whether all of these parameters are there with these values. */
    boolean has(Map<String, String> values) {
        return parameters.entrySet().containsAll(values.entrySet());
    }

    /** The parameters that were not read yet. */
    Map<String, String> rest() {
        Map<String, String> rest = new TreeMap<>(parameters);
        rest.keySet().retainAll(unread);
        return rest;
    }

    /** Everything that was asked for, but for what a repeated call may alter. */
    Map<String, String> fingerprint() {
        Map<String, String> fingerprint = new TreeMap<>(parameters);
        List.of("ClientToken", "DryRun", "Version").forEach(fingerprint::remove);
        return fingerprint;
    }

    private List<String> indices(String name) {
        String prefix = name + ".";
        TreeSet<Integer> indices = new TreeSet<>();
        for (String parameter : parameters.tailMap(prefix).keySet()) {
            if (!parameter.startsWith(prefix)) {
                break;
            }
            String index = parameter.substring(prefix.length()).split("\\.", 2)[0];
            if (index.matches("[1-9]\\d{0,5}")) {
                indices.add(Integer.valueOf(index));
            }
        }
        return indices.stream().map(String::valueOf).toList();
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new Ec2Exception("MalformedQueryString", "The query string contains a syntax error.");
        }
    }
}
