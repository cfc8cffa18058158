package flotilla.simulation;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * The runs of several policies on one trace, the best first: those that kept the promise by instance-minutes, then the others
 * by how near they came. Where the promise is {@linkplain #isApart() out of reach}, all by waiting time.
 */
public record Report(Trace trace, World world, Bound bound, List<Line> lines) {
    /** One policy's run. */
    public record Line(String policy, Simulation.Result result) {
        Score score() {
            return result.score();
        }
    }

    /** By the wait of the slowest. */
    static final Comparator<Score> BY_WAIT = Comparator.comparingDouble(Score::p99)
            .thenComparingDouble(Score::p95)
            .thenComparingDouble(Score::p50);

    private static final String HEADER = "%-24s %10s %7s %8s %8s %8s %9s %9s %10s %6s%n";
    private static final String CSV_HEADER = "trace,policy,images,instance_minutes,bound_minutes,p50_s,p95_s,p99_s,"
            + "within_slo,launches,reversals,most_instances,promise\n";

    public Report {
        boolean apart = bound instanceof Bound.OutOfReach
                || lines.stream().noneMatch(line -> line.score().withinSlo() >= world.attainment());
        Comparator<Score> byCost = Comparator.comparing((Score score) -> score.withinSlo() < world.attainment())
                .thenComparingDouble(
                        score -> score.withinSlo() < world.attainment() ? -score.withinSlo() : score.instanceMinutes());
        lines = lines.stream()
                .sorted(Comparator.comparing(Line::score, apart ? BY_WAIT : byCost))
                .toList();
    }

    /** Whether no fleet can keep the promise on this trace, or none of the policies did. */
    public boolean isApart() {
        return bound instanceof Bound.OutOfReach || lines.stream().noneMatch(this::isKept);
    }

    boolean isKept(Line line) {
        return line.score().withinSlo() >= world.attainment();
    }

    /** The bound and what it means for the promise, in words. */
    String verdict() {
        String promise = plain(100 * world.attainment()) + "% within " + plain(world.sloSeconds()) + " s";
        String ranked = "; ranked by waiting time";
        if (bound instanceof Bound.OutOfReach) {
            return "none: no fleet of at most " + world.maxInstances() + " can keep " + promise
                    + ", not even knowing the future" + ranked;
        }
        String known = bound instanceof Bound.Unknown unknown
                ? "not known (" + unknown.reason() + ")"
                : number("%.0f instance-minutes", bound.minutes().orElseThrow());
        if (!isApart()) {
            return known;
        }
        String why = world.bootsOutlastThePromise()
                ? number(
                        " (half of all boots take more than %.0f s)",
                        world.boot().median())
                : "";
        return known + "; no policy here kept " + promise + why + ranked;
    }

    /** A table for a terminal. */
    public String table() {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "%s: %d images in %.1f h; clairvoyant bound (fluid relaxation) %s%n",
                trace.name(),
                trace.size(),
                trace.end() / 3600,
                verdict()));
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
            Score score = line.score();
            text.append(String.format(
                    HEADER,
                    line.policy(),
                    number("%.0f", score.instanceMinutes()),
                    bound.minutes()
                            .map(minutes -> number("%.2f", score.instanceMinutes() / minutes))
                            .orElse("-"),
                    wait(score.p50()),
                    wait(score.p95()),
                    wait(score.p99()),
                    number("%.2f%%", 100 * score.withinSlo()),
                    score.launches(),
                    score.reversals(),
                    score.mostInstances()));
        }
        return text.toString();
    }

    /** Comma-separated, with a header when {@code first}; a wait without end is {@code Infinity}. */
    public String csv(boolean first) {
        StringBuilder text = new StringBuilder(first ? CSV_HEADER : "");
        for (Line line : lines) {
            Score score = line.score();
            text.append(String.format(
                    Locale.ROOT,
                    "\"%s\",%s,%d,%.2f,%s,%.3f,%.3f,%.3f,%.6f,%d,%d,%d,%s%n",
                    trace.name().replace("\"", "\"\""),
                    line.policy(),
                    trace.size(),
                    score.instanceMinutes(),
                    bound.minutes().map(minutes -> number("%.2f", minutes)).orElse(""),
                    score.p50(),
                    score.p95(),
                    score.p99(),
                    score.withinSlo(),
                    score.launches(),
                    score.reversals(),
                    score.mostInstances(),
                    promise(line)));
        }
        return text.toString();
    }

    private String promise(Line line) {
        if (isKept(line)) {
            return "kept";
        }
        return bound instanceof Bound.OutOfReach ? "out-of-reach" : "missed";
    }

    private static String plain(double value) {
        return BigDecimal.valueOf(value)
                .setScale(6, RoundingMode.HALF_UP)
                .stripTrailingZeros()
                .toPlainString();
    }

    private static String wait(double seconds) {
        return Double.isInfinite(seconds) ? "never" : number("%.1f", seconds);
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
