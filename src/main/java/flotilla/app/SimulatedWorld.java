package flotilla.app;

import flotilla.config.FlotillaSettings;
import flotilla.config.ScalingSettings;
import flotilla.scaling.LogNormal;
import flotilla.simulation.Conduct;
import flotilla.simulation.World;
import java.time.Duration;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of {@code simulate} that describe the world; what they leave open the configuration says. */
final class SimulatedWorld {
    private static final double DAY = 24 * 3600;
    /** As of the setting {@code flotilla.scaling.max-instances}. */
    private static final int MOST_INSTANCES = 1000;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

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

    long seed() {
        return seed;
    }

    /**
     * The world, with so many times the instances.
     *
     * @throws ParameterException when an option is out of its bounds
     */
    World of(FlotillaSettings settings, double scale) {
        ScalingSettings scaling = settings.scaling();
        Conduct conduct =
                new Conduct(ScalingSetup.rules(settings), ScalingSetup.assumed(scaling.assumed()), scaling.debounce());
        double objective = slo == null ? seconds(scaling.slo()) : slo;
        double share = attainment == null ? scaling.attainment() : attainment;
        within("--slo", objective, 0.1, DAY);
        require(share > 0 && share < 1, "--attainment is above 0 and below 1, such as 0.99");
        within("--boot-median", bootMedian, 0.01, DAY);
        within("--boot-p90", bootP90, 0.01, DAY);
        require(bootP90 > bootMedian, "--boot-p90 is more than --boot-median");
        within("--service-mean", serviceMean, 0.001, DAY);
        within("--service-cv", serviceCv, 0, 100);
        within("--counter-lag", counterLag, 0, DAY);
        within("--counter-noise", counterNoise, 0, 10);
        require(between(launchFailures), "--launch-failures is from 0 to below 1");
        require(between(bootFailures), "--boot-failures is from 0 to below 1");
        return new World(
                duration(objective),
                share,
                most(scaling, conduct, scale),
                LogNormal.ofMedianAndP90(bootMedian, bootP90),
                LogNormal.ofMeanAndVariation(serviceMean, serviceCv),
                scaling.interval(),
                duration(counterLag),
                counterNoise,
                launchFailures,
                bootFailures,
                seed,
                conduct);
    }

    private int most(ScalingSettings scaling, Conduct conduct, double scale) {
        int most = maxInstances == null ? scaling.maxInstances() : maxInstances;
        within("--max-instances", most, 1, MOST_INSTANCES);
        double scaled = Math.rint(most * scale);
        require(
                scaled >= 1 && scaled <= MOST_INSTANCES,
                String.format(
                        Locale.ROOT,
                        "--scale times --max-instances (%d) makes a maximum of 1 to %d instances, not %.4g",
                        most,
                        MOST_INSTANCES,
                        most * scale));
        require(
                scaled >= conduct.minInstances(),
                String.format(
                        Locale.ROOT,
                        "a maximum of %.0f instances is below flotilla.scaling.min-instances (%d); raise --max-instances",
                        scaled,
                        conduct.minInstances()));
        return (int) scaled;
    }

    private void within(String option, double value, double least, double most) {
        require(
                value >= least && value <= most,
                option + " is from " + plain(least) + " to " + plain(most) + ", not " + plain(value));
    }

    private static String plain(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }

    private void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), otherwise);
        }
    }

    private static boolean between(double share) {
        return share >= 0 && share < 1;
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    private static Duration duration(double seconds) {
        return Duration.ofMillis(Math.round(seconds * 1000));
    }
}
