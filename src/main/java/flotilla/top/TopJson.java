package flotilla.top;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import flotilla.protocol.DecisionJson;
import flotilla.protocol.DecisionReport.Decision;
import flotilla.protocol.DecisionStory;
import flotilla.protocol.FleetReport;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** What a frame shows, for programs: one JSON object. What is not known is null. */
final class TopJson {
    private static final ObjectMapper JSON = new ObjectMapper();

    private TopJson() {}

    static ObjectNode of(View view) {
        Known known = view.known();
        Figures figures = Figures.of(known);
        ObjectNode node = JSON.createObjectNode()
                .put("gateway", view.gateway())
                .put("at", view.now().toString())
                .put("answeredAt", known.at().map(Object::toString).orElse(null))
                .put("trouble", known.trouble().orElse(null))
                .put("decidedAt", figures.decidedAt().map(Object::toString).orElse(null));
        count(node, "visible", figures.visible());
        count(node, "inFlight", figures.inFlight());
        count(node, "accepted", figures.accepted());
        count(node, "answered", figures.answered());
        count(node, "unanswered", figures.unanswered());
        rate(node, "arrivalsPerSecond", figures.arrivals());
        rate(node, "answersPerSecond", figures.answers());
        count(node, "desired", figures.desired());
        if (known.at().isEmpty()) {
            return node.putNull("states")
                    .putNull("counted")
                    .putNull("instances")
                    .putNull("decisions");
        }
        figures.states().forEach(node.putObject("states")::put);
        figures.counted().forEach(node.putObject("counted")::put);
        ArrayNode instances = node.putArray("instances");
        known.instances().forEach(one -> add(instances, one));
        ArrayNode decisions = node.putArray("decisions");
        List<Decision> all = known.decisions();
        for (int i = all.size() - 1; i >= 0 && decisions.size() < Frame.MOST_DECISIONS; i--) {
            decisions.add(DecisionJson.toJson(all.get(i)).put("summary", DecisionStory.sentence(all.get(i))));
        }
        return node;
    }

    private static void add(ArrayNode instances, FleetReport.Line one) {
        ObjectNode instance = instances.addObject().put("instanceId", one.instanceId());
        if (one.appTierId() > 0) {
            instance.put("appTierId", one.appTierId());
        } else {
            instance.putNull("appTierId");
        }
        instance.put("state", one.state())
                .put("busy", one.busy())
                .put("images", one.images())
                .put("since", one.since().toString())
                .put("countedAs", one.countedAs().isEmpty() ? null : one.countedAs());
    }

    private static void count(ObjectNode node, String key, OptionalLong value) {
        if (value.isPresent()) {
            node.put(key, value.getAsLong());
        } else {
            node.putNull(key);
        }
    }

    private static void rate(ObjectNode node, String key, OptionalDouble value) {
        if (value.isPresent()) {
            node.put(key, value.getAsDouble());
        } else {
            node.putNull(key);
        }
    }
}
