package flotilla.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import flotilla.domain.GatewayId;
import flotilla.domain.Journey;
import flotilla.domain.TraceParent;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How an image's journey stands in its result. One that cannot be read is none: the result is worth more. */
final class JourneyJson {
    private JourneyJson() {}

    static void write(ObjectNode node, Journey journey) {
        node.put("gateway", journey.gateway().value());
        node.put("storedAt", journey.storedAt().toString());
        journey.trace().ifPresent(trace -> node.put("trace", trace.toString()));
        journey.work().ifPresent(work -> write(node.putObject("work"), work));
    }

    private static void write(ObjectNode node, Journey.Work work) {
        node.put("queuedAt", work.queuedAt().toString());
        node.put("leasedAt", work.leasedAt().toString());
        node.put("finishedAt", work.finishedAt().toString());
        node.put("delivery", work.delivery());
        node.put("batch", work.batch());
        node.put("workerSince", work.workerSince().toString());
        if (!work.died().isEmpty()) {
            ArrayNode died = node.putArray("died");
            work.died().forEach(died::add);
        }
    }

    static Optional<Journey> read(JsonNode node) {
        if (!node.isObject()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Journey(
                    new GatewayId(node.path("gateway").asText()),
                    instant(node, "storedAt"),
                    TraceParent.parse(node.path("trace").asText()),
                    node.path("work").isObject() ? Optional.of(work(node.path("work"))) : Optional.empty()));
        } catch (IllegalArgumentException | DateTimeException notOurs) {
            return Optional.empty();
        }
    }

    private static Journey.Work work(JsonNode node) {
        List<String> died = new ArrayList<>();
        node.path("died").forEach(process -> died.add(process.asText()));
        return new Journey.Work(
                instant(node, "queuedAt"),
                instant(node, "leasedAt"),
                instant(node, "finishedAt"),
                node.path("delivery").asInt(1),
                node.path("batch").asInt(),
                instant(node, "workerSince"),
                died);
    }

    private static Instant instant(JsonNode node, String field) {
        return Instant.parse(node.path(field).asText());
    }
}
