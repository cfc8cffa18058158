package flotilla.top;

import com.fasterxml.jackson.databind.JsonNode;
import flotilla.protocol.DecisionJson;
import flotilla.protocol.DecisionReport.Decision;
import flotilla.protocol.FleetReport;
import flotilla.protocol.InfrastructureException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Reads what a gateway answers about instances and decisions. Keys that it does not know are passed over. */
final class FleetReader {
    private FleetReader() {}

    /** The instances of {@code GET /v1/fleet}. */
    static List<FleetReport.Line> instances(Optional<JsonNode> body) {
        return list(body, "instances", FleetReader::instance);
    }

    /** The decisions of {@code GET /v1/scaling/decisions}, in their order. */
    static List<Decision> decisions(Optional<JsonNode> body) {
        return list(body, "decisions", DecisionJson::read);
    }

    private static <T> List<T> list(Optional<JsonNode> body, String key, Function<JsonNode, T> read) {
        JsonNode list = body.map(node -> node.path(key))
                .filter(JsonNode::isArray)
                .orElseThrow(() -> otherVersion("there are no " + key, null));
        try {
            List<T> all = new ArrayList<>();
            list.forEach(one -> all.add(read.apply(one)));
            return List.copyOf(all);
        } catch (IllegalArgumentException e) {
            throw otherVersion(e.getMessage(), e);
        }
    }

    private static FleetReport.Line instance(JsonNode node) {
        if (!node.path("instanceId").isTextual()) {
            throw new IllegalArgumentException("instanceId is missing");
        }
        return new FleetReport.Line(
                node.path("instanceId").asText(),
                node.path("appTierId").asInt(),
                node.path("state").asText(),
                node.path("busy").asInt(),
                node.path("images").asLong(),
                instant(node.path("since").asText()),
                node.path("countedAs").asText(""));
    }

    private static Instant instant(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("since is not a time: " + text, e);
        }
    }

    private static InfrastructureException otherVersion(String what, Throwable cause) {
        return new InfrastructureException(
                "what answers is no gateway of this version (" + what + "); give the right one with --url",
                cause,
                true);
    }
}
