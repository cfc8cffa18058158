package flotilla.top;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import flotilla.protocol.DecisionJson;
import flotilla.protocol.DecisionReport.Decision;
import flotilla.protocol.InfrastructureException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A gateway that has one instance and as many decisions as a test gives it, or that is away. */
final class FakeQuestions implements Questions {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Oldest first. */
    final List<Decision> decisions = new ArrayList<>();

    final List<String> asked = new ArrayList<>();
    String away = "";

    @Override
    public Optional<JsonNode> get(String path) {
        asked.add(path);
        if (!away.isEmpty()) {
            throw new InfrastructureException(away, null);
        }
        ObjectNode body = JSON.createObjectNode();
        if (path.equals("/v1/fleet")) {
            body.putArray("instances")
                    .addObject()
                    .put("instanceId", "i-1")
                    .put("appTierId", 1)
                    .put("state", "running")
                    .put("busy", 0)
                    .put("images", 77)
                    .put("since", "2026-11-22T12:00:15Z");
            return Optional.of(body);
        }
        int limit = Integer.parseInt(path.substring("/v1/scaling/decisions?limit=".length()));
        ArrayNode newestFirst = body.putArray("decisions");
        for (int i = decisions.size() - 1; i >= Math.max(0, decisions.size() - limit); i--) {
            newestFirst.add(DecisionJson.toJson(decisions.get(i)));
        }
        return Optional.of(body);
    }
}
