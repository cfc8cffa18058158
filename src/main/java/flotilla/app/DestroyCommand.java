package flotilla.app;

import flotilla.config.FlotillaSettings;
import flotilla.protocol.InfrastructureException;
import flotilla.provision.Attributes;
import flotilla.provision.Blueprint;
import flotilla.provision.DestroyPlan;
import flotilla.provision.Provisioning;
import flotilla.provision.Seen;
import flotilla.provision.Step;
import flotilla.provision.Thing;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code flotilla destroy}: removes what {@code provision} has made. */
@Command(
        name = "destroy",
        mixinStandardHelpOptions = true,
        description = {
            "Removes what `flotilla provision` has made: everything of this system's names that has the tag flotilla:cluster. "
                    + "Refused while workers run. Without --yes it only shows its plan. A second run finds nothing to do.",
            "Settings: config/gateway.conf. For an embedded cloud: --set flotilla.aws.endpoints-file=DIR/endpoints.json."
        },
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {
            "0:nothing is left but what the plan keeps, or the plan was shown",
            "1:workers run, or something could not be removed",
            "2:wrong usage"
        })
final class DestroyCommand implements Callable<Integer> {
    private static final long LOOK_EVERY_MILLIS = 2_000;

    @Spec
    private CommandSpec spec;

    @Option(names = "--yes", description = "do it")
    private boolean yes;

    @Option(
            names = "--drain",
            description =
                    "first wait until the request queue is empty and the gateway has ended all workers; send no more "
                            + "work, and have scaling.min-instances at 0")
    private boolean drain;

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            converter = LoadCommand.Time.class,
            defaultValue = "10m",
            description = "how long --drain waits, such as 30s or 10m (default: ${DEFAULT-VALUE})")
    private Duration patience;

    @Option(names = "--empty-buckets", description = "delete buckets that hold objects, with all of them")
    private boolean emptyBuckets;

    @Option(names = "--untagged", description = "also remove, by its name alone, what has no tag flotilla:cluster")
    private boolean untagged;

    @Mixin
    private CommonOptions options;

    @Override
    public Integer call() throws InterruptedException {
        CommonOptions.Loaded loaded = options.load(GatewayRole.ROLE);
        if (patience.isNegative()) {
            throw new ParameterException(spec.commandLine(), "--wait is a time such as 10m");
        }
        try (Provisioners provisioners = Provisioners.open(loaded)) {
            return run(provisioners.provisioning(), loaded.settings(), LOOK_EVERY_MILLIS);
        }
    }

    /**
     * Visible for tests: everything but the connections.
     *
     * @param pauseMillis between two looks while it waits
     */
    int run(Provisioning provisioning, FlotillaSettings settings, long pauseMillis) throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        List<Step> plan = plan(provisioning, settings);
        PlanRun run = new PlanRun(out, provisioning);
        boolean keeps = plan.stream().anyMatch(Step.Keep.class::isInstance);
        String nothing =
                keeps ? "nothing to do: only what is kept is left" : "nothing to do: nothing of this system is left";
        if (run.show(plan, nothing, yes)) {
            if (drain) {
                await(provisioning, settings, out, pauseMillis);
                plan = plan(provisioning, settings);
            }
            run.act(plan);
        }
        return PlanRun.isRefused(plan) ? 1 : 0;
    }

    private List<Step> plan(Provisioning provisioning, FlotillaSettings settings) {
        List<Thing> things = Blueprint.everything(settings);
        return DestroyPlan.of(
                settings.cluster().name(),
                things,
                provisioning.look(things).toCompletableFuture().join(),
                new DestroyPlan.Consent(
                        drain,
                        emptyBuckets,
                        untagged,
                        !settings.storage().prefix().isEmpty(),
                        drain ? Set.of(Blueprint.deadLetters(settings)) : Blueprint.work(settings)));
    }

    /** The gateway does the work of ending workers; this only looks on. */
    private void await(Provisioning provisioning, FlotillaSettings settings, PrintWriter out, long pauseMillis)
            throws InterruptedException {
        Thing queue = Blueprint.requestQueue(settings);
        Thing workers = Blueprint.workers(settings);
        long deadline = System.nanoTime() + patience.toNanos();
        String told = "";
        while (true) {
            Map<Thing, Seen> seen = provisioning
                    .look(List.of(queue, workers))
                    .toCompletableFuture()
                    .join();
            String messages = attribute(seen.get(queue), Attributes.MESSAGES);
            String running = attribute(seen.get(workers), Attributes.RUNNING);
            if (messages.equals("0") && running.equals("0")) {
                return;
            }
            String now = messages + " requests in the queue, " + running + " workers running";
            if (System.nanoTime() - deadline >= 0) {
                throw new InfrastructureException(
                        "after " + patience.toSeconds() + " s there are still " + now
                                + ", and nothing was removed; send no more "
                                + "work, see that a gateway runs and scaling.min-instances is 0 (flotilla why), or wait longer "
                                + "with --wait",
                        null);
            }
            if (!now.equals(told)) {
                out.println("waiting   " + now);
                out.flush();
                told = now;
            }
            TimeUnit.MILLISECONDS.sleep(pauseMillis);
        }
    }

    private static String attribute(Seen seen, String name) {
        return seen instanceof Seen.Present present ? present.attributes().getOrDefault(name, "0") : "0";
    }
}
