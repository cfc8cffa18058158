package flotilla.push;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import flotilla.domain.ClassificationResult;
import flotilla.domain.Outcome;
import flotilla.protocol.Batch;
import flotilla.protocol.ResultStore;
import flotilla.protocol.WireFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a receiver is told: {@code {"type":…,"data":…}}. It is made of what never changes, so each attempt says the same; only a
 * provisional failure may be followed by another message.
 *
 * @param type {@code classification.done}, {@code classification.failed}, {@code batch.done} or {@code batch.cancelled}
 * @param label the best one; empty for batches and failures
 * @param body JSON
 * @param provisional the generation of a failure that an answer may supersede; 0 for all else
 */
public record Message(String type, Optional<String> label, String body, int provisional) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What stands for good. */
    public Message(String type, Optional<String> label, String body) {
        this(type, label, body, 0);
    }

    /** The result that stands, which tells whether another may follow. */
    static Message of(ResultStore.Standing standing) {
        Message message = of(standing.result());
        return standing.result().outcome().isProvisional()
                ? new Message(message.type(), message.label(), message.body(), standing.generation())
                : message;
    }

    /** A result, as {@code GET /v1/classifications/{id}} has it. */
    static Message of(ClassificationResult result) {
        Optional<String> label = result.outcome() instanceof Outcome.Labelled labelled
                ? Optional.of(labelled.label())
                : Optional.empty();
        return message("classification." + (label.isPresent() ? "done" : "failed"), label, WireFormat.toJson(result));
    }

    /** A batch whose images all have a result or were refused; as {@code GET /v1/batches/{id}} has it, without the guess. */
    static Message of(Batch batch, boolean cancelled, int done, int failed) {
        String status = cancelled ? "cancelled" : "done";
        ObjectNode data = JSON.createObjectNode()
                .put("id", batch.id().value())
                .put("status", status)
                .put("location", "/v1/batches/" + batch.id())
                .put("createdAt", batch.createdAt().toString())
                .put("total", batch.items().size())
                .put("done", done)
                .put("failed", failed)
                .put("refused", batch.items().size() - done - failed)
                .put("pending", 0);
        return message("batch." + status, Optional.empty(), data);
    }

    private static Message message(String type, Optional<String> label, JsonNode data) {
        ObjectNode node = JSON.createObjectNode().put("type", type);
        node.set("data", data);
        return new Message(type, label, node.toString());
    }

    /** For filters on a topic: type, status and, where there is one, label. */
    public Map<String, String> attributes() {
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("type", type);
        attributes.put("status", type.substring(type.indexOf('.') + 1));
        label.ifPresent(text -> attributes.put("label", text));
        return attributes;
    }
}
