package flotilla.aws.ec2;

import static java.nio.charset.StandardCharsets.UTF_8;

import flotilla.aws.AwsErrors;
import flotilla.config.AwsSettings;
import flotilla.config.FleetSettings;
import flotilla.config.SettingsException;
import flotilla.domain.AppTierId;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.HttpTokensState;
import software.amazon.awssdk.services.ec2.model.Image;
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

    /**
     * Errors that say that another instance type or another subnet may have what is missing here.
     *
     * @see <a href="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html">EC2 error codes</a>
     */
    private static final Set<String> NO_CAPACITY = Set.of(
            "InsufficientCapacity",
            "InsufficientFreeAddressesInSubnet",
            "InsufficientHostCapacity",
            "InsufficientInstanceCapacity",
            "InsufficientReservedInstanceCapacity",
            "InsufficientVolumeCapacity",
            // The price of a Spot machine depends on its type and availability zone.
            "SpotMaxPriceTooLow",
            // The type is not offered in this availability zone.
            "Unsupported");

    /**
     * Quotas. Each is for a group of instance families in the whole region: another type may do, another subnet cannot.
     *
     * @see <a href="https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html">On-Demand and Spot quotas</a>
     */
    private static final Set<String> NO_MORE_OF_THE_TYPE =
            Set.of("InstanceLimitExceeded", "MaxSpotInstanceCountExceeded", "VcpuLimitExceeded");

    /** The token was used with other parameters: that earlier call may have launched a machine. */
    private static final String TOKEN_WAS_USED = "IdempotentParameterMismatch";

    /** What the embedded cloud calls its only image. */
    private static final String LOCAL_IMAGE = "ami-local";

    private final String cluster;
    private final FleetSettings fleet;
    private final Optional<String> image;
    private final ShutdownBehavior onShutdown;
    private final List<Tag> moreTags;
    private final Optional<BlockDeviceMapping> disk;

    private Ec2Launch(
            String cluster,
            FleetSettings fleet,
            Optional<String> image,
            ShutdownBehavior onShutdown,
            List<Tag> moreTags,
            Optional<BlockDeviceMapping> disk) {
        this.cluster = cluster;
        this.fleet = fleet;
        this.image = image;
        this.onShutdown = onShutdown;
        this.moreTags = moreTags;
        this.disk = disk;
    }

    /** How machines are launched that are terminated in the end. Without template and image, the embedded cloud has its own. */
    static Ec2Launch of(AwsSettings aws, FleetSettings fleet, String cluster) {
        Optional<String> image = fleet.imageId()
                .or(() -> Optional.of(LOCAL_IMAGE)
                        .filter(local ->
                                aws.ec2().isPresent() && fleet.launchTemplate().isEmpty()));
        return new Ec2Launch(cluster, fleet, image, ShutdownBehavior.TERMINATE, List.of(), Optional.empty());
    }

    /** The image that a launch template is made with. */
    static Optional<String> templateImage(AwsSettings aws, FleetSettings fleet) {
        return fleet.imageId()
                .or(() -> Optional.of(LOCAL_IMAGE).filter(local -> aws.ec2().isPresent()));
    }

    /** The same for machines that are stopped in the end, with more tags; these are not on their disks. */
    Ec2Launch stopped(List<Tag> tags) {
        return new Ec2Launch(cluster, fleet, image, ShutdownBehavior.STOP, List.copyOf(tags), disk);
    }

    /** The image that is launched without a template: nothing says then how its root disk is made, but {@link #encrypted} does. */
    Optional<String> imageAlone() {
        return image.filter(one -> fleet.launchTemplate().isEmpty());
    }

    /**
     * The same with the root disk encrypted.
     *
     * @param found {@link #imageAlone}, as EC2 describes it
     */
    Ec2Launch encrypted(Image found) {
        return new Ec2Launch(cluster, fleet, image, onShutdown, moreTags, Optional.of(Ec2Images.encryptedRoot(found)));
    }

    /** @throws SettingsException when neither a launch template nor an image is given */
    Ec2Launch requireSomething() {
        if (image.isEmpty() && fleet.launchTemplate().isEmpty()) {
            throw new SettingsException(
                    "flotilla.fleet.launch-template or flotilla.fleet.image-id must be given, or there "
                            + "is nothing to launch; `flotilla provision` creates a launch template");
        }
        return this;
    }

    /** The types to choose from; empty for the launch template's own. */
    List<String> types() {
        boolean templateDecides = fleet.launchTemplate().isPresent()
                && image.isEmpty()
                && fleet.instanceTypes().size() == 1;
        return templateDecides ? List.of() : fleet.instanceTypes();
    }

    /** A request without a client token. */
    RunInstancesRequest.Builder request(AppTierId id, LaunchPlaces.Place place, String userData) {
        RunInstancesRequest.Builder request = RunInstancesRequest.builder()
                .minCount(1)
                .maxCount(1)
                .userData(encoded(userData))
                .tagSpecifications(tags(ResourceType.INSTANCE, id), tags(ResourceType.VOLUME, id))
                .instanceInitiatedShutdownBehavior(onShutdown)
                .metadataOptions(options -> options.httpEndpoint(InstanceMetadataEndpointState.ENABLED)
                        .httpTokens(HttpTokensState.REQUIRED)
                        .instanceMetadataTags(InstanceMetadataTagsState.ENABLED));
        fleet.launchTemplate()
                .ifPresent(name -> request.launchTemplate(
                        template -> template.launchTemplateName(name).version(NEWEST_VERSION)));
        place.type().ifPresent(request::instanceType);
        place.subnet().ifPresent(request::subnetId);
        image.ifPresent(request::imageId);
        disk.ifPresent(one -> request.blockDeviceMappings(one));
        fleet.keyName().ifPresent(request::keyName);
        fleet.instanceProfile().ifPresent(name -> request.iamInstanceProfile(profile -> profile.name(name)));
        if (!fleet.securityGroupIds().isEmpty()) {
            request.securityGroupIds(fleet.securityGroupIds());
        }
        return request;
    }

    /** Whether an error code says that it may go better elsewhere. */
    static boolean noCapacity(String code) {
        return NO_CAPACITY.contains(code) || noMoreOfTheType(code);
    }

    /** Whether an error code says that no subnet can have more machines of this type. */
    static boolean noMoreOfTheType(String code) {
        return NO_MORE_OF_THE_TYPE.contains(code);
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

    /** User data as the API takes it. */
    static String encoded(String userData) {
        return Base64.getEncoder().encodeToString(userData.getBytes(UTF_8));
    }

    private TagSpecification tags(ResourceType resource, AppTierId id) {
        List<Tag> tags = new ArrayList<>(Ec2Tags.of(cluster, id));
        if (resource == ResourceType.INSTANCE) {
            tags.addAll(moreTags);
        }
        return TagSpecification.builder().resourceType(resource).tags(tags).build();
    }
}
