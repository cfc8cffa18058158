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
import java.util.OptionalInt;

/** How an image's journey stands in its result and its batch. One that cannot be read is none: they are worth more. */
public final class JourneyJson {
    private JourneyJson() {}

    /** Adds the journey's fields to an object. */
    public static void write(ObjectNode node, Journey journey) {
        node.put("gateway", journey.gateway().value());
        node.put("storedAt", journey.storedAt().toString());
        journey.trace().ifPresent(trace -> node.put("trace", trace.toString()));
        journey.work().ifPresent(work -> write(node.putObject("work"), work));
        journey.givenUp().ifPresent(givenUp -> write(node.putObject("givenUp"), givenUp));
    }

    private static void write(ObjectNode node, Journey.Work work) {
        node.put("queuedAt", work.queuedAt().toString());
        node.put("leasedAt", work.leasedAt().toString());
        node.put("finishedAt", work.finishedAt().toString());
        node.put("delivery", work.delivery());
        node.put("batch", work.batch());
        node.put("workerSince", work.workerSince().toString());
        writeDied(node, work.died());
    }

    private static void write(ObjectNode node, Journey.GivenUp givenUp) {
        node.put("at", givenUp.at().toString());
        givenUp.deliveries().ifPresent(count -> node.put("deliveries", count));
        writeDied(node, givenUp.died());
    }

    static void write(ObjectNode node, ClassificationRequest.Tries tries) {
        node.put("deliveries", tries.deliveries());
        writeDied(node, tries.died());
    }

    /** Names of processes; not there when there are none. */
    private static void writeDied(ObjectNode node, List<String> processes) {
        if (!processes.isEmpty()) {
            ArrayNode died = node.putArray("died");
            processes.forEach(died::add);
        }
    }

    private static List<String> readDied(JsonNode node) {
        List<String> died = new ArrayList<>();
        node.path("died").forEach(process -> died.add(process.asText()));
        return died;
    }

    /** A count that is there and is none below zero. */
    private static OptionalInt count(JsonNode node, String field) {
        int count = node.path(field).asInt(-1);
        return count < 0 ? OptionalInt.empty() : OptionalInt.of(count);
    }

    /** What was tried for an image that was given up; empty when that is not told. */
    static Optional<ClassificationRequest.Tries> readTries(JsonNode node) {
        OptionalInt deliveries = count(node, "deliveries");
        return deliveries.isPresent()
                ? Optional.of(new ClassificationRequest.Tries(deliveries.getAsInt(), readDied(node)))
                : Optional.empty();
    }

    /** Reads a journey; empty when it is none. */
    public static Optional<Journey> read(JsonNode node) {
        if (!node.isObject()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Journey(
                    new GatewayId(node.path("gateway").asText()),
                    instant(node, "storedAt"),
                    TraceParent.parse(node.path("trace").asText()),
                    node.path("work").isObject() ? Optional.of(work(node.path("work"))) : Optional.empty(),
                    node.path("givenUp").isObject() ? Optional.of(givenUp(node.path("givenUp"))) : Optional.empty()));
        } catch (IllegalArgumentException | DateTimeException notOurs) {
            return Optional.empty();
        }
    }

    private static Journey.Work work(JsonNode node) {
        return new Journey.Work(
                instant(node, "queuedAt"),
                instant(node, "leasedAt"),
                instant(node, "finishedAt"),
                node.path("delivery").asInt(1),
                node.path("batch").asInt(),
                instant(node, "workerSince"),
                readDied(node));
    }

    private static Journey.GivenUp givenUp(JsonNode node) {
        return new Journey.GivenUp(instant(node, "at"), count(node, "deliveries"), readDied(node));
    }

    private static Instant instant(JsonNode node, String field) {
        return Instant.parse(node.path(field).asText());
    }
}
