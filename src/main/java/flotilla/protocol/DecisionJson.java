package flotilla.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import flotilla.protocol.DecisionReport.Action;
import flotilla.protocol.DecisionReport.Decision;
import flotilla.protocol.DecisionReport.Forecast;
import flotilla.protocol.DecisionReport.Shadow;
import flotilla.protocol.DecisionReport.Vote;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * A scaling decision as JSON: in the HTTP interface, in its event stream and in the ledger. Keys stand in a fixed order; a
 * figure that is unknown is null, for no data is not zero. A reader ignores keys that it does not know and takes a missing
 * one for unknown.
 */
public final class DecisionJson {
    private static final ObjectMapper JSON = new ObjectMapper();

    private DecisionJson() {}

    /** The decision with all its figures. */
    public static ObjectNode toJson(Decision decision) {
        ObjectNode node = JSON.createObjectNode()
                .put("n", decision.n())
                .put("at", decision.at().toString())
                .put("policy", decision.policy())
                .put("decision", decision.decision())
                .put("reason", decision.reason());
        count(node, "visible", decision.visible());
        count(node, "inFlight", decision.inFlight());
        count(node, "pending", decision.pending());
        count(node, "running", decision.running());
        count(node, "draining", decision.draining());
        count(node, "desired", decision.desired());
        count(node, "accepted", decision.accepted());
        count(node, "answered", decision.answered());
        count(node, "unanswered", decision.unanswered());
        ArrayNode actions = node.putArray("actions");
        for (Action action : decision.actions()) {
            actions.addObject()
                    .put("kind", action.kind())
                    .put("appTierId", action.appTierId())
                    .put("instanceId", action.instanceId())
                    .put("why", action.why())
                    .put("outcome", action.outcome());
        }
        node.set("vote", toJson(decision.vote()));
        decision.clamps().forEach(node.putArray("clamps")::add);
        decision.findings().forEach(node.putArray("findings")::add);
        ArrayNode shadows = node.putArray("shadows");
        for (Shadow shadow : decision.shadows()) {
            ObjectNode one = shadows.addObject()
                    .put("policy", shadow.policy())
                    .put("decision", shadow.decision())
                    .put("reason", shadow.reason());
            count(one, "desired", shadow.desired());
            one.put("launches", shadow.launches()).put("drains", shadow.drains());
            one.set("vote", toJson(shadow.vote()));
        }
        node.set("forecast", toJson(decision.forecast()));
        node.set("hindsight", toJson(decision.hindsight()));
        return node;
    }

    private static JsonNode toJson(Vote vote) {
        if (vote.desired() < 0) {
            return JSON.nullNode();
        }
        ObjectNode node = JSON.createObjectNode().put("desired", vote.desired());
        ObjectNode figures = node.putObject("figures");
        vote.figures().forEach((name, value) -> figure(figures, name, value));
        return node;
    }

    private static JsonNode toJson(Optional<Forecast> forecast) {
        if (forecast.isEmpty()) {
            return JSON.nullNode();
        }
        ObjectNode node = JSON.createObjectNode().put("at", forecast.get().at().toString());
        figure(node, "backlog", forecast.get().backlog());
        return node.put("active", forecast.get().active());
    }

    private static void count(ObjectNode node, String key, int value) {
        if (value < 0) {
            node.putNull(key);
        } else {
            node.put(key, value);
        }
    }

    private static void count(ObjectNode node, String key, long value) {
        if (value < 0) {
            node.putNull(key);
        } else {
            node.put(key, value);
        }
    }

    /** JSON has no infinity; a figure without end is as good as none. */
    private static void figure(ObjectNode node, String key, double value) {
        if (Double.isFinite(value)) {
            node.put(key, value);
        } else {
            node.putNull(key);
        }
    }

    /**
     * Reads a decision.
     *
     * @throws IllegalArgumentException with what is wrong, when number, time or kind is missing
     */
    public static Decision read(JsonNode node) {
        if (!node.path("n").isIntegralNumber()) {
            throw new IllegalArgumentException("n is missing");
        }
        if (!node.path("decision").isTextual()) {
            throw new IllegalArgumentException("decision is missing");
        }
        return new Decision(
                node.path("n").asLong(),
                instant(node),
                node.path("policy").asText(),
                node.path("decision").asText(),
                node.path("reason").asText(),
                count(node, "visible"),
                count(node, "inFlight"),
                count(node, "pending"),
                count(node, "running"),
                count(node, "draining"),
                count(node, "desired"),
                longCount(node, "accepted"),
                longCount(node, "answered"),
                longCount(node, "unanswered"),
                list(node.path("actions"), DecisionJson::action),
                vote(node.path("vote")),
                list(node.path("clamps"), JsonNode::asText),
                list(node.path("findings"), JsonNode::asText),
                list(node.path("shadows"), DecisionJson::shadow),
                forecast(node.path("forecast")),
                forecast(node.path("hindsight")));
    }

    private static Action action(JsonNode node) {
        return new Action(
                node.path("kind").asText(),
                node.path("appTierId").asInt(),
                node.path("instanceId").asText(),
                node.path("why").asText(),
                node.path("outcome").asText());
    }

    private static Shadow shadow(JsonNode node) {
        return new Shadow(
                node.path("policy").asText(),
                node.path("decision").asText(),
                node.path("reason").asText(),
                count(node, "desired"),
                node.path("launches").asInt(),
                node.path("drains").asInt(),
                vote(node.path("vote")));
    }

    private static Vote vote(JsonNode node) {
        if (!node.path("desired").isInt()) {
            return Vote.NOT_ASKED;
        }
        Map<String, Double> figures = new TreeMap<>();
        for (Map.Entry<String, JsonNode> figure : node.path("figures").properties()) {
            if (figure.getValue().isNumber()) {
                figures.put(figure.getKey(), figure.getValue().asDouble());
            }
        }
        return new Vote(node.path("desired").asInt(), figures);
    }

    private static Optional<Forecast> forecast(JsonNode node) {
        return node.path("backlog").isNumber()
                ? Optional.of(new Forecast(
                        instant(node),
                        node.path("backlog").asDouble(),
                        node.path("active").asInt()))
                : Optional.empty();
    }

    private static Instant instant(JsonNode node) {
        try {
            return Instant.parse(node.path("at").asText());
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "at is not a time: " + node.path("at").asText(), e);
        }
    }

    private static int count(JsonNode node, String key) {
        return node.path(key).isInt() ? node.path(key).asInt() : -1;
    }

    private static long longCount(JsonNode node, String key) {
        return node.path(key).isIntegralNumber() ? node.path(key).asLong() : -1;
    }

    private static <T> List<T> list(JsonNode node, Function<JsonNode, T> read) {
        List<T> all = new ArrayList<>();
        node.forEach(one -> all.add(read.apply(one)));
        return all;
    }
}
