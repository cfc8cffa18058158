package flotilla.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import flotilla.cost.InstanceTime;
import flotilla.cost.Past;
import flotilla.cost.Usage;
import flotilla.scaling.InstanceState;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Usage as JSON, by itself and as an account's record of a day. */
public final class UsageJson {
    private static final ObjectMapper JSON = new ObjectMapper();

    private UsageJson() {}

    /** Writes the fields of a usage. */
    static void write(ObjectNode node, Usage usage) {
        node.put("watchedSeconds", usage.watchedSeconds())
                .put("images", usage.images())
                .put("busySeconds", usage.busySeconds());
        ArrayNode instances = node.putArray("instances");
        usage.instances()
                .forEach(one -> instances
                        .addObject()
                        .put("type", one.type())
                        .put("spot", one.spot())
                        .put(
                                "state",
                                one.state().name().toLowerCase(Locale.ROOT).replace('_', '-'))
                        .put("seconds", one.seconds())
                        .put("billed", one.billed()));
        ObjectNode requests = node.putObject("requests");
        new TreeMap<>(usage.calls()).forEach(requests::put);
        node.put("requestsComplete", usage.callsComplete());
    }

    /** An account's record. */
    public static ObjectNode toJson(Past past) {
        ObjectNode node = JSON.createObjectNode().put("begin", past.begin().toString());
        ArrayNode hours = node.putArray("hours");
        new TreeMap<>(past.hours()).forEach((hour, usage) -> {
            ObjectNode one = hours.addObject().put("hour", hour.toString());
            write(one, usage);
        });
        return node;
    }

    /**
     * Reads an account's record.
     *
     * @throws IllegalArgumentException with what is wrong
     */
    public static Past read(JsonNode node) {
        try {
            Map<Instant, Usage> hours = new HashMap<>();
            for (JsonNode one : node.path("hours")) {
                hours.put(Instant.parse(one.path("hour").asText()), usage(one));
            }
            return new Past(Instant.parse(node.path("begin").asText()), hours);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("a time is none: " + e.getMessage(), e);
        }
    }

    private static Usage usage(JsonNode node) {
        List<InstanceTime> instances = new ArrayList<>();
        for (JsonNode one : node.path("instances")) {
            instances.add(new InstanceTime(
                    one.path("type").asText(),
                    one.path("spot").asBoolean(),
                    InstanceState.valueOf(
                            one.path("state").asText().toUpperCase(Locale.ROOT).replace('-', '_')),
                    one.path("seconds").asDouble()));
        }
        Map<String, Long> calls = new HashMap<>();
        node.path("requests")
                .properties()
                .forEach(one -> calls.put(one.getKey(), one.getValue().asLong()));
        return new Usage(
                node.path("watchedSeconds").asDouble(),
                instances,
                node.path("images").asLong(),
                node.path("busySeconds").asDouble(),
                calls,
                node.path("requestsComplete").asBoolean());
    }
}
