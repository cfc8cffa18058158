package flotilla.aws.ec2;

import flotilla.aws.AwsClients;
import flotilla.aws.AwsErrors;
import flotilla.config.FleetSettings;
import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.scaling.Instance;
import flotilla.scaling.InstanceState;
import flotilla.supervisor.InstanceFleet.Described;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.pekko.Done;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.ec2.Ec2AsyncClient;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateHttpTokensState;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateInstanceMetadataEndpointState;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateInstanceMetadataTagsState;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateTagSpecificationRequest;
import software.amazon.awssdk.services.ec2.model.RequestLaunchTemplateData;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.waiters.Ec2AsyncWaiter;

/**
 * Makes what a fleet needs before its first instance is started: a launch template, or a set of stopped instances. Every call
 * may be repeated.
 */
public final class Ec2Provision implements AutoCloseable {
    private static final Duration LOOK_EVERY = Duration.ofSeconds(2);
    private static final int LOOKS = 300;

    private final Ec2AsyncClient client;
    private final Ec2AsyncWaiter waiter;
    private final Ec2InstanceFleet instances;
    private final FleetSettings fleet;
    private final String cluster;
    private final Ec2Launch launch;
    private final Clock clock;

    private Ec2Provision(
            Ec2AsyncClient client,
            Ec2InstanceFleet instances,
            FleetSettings fleet,
            String cluster,
            Ec2Launch launch,
            Clock clock) {
        this.client = client;
        this.waiter = Ec2AsyncWaiter.builder()
                .client(client)
                .overrideConfiguration(looks ->
                        looks.maxAttempts(LOOKS).backoffStrategyV2(BackoffStrategy.fixedDelayWithoutJitter(LOOK_EVERY)))
                .build();
        this.instances = instances;
        this.fleet = fleet;
        this.cluster = cluster;
        this.launch = launch;
        this.clock = clock;
    }

    /**
     * Makes the client; nothing is sent yet.
     *
     * @throws flotilla.config.SettingsException when neither a launch template nor an image is given
     */
    public static Ec2Provision connect(AwsClients clients, FleetSettings fleet, String cluster, Clock clock) {
        Ec2Launch launch = Ec2Launch.of(clients.settings(), fleet, cluster).requireSomething();
        return new Ec2Provision(
                Ec2InstanceFleet.client(clients),
                Ec2InstanceFleet.connect(clients, fleet, cluster, clock),
                fleet,
                cluster,
                launch,
                clock);
    }

    /**
     * Creates a launch template, or a new version of it, from the settings. Its instances carry the cluster's tag.
     *
     * @param userData plain text, HOCON
     */
    public CompletionStage<Done> launchTemplate(String name, String userData) {
        RequestLaunchTemplateData data = templateData(userData);
        return client.createLaunchTemplate(
                        request -> request.launchTemplateName(name).launchTemplateData(data))
                .handle((created, failure) -> {
                    if (failure == null) {
                        return CompletableFuture.completedFuture(Done.getInstance());
                    }
                    if (AwsErrors.code(failure).equals("InvalidLaunchTemplateName.AlreadyExistsException")) {
                        return newVersion(name, data);
                    }
                    throw AwsErrors.wrap("EC2 CreateLaunchTemplate of " + name, failure);
                })
                .thenCompose(Function.identity());
    }

    private CompletableFuture<Done> newVersion(String name, RequestLaunchTemplateData data) {
        return client.createLaunchTemplateVersion(
                        request -> request.launchTemplateName(name).launchTemplateData(data))
                .handle((created, failure) -> {
                    if (failure != null) {
                        throw AwsErrors.wrap("EC2 CreateLaunchTemplateVersion of " + name, failure);
                    }
                    return Done.getInstance();
                });
    }

    private RequestLaunchTemplateData templateData(String userData) {
        RequestLaunchTemplateData.Builder data = RequestLaunchTemplateData.builder()
                .instanceType(fleet.instanceTypes().get(0))
                .userData(Ec2Launch.encoded(userData))
                .tagSpecifications(clusterTag(ResourceType.INSTANCE), clusterTag(ResourceType.VOLUME))
                .metadataOptions(options -> options.httpEndpoint(LaunchTemplateInstanceMetadataEndpointState.ENABLED)
                        .httpTokens(LaunchTemplateHttpTokensState.REQUIRED)
                        .instanceMetadataTags(LaunchTemplateInstanceMetadataTagsState.ENABLED));
        launch.image().ifPresent(data::imageId);
        fleet.keyName().ifPresent(data::keyName);
        fleet.instanceProfile().ifPresent(profile -> data.iamInstanceProfile(given -> given.name(profile)));
        if (!fleet.securityGroupIds().isEmpty()) {
            data.securityGroupIds(fleet.securityGroupIds());
        }
        return data.build();
    }

    private LaunchTemplateTagSpecificationRequest clusterTag(ResourceType resource) {
        return LaunchTemplateTagSpecificationRequest.builder()
                .resourceType(resource)
                .tags(Ec2Tags.tag(Ec2Tags.CLUSTER, cluster))
                .build();
    }

    /**
     * Sees to a set for mode {@code start-stop}: one stopped instance for each app-tier id from 1 to {@code size} that no
     * instance has yet. On EC2 that takes a boot, for only a running instance can be stopped.
     *
     * @param userData plain text, HOCON
     * @param tags of each instance, besides those of every worker's
     */
    public CompletionStage<Done> stoppedInstances(int size, String userData, Map<String, String> tags) {
        return instances.describe().thenCompose(described -> {
            List<AppTierId> missing = missing(size, described);
            Ec2Launcher launcher = new Ec2Launcher(
                    client, launch.stopped(tags), new LaunchPlaces(launch.types(), fleet.subnetIds(), clock), clock);
            List<CompletableFuture<Instance>> launches = new ArrayList<>();
            for (AppTierId id : missing) {
                launches.add(launcher.launch(id, token(id), userData).toCompletableFuture());
            }
            return CompletableFuture.allOf(launches.toArray(CompletableFuture<?>[]::new))
                    .thenCompose(all -> stop(launches.stream()
                            .map(CompletableFuture::join)
                            .filter(one -> one.state() != InstanceState.STOPPED)
                            .map(Instance::id)
                            .toList()));
        });
    }

    /** Another one at each call: what exists is found by its tags, and a set may be made anew within a token's life. */
    private String token(AppTierId id) {
        String token = "set-" + id + "-" + clock.millis() + "-" + cluster;
        return token.substring(0, Math.min(64, token.length()));
    }

    private static List<AppTierId> missing(int size, Described described) {
        Set<AppTierId> taken = described.instances().stream()
                .filter(one -> one.state() != InstanceState.TERMINATED)
                .flatMap(one -> one.appTierId().stream())
                .collect(Collectors.toSet());
        return IntStream.rangeClosed(1, size)
                .mapToObj(AppTierId::new)
                .filter(id -> !taken.contains(id))
                .toList();
    }

    private CompletionStage<Done> stop(List<InstanceId> ids) {
        if (ids.isEmpty()) {
            return CompletableFuture.completedFuture(Done.getInstance());
        }
        List<String> names = ids.stream().map(InstanceId::value).toList();
        return waiter.waitUntilInstanceRunning(request -> request.instanceIds(names))
                .thenCompose(running -> client.stopInstances(request -> request.instanceIds(names)))
                .handle((stopped, failure) -> {
                    if (failure != null) {
                        throw AwsErrors.wrap("EC2 StopInstances of the new instances " + names, failure);
                    }
                    return Done.getInstance();
                });
    }

    @Override
    public void close() {
        waiter.close();
        instances.close();
        client.close();
    }
}
