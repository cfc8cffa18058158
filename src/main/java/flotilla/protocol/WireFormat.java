package flotilla.protocol;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import flotilla.domain.AppTierId;
import flotilla.domain.ClassificationResult;
import flotilla.domain.FailureCode;
import flotilla.domain.FileName;
import flotilla.domain.GatewayId;
import flotilla.domain.ImageRef;
import flotilla.domain.InstanceId;
import flotilla.domain.Outcome;
import flotilla.domain.Prediction;
import flotilla.domain.RequestId;
import flotilla.domain.WorkerId;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.util.ByteString;

/**
 * The JSON of everything that is durable: request messages, result notices, result objects, terminate requests and their
 * confirmations. The result object is also what the HTTP interface answers, but for its journey. Fields that a reader does not know are ignored; a version it does not know is refused.
 */
public final class WireFormat {
    /** The version written, and the only one read. */
    public static final int VERSION = 1;

    private static final int LONGEST_REASON = 300;
    private static final String TERMINATE_REQUEST = "terminate-request";
    private static final String TERMINATE_CONFIRM = "terminate-confirm";

    private static final ObjectMapper JSON = new ObjectMapper();

    private WireFormat() {}

    /** A text that is not what it should be. */
    public static final class UnreadableException extends Exception {
        private static final long serialVersionUID = 1L;

        UnreadableException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** The request message as JSON, well below SQS's limit of 256 KiB. */
    public static String write(ClassificationRequest request) {
        ObjectNode node = JSON.createObjectNode();
        node.put("v", VERSION);
        node.put("id", request.id().value());
        node.put("bucket", request.image().bucket());
        node.put("key", request.image().key());
        node.put("file", request.file().value());
        node.put("gateway", request.gateway().value());
        node.put("at", request.acceptedAt().toString());
        request.trace().ifPresent(trace -> node.put("trace", trace));
        request.size().ifPresent(size -> node.put("size", size));
        request.content().ifPresent(content -> node.put("content", content.toArrayUnsafe()));
        if (request.generation() > 1) {
            node.put("generation", request.generation());
        }
        request.quarantine().ifPresent(reason -> node.put("quarantine", reason));
        request.tries().ifPresent(tries -> JourneyJson.write(node.putObject("tries"), tries));
        return node.toString();
    }

    /** Reads a request message. */
    public static ClassificationRequest readRequest(String text) throws UnreadableException {
        return read(
                "request message",
                text,
                node -> new ClassificationRequest(
                        new RequestId(required(node, "id")),
                        new ImageRef(required(node, "bucket"), required(node, "key")),
                        new FileName(required(node, "file")),
                        new GatewayId(required(node, "gateway")),
                        Instant.parse(required(node, "at")),
                        optional(node, "trace"),
                        Optional.ofNullable(node.get("size")).map(JsonNode::asLong),
                        content(node),
                        node.path("generation").asInt(1),
                        optional(node, "quarantine"),
                        JourneyJson.readTries(node.path("tries"))));
    }

    /** The result notice as JSON. */
    public static String write(ResultNotice notice) {
        ObjectNode node = JSON.createObjectNode();
        node.put("v", VERSION);
        node.put("gateway", notice.gateway().value());
        node.set("result", whole(notice.result()));
        return node.toString();
    }

    /** Reads a result notice. */
    public static ResultNotice readNotice(String text) throws UnreadableException {
        return read("result notice", text, node -> {
            if (!node.path("result").isObject()) {
                throw new IllegalArgumentException("result is missing");
            }
            return new ResultNotice(new GatewayId(required(node, "gateway")), result(node.get("result")));
        });
    }

    /** The result object as JSON. */
    public static String write(ClassificationResult result) {
        return whole(result).put("v", VERSION).toString();
    }

    /** Reads a result object. */
    public static ClassificationResult readResult(String text) throws UnreadableException {
        return read("result", text, WireFormat::result);
    }

    /** The terminate request as JSON. */
    public static String write(TerminateRequest request) {
        return control(TERMINATE_REQUEST, request.cluster(), request.token()).toString();
    }

    /** Reads a terminate request. */
    public static TerminateRequest readTerminateRequest(String text) throws UnreadableException {
        return read("terminate request", text, node -> {
            requireKind(node, TERMINATE_REQUEST);
            return new TerminateRequest(required(node, "cluster"), requiredToken(node));
        });
    }

    /** The confirmation of a terminate request as JSON. */
    public static String write(TerminateConfirmation confirmation) {
        ObjectNode node = control(TERMINATE_CONFIRM, confirmation.cluster(), confirmation.token());
        node.put("instance", confirmation.instance().value());
        confirmation.appTierId().ifPresent(id -> node.put("appTierId", id.value()));
        return node.toString();
    }

    /** Reads the confirmation of a terminate request. */
    public static TerminateConfirmation readTerminateConfirmation(String text) throws UnreadableException {
        return read("terminate confirmation", text, node -> {
            requireKind(node, TERMINATE_CONFIRM);
            return new TerminateConfirmation(
                    required(node, "cluster"),
                    requiredToken(node),
                    new InstanceId(required(node, "instance")),
                    Optional.ofNullable(node.get("appTierId")).map(id -> new AppTierId(id.asInt())));
        });
    }

    private static ObjectNode control(String kind, String cluster, long token) {
        ObjectNode node = JSON.createObjectNode();
        node.put("v", VERSION);
        node.put("kind", kind);
        node.put("cluster", cluster);
        return node.put("token", token);
    }

    private static void requireKind(JsonNode node, String kind) {
        if (!node.path("kind").asText().equals(kind)) {
            throw new IllegalArgumentException("kind is not " + kind);
        }
    }

    private static long requiredToken(JsonNode node) {
        if (!node.path("token").isIntegralNumber() || !node.get("token").canConvertToLong()) {
            throw new IllegalArgumentException("token is missing");
        }
        return node.get("token").asLong();
    }

    /** The result with its journey, which the HTTP interface shows elsewhere. */
    private static ObjectNode whole(ClassificationResult result) {
        ObjectNode node = toJson(result);
        result.journey().ifPresent(journey -> JourneyJson.write(node.putObject("journey"), journey));
        return node;
    }

    /** The result as the HTTP interface shows it. */
    public static ObjectNode toJson(ClassificationResult result) {
        ObjectNode node = JSON.createObjectNode();
        node.put("id", result.id().value());
        node.put("file", result.file().value());
        if (result.outcome() instanceof Outcome.Labelled labelled) {
            node.put("status", "done");
            node.put("label", labelled.label());
            ArrayNode predictions = node.putArray("predictions");
            for (Prediction prediction : labelled.predictions()) {
                predictions
                        .addObject()
                        .put("label", prediction.label())
                        .put("index", prediction.index())
                        .put("probability", prediction.probability());
            }
            node.put("model", labelled.model());
        } else if (result.outcome() instanceof Outcome.Failed failed) {
            node.put("status", "failed");
            node.putObject("error").put("code", failed.code().text()).put("message", failed.message());
        }
        result.workerId().ifPresent(worker -> node.put("workerId", worker.value()));
        result.appTierId().ifPresent(id -> node.put("appTierId", id.value()));
        ObjectNode timings = node.putObject("timings");
        result.timings().forEach(timings::put);
        return node;
    }

    private static ClassificationResult result(JsonNode node) {
        Map<String, Double> timings = new LinkedHashMap<>();
        node.path("timings")
                .properties()
                .forEach(entry -> timings.put(entry.getKey(), entry.getValue().asDouble()));
        return new ClassificationResult(
                new RequestId(required(node, "id")),
                new FileName(required(node, "file")),
                outcome(node),
                optional(node, "workerId").map(WorkerId::new),
                Optional.ofNullable(node.get("appTierId")).map(id -> new AppTierId(id.asInt())),
                timings,
                JourneyJson.read(node.path("journey")));
    }

    private static Outcome outcome(JsonNode node) {
        String status = required(node, "status");
        return switch (status) {
            case "done" -> {
                List<Prediction> predictions = new ArrayList<>();
                for (JsonNode prediction : node.path("predictions")) {
                    predictions.add(new Prediction(
                            required(prediction, "label"),
                            prediction.path("index").asInt(),
                            prediction.path("probability").asDouble()));
                }
                yield new Outcome.Labelled(required(node, "model"), predictions);
            }
            case "failed" -> {
                JsonNode error = node.path("error");
                String code = required(error, "code");
                yield new Outcome.Failed(
                        FailureCode.of(code)
                                .orElseThrow(() -> new IllegalArgumentException("unknown error code " + code)),
                        required(error, "message"));
            }
            default -> throw new IllegalArgumentException("unknown status " + status);
        };
    }

    private interface Reader<T> {
        T read(JsonNode node);
    }

    private static <T> T read(String what, String text, Reader<T> reader) throws UnreadableException {
        try {
            JsonNode node = JSON.readTree(text);
            if (node.path("v").asInt(-1) != VERSION) {
                throw new IllegalArgumentException("version is not " + VERSION);
            }
            return reader.read(node);
        } catch (JsonProcessingException | IllegalArgumentException | DateTimeException e) {
            throw new UnreadableException("not a " + what + ": " + oneLine(e.getMessage()), e);
        }
    }

    /** Parts of the text that cannot be read stand in such messages. */
    private static String oneLine(String message) {
        String line = String.valueOf(message).replaceAll("\\p{Cntrl}+", " ");
        return line.substring(0, Math.min(line.length(), LONGEST_REASON));
    }

    private static String required(JsonNode node, String field) {
        JsonNode value = node.get(field);
        if (value == null || !value.isTextual()) {
            throw new IllegalArgumentException(field + " is missing");
        }
        return value.asText();
    }

    private static Optional<ByteString> content(JsonNode node) {
        return optional(node, "content")
                .map(text -> ByteString.fromArrayUnsafe(Base64.getDecoder().decode(text)));
    }

    private static Optional<String> optional(JsonNode node, String field) {
        return Optional.ofNullable(node.get(field)).filter(JsonNode::isTextual).map(JsonNode::asText);
    }
}
