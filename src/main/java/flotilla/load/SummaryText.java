package flotilla.load;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A summary for people. */
public final class SummaryText {
    private static final int LABEL_WIDTH = 12;

    private SummaryText() {}

    public static String of(Summary summary) {
        StringBuilder text = new StringBuilder();
        line(
                text,
                "requests",
                summary.sent() + " in " + number("%.1f", summary.seconds()) + " s, " + summary.answered()
                        + " answered, " + number("%.1f", summary.throughput()) + " answers/s");
        line(text, "verdict", verdict(summary));
        if (summary.answered() > 0) {
            line(text, "latency", latency(summary.latency()));
        }
        summary.accepted().ifPresent(accepted -> line(text, "accepted", latency(accepted)));
        if (summary.latestStartMillis() >= 10) {
            line(
                    text,
                    "late start",
                    "up to " + millis(summary.latestStartMillis()) + " after a request was due, counted as latency");
        }
        if (summary.retries() > 0) {
            line(text, "retries", summary.retries() + ", because the server asked for it");
        }
        counts(text, "missing", summary.errors());
        counts(text, "workers", summary.workers());
        List<Summary.NotRight> notRight = summary.notRight();
        for (Summary.NotRight one : notRight) {
            text.append(String.format(
                    Locale.ROOT,
                    "%s request %d, %s: expected %s, got %s%n",
                    one.missing() ? "MISSING" : "WRONG  ",
                    one.number(),
                    one.file(),
                    one.expected(),
                    one.got()));
        }
        long more = summary.wrong() + summary.missing() - notRight.size();
        if (more > 0) {
            text.append(String.format(Locale.ROOT, "… and %d more%n", more));
        }
        return text.toString();
    }

    private static String verdict(Summary summary) {
        String counts = summary.judged()
                ? summary.right() + " right, " + summary.wrong() + " wrong, " + summary.missing() + " missing"
                : summary.answered() - summary.wrong() + " answered"
                        + (summary.wrong() > 0 ? ", " + summary.wrong() + " wrong" : "") + ", " + summary.missing()
                        + " missing (no --prediction-file to compare with)";
        return summary.unfinished() == 0 ? counts : counts + "; stopped with " + summary.unfinished() + " under way";
    }

    private static String latency(Latency latency) {
        return "min " + millis(latency.min()) + "  p50 " + millis(latency.p50()) + "  p90 " + millis(latency.p90())
                + "  p95 " + millis(latency.p95()) + "  p99 " + millis(latency.p99()) + "  max "
                + millis(latency.max());
    }

    private static void counts(StringBuilder text, String label, Map<String, Long> counts) {
        if (!counts.isEmpty()) {
            line(
                    text,
                    label,
                    counts.entrySet().stream()
                            .map(entry -> entry.getKey() + ": " + entry.getValue())
                            .collect(Collectors.joining(", ")));
        }
    }

    private static void line(StringBuilder text, String label, String value) {
        text.append(String.format(Locale.ROOT, "%-" + LABEL_WIDTH + "s%s%n", label, value));
    }

    /** Three digits or so: 12.3 ms, 999 ms, 1.23 s, 61.2 s. */
    static String millis(double millis) {
        if (millis < 100) {
            return number("%.1f ms", millis);
        }
        if (millis < 1000) {
            return number("%.0f ms", millis);
        }
        return number(millis < 10_000 ? "%.2f s" : "%.1f s", millis / 1000);
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
