package flotilla.app;

import flotilla.config.FlotillaSettings;
import flotilla.scaling.ScalingPolicy;
import flotilla.simulation.Bound;
import flotilla.simulation.ClairvoyantBound;
import flotilla.simulation.League;
import flotilla.simulation.Report;
import flotilla.simulation.Simulation;
import flotilla.simulation.Trace;
import flotilla.simulation.TraceException;
import flotilla.simulation.TraceGenerator;
import flotilla.simulation.World;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code flotilla simulate}: scaling policies on a trace, on virtual time. */
@Command(
        name = "simulate",
        mixinStandardHelpOptions = true,
        description = "Replays arrivals through scaling policies on virtual time and scores them.",
        footer = {
            "",
            "Policies: backlog-time, message-count, step, alarm and backlog-per-instance with the settings of the",
            "configuration; aws-target-tracking, keda and buildkite as one gets them without turning a knob. Minimum,",
            "schedule, steps, pauses, boot allowance and assumed times of the configuration hold for all of them.",
            "",
            "Files: rows of time,arrivals or one time a line, in seconds or as 2026-01-31T12:00:00Z; the first time is the",
            "start of the trace. Or scaling decisions as GET /v1/scaling/decisions gives them. At most 31 days and",
            "20 million images.",
            "",
            "Generators, with their own keys; each also takes hours, seed and scale:",
            "  constant:rate=8           diurnal:mean=8,swing=0.9,peak-hour=14",
            "  workday:night=1,morning=22,evening=14",
            "  bursts:base=6,every=300,size=600,within=20",
            "  flash-crowd:base=3,peak=30,ramp=60,hold=600,decay=900",
            "  on-off:rate=16,on=600,off=900"
        })
final class SimulateCommand implements Callable<Integer> {
    /** From so many images on, policies run one after the other: each run holds the waits of all. */
    private static final int MANY_IMAGES = 4_000_000;

    @Spec
    private CommandSpec spec;

    @Mixin
    private CommonOptions options;

    @Mixin
    private SimulatedWorld simulated;

    @Option(
            names = "--trace",
            paramLabel = "FILE|GENERATOR",
            description = "arrivals, from a file or made to order (below); repeatable")
    private List<String> traces = new ArrayList<>();

    @Mixin
    private SimulatedPolicies policies;

    @Mixin
    private ReportFiles files;

    @Option(
            names = "--league",
            description =
                    "run every policy and baseline with its cheapest setting that keeps the promise, on the standard "
                            + "traces or on those of --trace; prints Markdown; takes minutes")
    private boolean league;

    @Option(
            names = "--scale",
            paramLabel = "K",
            description = "with --league: K times the arrivals and the instances (1)")
    private Double scale;

    @Override
    public Integer call() {
        FlotillaSettings settings = options.load("gateway").settings();
        require(scale == null || league, "--scale goes with --league; a generator takes scale=K itself");
        require(
                !league || !(policies.wanted() || files.wanted()),
                "--league runs all policies and prints Markdown: leave out --policy, --html and --csv");
        double factor = scale == null ? 1 : scale;
        require(factor > 0 && factor <= 1000, "--scale is above 0 and at most 1000");
        World world = simulated.of(settings, factor);
        Map<String, ScalingPolicy> contenders = policies.in(world, settings.scaling());
        files.check();
        List<TraceSource> sources = traces.stream()
                .map(trace -> TraceSource.of(trace, factor, simulated.seed(), spec.commandLine()))
                .toList();
        if (league) {
            compete(world, factor, sources);
        } else {
            require(
                    !sources.isEmpty(),
                    "--trace is missing: name a file or one of " + String.join(", ", TraceGenerator.names()));
            files.write(run(sources, contenders, world));
        }
        return 0;
    }

    private void compete(World world, double factor, List<TraceSource> sources) {
        PrintWriter out = spec.commandLine().getOut();
        League table = new League(world, factor, line -> {
            out.println(line);
            out.flush();
        });
        try {
            if (sources.isEmpty()) {
                table.run();
            } else {
                sources.forEach(source -> table.run(source.load()));
            }
        } catch (TraceException e) {
            throw new ParameterException(spec.commandLine(), "--scale: " + e.getMessage(), e);
        }
    }

    private List<Report> run(List<TraceSource> sources, Map<String, ScalingPolicy> contenders, World world) {
        PrintWriter out = spec.commandLine().getOut();
        List<Report> within = new ArrayList<>();
        List<Report> apart = new ArrayList<>();
        for (TraceSource source : sources) {
            Report report = report(source.load(), contenders, world);
            if (report.isApart()) {
                apart.add(report);
            } else {
                within.add(report);
                out.println(report.table());
                out.flush();
            }
        }
        if (!apart.isEmpty()) {
            out.println("Out of reach: the promise was not kept, by waiting time");
            out.println();
            apart.forEach(report -> out.println(report.table()));
            out.flush();
        }
        within.addAll(apart);
        return within;
    }

    private static Report report(Trace trace, Map<String, ScalingPolicy> contenders, World world) {
        CompletableFuture<Bound> bound = CompletableFuture.supplyAsync(() -> ClairvoyantBound.judge(trace, world));
        Stream<Map.Entry<String, ScalingPolicy>> runs = contenders.entrySet().stream();
        List<Report.Line> lines = (trace.size() > MANY_IMAGES ? runs : runs.parallel())
                .map(one -> new Report.Line(one.getKey(), Simulation.run(one.getValue(), trace, world)))
                .toList();
        return new Report(trace, world, bound.join(), lines);
    }

    private void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), otherwise);
        }
    }
}
