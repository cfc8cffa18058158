package flotilla.app;

import flotilla.config.FlotillaSettings;
import flotilla.provision.Blueprint;
import flotilla.provision.DestroyPlan;
import flotilla.provision.Kind;
import flotilla.provision.Provisioning;
import flotilla.provision.Step;
import flotilla.provision.Thing;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
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
            "1:workers run, images have no answer, or something could not be removed",
            "2:wrong usage"
        })
final class DestroyCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--yes", description = "do it")
    private boolean yes;

    @Option(
            names = "--drain",
            description =
                    "first wait until the request queue has been empty for a minute and the gateway has ended all workers; "
                            + "send no more work, and have scaling.min-instances at 0")
    private boolean drain;

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            converter = TimeConverter.class,
            defaultValue = "10m",
            description =
                    "how long requests and workers may be left, such as 30s or 10m: with --drain before anything is removed, and "
                            + "again when the gateway's instance has ended, then for 3m at least (default: ${DEFAULT-VALUE})")
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
            return run(provisioners.provisioning(), loaded.settings(), Pace.real());
        }
    }

    /** Visible for tests: everything but the connections. */
    int run(Provisioning provisioning, FlotillaSettings settings, Pace pace) throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        // Requests that are in the queue now are waited for.
        List<Step> plan = plan(
                provisioning, settings, drain ? Set.of(Blueprint.deadLetters(settings)) : Blueprint.work(settings));
        PlanRun run = new PlanRun(out, provisioning, pace);
        if (run.show(plan, nothingToDo(plan), yes)) {
            FleetEnd fleet = new FleetEnd(provisioning, settings, patience, out, pace);
            if (drain) {
                fleet.await();
                plan = plan(provisioning, settings, Blueprint.work(settings));
            }
            // Until a gateway has ended it accepts requests: what was planned before does not know of them.
            while (!PlanRun.isRefused(plan) && plan.stream().anyMatch(DestroyCommand::endsGateway)) {
                run.act(plan.stream().filter(DestroyCommand::endsGateway).toList());
                fleet.endWhoIsLeft();
                plan = plan(provisioning, settings, Blueprint.work(settings));
            }
            if (PlanRun.isRefused(plan)) {
                run.show(plan, nothingToDo(plan), yes);
            } else {
                run.act(plan);
            }
        }
        return PlanRun.isRefused(plan) ? 1 : 0;
    }

    private static boolean endsGateway(Step step) {
        return step instanceof Step.Remove && step.thing().kind() == Kind.GATEWAY;
    }

    private static String nothingToDo(List<Step> plan) {
        return plan.stream().anyMatch(Step.Keep.class::isInstance)
                ? "nothing to do: only what is kept is left"
                : "nothing to do: nothing of this system is left";
    }

    /** @param work queues whose messages must not be lost */
    private List<Step> plan(Provisioning provisioning, FlotillaSettings settings, Set<Thing> work) {
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
                        work));
    }
}
