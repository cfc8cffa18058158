package flotilla.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** The report for programs: what {@link Table} shows, every run's number, and the machine. */
final class ReportJson {
    private static final ObjectMapper JSON = new ObjectMapper();

    private ReportJson() {}

    /**
     * @param machine as {@link Machine} describes it
     * @param runs asked for
     */
    static String of(Instant at, Map<String, String> machine, int runs, boolean quick, List<RowResult> results) {
        ObjectNode root = JSON.createObjectNode();
        root.put("at", at.toString()).put("runs", runs).put("quick", quick);
        ObjectNode described = root.putObject("machine");
        machine.forEach(described::put);
        ArrayNode rows = root.putArray("rows");
        for (RowResult result : results) {
            ObjectNode row = rows.addObject().put("row", result.row());
            row.put("status", result.failure().isPresent() ? "failed" : "measured");
            result.failure().ifPresent(why -> row.put("reason", why));
            row.put("seconds", result.took().toMillis() / 1000.0);
            ArrayNode subjects = row.putArray("subjects");
            result.subjects()
                    .forEach(subject -> subjects.addObject()
                            .put("model", subject.model().option())
                            .put("precision", subject.precision()));
            ArrayNode figures = row.putArray("figures");
            result.figures().forEach(figure -> write(figures.addObject(), figure));
        }
        return root.toPrettyString() + "\n";
    }

    private static void write(ObjectNode node, Figure figure) {
        node.put("name", figure.name()).put("unit", figure.unit()).put("detail", figure.detail());
        figure.difference()
                .ifPresent(difference -> node.putObject("difference")
                        .put("largest", difference.largest())
                        .put("sameBest", difference.sameBest())
                        .put("photographs", difference.photographs()));
        figure.samples().ifPresent(samples -> {
            node.put("median", samples.median());
            samples.values().forEach(node.putArray("samples")::add);
        });
        figure.target().ifPresent(target -> {
            node.putObject("target")
                    .put("bound", target.bound() == Target.Bound.AT_LEAST ? "at least" : "at most")
                    .put("value", target.value());
            figure.samples().ifPresent(samples -> node.put("met", target.isMetBy(samples.median())));
        });
    }
}
