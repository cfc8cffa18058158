package flotilla.app;

import flotilla.aws.AwsClients;
import flotilla.aws.autoscaling.AutoScalingProvision;
import flotilla.aws.ec2.Ec2StoppedSet;
import flotilla.aws.ec2.Ec2TemplateProvision;
import flotilla.config.EmbeddedCloud;
import flotilla.config.FleetSettings;
import flotilla.config.FlotillaSettings;
import java.time.Clock;
import java.util.List;
import java.util.Map;

/**
 * What the fleet modes {@code start-stop} and {@code auto-scaling-group} need before a supervisor can work, made on the embedded
 * cloud: a set of stopped instances, or a launch template with an empty group. It is made when the gateway's own address in the
 * cluster is known and before its supervisor starts, for the workers' user data names that address.
 */
final class LocalFleetSet {
    private LocalFleetSet() {}

    /**
     * Makes it; returns when it is there.
     *
     * @param gateways where workers find the cluster, each {@code host:port}
     */
    static void make(CommonOptions.Loaded loaded, List<String> gateways) {
        FlotillaSettings settings = loaded.settings();
        String userData = WorkerUserData.render(loaded.config(), settings, gateways);
        try (AwsClients clients = AwsClients.open(settings.aws(), 0)) {
            switch (settings.fleet().mode()) {
                case START_STOP -> makeInstances(clients, settings, userData, gateways);
                case AUTO_SCALING_GROUP -> makeGroup(clients, settings, userData);
                case LAUNCH, STATIC -> {}
            }
        }
    }

    /** They are made stopped, so that none of them boots a worker for nothing. */
    private static void makeInstances(
            AwsClients clients, FlotillaSettings settings, String userData, List<String> gateways) {
        try (Ec2StoppedSet set = Ec2StoppedSet.connect(
                clients, settings.fleet(), settings.cluster().name(), Clock.systemUTC())) {
            set.fill(
                            settings.scaling().maxInstances(),
                            new Ec2StoppedSet.Outfit(userData, gateways, Map.of(EmbeddedCloud.MADE_STOPPED, "true")))
                    .toCompletableFuture()
                    .join();
        }
    }

    private static void makeGroup(AwsClients clients, FlotillaSettings settings, String userData) {
        FleetSettings fleet = settings.fleet();
        String name = fleet.autoScalingGroup().orElseThrow();
        try (Ec2TemplateProvision templates = Ec2TemplateProvision.connect(
                        clients, fleet, settings.cluster().name());
                AutoScalingProvision scaling = AutoScalingProvision.connect(clients)) {
            templates.makeForGroup(name, userData).toCompletableFuture().join();
            scaling.group(new AutoScalingProvision.Wanted(
                            name,
                            name,
                            settings.scaling().maxInstances(),
                            fleet.subnetIds(),
                            List.of(EmbeddedCloud.REGION + "a")))
                    .toCompletableFuture()
                    .join();
        }
    }
}
