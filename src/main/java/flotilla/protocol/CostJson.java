package flotilla.protocol;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import flotilla.cost.Bill;
import flotilla.cost.Usage;
import java.util.Optional;

/**
 * Usage and costs as JSON, as {@code GET /v1/cost} answers them. Costs and prices are in {@code currency}; what is not known is {@code
 * null}.
 */
public final class CostJson {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double SECONDS_OF_AN_HOUR = 3600;

    private CostJson() {}

    public static ObjectNode toJson(CostReport report) {
        Usage usage = report.usage();
        Bill bill = report.bill();
        double total = bill.total();
        ObjectNode node = JSON.createObjectNode()
                .put("from", report.from().toString())
                .put("to", report.to().toString())
                .put("recordsSince", report.recordsSince().toString());
        UsageJson.write(node, usage);
        node.put("instanceSeconds", usage.instanceSeconds())
                .put("idleShare", usage.idleShare().orElse(null))
                .put("currency", bill.currency())
                .put("totalCost", total)
                .put("instancesCost", bill.ofInstances())
                .put("requestsCost", bill.ofCalls())
                .put("costPerImage", quotient(total, usage.images()).orElse(null))
                .put(
                        "costPerHour",
                        quotient(total, usage.watchedSeconds() / SECONDS_OF_AN_HOUR)
                                .orElse(null));
        ArrayNode byInstance = node.putArray("costOfInstances");
        bill.instances()
                .forEach(one -> byInstance
                        .addObject()
                        .put("type", one.type())
                        .put("spot", one.spot())
                        .put("seconds", one.seconds())
                        .put("hourPrice", one.hourPrice())
                        .put("cost", one.cost()));
        ArrayNode byRequest = node.putArray("costOfRequests");
        bill.calls()
                .forEach(one -> byRequest
                        .addObject()
                        .put("request", one.operation())
                        .put("count", one.requests())
                        .put("cost", one.cost().orElse(null)));
        return node;
    }

    private static Optional<Double> quotient(double amount, double by) {
        return by > 0 ? Optional.of(amount / by) : Optional.empty();
    }
}
