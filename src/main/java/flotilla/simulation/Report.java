package flotilla.simulation;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The runs of several policies on one trace.
 *
 * @param bound the clairvoyant bound in instance-minutes; empty when there is none
 */
public record Report(Trace trace, World world, Optional<Double> bound, List<Line> lines) {
    /** One policy's run. */
    public record Line(String policy, Simulation.Result result) {}

    private static final String HEADER = "%-24s %10s %7s %8s %8s %8s %9s %9s %10s %6s%n";

    public Report {
        lines = List.copyOf(lines);
    }

    /** A table for a terminal. */
    public String table() {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "%s: %d images in %.1f h; clairvoyant bound (fluid relaxation) %s instance-minutes%n",
                trace.name(),
                trace.size(),
                trace.end() / 3600,
                bound.map(minutes -> String.format(Locale.ROOT, "%.0f", minutes))
                        .orElse("none: no fleet can keep the promise, not even knowing the future;")));
        text.append(String.format(
                HEADER,
                "policy",
                "inst-min",
                "ratio",
                "p50 s",
                "p95 s",
                "p99 s",
                "in SLO",
                "launches",
                "reversals",
                "most"));
        for (Line line : lines) {
            Score score = line.result().score();
            text.append(String.format(
                    HEADER,
                    line.policy(),
                    number("%.0f", score.instanceMinutes()),
                    bound.map(minutes -> number("%.2f", score.instanceMinutes() / minutes))
                            .orElse("-"),
                    number("%.1f", score.p50()),
                    number("%.1f", score.p95()),
                    number("%.1f", score.p99()),
                    number("%.2f%%", 100 * score.withinSlo()),
                    score.launches(),
                    score.reversals(),
                    score.mostInstances()));
        }
        return text.toString();
    }

    /** Comma-separated, with a header when {@code first}. */
    public String csv(boolean first) {
        StringBuilder text = new StringBuilder(
                first
                        ? "trace,policy,images,instance_minutes,bound_minutes,p50_s,p95_s,p99_s,within_slo,launches,"
                                + "reversals,most_instances\n"
                        : "");
        for (Line line : lines) {
            Score score = line.result().score();
            text.append(String.format(
                    Locale.ROOT,
                    "\"%s\",%s,%d,%.2f,%s,%.3f,%.3f,%.3f,%.6f,%d,%d,%d%n",
                    trace.name(),
                    line.policy(),
                    trace.size(),
                    score.instanceMinutes(),
                    bound.map(minutes -> number("%.2f", minutes)).orElse(""),
                    score.p50(),
                    score.p95(),
                    score.p99(),
                    score.withinSlo(),
                    score.launches(),
                    score.reversals(),
                    score.mostInstances()));
        }
        return text.toString();
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
