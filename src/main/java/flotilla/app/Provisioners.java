package flotilla.app;

import com.typesafe.config.Config;
import flotilla.aws.AwsClients;
import flotilla.aws.ec2.Ec2GatewayProvision;
import flotilla.aws.ec2.Ec2SetProvision;
import flotilla.aws.ec2.Ec2StoppedSet;
import flotilla.aws.ec2.Ec2TemplateProvision;
import flotilla.aws.s3.S3Provision;
import flotilla.aws.sqs.SqsProvision;
import flotilla.config.ClusterSettings;
import flotilla.config.EmbeddedCloud;
import flotilla.config.FlotillaSettings;
import flotilla.config.SettingsException;
import flotilla.provision.Attributes;
import flotilla.provision.Blueprint;
import flotilla.provision.Kind;
import flotilla.provision.Provisioning;
import flotilla.provision.Seen.Present;
import flotilla.provision.Thing;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** The adapters that see and make what a system needs in its account, over shared clients. */
final class Provisioners implements AutoCloseable {
    private final Config config;
    private final FlotillaSettings settings;
    private final AwsClients clients;
    private final S3Provision buckets;
    private final Ec2GatewayProvision gateway;
    private final Provisioning provisioning;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    private Provisioners(CommonOptions.Loaded loaded, AwsClients clients) {
        this.config = loaded.config();
        this.settings = loaded.settings();
        this.clients = clients;
        String cluster = settings.cluster().name();
        opened.push(clients);
        SqsProvision queues = opened(SqsProvision.connect(clients, cluster));
        this.buckets =
                opened(S3Provision.connect(clients, cluster, settings.storage().prefix()));
        Ec2TemplateProvision templates = opened(Ec2TemplateProvision.connect(clients, settings.fleet(), cluster));
        this.gateway = opened(Ec2GatewayProvision.connect(
                clients,
                settings.provision().gateway(),
                settings.fleet().keyName(),
                cluster,
                this::gatewayUserData,
                Clock.systemUTC()));
        Ec2SetProvision set = opened(Ec2SetProvision.connect(
                clients,
                settings.fleet(),
                cluster,
                new Ec2SetProvision.Recipe(settings.scaling().maxInstances(), this::outfit),
                Clock.systemUTC()));
        this.provisioning = new Provisioning(Map.of(
                Kind.QUEUE,
                queues,
                Kind.BUCKET,
                buckets,
                Kind.LAUNCH_TEMPLATE,
                templates,
                Kind.GATEWAY,
                gateway,
                Kind.INSTANCES,
                set));
    }

    private <T extends AutoCloseable> T opened(T part) {
        opened.push(part);
        return part;
    }

    /**
     * Makes the clients; nothing is sent yet.
     *
     * @throws SettingsException when no region is known
     */
    static Provisioners open(CommonOptions.Loaded loaded) {
        return new Provisioners(loaded, AwsClients.open(loaded.settings().aws(), 0));
    }

    Provisioning provisioning() {
        return provisioning;
    }

    AwsClients clients() {
        return clients;
    }

    S3Provision buckets() {
        return buckets;
    }

    /** @throws SettingsException when the gateway would not start with it */
    String gatewayUserData() {
        return GatewayUserData.render(config, settings, clients.regionName());
    }

    /** On EC2 a set is launched and then stopped; the embedded cloud spares each its first boot. */
    private Map<String, String> setTags() {
        return settings.aws().ec2().isPresent() ? Map.of(EmbeddedCloud.MADE_STOPPED, "true") : Map.of();
    }

    /** What members of a set are given; fails with {@link SettingsException} while nobody can say where gateways will be. */
    private CompletionStage<Ec2StoppedSet.Outfit> outfit() {
        return gateway.look(new Thing(Kind.GATEWAY, Blueprint.gatewayName(settings)))
                .thenApply(seen -> {
                    List<String> gateways = gateways(
                            seen instanceof Present present
                                    ? present.attributes().get(Attributes.ADDRESS)
                                    : "");
                    return new Ec2StoppedSet.Outfit(
                            WorkerUserData.render(config, settings, gateways), gateways, setTags());
                });
    }

    /** Where workers find the cluster: said outright, or the instance that was made here, or this configuration's own address. */
    private List<String> gateways(String instanceAddress) {
        ClusterSettings cluster = settings.cluster();
        if (!cluster.seedNodes().isEmpty()) {
            return cluster.seedNodes();
        }
        if (!instanceAddress.isEmpty()) {
            int port = cluster.port() == 0 ? GatewayUserData.CLUSTER_PORT : cluster.port();
            return List.of(instanceAddress + ":" + port);
        }
        boolean fixed = cluster.port() != 0 && !cluster.host().isBlank();
        if (fixed && (settings.aws().ec2().isPresent() || !isLoopback(cluster.host()))) {
            return List.of(cluster.host() + ":" + cluster.port());
        }
        throw new SettingsException(
                "the set's workers must be told where the gateway is, at an address that stays: set flotilla.cluster.seed-nodes, "
                        + "or flotilla.cluster.host and port, or make the gateway's instance with --gateway");
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    @Override
    public void close() {
        while (!opened.isEmpty()) {
            Processes.close(opened.pop());
        }
    }
}
