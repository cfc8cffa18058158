package flotilla.aws.ec2;

import static java.nio.charset.StandardCharsets.UTF_8;

import flotilla.aws.AwsErrors;
import flotilla.config.FleetSettings;
import flotilla.domain.AppTierId;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.ec2.model.HttpTokensState;
import software.amazon.awssdk.services.ec2.model.InstanceMetadataEndpointState;
import software.amazon.awssdk.services.ec2.model.InstanceMetadataTagsState;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;
import software.amazon.awssdk.services.ec2.model.ShutdownBehavior;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.TagSpecification;

/**
 * How one machine is launched. With a launch template (its newest version) only those parameters are sent that are given
 * besides. The instance type goes with the image: it is sent when there is no template, or an image is given too, or there are
 * several types to choose from.
 */
final class Ec2Launch {
    private static final String NEWEST_VERSION = "$Latest";

    /**
     * Errors that say that nothing was launched although their HTTP status is 500 or 503.
     *
     * @see <a href="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html">EC2 error codes</a>
     */
    private static final Set<String> REFUSED_BY_SERVER = Set.of(
            "InsufficientAddressCapacity",
            "InsufficientCapacity",
            "InsufficientHostCapacity",
            "InsufficientInstanceCapacity",
            "InsufficientReservedInstanceCapacity",
            "InsufficientVolumeCapacity",
            "RequestLimitExceeded");

    /** Errors that say that another instance type or another subnet may have what is missing here. */
    private static final Set<String> NO_CAPACITY = Set.of(
            "InsufficientCapacity",
            "InsufficientFreeAddressesInSubnet",
            "InsufficientHostCapacity",
            "InsufficientInstanceCapacity",
            "InsufficientReservedInstanceCapacity",
            "InsufficientVolumeCapacity",
            // The type is not offered in this availability zone.
            "Unsupported");

    /** The token was used with other parameters: that earlier call may have launched a machine. */
    private static final String TOKEN_WAS_USED = "IdempotentParameterMismatch";

    private final String cluster;
    private final FleetSettings fleet;

    Ec2Launch(String cluster, FleetSettings fleet) {
        this.cluster = cluster;
        this.fleet = fleet;
    }

    /** The types to choose from; empty for the launch template's own. */
    List<String> types() {
        boolean templateDecides = fleet.launchTemplate().isPresent()
                && fleet.imageId().isEmpty()
                && fleet.instanceTypes().size() == 1;
        return templateDecides ? List.of() : fleet.instanceTypes();
    }

    /** A request without a client token. */
    RunInstancesRequest.Builder request(AppTierId id, LaunchPlaces.Place place, String userData) {
        RunInstancesRequest.Builder request = RunInstancesRequest.builder()
                .minCount(1)
                .maxCount(1)
                .userData(Base64.getEncoder().encodeToString(userData.getBytes(UTF_8)))
                .tagSpecifications(tags(ResourceType.INSTANCE, id), tags(ResourceType.VOLUME, id))
                .instanceInitiatedShutdownBehavior(ShutdownBehavior.TERMINATE)
                .metadataOptions(options -> options.httpEndpoint(InstanceMetadataEndpointState.ENABLED)
                        .httpTokens(HttpTokensState.REQUIRED)
                        .instanceMetadataTags(InstanceMetadataTagsState.ENABLED));
        fleet.launchTemplate()
                .ifPresent(name -> request.launchTemplate(
                        template -> template.launchTemplateName(name).version(NEWEST_VERSION)));
        place.type().ifPresent(request::instanceType);
        place.subnet().ifPresent(request::subnetId);
        fleet.imageId().ifPresent(request::imageId);
        fleet.keyName().ifPresent(request::keyName);
        fleet.instanceProfile().ifPresent(name -> request.iamInstanceProfile(profile -> profile.name(name)));
        if (!fleet.securityGroupIds().isEmpty()) {
            request.securityGroupIds(fleet.securityGroupIds());
        }
        return request;
    }

    /** Whether an error code says that it may go better elsewhere. */
    static boolean noCapacity(String code) {
        return NO_CAPACITY.contains(code);
    }

    /** Whether EC2 answered that this launch token has no machine. */
    static boolean outcomeKnown(Throwable failure) {
        if (!(AwsErrors.unwrap(failure) instanceof AwsServiceException service)) {
            return false;
        }
        String code = AwsErrors.code(service);
        boolean refused = service.statusCode() >= 400 && service.statusCode() < 500;
        return !code.equals(TOKEN_WAS_USED) && (refused || REFUSED_BY_SERVER.contains(code));
    }

    private TagSpecification tags(ResourceType resource, AppTierId id) {
        List<Tag> tags = Ec2Tags.of(cluster, id);
        return TagSpecification.builder().resourceType(resource).tags(tags).build();
    }
}
