package flotilla.app;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What the demo saw, and whether it is what was promised. */
final class DemoReport {
    /** One upload and what came back. */
    record Answered(Samples.Sample sample, Instant sentAt, Instant answeredAt, int status, JsonNode body) {
        boolean isRight() {
            return status == 200 && body.path("label").asText().equals(sample.label());
        }

        int appTierId() {
            return body.path("appTierId").asInt(0);
        }

        long millis() {
            return Duration.between(sentAt, answeredAt).toMillis();
        }
    }

    private record Span(Instant first, Instant last) {
        boolean overlaps(Span other) {
            return first.isBefore(other.last) && other.first.isBefore(last);
        }
    }

    private final int fleetAtStart;
    private final List<Answered> answers = new ArrayList<>();
    private final List<JsonNode> decisions = new ArrayList<>();
    private int fleetAtEnd = -1;

    DemoReport(int fleetAtStart) {
        this.fleetAtStart = fleetAtStart;
    }

    void answered(Answered answer) {
        answers.add(answer);
    }

    void fleetAtEnd(int instances) {
        fleetAtEnd = instances;
    }

    /** Takes the decisions known by now, oldest first; returns those that are new. */
    List<JsonNode> newDecisions(List<JsonNode> known) {
        long last = decisions.isEmpty()
                ? 0
                : decisions.get(decisions.size() - 1).path("n").asLong();
        List<JsonNode> fresh =
                known.stream().filter(one -> one.path("n").asLong() > last).toList();
        decisions.addAll(fresh);
        return fresh;
    }

    /** A decision in one line; holds are not worth one. */
    static Optional<String> line(JsonNode decision, Instant start) {
        if (decision.path("decision").asText().equals("hold")) {
            return Optional.empty();
        }
        List<String> actions = new ArrayList<>();
        for (JsonNode action : decision.path("actions")) {
            String why = action.path("why").asText();
            int id = action.path("appTierId").asInt();
            actions.add(
                    action.path("kind").asText() + (id > 0 ? " #" + id : "") + (why.isEmpty() ? "" : " (" + why + ")"));
        }
        double at = Duration.between(start, Instant.parse(decision.path("at").asText()))
                        .toMillis()
                / 1000.0;
        return Optional.of(String.format(
                Locale.ROOT,
                "%6.1f s  %s  [%s: %s waiting, %s in flight, desired %s]",
                at,
                String.join(", ", actions),
                decision.path("reason").asText(),
                decision.path("visible").asText(),
                decision.path("inFlight").asText(),
                decision.path("desired").asText()));
    }

    /** Prints table and account; true when everything promised is true. */
    boolean print(PrintWriter out, Duration took) {
        table(out);
        long right = answers.stream().filter(Answered::isRight).count();
        boolean good = check(out, right == answers.size(), right + " of " + answers.size() + " answers are right");
        Map<Integer, Span> spans = spans();
        boolean together = spans.values().stream()
                .anyMatch(span -> spans.values().stream().anyMatch(other -> other != span && span.overlaps(other)));
        good &= check(out, together, "app-tier ids that answered, at least two at the same time: " + spans.keySet());
        int[] terminated = terminations();
        good &= check(
                out,
                terminated[0] == terminated[1] && terminated[0] >= spans.size(),
                terminated[1] + " of " + terminated[0] + " ended instances were asked to drain, and had drained");
        good &= check(
                out,
                fleetAtStart == 0 && fleetAtEnd == 0,
                "instances at the start: " + fleetAtStart + ", at the end: " + fleetAtEnd);
        out.printf("%s after %d s%n", good ? "all as promised" : "NOT as promised", took.toSeconds());
        return good;
    }

    private static boolean check(PrintWriter out, boolean holds, String what) {
        out.println((holds ? "ok    " : "WRONG ") + what);
        return holds;
    }

    private void table(PrintWriter out) {
        Map<String, List<Answered>> rows = answers.stream()
                .collect(Collectors.groupingBy(
                        answer -> answer.sample().name() + "\t"
                                + answer.body().path("label").asText() + "\t" + answer.appTierId(),
                        TreeMap::new,
                        Collectors.toList()));
        out.printf(
                "%-16s %-14s %11s %7s %13s %13s %12s%n",
                "file", "label", "probability", "images", "latency p50", "latency max", "app-tier id");
        for (Collection<Answered> row : rows.values()) {
            Answered any = row.iterator().next();
            List<Long> millis = row.stream().map(Answered::millis).sorted().toList();
            String label =
                    any.body().path("label").asText(any.body().path("title").asText("?"));
            out.printf(
                    Locale.ROOT,
                    "%-16s %-14s %11.3f %7d %11.1f s %11.1f s %12s%s%n",
                    any.sample().name(),
                    label,
                    any.body().path("predictions").path(0).path("probability").asDouble(),
                    row.size(),
                    millis.get(millis.size() / 2) / 1000.0,
                    millis.get(millis.size() - 1) / 1000.0,
                    any.appTierId() == 0 ? "-" : Integer.toString(any.appTierId()),
                    any.isRight() ? "" : "   expected " + any.sample().label());
        }
    }

    /** From the first to the last answer of each app-tier id. */
    private Map<Integer, Span> spans() {
        Map<Integer, Span> spans = new TreeMap<>();
        for (Answered answer : answers) {
            if (answer.appTierId() > 0) {
                Span now = new Span(answer.answeredAt(), answer.answeredAt());
                spans.merge(
                        answer.appTierId(),
                        now,
                        (span, added) -> new Span(
                                added.first().isBefore(span.first()) ? added.first() : span.first(),
                                added.last().isAfter(span.last()) ? added.last() : span.last()));
            }
        }
        return spans;
    }

    /** Terminated and stopped instances, and those among them that were asked to drain in an earlier decision and confirmed. */
    private int[] terminations() {
        Set<String> asked = new HashSet<>();
        Set<String> terminated = new HashSet<>();
        Set<String> drained = new HashSet<>();
        for (JsonNode decision : decisions) {
            for (JsonNode action : decision.path("actions")) {
                String instance = action.path("instanceId").asText();
                switch (action.path("kind").asText()) {
                    case "drain" -> asked.add(instance);
                    case "cancel-drain" -> asked.remove(instance);
                    case "terminate", "stop" -> {
                        terminated.add(instance);
                        if (asked.contains(instance)
                                && action.path("why").asText().equals("drained")) {
                            drained.add(instance);
                        }
                    }
                    default -> {}
                }
            }
        }
        return new int[] {terminated.size(), drained.size()};
    }
}
