package flotilla.aws.ec2;

import flotilla.config.FleetSettings;
import flotilla.provision.Attributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateBlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateBlockDeviceMappingRequest;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateEbsBlockDevice;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateEbsBlockDeviceRequest;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateHttpTokensState;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateInstanceMetadataEndpointState;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateInstanceMetadataOptions;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateInstanceMetadataOptionsRequest;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateInstanceMetadataTagsState;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateTagSpecificationRequest;
import software.amazon.awssdk.services.ec2.model.RequestLaunchTemplateData;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.ResponseLaunchTemplateData;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.VolumeType;

/**
 * What stands in a version of the workers' launch template. A version that is made from another one takes from there each
 * parameter that is not given, but for the snapshots of disks; one that is given replaces all of it, such as every disk. Pure.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplateVersion.html">CreateLaunchTemplateVersion</a>
 */
record TemplateData(FleetSettings fleet, String cluster) {
    /** Of a template that is made now. */
    RequestLaunchTemplateData fresh(Image image) {
        return settings(LaunchTemplateInstanceMetadataOptions.builder()
                        .httpPutResponseHopLimit(1)
                        .build())
                .imageId(image.imageId())
                .blockDeviceMappings(rootDisk(image))
                .build();
    }

    /**
     * Of a template that a group of the embedded cloud launches from: instances there have no disks, and their user data is the
     * template's.
     *
     * @param userData plain text
     */
    RequestLaunchTemplateData embedded(String image, String userData) {
        return settings(LaunchTemplateInstanceMetadataOptions.builder().build())
                .imageId(image)
                .userData(Ec2Launch.encoded(userData))
                .build();
    }

    /** What the settings say of every template. */
    private RequestLaunchTemplateData.Builder settings(LaunchTemplateInstanceMetadataOptions metadata) {
        RequestLaunchTemplateData.Builder data = RequestLaunchTemplateData.builder()
                .instanceType(fleet.instanceTypes().get(0))
                .tagSpecifications(ours(ResourceType.INSTANCE, List.of()), ours(ResourceType.VOLUME, List.of()))
                .metadataOptions(sessions(metadata));
        fleet.keyName().ifPresent(data::keyName);
        fleet.instanceProfile().ifPresent(name -> data.iamInstanceProfile(profile -> profile.name(name)));
        if (!fleet.securityGroupIds().isEmpty()) {
            data.securityGroupIds(fleet.securityGroupIds());
        }
        return data;
    }

    /**
     * What is to be given for a version that differs from the newest one in these attributes alone.
     *
     * @param image of the new version; needed where {@link #touchesDisks} and one is known
     */
    RequestLaunchTemplateData changed(
            ResponseLaunchTemplateData newest, Set<String> attributes, Optional<Image> image) {
        RequestLaunchTemplateData.Builder data =
                RequestLaunchTemplateData.builder().tagSpecifications(tags(newest));
        if (attributes.contains(Attributes.IMAGE)) {
            data.imageId(image.orElseThrow().imageId());
        }
        if (attributes.contains(Attributes.TYPE)) {
            data.instanceType(fleet.instanceTypes().get(0));
        }
        if (attributes.contains(Attributes.KEY)) {
            fleet.keyName().ifPresent(data::keyName);
        }
        if (attributes.contains(Attributes.PROFILE)) {
            fleet.instanceProfile().ifPresent(name -> data.iamInstanceProfile(profile -> profile.name(name)));
        }
        if (attributes.contains(Attributes.SECURITY_GROUPS)) {
            data.securityGroupIds(fleet.securityGroupIds());
        }
        if (attributes.contains(Attributes.METADATA)) {
            data.metadataOptions(sessions(Optional.ofNullable(newest.metadataOptions())
                    .orElse(LaunchTemplateInstanceMetadataOptions.builder().build())));
        }
        if (touchesDisks(attributes)) {
            data.blockDeviceMappings(encrypted(newest.blockDeviceMappings(), image));
        } else if (newest.blockDeviceMappings().stream().anyMatch(TemplateData::hasSnapshot)) {
            data.blockDeviceMappings(newest.blockDeviceMappings().stream()
                    .map(disk -> copied(disk, Optional.empty()))
                    .toList());
        }
        return data.build();
    }

    /**
     * Why a change of these attributes would make a version by which EC2 launches nothing, with the remedy: what the version
     * before it brings along excludes what would be given.
     */
    static Optional<String> conflict(ResponseLaunchTemplateData newest, Set<String> attributes) {
        if (attributes.contains(Attributes.SECURITY_GROUPS)
                && !newest.networkInterfaces().isEmpty()) {
            return Optional.of(
                    "its newest version has network interfaces with security groups of their own; make a version with "
                            + "those of fleet.security-group-ids, or leave that setting empty");
        }
        if (attributes.contains(Attributes.TYPE) && newest.instanceRequirements() != null) {
            return Optional.of(
                    "its newest version chooses instance types by requirements, and Flotilla by "
                            + "fleet.instance-types; make a version without requirements, or set another fleet.launch-template");
        }
        return Optional.empty();
    }

    /** Security groups by id; they stand at the interfaces where a version has any. */
    static List<String> securityGroups(ResponseLaunchTemplateData data) {
        return data.networkInterfaces().isEmpty()
                ? data.securityGroupIds()
                : data.networkInterfaces().stream()
                        .flatMap(one -> one.groups().stream())
                        .distinct()
                        .toList();
    }

    /** A new version has no snapshot of an earlier one's disks that is not given anew. */
    private static boolean hasSnapshot(LaunchTemplateBlockDeviceMapping disk) {
        return disk.ebs() != null && disk.ebs().snapshotId() != null;
    }

    /** An image brings its root disk, which is encrypted only where a template says so. */
    static boolean touchesDisks(Set<String> attributes) {
        return attributes.contains(Attributes.ENCRYPTION) || attributes.contains(Attributes.IMAGE);
    }

    private static LaunchTemplateInstanceMetadataOptionsRequest sessions(LaunchTemplateInstanceMetadataOptions before) {
        return LaunchTemplateInstanceMetadataOptionsRequest.builder()
                .httpEndpoint(LaunchTemplateInstanceMetadataEndpointState.ENABLED)
                .httpTokens(LaunchTemplateHttpTokensState.REQUIRED)
                .httpPutResponseHopLimit(before.httpPutResponseHopLimit())
                .httpProtocolIpv6(before.httpProtocolIpv6())
                .instanceMetadataTags(Optional.ofNullable(before.instanceMetadataTags())
                        .orElse(LaunchTemplateInstanceMetadataTagsState.ENABLED))
                .build();
    }

    /** @param image of the version that the disks are for */
    private static List<LaunchTemplateBlockDeviceMappingRequest> encrypted(
            List<LaunchTemplateBlockDeviceMapping> disks, Optional<Image> image) {
        List<LaunchTemplateBlockDeviceMappingRequest> all = disks.stream()
                .filter(disk -> image.stream().allMatch(one -> hasContents(disk) || isOf(one, disk)))
                .map(disk -> encrypted(disk, image))
                .collect(Collectors.toCollection(ArrayList::new));
        image.filter(one -> disks.stream().noneMatch(disk -> isRoot(one, disk)))
                .ifPresent(one -> all.add(rootDisk(one)));
        return all;
    }

    /**
     * The root disk's snapshot is the image's: EC2 launches nothing where a template names another, such as an older image's, nor where
     * a disk is smaller than the image's snapshot of it.
     */
    private static LaunchTemplateBlockDeviceMappingRequest encrypted(
            LaunchTemplateBlockDeviceMapping disk, Optional<Image> image) {
        LaunchTemplateBlockDeviceMappingRequest same = copied(disk, Optional.of(true));
        if (disk.ebs() == null) {
            return same;
        }
        Optional<String> snapshot = Optional.ofNullable(disk.ebs().snapshotId())
                .filter(id -> image.filter(one -> isRoot(one, disk)).isEmpty());
        Optional<Integer> size = Optional.ofNullable(disk.ebs().volumeSize())
                .map(own -> snapshot.isPresent() ? own : Math.max(own, imagesSize(disk, image)));
        return same.toBuilder()
                .ebs(same.ebs().toBuilder()
                        .snapshotId(snapshot.orElse(null))
                        .volumeSize(size.orElse(null))
                        .build())
                .build();
    }

    /** In GiB; 0 where the image does not bring this disk, or does not say. */
    private static int imagesSize(LaunchTemplateBlockDeviceMapping disk, Optional<Image> image) {
        return image.stream()
                .flatMap(one -> one.blockDeviceMappings().stream())
                .filter(one -> disk.deviceName().equals(one.deviceName()) && one.ebs() != null)
                .flatMap(one -> Stream.ofNullable(one.ebs().volumeSize()))
                .findFirst()
                .orElse(0);
    }

    private static boolean isRoot(Image image, LaunchTemplateBlockDeviceMapping disk) {
        return image.rootDeviceName().equals(disk.deviceName());
    }

    /** Whether the image brings this disk, of which a template then need only say what differs. */
    private static boolean isOf(Image image, LaunchTemplateBlockDeviceMapping disk) {
        return isRoot(image, disk)
                || image.blockDeviceMappings().stream()
                        .anyMatch(one -> disk.deviceName().equals(one.deviceName()));
    }

    /** Whether EC2 can make the disk where no image brings it; else it is what an earlier image has brought. */
    private static boolean hasContents(LaunchTemplateBlockDeviceMapping disk) {
        return disk.ebs() == null || disk.ebs().volumeSize() != null || hasSnapshot(disk);
    }

    /** @param encrypted empty for what the disk itself says */
    private static LaunchTemplateBlockDeviceMappingRequest copied(
            LaunchTemplateBlockDeviceMapping disk, Optional<Boolean> encrypted) {
        LaunchTemplateBlockDeviceMappingRequest.Builder same = LaunchTemplateBlockDeviceMappingRequest.builder()
                .deviceName(disk.deviceName())
                .virtualName(disk.virtualName())
                .noDevice(disk.noDevice());
        Optional.ofNullable(disk.ebs()).ifPresent(volume -> same.ebs(copied(volume, encrypted)));
        return same.build();
    }

    private static LaunchTemplateEbsBlockDeviceRequest copied(
            LaunchTemplateEbsBlockDevice volume, Optional<Boolean> encrypted) {
        return LaunchTemplateEbsBlockDeviceRequest.builder()
                .encrypted(encrypted.orElse(volume.encrypted()))
                .deleteOnTermination(volume.deleteOnTermination())
                .iops(volume.iops())
                .kmsKeyId(volume.kmsKeyId())
                .snapshotId(volume.snapshotId())
                .throughput(volume.throughput())
                .volumeInitializationRate(volume.volumeInitializationRate())
                .volumeSize(volume.volumeSize())
                .volumeType(volume.volumeTypeAsString())
                .build();
    }

    private static LaunchTemplateBlockDeviceMappingRequest rootDisk(Image image) {
        return LaunchTemplateBlockDeviceMappingRequest.builder()
                .deviceName(image.rootDeviceName())
                .ebs(volume -> volume.encrypted(true).volumeType(VolumeType.GP3).deleteOnTermination(true))
                .build();
    }

    /** Ours, with others' for these resources, and those for other resources. */
    private List<LaunchTemplateTagSpecificationRequest> tags(ResponseLaunchTemplateData newest) {
        Stream<LaunchTemplateTagSpecificationRequest> others = newest.tagSpecifications().stream()
                .filter(one -> one.resourceType() != ResourceType.INSTANCE && one.resourceType() != ResourceType.VOLUME)
                .map(one -> specification(one.resourceTypeAsString(), one.tags()));
        return Stream.concat(
                        Stream.of(ResourceType.INSTANCE, ResourceType.VOLUME)
                                .map(resource -> ours(
                                        resource,
                                        newest.tagSpecifications().stream()
                                                .filter(one -> one.resourceType() == resource)
                                                .flatMap(one -> one.tags().stream())
                                                .toList())),
                        others)
                .toList();
    }

    private LaunchTemplateTagSpecificationRequest ours(ResourceType resource, List<Tag> others) {
        List<Tag> tags = others.stream()
                .filter(tag -> !tag.key().equals(Ec2Tags.CLUSTER))
                .collect(Collectors.toCollection(ArrayList::new));
        tags.add(Ec2Tags.tag(Ec2Tags.CLUSTER, cluster));
        return specification(resource.toString(), tags);
    }

    private static LaunchTemplateTagSpecificationRequest specification(String resource, List<Tag> tags) {
        return LaunchTemplateTagSpecificationRequest.builder()
                .resourceType(resource)
                .tags(tags)
                .build();
    }
}
