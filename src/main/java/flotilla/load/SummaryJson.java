package flotilla.load;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A summary for programs; times are milliseconds but for {@code seconds}. */
public final class SummaryJson {
    private static final ObjectMapper JSON = new ObjectMapper();

    private SummaryJson() {}

    public static ObjectNode of(Summary summary) {
        ObjectNode node = JSON.createObjectNode()
                .put("url", summary.url())
                .put("api", summary.api().name().toLowerCase(Locale.ROOT))
                .put("requests", summary.sent())
                .put("answered", summary.answered());
        if (summary.judged()) {
            node.put("right", summary.right());
        } else {
            node.putNull("right");
        }
        node.put("wrong", summary.wrong())
                .put("missing", summary.missing())
                .put("unfinished", summary.unfinished())
                .put("retries", summary.retries())
                .put("seconds", summary.seconds())
                .put("throughput", summary.throughput());
        if (summary.answered() == 0) {
            node.putNull("latencyMs");
        } else {
            node.set("latencyMs", latency(summary.latency()));
        }
        summary.accepted().ifPresent(accepted -> node.set("acceptedMs", latency(accepted)));
        node.put("latestStartMs", summary.latestStartMillis());
        node.set("errors", counts(summary.errors()));
        node.set("workers", counts(summary.workers()));
        node.put("workersFrom", summary.workersFrom());
        ArrayNode notRight = node.putArray("notRight");
        summary.notRight()
                .forEach(one -> notRight.addObject()
                        .put("request", one.number())
                        .put("file", one.file())
                        .put("verdict", one.missing() ? "missing" : "wrong")
                        .put("expected", one.expected())
                        .put("got", one.got()));
        return node;
    }

    private static ObjectNode latency(Latency latency) {
        return JSON.createObjectNode()
                .put("min", latency.min())
                .put("mean", latency.mean())
                .put("p50", latency.p50())
                .put("p90", latency.p90())
                .put("p95", latency.p95())
                .put("p99", latency.p99())
                .put("max", latency.max());
    }

    private static ObjectNode counts(Map<String, Long> counts) {
        ObjectNode node = JSON.createObjectNode();
        new TreeMap<>(counts).forEach(node::put);
        return node;
    }
}
