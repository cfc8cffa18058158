package flotilla.aws.ec2;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.config.FlotillaSettings;
import flotilla.config.SettingsLoader;
import flotilla.provision.Attributes;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateBlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateBlockDeviceMappingRequest;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateHttpTokensState;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateInstanceNetworkInterfaceSpecification;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateTagSpecification;
import software.amazon.awssdk.services.ec2.model.RequestLaunchTemplateData;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.ResponseLaunchTemplateData;
import software.amazon.awssdk.services.ec2.model.VolumeType;

class TemplateDataTest {
    private static final Image IMAGE =
            Image.builder().imageId("ami-2").rootDeviceName("/dev/xvda").build();
    private static final TemplateData DATA = new TemplateData(
            FlotillaSettings.from(SettingsLoader.load(
                            Optional.empty(),
                            Optional.empty(),
                            List.of(
                                    "flotilla.fleet.instance-types=[m7i.large]",
                                    "flotilla.fleet.key-name=ours",
                                    "flotilla.fleet.security-group-ids=[sg-1]")))
                    .fleet(),
            "blue");

    /** As somebody has furnished it. */
    private static final ResponseLaunchTemplateData NEWEST = ResponseLaunchTemplateData.builder()
            .imageId("ami-1")
            .instanceType("c7i.large")
            .keyName("theirs")
            .metadataOptions(options -> options.httpPutResponseHopLimit(2))
            .blockDeviceMappings(
                    LaunchTemplateBlockDeviceMapping.builder()
                            .deviceName("/dev/xvda")
                            .ebs(volume -> volume.volumeSize(80)
                                    .volumeType(VolumeType.IO2)
                                    .iops(3000)
                                    .kmsKeyId("key-1")
                                    .encrypted(false))
                            .build(),
                    LaunchTemplateBlockDeviceMapping.builder()
                            .deviceName("/dev/xvdb")
                            .virtualName("ephemeral0")
                            .build())
            .tagSpecifications(
                    LaunchTemplateTagSpecification.builder()
                            .resourceType(ResourceType.INSTANCE)
                            .tags(Ec2Tags.tag("team", "x"), Ec2Tags.tag(Ec2Tags.CLUSTER, "green"))
                            .build(),
                    LaunchTemplateTagSpecification.builder()
                            .resourceType(ResourceType.NETWORK_INTERFACE)
                            .tags(Ec2Tags.tag("team", "y"))
                            .build())
            .build();

    /** A disk with contents of its own. */
    private static final LaunchTemplateBlockDeviceMapping MODELS = LaunchTemplateBlockDeviceMapping.builder()
            .deviceName("/dev/xvdc")
            .ebs(volume -> volume.snapshotId("snap-1").encrypted(true))
            .build();

    private static RequestLaunchTemplateData changed(String... attributes) {
        return DATA.changed(NEWEST, Set.of(attributes), Optional.of(IMAGE));
    }

    @Test
    void change_shouldGiveWhatDiffersAndNothingElse() {
        RequestLaunchTemplateData type = changed(Attributes.TYPE);

        assertThat(type.instanceTypeAsString()).isEqualTo("m7i.large");
        assertThat(type.imageId()).isNull();
        assertThat(type.keyName()).isNull();
        assertThat(type.metadataOptions()).isNull();
        assertThat(type.hasBlockDeviceMappings()).isFalse();
        assertThat(type.hasSecurityGroupIds()).isFalse();
        assertThat(changed(Attributes.KEY).keyName()).isEqualTo("ours");
        assertThat(changed(Attributes.SECURITY_GROUPS).securityGroupIds()).containsExactly("sg-1");
    }

    /** One that is given replaces all of it. */
    @Test
    void changeOfMetadata_shouldKeepTheHopsThatThereAre() {
        RequestLaunchTemplateData data = changed(Attributes.METADATA);

        assertThat(data.metadataOptions().httpTokens()).isEqualTo(LaunchTemplateHttpTokensState.REQUIRED);
        assertThat(data.metadataOptions().httpPutResponseHopLimit()).isEqualTo(2);
    }

    @Test
    void changeOfEncryption_shouldKeepTheDisksAsTheyAreAndEncryptThem() {
        List<LaunchTemplateBlockDeviceMappingRequest> disks =
                changed(Attributes.ENCRYPTION).blockDeviceMappings();

        assertThat(disks).hasSize(2);
        assertThat(disks.get(0).deviceName()).isEqualTo("/dev/xvda");
        assertThat(disks.get(0).ebs().encrypted()).isTrue();
        assertThat(disks.get(0).ebs().volumeSize()).isEqualTo(80);
        assertThat(disks.get(0).ebs().volumeType()).isEqualTo(VolumeType.IO2);
        assertThat(disks.get(0).ebs().iops()).isEqualTo(3000);
        assertThat(disks.get(0).ebs().kmsKeyId()).isEqualTo("key-1");
        assertThat(disks.get(1).virtualName()).isEqualTo("ephemeral0");
        assertThat(disks.get(1).ebs()).isNull();
    }

    /** EC2 leaves the snapshots of an earlier version out unless they are given anew. */
    @Test
    void changeOfSomethingElse_shouldGiveDisksWithASnapshotAnewAsTheyAre() {
        ResponseLaunchTemplateData withModels = NEWEST.toBuilder()
                .blockDeviceMappings(NEWEST.blockDeviceMappings().get(0), MODELS)
                .build();

        List<LaunchTemplateBlockDeviceMappingRequest> disks = DATA.changed(
                        withModels, Set.of(Attributes.TYPE), Optional.empty())
                .blockDeviceMappings();

        assertThat(disks).hasSize(2);
        assertThat(disks.get(0).ebs().encrypted()).isFalse();
        assertThat(disks.get(0).ebs().volumeSize()).isEqualTo(80);
        assertThat(disks.get(1).ebs().snapshotId()).isEqualTo("snap-1");
        assertThat(disks.get(1).ebs().encrypted()).isTrue();
    }

    /** As the console makes a template from an instance: it names the snapshot of the image's root disk. */
    @Test
    void changeOfTheImage_shouldKeepAllOfItsRootDiskButTheSnapshot() {
        LaunchTemplateBlockDeviceMapping root = NEWEST.blockDeviceMappings().get(0);
        ResponseLaunchTemplateData withSnapshots = NEWEST.toBuilder()
                .blockDeviceMappings(
                        root.toBuilder()
                                .ebs(root.ebs().toBuilder()
                                        .snapshotId("snap-of-ami-1")
                                        .build())
                                .build(),
                        MODELS)
                .build();

        List<LaunchTemplateBlockDeviceMappingRequest> disks = DATA.changed(
                        withSnapshots, Set.of(Attributes.IMAGE), Optional.of(IMAGE))
                .blockDeviceMappings();

        assertThat(disks).hasSize(2);
        assertThat(disks.get(0).ebs().snapshotId()).isNull();
        assertThat(disks.get(0).ebs().volumeSize()).isEqualTo(80);
        assertThat(disks.get(0).ebs().kmsKeyId()).isEqualTo("key-1");
        assertThat(disks.get(0).ebs().encrypted()).isTrue();
        assertThat(disks.get(1).ebs().snapshotId()).isEqualTo("snap-1");
    }

    /** EC2 launches nothing with a disk that is smaller than the image's snapshot of it. */
    @ParameterizedTest
    @CsvSource({"100, 100", "80, 80", "8, 80"})
    void changeOfTheImage_shouldTakeTheLargerRootDisk(int ofTheImage, int taken) {
        Image other = IMAGE.toBuilder()
                .blockDeviceMappings(BlockDeviceMapping.builder()
                        .deviceName("/dev/xvda")
                        .ebs(volume -> volume.volumeSize(ofTheImage))
                        .build())
                .build();

        RequestLaunchTemplateData data = DATA.changed(NEWEST, Set.of(Attributes.IMAGE), Optional.of(other));

        assertThat(data.blockDeviceMappings().get(0).deviceName()).isEqualTo("/dev/xvda");
        assertThat(data.blockDeviceMappings().get(0).ebs().volumeSize()).isEqualTo(taken);
    }

    /** Without size and snapshot a disk is what its image makes of it, and cannot be made by another image. */
    @Test
    void changeOfTheImage_shouldLeaveOutDisksThatOnlyTheEarlierOneBrings() {
        Image other = IMAGE.toBuilder()
                .rootDeviceName("/dev/sda1")
                .blockDeviceMappings(
                        BlockDeviceMapping.builder().deviceName("/dev/sdf").build())
                .build();
        ResponseLaunchTemplateData ofImages = NEWEST.toBuilder()
                .blockDeviceMappings(encrypted("/dev/xvda"), encrypted("/dev/sdf"), MODELS)
                .build();

        RequestLaunchTemplateData data = DATA.changed(ofImages, Set.of(Attributes.IMAGE), Optional.of(other));

        assertThat(data.blockDeviceMappings())
                .extracting(LaunchTemplateBlockDeviceMappingRequest::deviceName)
                .containsExactly("/dev/sdf", "/dev/xvdc", "/dev/sda1");
    }

    private static LaunchTemplateBlockDeviceMapping encrypted(String device) {
        return LaunchTemplateBlockDeviceMapping.builder()
                .deviceName(device)
                .ebs(volume -> volume.encrypted(true))
                .build();
    }

    @Test
    void groupsAtInterfaces_shouldBeReadThereAndNotBeGivenBesides() {
        ResponseLaunchTemplateData withInterface = NEWEST.toBuilder()
                .networkInterfaces(LaunchTemplateInstanceNetworkInterfaceSpecification.builder()
                        .deviceIndex(0)
                        .groups("sg-7")
                        .build())
                .build();

        assertThat(TemplateData.securityGroups(withInterface)).containsExactly("sg-7");
        assertThat(TemplateData.conflict(withInterface, Set.of(Attributes.SECURITY_GROUPS)))
                .hasValueSatisfying(why -> assertThat(why).contains("network interfaces", "fleet.security-group-ids"));
        assertThat(TemplateData.conflict(withInterface, Set.of(Attributes.TYPE)))
                .isEmpty();
        assertThat(TemplateData.conflict(NEWEST, Set.of(Attributes.SECURITY_GROUPS, Attributes.TYPE)))
                .isEmpty();
    }

    @Test
    void typesByRequirements_shouldNotGetATypeBesides() {
        ResponseLaunchTemplateData byRequirements = NEWEST.toBuilder()
                .instanceRequirements(wanted -> wanted.vCpuCount(count -> count.min(2)))
                .build();

        assertThat(TemplateData.conflict(byRequirements, Set.of(Attributes.TYPE)))
                .hasValueSatisfying(why -> assertThat(why).contains("by requirements", "fleet.instance-types"));
    }

    /** An image with another root disk brings one that no template has told to be encrypted. */
    @Test
    void changeOfTheImage_shouldSeeToItsRootDisk() {
        Image other = IMAGE.toBuilder().rootDeviceName("/dev/sda1").build();

        RequestLaunchTemplateData data = DATA.changed(NEWEST, Set.of(Attributes.IMAGE), Optional.of(other));

        assertThat(data.imageId()).isEqualTo("ami-2");
        assertThat(data.blockDeviceMappings())
                .extracting(LaunchTemplateBlockDeviceMappingRequest::deviceName)
                .containsExactly("/dev/xvda", "/dev/xvdb", "/dev/sda1");
        assertThat(data.blockDeviceMappings().get(2).ebs().encrypted()).isTrue();
    }

    @Test
    void change_shouldKeepOthersTagsBesideTheClusters() {
        RequestLaunchTemplateData data = changed(Attributes.TYPE);

        assertThat(data.tagSpecifications())
                .extracting(one -> one.resourceTypeAsString() + " " + one.tags())
                .containsExactly(
                        "instance " + List.of(Ec2Tags.tag("team", "x"), Ec2Tags.tag(Ec2Tags.CLUSTER, "blue")),
                        "volume " + List.of(Ec2Tags.tag(Ec2Tags.CLUSTER, "blue")),
                        "network-interface " + List.of(Ec2Tags.tag("team", "y")));
    }

    @Test
    void freshTemplate_shouldHaveSessionsOneHopAndAnEncryptedRootDisk() {
        RequestLaunchTemplateData data = DATA.fresh(IMAGE);

        assertThat(data.imageId()).isEqualTo("ami-2");
        assertThat(data.keyName()).isEqualTo("ours");
        assertThat(data.metadataOptions().httpTokens()).isEqualTo(LaunchTemplateHttpTokensState.REQUIRED);
        assertThat(data.metadataOptions().httpPutResponseHopLimit()).isEqualTo(1);
        assertThat(data.blockDeviceMappings())
                .singleElement()
                .satisfies(disk -> assertThat(disk.ebs().encrypted()).isTrue());
    }

    @Test
    void templateOfTheEmbeddedCloud_shouldHaveSettingsAndUserDataAndNoDisks() {
        RequestLaunchTemplateData data = DATA.embedded("ami-local", "flotilla {}");

        assertThat(data.imageId()).isEqualTo("ami-local");
        assertThat(data.userData()).isEqualTo(Ec2Launch.encoded("flotilla {}"));
        assertThat(data.instanceTypeAsString()).isEqualTo("m7i.large");
        assertThat(data.keyName()).isEqualTo("ours");
        assertThat(data.securityGroupIds()).containsExactly("sg-1");
        assertThat(data.metadataOptions().httpTokens()).isEqualTo(LaunchTemplateHttpTokensState.REQUIRED);
        assertThat(data.metadataOptions().httpPutResponseHopLimit()).isNull();
        assertThat(data.hasBlockDeviceMappings()).isFalse();
    }
}
