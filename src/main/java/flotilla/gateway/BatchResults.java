package flotilla.gateway;

import flotilla.domain.ClassificationResult;
import flotilla.domain.Outcome;
import flotilla.gateway.Batches.Progress;
import flotilla.protocol.Batch;
import java.util.Locale;
import java.util.Optional;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpCharsets;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;

/** A batch's results as files: a line for each image, in the batch's order, also for those that have no result yet. */
final class BatchResults {
    static final String LINES_TYPE = "application/jsonl";

    private static final ContentType JSON_LINES = ContentTypes.parse(LINES_TYPE);
    private static final ContentType CSV = MediaTypes.TEXT_CSV.toContentType(HttpCharsets.UTF_8);

    private BatchResults() {}

    /** JSON Lines: each line as {@code GET /v1/classifications/{id}} would answer, or the refusal. */
    static HttpResponse lines(Progress progress) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < progress.results().size(); i++) {
            Batch.Item item = progress.batch().items().get(i);
            text.append(line(item, progress.results().get(i), progress.isExpired(item)))
                    .append('\n');
        }
        return HttpResponse.create()
                .withEntity(HttpEntities.create(
                        JSON_LINES, text.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }

    private static String line(Batch.Item item, Optional<ClassificationResult> result, boolean expired) {
        if (result.isPresent()) {
            return Replies.json(new Answer.Done(result.get())).toString();
        }
        if (expired) {
            return Replies.object("id", item.taken().orElseThrow().id().value())
                    .put("file", item.file())
                    .put("status", "expired")
                    .toString();
        }
        if (item.taken().isPresent()) {
            return Replies.pendingJson(item.taken().get().id())
                    .put("file", item.file())
                    .toString();
        }
        Batch.Refusal refusal = item.refusal().orElseThrow();
        var node = Replies.object("file", item.file()).put("status", "refused");
        node.putObject("error").put("code", refusal.code()).put("message", refusal.message());
        return node.toString();
    }

    /** CSV (RFC 4180) with a header: file, id, status, label, probability, error. */
    static HttpResponse csv(Progress progress) {
        StringBuilder text = new StringBuilder("file,id,status,label,probability,error\r\n");
        for (int i = 0; i < progress.results().size(); i++) {
            Batch.Item item = progress.batch().items().get(i);
            Optional<ClassificationResult> result = progress.results().get(i);
            String id = item.taken().map(taken -> taken.id().value()).orElse("");
            if (result.isPresent() && result.get().outcome() instanceof Outcome.Labelled labelled) {
                String probability = String.format(
                        Locale.ROOT, "%.6f", labelled.predictions().get(0).probability());
                row(text, item.file(), id, "done", labelled.label(), probability, "");
            } else if (result.isPresent() && result.get().outcome() instanceof Outcome.Failed failed) {
                row(text, item.file(), id, "failed", "", "", failed.code().text() + ": " + failed.message());
            } else if (item.taken().isPresent()) {
                row(text, item.file(), id, progress.isExpired(item) ? "expired" : "pending", "", "", "");
            } else {
                Batch.Refusal refusal = item.refusal().orElseThrow();
                row(text, item.file(), "", "refused", "", "", refusal.code() + ": " + refusal.message());
            }
        }
        return HttpResponse.create()
                .withEntity(
                        HttpEntities.create(CSV, text.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }

    private static void row(StringBuilder text, String... fields) {
        for (int i = 0; i < fields.length; i++) {
            text.append(i == 0 ? "" : ",").append(quoted(fields[i]));
        }
        text.append("\r\n");
    }

    /** Quoted where it must be, and where a spreadsheet would take it for a formula. */
    private static String quoted(String field) {
        boolean formula = !field.isEmpty() && "=+-@".indexOf(field.charAt(0)) >= 0;
        String safe = formula ? "'" + field : field;
        return safe.matches("(?s).*[\",\\r\\n].*") ? "\"" + safe.replace("\"", "\"\"") + "\"" : safe;
    }
}
