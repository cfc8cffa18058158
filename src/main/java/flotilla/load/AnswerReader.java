package flotilla.load;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Locale;
import java.util.Optional;

/** Understands responses: the classic texts {@code stem:label} and {@code label}, results as JSON, promises and problems. */
final class AnswerReader {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LONGEST_DETAIL = 200;

    private AnswerReader() {}

    /** What to do after a response. */
    sealed interface Step {}

    /** It was the last one. */
    record Finished(Answer answer) implements Step {}

    /** The answer will be at this address, absolute or relative. */
    record Ask(String location) implements Step {}

    /**
     * @param stems whether a text is {@code stem:label}, as answers to the classic field {@code inputFile} are
     */
    static Step read(Response response, boolean stems) {
        Optional<JsonNode> json = json(response);
        if (response.status() < 200 || response.status() > 299) {
            return failed(problemKind(response.status(), json), problemDetail(response, json));
        }
        Optional<String> location =
                response.status() == 202 ? response.location() : json.flatMap(node -> text(node, "location"));
        if (json.isPresent()) {
            Optional<String> label = text(json.get(), "label");
            if (label.isPresent()) {
                return new Finished(
                        new Answer.Labelled(label.get().strip(), text(json.get(), "file"), worker(json.get())));
            }
            if (json.get().path("status").asText().equals("failed")) {
                JsonNode error = json.get().path("error");
                return failed(
                        "failed " + error.path("code").asText(),
                        error.path("message").asText());
            }
        }
        if (response.status() == 202 || json.isPresent()) {
            return location.<Step>map(Ask::new)
                    .orElseGet(() -> failed("no label", response.status() + " " + shortened(response.body())));
        }
        return text(response.body().strip(), stems);
    }

    private static Step text(String body, boolean stems) {
        if (body.isEmpty()) {
            return failed("no label", "the answer is empty");
        }
        int colon = stems ? body.indexOf(':') : -1;
        return new Finished(new Answer.Labelled(
                body.substring(colon + 1).strip(),
                colon < 0
                        ? Optional.empty()
                        : Optional.of(body.substring(0, colon).strip()),
                Optional.empty()));
    }

    private static Step failed(String kind, String detail) {
        return new Finished(new Answer.Failed(kind.strip(), shortened(detail)));
    }

    private static String problemKind(int status, Optional<JsonNode> json) {
        return status + " " + json.flatMap(node -> text(node, "code")).orElse("");
    }

    private static String problemDetail(Response response, Optional<JsonNode> json) {
        return json.map(node ->
                        node.path("title").asText() + "; " + node.path("detail").asText())
                .orElse(response.body());
    }

    private static Optional<Answer.Worker> worker(JsonNode node) {
        Optional<String> tier = Optional.ofNullable(node.get("appTierId")).map(JsonNode::asText);
        return text(node, "workerId").map(id -> new Answer.Worker(id, tier));
    }

    private static Optional<JsonNode> json(Response response) {
        String type = response.contentType().orElse("").toLowerCase(Locale.ROOT);
        if (!type.contains("json")) {
            return Optional.empty();
        }
        try {
            return Optional.of(JSON.readTree(response.body())).filter(JsonNode::isObject);
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> text(JsonNode node, String field) {
        return Optional.ofNullable(node.get(field)).filter(JsonNode::isTextual).map(JsonNode::asText);
    }

    /** One line of bounded length. */
    private static String shortened(String text) {
        String line = text.replaceAll("\\s*\\R\\s*", " ").strip();
        return line.length() > LONGEST_DETAIL ? line.substring(0, LONGEST_DETAIL) + "…" : line;
    }
}
