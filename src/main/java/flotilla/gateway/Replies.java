package flotilla.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import flotilla.domain.ClassificationResult;
import flotilla.domain.FileName;
import flotilla.domain.Outcome;
import flotilla.domain.RequestId;
import flotilla.protocol.DecisionJson;
import flotilla.protocol.DecisionReport.Decision;
import flotilla.protocol.DecisionStory;
import flotilla.protocol.FleetReport;
import flotilla.protocol.WireFormat;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/** Answers as text and JSON. */
final class Replies {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Replies() {}

    static String location(RequestId id) {
        return "/v1/classifications/" + id;
    }

    static HttpResponse json(int status, JsonNode body) {
        return HttpResponse.create()
                .withStatus(StatusCodes.get(status))
                .withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, body.toString()));
    }

    static HttpResponse text(String body) {
        return HttpResponse.create().withEntity(HttpEntities.create(ContentTypes.TEXT_PLAIN_UTF8, body));
    }

    /** A JSON object with one text field. */
    static ObjectNode object(String field, String value) {
        return JSON.createObjectNode().put(field, value);
    }

    static ObjectNode pendingJson(RequestId id) {
        return JSON.createObjectNode()
                .put("id", id.value())
                .put("status", "pending")
                .put("location", location(id));
    }

    /** What the classic asynchronous upload is told: success with the id of each image, or the first problem. */
    static HttpResponse uploaded(List<Answer> answers) {
        Optional<HttpResponse> error = answers.size() == 1 ? Answers.error(answers.get(0)) : Optional.empty();
        if (error.isPresent()) {
            return error.get();
        }
        List<Answer.Waiting> taken = answers.stream()
                .filter(Answer.Waiting.class::isInstance)
                .map(Answer.Waiting.class::cast)
                .toList();
        if (taken.isEmpty()) {
            return Answers.error(answers.get(0)).orElseThrow();
        }
        ObjectNode node = object("response", "success")
                .put("message", taken.size() == 1 ? "image accepted" : taken.size() + " images accepted")
                .put("id", taken.get(0).id().value())
                .put("location", location(taken.get(0).id()));
        if (answers.size() > 1) {
            node.set("files", json(answers));
        }
        return json(200, node);
    }

    /** What became of one upload, as JSON. */
    static ObjectNode json(Answer answer) {
        if (answer instanceof Answer.Done done) {
            return WireFormat.toJson(done.result());
        }
        if (answer instanceof Answer.Waiting waiting) {
            return pendingJson(waiting.id()).put("file", waiting.file().value());
        }
        Answer.Refused refused = (Answer.Refused) answer;
        ObjectNode node = JSON.createObjectNode().put("file", refused.file()).put("status", "refused");
        node.set("error", refused.problem().toJson());
        return node;
    }

    static ArrayNode json(List<Answer> answers) {
        ArrayNode array = JSON.createArrayNode();
        answers.forEach(answer -> array.add(json(answer)));
        return array;
    }

    /**
     * Several files in the classic form, {@code name:label} or {@code name:error: …}, one line each.
     *
     * @param stems whether names stand without their extension
     */
    static String lines(List<Answer> answers, boolean stems) {
        return answers.stream().map(answer -> line(answer, stems)).collect(Collectors.joining("\n"));
    }

    private static String line(Answer answer, boolean stems) {
        if (answer instanceof Answer.Done done) {
            ClassificationResult result = done.result();
            String name = name(result.file(), stems);
            return result.outcome() instanceof Outcome.Labelled labelled
                    ? name + ":" + labelled.label()
                    : name + ":error: " + ((Outcome.Failed) result.outcome()).message();
        }
        if (answer instanceof Answer.Waiting waiting) {
            return name(waiting.file(), stems) + ":error: no answer yet, ask later: GET " + location(waiting.id());
        }
        Answer.Refused refused = (Answer.Refused) answer;
        return refused.file() + ":error: " + refused.problem().title() + ", "
                + refused.problem().detail();
    }

    private static String name(FileName file, boolean stem) {
        return stem ? file.stem() : file.value();
    }

    static ObjectNode json(FleetReport fleet) {
        ObjectNode node = JSON.createObjectNode();
        ArrayNode instances = node.putArray("instances");
        for (FleetReport.Line line : fleet.instances()) {
            ObjectNode instance = instances.addObject().put("instanceId", line.instanceId());
            if (line.appTierId() > 0) {
                instance.put("appTierId", line.appTierId());
            } else {
                instance.putNull("appTierId");
            }
            instance.put("state", line.state())
                    .put("busy", line.busy())
                    .put("images", line.images())
                    .put("since", line.since().toString())
                    .put("countedAs", line.countedAs().isEmpty() ? null : line.countedAs());
        }
        return node;
    }

    static ObjectNode decisions(List<Decision> decisions) {
        ObjectNode node = JSON.createObjectNode();
        ArrayNode array = node.putArray("decisions");
        decisions.forEach(decision -> array.add(json(decision)));
        return node;
    }

    /** A decision with all its figures, and in a sentence. */
    static ObjectNode json(Decision decision) {
        return DecisionJson.toJson(decision).put("summary", DecisionStory.sentence(decision));
    }

    /** Says that the answer depends on a field of the request, besides those on which it does already. */
    static HttpResponse vary(HttpResponse response, String field) {
        String before = response.getHeader("Vary").map(header -> header.value()).orElse("");
        if (Arrays.stream(before.split(",")).map(String::strip).anyMatch(field::equalsIgnoreCase)) {
            return response;
        }
        String all = before.isEmpty() ? field : before + ", " + field;
        return response.removeHeader("Vary").addHeader(RawHeader.create("Vary", all));
    }
}
