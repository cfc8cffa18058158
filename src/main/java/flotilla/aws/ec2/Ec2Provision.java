package flotilla.aws.ec2;

import flotilla.aws.AwsClients;
import flotilla.aws.AwsErrors;
import flotilla.config.FleetSettings;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.Done;
import software.amazon.awssdk.services.ec2.Ec2AsyncClient;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateHttpTokensState;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateInstanceMetadataEndpointState;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateInstanceMetadataTagsState;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateTagSpecificationRequest;
import software.amazon.awssdk.services.ec2.model.RequestLaunchTemplateData;
import software.amazon.awssdk.services.ec2.model.ResourceType;

/** Makes the launch template of a group that the embedded cloud has. Every call may be repeated. */
public final class Ec2Provision implements AutoCloseable {
    private final Ec2AsyncClient client;
    private final FleetSettings fleet;
    private final String cluster;
    private final Ec2Launch launch;

    private Ec2Provision(Ec2AsyncClient client, FleetSettings fleet, String cluster, Ec2Launch launch) {
        this.client = client;
        this.fleet = fleet;
        this.cluster = cluster;
        this.launch = launch;
    }

    /**
     * Makes the client; nothing is sent yet.
     *
     * @throws flotilla.config.SettingsException when neither a launch template nor an image is given
     */
    public static Ec2Provision connect(AwsClients clients, FleetSettings fleet, String cluster) {
        Ec2Launch launch = Ec2Launch.of(clients.settings(), fleet, cluster).requireSomething();
        return new Ec2Provision(Ec2InstanceFleet.client(clients), fleet, cluster, launch);
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

    @Override
    public void close() {
        client.close();
    }
}
