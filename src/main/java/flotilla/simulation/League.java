package flotilla.simulation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * All contenders on the standard traces, each with its cheapest setting that keeps the promise, beside the clairvoyant bound;
 * as Markdown.
 */
public final class League {
    /** Two days of different shape, and traces of the kinds that cost latency or money. */
    private static final List<String> TRACES = List.of(
            "diurnal:seed=11",
            "workday:seed=12",
            "bursts:seed=13",
            "bursts:base=3,every=150,size=300,within=5,hours=6,seed=14",
            "flash-crowd:seed=15",
            "on-off:seed=16",
            "on-off:on=240,off=360,rate=20,hours=6,seed=17");

    private record Row(String contender, Sweep.Best best) {}

    private final World world;
    private final double scale;
    private final Consumer<String> out;

    /**
     * @param scale multiplies arrivals
     * @param out takes the lines as they come
     */
    public League(World world, double scale, Consumer<String> out) {
        this.world = world;
        this.scale = scale;
        this.out = out;
    }

    /** Runs everything; takes some minutes. */
    public void run() {
        for (String spec : TRACES) {
            run(TraceGenerator.of(spec + (scale == 1 ? "" : ",scale=" + scale))
                    .orElseThrow()
                    .generate());
        }
    }

    /** Runs all contenders on one trace. */
    public void run(Trace trace) {
        Optional<Double> bound = ClairvoyantBound.find(trace, world);
        List<Row> rows = new ArrayList<>();
        for (Contender contender : Contender.all(world)) {
            rows.add(new Row(contender.name(), Sweep.best(contender, trace, world)));
        }
        out.accept("### " + trace.name());
        out.accept("");
        out.accept(String.format(
                Locale.ROOT,
                "%d images; clairvoyant bound (fluid relaxation) %s instance-minutes, the work alone %.0f.",
                trace.size(),
                bound.map(minutes -> String.format(Locale.ROOT, "%.0f", minutes))
                        .orElse("(none: no fleet can keep the promise)"),
                ClairvoyantBound.workMinutes(trace, world)));
        out.accept("");
        boolean apart =
                bound.isEmpty() || rows.stream().noneMatch(row -> row.best().kept());
        if (apart) {
            out.accept("Out of reach: "
                    + (bound.isEmpty() ? "no fleet can keep" : "no policy kept")
                    + " the promise on this trace. By waiting time, each policy with the setting that came closest:");
            out.accept("");
        }
        out.accept("| policy | setting | instance-minutes | ratio | within | p50 s | p99 s | launches | most |");
        out.accept("|---|---|---:|---:|---:|---:|---:|---:|---:|");
        if (apart) {
            rows.sort(Comparator.comparing(row -> row.best().score(), Report.BY_WAIT));
            rows.forEach(row -> line(row, Optional.empty()));
            out.accept("");
            return;
        }
        rows.stream()
                .filter(row -> row.best().kept())
                .sorted(Comparator.comparingDouble(row -> row.best().score().instanceMinutes()))
                .forEach(row -> line(row, bound));
        rows.stream()
                .filter(row -> !row.best().kept())
                .sorted(Comparator.comparingDouble(row -> -row.best().score().withinSlo()))
                .forEach(row -> line(row, Optional.empty()));
        out.accept("");
    }

    private void line(Row row, Optional<Double> bound) {
        Score score = row.best().score();
        out.accept(String.format(
                Locale.ROOT,
                "| %s | %s | %.0f | %s | %.2f %% | %.0f | %.0f | %d | %d |",
                row.contender(),
                row.best().setting(),
                score.instanceMinutes(),
                bound.map(minutes -> String.format(Locale.ROOT, "%.2f", score.instanceMinutes() / minutes))
                        .orElse("missed"),
                100 * score.withinSlo(),
                score.p50(),
                score.p99(),
                score.launches(),
                score.mostInstances()));
    }
}
