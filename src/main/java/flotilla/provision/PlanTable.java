package flotilla.provision;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A plan as people read it. */
public final class PlanTable {
    private static final String ROW = "%-9s  %-18s  %-34s  %s";

    private PlanTable() {}

    /** A head and a line for each step. */
    public static List<String> lines(List<Step> steps) {
        List<String> lines = steps.stream().map(PlanTable::line).collect(Collectors.toList());
        lines.add(0, row("PLAN", "WHAT", "NAME", "DETAILS"));
        return lines;
    }

    /** One step. */
    public static String line(Step step) {
        return row(verb(step), step.thing().kind().words(), step.thing().name(), details(step));
    }

    private static String row(String verb, String kind, String name, String details) {
        return String.format(Locale.ROOT, ROW, verb, kind, name, details).stripTrailing();
    }

    private static String verb(Step step) {
        if (step instanceof Step.Create) {
            return "create";
        }
        if (step instanceof Step.Change) {
            return "change";
        }
        if (step instanceof Step.InOrder) {
            return "in order";
        }
        if (step instanceof Step.Remove) {
            return "remove";
        }
        return step instanceof Step.Keep ? "keep" : "refuse";
    }

    private static String details(Step step) {
        if (step instanceof Step.Create create) {
            return create.wanted().attributes().entrySet().stream()
                    .filter(one -> !one.getValue().isEmpty() && !Attributes.OF_WHAT_IS_THERE.contains(one.getKey()))
                    .map(one -> one.getKey() + "=" + one.getValue())
                    .collect(Collectors.joining(" "));
        }
        if (step instanceof Step.Change change) {
            String differences = change.differences().entrySet().stream()
                    .map(one -> one.getKey() + " " + shown(one.getValue().from()) + " -> "
                            + shown(one.getValue().to()))
                    .collect(Collectors.joining(", "));
            return Stream.of(
                            differences,
                            change.adopted() ? "gets the tag flotilla:cluster" : "",
                            change.shared() ? "for the whole bucket, with whatever others have in it" : "")
                    .filter(part -> !part.isEmpty())
                    .collect(Collectors.joining(", "));
        }
        if (step instanceof Step.InOrder order) {
            return order.untold().isEmpty() ? "" : "this service has no " + String.join(", ", order.untold());
        }
        if (step instanceof Step.Remove remove) {
            return remove.what();
        }
        return step instanceof Step.Keep keep ? keep.why() : ((Step.Refuse) step).why();
    }

    private static String shown(String value) {
        return value.isEmpty() ? "(none)" : value;
    }
}
