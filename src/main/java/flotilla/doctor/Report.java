package flotilla.doctor;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import flotilla.doctor.Finding.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** All findings of an examination, for people and for programs. */
public record Report(List<Finding> findings) {
    public Report {
        findings = List.copyOf(findings);
    }

    /** How many findings are so bad. */
    public long count(Status status) {
        return findings.stream().filter(one -> one.status() == status).count();
    }

    /** A line for each finding, one more for each remedy, and a sum. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (Finding one : findings) {
            lines.add(String.format(Locale.ROOT, "%-7s  %s: %s", word(one.status()), one.check(), one.what()));
            if (!one.remedy().isEmpty()) {
                lines.add("         -> " + one.remedy());
            }
        }
        lines.add(counted(findings.size(), "finding") + ": " + counted(count(Status.ERROR), "error") + ", "
                + counted(count(Status.WARNING), "warning"));
        return lines;
    }

    private static String counted(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    /** {@code {"findings":[{"status","check","what","remedy"}],"errors","warnings"}}. */
    public String json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode list = json.putArray("findings");
        for (Finding one : findings) {
            list.addObject()
                    .put("status", word(one.status()))
                    .put("check", one.check())
                    .put("what", one.what())
                    .put("remedy", one.remedy());
        }
        return json.put("errors", count(Status.ERROR))
                .put("warnings", count(Status.WARNING))
                .toString();
    }

    private static String word(Status status) {
        return status.name().toLowerCase(Locale.ROOT);
    }
}
