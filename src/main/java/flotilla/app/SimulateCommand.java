package flotilla.app;

import flotilla.config.ScalingSettings;
import flotilla.config.SettingsException;
import flotilla.scaling.BacklogTimePolicy;
import flotilla.scaling.LogNormal;
import flotilla.scaling.ScalingPolicy;
import flotilla.simulation.ClairvoyantBound;
import flotilla.simulation.HtmlReport;
import flotilla.simulation.League;
import flotilla.simulation.Report;
import flotilla.simulation.Simulation;
import flotilla.simulation.Trace;
import flotilla.simulation.TraceException;
import flotilla.simulation.TraceGenerator;
import flotilla.simulation.TraceReader;
import flotilla.simulation.World;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
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
            "Generators, with their own keys; each also takes hours, seed and scale:",
            "  constant:rate=8           diurnal:mean=8,swing=0.9,peak-hour=14",
            "  workday:night=1,morning=22,evening=14",
            "  bursts:base=6,every=300,size=600,within=20",
            "  flash-crowd:base=3,peak=30,ramp=60,hold=600,decay=900",
            "  on-off:rate=16,on=600,off=900"
        })
final class SimulateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private CommonOptions options;

    @Option(
            names = "--trace",
            paramLabel = "FILE|GENERATOR",
            description = "seconds,arrivals or a time a line, or scaling decisions as JSON, or a generator; repeatable")
    private List<String> traces = new ArrayList<>();

    @Option(
            names = "--policy",
            paramLabel = "P[,P...]",
            split = ",",
            description = "policies to run, with the settings of the configuration (default: backlog-time)")
    private List<String> policies = List.of("backlog-time");

    @Option(names = "--slo", paramLabel = "SECONDS", description = "from acceptance to answer (default: the setting)")
    private Double slo;

    @Option(names = "--attainment", paramLabel = "SHARE", description = "that shall meet it (default: the setting)")
    private Double attainment;

    @Option(names = "--max-instances", paramLabel = "N", description = "(default: the setting)")
    private Integer maxInstances;

    @Option(names = "--boot-median", paramLabel = "SECONDS", defaultValue = "45", description = "(${DEFAULT-VALUE})")
    private double bootMedian;

    @Option(names = "--boot-p90", paramLabel = "SECONDS", defaultValue = "70", description = "(${DEFAULT-VALUE})")
    private double bootP90;

    @Option(names = "--service-mean", paramLabel = "SECONDS", defaultValue = "0.5", description = "(${DEFAULT-VALUE})")
    private double serviceMean;

    @Option(
            names = "--service-cv",
            paramLabel = "RATIO",
            defaultValue = "0.5",
            description = "coefficient of variation of the service time (${DEFAULT-VALUE})")
    private double serviceCv;

    @Option(names = "--counter-lag", paramLabel = "SECONDS", defaultValue = "0", description = "(${DEFAULT-VALUE})")
    private double counterLag;

    @Option(
            names = "--counter-noise",
            paramLabel = "SHARE",
            defaultValue = "0",
            description = "relative error of the queue's counters (${DEFAULT-VALUE})")
    private double counterNoise;

    @Option(names = "--launch-failures", paramLabel = "SHARE", defaultValue = "0", description = "(${DEFAULT-VALUE})")
    private double launchFailures;

    @Option(names = "--boot-failures", paramLabel = "SHARE", defaultValue = "0", description = "(${DEFAULT-VALUE})")
    private double bootFailures;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "of all chance (${DEFAULT-VALUE})")
    private long seed;

    @Option(names = "--html", paramLabel = "FILE", description = "write a page with plots")
    private Path html;

    @Option(names = "--csv", paramLabel = "FILE", description = "write the table as CSV")
    private Path csv;

    @Option(
            names = "--league",
            description =
                    "run every policy and baseline with its cheapest setting that keeps the promise, on the standard "
                            + "traces or on those of --trace; prints Markdown; takes minutes")
    private boolean league;

    @Option(
            names = "--scale",
            paramLabel = "K",
            defaultValue = "1",
            description = "with --league: K times the arrivals and the instances (${DEFAULT-VALUE})")
    private double scale;

    @Override
    public Integer call() throws IOException {
        ScalingSettings scaling = options.load("gateway").settings().scaling();
        World world = world(scaling);
        PrintWriter out = spec.commandLine().getOut();
        if (league) {
            World scaled = world.withMaxInstances((int) Math.round(world.maxInstances() * scale));
            League table = new League(scaled, scale, line -> {
                out.println(line);
                out.flush();
            });
            if (traces.isEmpty()) {
                table.run();
            } else {
                traces.forEach(trace -> table.run(trace(trace)));
            }
            return 0;
        }
        if (traces.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--trace is missing: name a file or one of " + String.join(", ", TraceGenerator.names()));
        }
        List<Report> reports = new ArrayList<>();
        for (String trace : traces) {
            Report report = report(trace(trace), world, scaling);
            out.print(report.table());
            out.println();
            out.flush();
            reports.add(report);
        }
        write(reports);
        return 0;
    }

    private Report report(Trace trace, World world, ScalingSettings scaling) {
        CompletableFuture<Optional<Double>> bound =
                CompletableFuture.supplyAsync(() -> ClairvoyantBound.find(trace, world));
        List<Report.Line> lines =
                policies.stream().map(name -> policy(name.strip(), world, scaling)).toList().parallelStream()
                        .map(policy -> new Report.Line(policy.name(), Simulation.run(policy, trace, world)))
                        .toList();
        return new Report(trace, world, bound.join(), lines);
    }

    private void write(List<Report> reports) throws IOException {
        if (html != null) {
            Files.writeString(html, HtmlReport.of(reports));
        }
        if (csv != null) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < reports.size(); i++) {
                text.append(reports.get(i).csv(i == 0));
            }
            Files.writeString(csv, text);
        }
    }

    private Trace trace(String spec) {
        try {
            return TraceGenerator.of(spec)
                    .map(TraceGenerator::generate)
                    .orElseGet(() -> TraceReader.read(Path.of(spec), seed));
        } catch (TraceException e) {
            throw new SettingsException(e.getMessage(), e);
        }
    }

    private ScalingPolicy policy(String name, World world, ScalingSettings scaling) {
        return Arrays.stream(ScalingSettings.Policy.values())
                .filter(known ->
                        known.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(name))
                .findFirst()
                .map(known -> known == ScalingSettings.Policy.BACKLOG_TIME
                        ? new BacklogTimePolicy(world.slo(), world.attainment())
                        : ScalingSetup.policy(known, scaling))
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(),
                        "there is no policy " + name + "; there are "
                                + String.join(
                                        ", ",
                                        Arrays.stream(ScalingSettings.Policy.values())
                                                .map(known -> known.name()
                                                        .toLowerCase(Locale.ROOT)
                                                        .replace('_', '-'))
                                                .toList())));
    }

    private World world(ScalingSettings scaling) {
        require(bootMedian > 0 && bootP90 > bootMedian, "--boot-p90 is more than --boot-median, and that more than 0");
        require(serviceMean > 0 && serviceCv >= 0, "--service-mean is more than 0, --service-cv at least 0");
        require(
                between(launchFailures) && between(bootFailures),
                "--launch-failures and --boot-failures are from 0 to below 1");
        require(counterLag >= 0 && counterNoise >= 0, "--counter-lag and --counter-noise are at least 0");
        require(scale > 0, "--scale is more than 0");
        double objective = slo == null ? seconds(scaling.slo()) : slo;
        double share = attainment == null ? scaling.attainment() : attainment;
        int most = maxInstances == null ? scaling.maxInstances() : maxInstances;
        require(
                objective > 0 && share > 0 && share < 1 && most >= 1,
                "--slo > 0, 0 < --attainment < 1, --max-instances >= 1");
        return new World(
                duration(objective),
                share,
                most,
                LogNormal.ofMedianAndP90(bootMedian, bootP90),
                LogNormal.ofMeanAndVariation(serviceMean, serviceCv),
                scaling.interval(),
                duration(counterLag),
                counterNoise,
                launchFailures,
                bootFailures,
                seed);
    }

    private static boolean between(double share) {
        return share >= 0 && share < 1;
    }

    private void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), otherwise);
        }
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    private static Duration duration(double seconds) {
        return Duration.ofMillis(Math.round(seconds * 1000));
    }
}
