package flotilla.local;

import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What RunInstances and a launch template have in common: how an instance is launched, as far as it is given.
 *
 * @param userData base64, as it was given
 * @param instanceProfile name or ARN
 * @param tags of the instance
 * @param told metadata options and disks, which an instance here does not have and a template tells as they were given
 */
record LaunchParameters(
        Optional<String> imageId,
        Optional<String> instanceType,
        Optional<String> userData,
        Optional<String> subnetId,
        List<String> securityGroupIds,
        Optional<String> keyName,
        Optional<String> instanceProfile,
        SortedMap<String, String> tags,
        SortedMap<String, String> told) {
    static final String METADATA_OPTIONS = "MetadataOptions";
    static final String DISK = "BlockDeviceMapping";

    /** In bytes before base64. */
    private static final int MAX_USER_DATA = 16 * 1024;

    /** What EC2 knows, and an instance here does not have. */
    private static final String[] MEANINGLESS = {
        "CapacityReservationSpecification",
        "CpuOptions",
        "CreditSpecification",
        "DisableApiStop",
        "DisableApiTermination",
        "EbsOptimized",
        "EnclaveOptions",
        "HibernationOptions",
        "InstanceInitiatedShutdownBehavior",
        "InstanceMarketOptions",
        "MaintenanceOptions",
        "Monitoring",
        "NetworkInterface",
        "Placement",
        "PrivateDnsNameOptions",
        "PrivateIpAddress",
        "SecurityGroup"
    };

    /** Nothing is given. */
    static final LaunchParameters NONE = new LaunchParameters(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            new TreeMap<>(),
            new TreeMap<>());

    LaunchParameters {
        securityGroupIds = List.copyOf(securityGroupIds);
        tags = Collections.unmodifiableSortedMap(new TreeMap<>(tags));
        told = Collections.unmodifiableSortedMap(new TreeMap<>(told));
    }

    /** @param prefix empty for RunInstances, {@code LaunchTemplateData.} for a launch template */
    static LaunchParameters of(Ec2Request request, String prefix) {
        Optional<String> userData = request.get(prefix + "UserData").filter(text -> !text.isEmpty());
        userData.ifPresent(LaunchParameters::requireUserData);
        SortedMap<String, String> told = request.below(prefix, METADATA_OPTIONS);
        told.putAll(request.below(prefix, DISK));
        LaunchParameters given = new LaunchParameters(
                request.get(prefix + "ImageId"),
                request.get(prefix + "InstanceType"),
                userData,
                request.get(prefix + "SubnetId"),
                request.list(prefix + "SecurityGroupId"),
                request.get(prefix + "KeyName"),
                request.get(prefix + "IamInstanceProfile.Name")
                        .or(() -> request.get(prefix + "IamInstanceProfile.Arn")),
                TagParameters.forInstances(request, prefix + "TagSpecification"),
                told);
        for (String name : MEANINGLESS) {
            request.ignore(prefix + name);
        }
        return given;
    }

    /** These parameters, and where one is not given, another's; tags key by key. */
    LaunchParameters over(LaunchParameters other) {
        SortedMap<String, String> allTags = new TreeMap<>(other.tags);
        allTags.putAll(tags);
        SortedMap<String, String> allTold = new TreeMap<>(other.told);
        for (String group : new String[] {METADATA_OPTIONS, DISK}) {
            if (told.keySet().stream().anyMatch(name -> name.startsWith(group))) {
                allTold.keySet().removeIf(name -> name.startsWith(group));
            }
        }
        allTold.putAll(told);
        return new LaunchParameters(
                imageId.or(other::imageId),
                instanceType.or(other::instanceType),
                userData.or(other::userData),
                subnetId.or(other::subnetId),
                securityGroupIds.isEmpty() ? other.securityGroupIds : securityGroupIds,
                keyName.or(other::keyName),
                instanceProfile.or(other::instanceProfile),
                allTags,
                allTold);
    }

    /**
     * The instance to launch.
     *
     * @throws Ec2Exception {@code MissingParameter} when there is no image
     */
    LaunchSpec spec(Optional<String> clientToken) {
        return new LaunchSpec(
                imageId.orElseThrow(() -> Ec2Exception.missing("ImageId")),
                instanceType.orElse("m1.small"),
                userData,
                clientToken,
                subnetId,
                securityGroupIds,
                keyName,
                instanceProfile);
    }

    /** @throws Ec2Exception when it is not base64, or too long */
    static void requireUserData(String base64) {
        try {
            if (Base64.getMimeDecoder().decode(base64).length > MAX_USER_DATA) {
                throw new Ec2Exception("InvalidParameterValue", "User data is limited to " + MAX_USER_DATA + " bytes");
            }
        } catch (IllegalArgumentException e) {
            throw new Ec2Exception("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.");
        }
    }
}
