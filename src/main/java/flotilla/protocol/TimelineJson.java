package flotilla.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import flotilla.domain.RequestId;
import flotilla.protocol.Timeline.Event;
import flotilla.protocol.Timeline.Supplier;
import flotilla.protocol.Timeline.Worker;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/** A timeline as JSON, as {@code GET /v1/classifications/{id}/timeline} answers it. What is not known is not there. */
public final class TimelineJson {
    private static final ObjectMapper JSON = new ObjectMapper();

    private TimelineJson() {}

    public static ObjectNode toJson(Timeline timeline) {
        ObjectNode node = JSON.createObjectNode();
        node.put("id", timeline.id().value()).put("status", timeline.status());
        timeline.file().ifPresent(file -> node.put("file", file));
        timeline.answer().ifPresent(answer -> node.put("answer", answer));
        timeline.traceId().ifPresent(trace -> node.put("traceId", trace));
        ArrayNode events = node.putArray("events");
        timeline.events().forEach(event -> write(events.addObject(), event));
        ArrayNode workers = node.putArray("workers");
        timeline.workers().forEach(worker -> write(workers.addObject(), worker));
        return node;
    }

    private static void write(ObjectNode node, Event event) {
        node.put("event", event.name());
        event.at().ifPresent(at -> node.put("at", at.toString()));
        event.by().ifPresent(who -> node.put("by", who));
        event.delivery().ifPresent(number -> node.put("delivery", number));
        event.images().ifPresent(count -> node.put("images", count));
        event.note().ifPresent(note -> node.put("note", note));
    }

    private static void write(ObjectNode node, Worker worker) {
        node.put("worker", worker.id());
        worker.appTierId().ifPresent(id -> node.put("appTierId", id));
        worker.supply()
                .ifPresent(supply -> node.putObject("suppliedBy")
                        .put("n", supply.n())
                        .put("at", supply.at().toString())
                        .put("kind", supply.kind())
                        .put("reason", supply.reason())
                        .put("summary", supply.summary()));
    }

    /**
     * Reads a timeline.
     *
     * @throws IllegalArgumentException with what is wrong
     */
    public static Timeline read(JsonNode node) {
        try {
            return new Timeline(
                    new RequestId(node.path("id").asText()),
                    node.path("status").asText(),
                    text(node, "file"),
                    text(node, "answer"),
                    text(node, "traceId"),
                    list(node.path("events"), TimelineJson::event),
                    list(node.path("workers"), TimelineJson::worker));
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("a time is none: " + e.getMessage(), e);
        }
    }

    private static Event event(JsonNode node) {
        return new Event(
                node.path("event").asText(),
                text(node, "at").map(Instant::parse),
                text(node, "by"),
                number(node, "delivery"),
                number(node, "images"),
                text(node, "note"));
    }

    private static Worker worker(JsonNode node) {
        JsonNode supply = node.path("suppliedBy");
        return new Worker(
                node.path("worker").asText(),
                number(node, "appTierId"),
                supply.isObject()
                        ? Optional.of(new Supplier(
                                supply.path("n").asLong(),
                                Instant.parse(supply.path("at").asText()),
                                supply.path("kind").asText(),
                                supply.path("reason").asText(),
                                supply.path("summary").asText()))
                        : Optional.empty());
    }

    private static Optional<String> text(JsonNode node, String field) {
        return Optional.ofNullable(node.get(field)).filter(JsonNode::isTextual).map(JsonNode::asText);
    }

    private static OptionalInt number(JsonNode node, String field) {
        return node.path(field).isInt() ? OptionalInt.of(node.path(field).asInt()) : OptionalInt.empty();
    }

    private static <T> List<T> list(JsonNode array, Function<JsonNode, T> read) {
        List<T> all = new ArrayList<>();
        array.forEach(one -> all.add(read.apply(one)));
        return all;
    }
}
