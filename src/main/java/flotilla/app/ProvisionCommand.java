package flotilla.app;

import flotilla.config.FleetSettings;
import flotilla.config.FlotillaSettings;
import flotilla.provision.Blueprint;
import flotilla.provision.ProvisionPlan;
import flotilla.provision.Provisioning;
import flotilla.provision.Step;
import flotilla.provision.Wanted;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code flotilla provision}: what a system needs in its account, through the AWS API. */
@Command(
        name = "provision",
        mixinStandardHelpOptions = true,
        description = {
            "Makes what a system needs in its AWS account, for those without Terraform: the five queues, two buckets, the "
                    + "workers' launch template or (fleet.mode = start-stop) the set of stopped instances, and with --gateway an "
                    + "instance for the gateway. Without --yes it only shows its plan. A second run finds nothing to do.",
            "Settings: config/gateway.conf. For an embedded cloud: --set flotilla.aws.endpoints-file=DIR/endpoints.json."
        },
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {
            "0:everything is there, or the plan was shown",
            "1:something may not be touched or could not be made",
            "2:wrong usage"
        })
final class ProvisionCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--gateway", description = "also an instance for the gateway (flotilla.provision.gateway)")
    private boolean gateway;

    @Option(names = "--yes", description = "do it")
    private boolean yes;

    @Option(names = "--adopt", description = "take over what is there by these names without the tag flotilla:cluster")
    private boolean adopt;

    @Mixin
    private CommonOptions options;

    @Override
    public Integer call() throws InterruptedException {
        CommonOptions.Loaded loaded = options.load(GatewayRole.ROLE);
        try (Provisioners provisioners = Provisioners.open(loaded)) {
            boolean possible = loaded.settings().provision().gateway().imageId().isPresent();
            if (gateway && possible) {
                // What it would not start with is found out before anything is made.
                provisioners.gatewayUserData();
            }
            return run(provisioners.provisioning(), loaded.settings(), Pace.real());
        }
    }

    /** Visible for tests: everything but the connections. */
    int run(Provisioning provisioning, FlotillaSettings settings, Pace pace) throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        List<Wanted> wanted = Blueprint.of(settings, gateway);
        List<Step> plan = ProvisionPlan.of(
                settings.cluster().name(),
                wanted,
                provisioning
                        .look(wanted.stream().map(Wanted::thing).toList())
                        .toCompletableFuture()
                        .join(),
                adopt);
        PlanRun run = new PlanRun(out, provisioning, pace);
        if (run.show(plan, "nothing to do: everything is there and in order", yes)) {
            run.act(plan);
        }
        hint(settings, out);
        out.flush();
        return PlanRun.isRefused(plan) ? 1 : 0;
    }

    private static void hint(FlotillaSettings settings, PrintWriter out) {
        if (settings.fleet().mode() == FleetSettings.Mode.LAUNCH
                && settings.fleet().launchTemplate().isEmpty()) {
            out.println("gateways launch from this template with flotilla.fleet.launch-template = "
                    + Blueprint.templateName(settings));
        }
        if (settings.fleet().mode() == FleetSettings.Mode.AUTO_SCALING_GROUP) {
            out.println(
                    "the group of fleet.mode = auto-scaling-group is not made here: docs/fleet-modes.md says what it needs");
        }
    }
}
