package flotilla.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flotilla.config.LocalSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.autoscaling.AutoScalingAsyncClient;
import software.amazon.awssdk.services.autoscaling.model.AutoScalingGroup;
import software.amazon.awssdk.services.ec2.Ec2AsyncClient;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.InstanceStateName;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateTagSpecificationRequest;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateVersion;
import software.amazon.awssdk.services.ec2.model.RequestLaunchTemplateData;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.TagSpecification;

/** Launch templates and Auto Scaling groups of the stand-in through the AWS SDK; the instances are {@code sleep}. */
class LocalAutoScalingIT {
    private static final String USER_DATA =
            Base64.getEncoder().encodeToString("flotilla {}".getBytes(StandardCharsets.UTF_8));

    @TempDir
    private static Path data;

    private static LocalEc2 cloud;
    private static Ec2AsyncClient ec2;
    private static AutoScalingAsyncClient scaling;

    @BeforeAll
    static void start() throws IOException {
        LocalSettings settings =
                new LocalSettings(0, 0, 0, Duration.ZERO, List.of(), Duration.ofSeconds(5), Duration.ofMinutes(10));
        cloud = LocalEc2.start(data, settings, List.of("sleep", "1000"), Map.of());
        ec2 = Clients.ec2(cloud.endpoint());
        scaling = Clients.autoScaling(cloud.endpoint());
        template("workers", "c7i.large");
    }

    @AfterAll
    static void stop() {
        scaling.close();
        ec2.close();
        cloud.close();
    }

    private static String template(String name, String type) {
        return ec2.createLaunchTemplate(request -> request.launchTemplateName(name)
                        .launchTemplateData(RequestLaunchTemplateData.builder()
                                .imageId("ami-template")
                                .instanceType(type)
                                .userData(USER_DATA)
                                .tagSpecifications(LaunchTemplateTagSpecificationRequest.builder()
                                        .resourceType(ResourceType.INSTANCE)
                                        .tags(tag("from", "template"), tag("kept", "template"))
                                        .build())
                                .build()))
                .join()
                .launchTemplate()
                .launchTemplateId();
    }

    private static void group(String name, int min, int max, int desired, boolean isProtected) {
        scaling.createAutoScalingGroup(request -> request.autoScalingGroupName(name)
                        .launchTemplate(template ->
                                template.launchTemplateName("workers").version("$Latest"))
                        .minSize(min)
                        .maxSize(max)
                        .desiredCapacity(desired)
                        .availabilityZones("us-east-1a")
                        .newInstancesProtectedFromScaleIn(isProtected)
                        .tags(software.amazon.awssdk.services.autoscaling.model.Tag.builder()
                                .key("from")
                                .value(name)
                                .propagateAtLaunch(true)
                                .build()))
                .join();
    }

    private static List<String> lifecycles(String name) {
        return describe(name).instances().stream()
                .map(one -> one.lifecycleStateAsString())
                .toList();
    }

    private static String memberInService(String name) {
        Eventually.until("a member in service", () -> inService(name) == 1);
        return describe(name).instances().get(0).instanceId();
    }

    private static void hook(String name, int heartbeat) {
        scaling.putLifecycleHook(request -> request.autoScalingGroupName(name)
                        .lifecycleHookName("drain")
                        .lifecycleTransition("autoscaling:EC2_INSTANCE_TERMINATING")
                        .heartbeatTimeout(heartbeat)
                        .defaultResult("CONTINUE"))
                .join();
    }

    private static void complete(String name, String id) {
        scaling.completeLifecycleAction(request -> request.autoScalingGroupName(name)
                        .lifecycleHookName("drain")
                        .instanceId(id)
                        .lifecycleActionResult("CONTINUE"))
                .join();
    }

    @Test
    void terminatingHook_shouldHoldAMemberUntilItIsCompleted() {
        group("held", 0, 2, 1, true);
        hook("held", 3600);
        String id = memberInService("held");

        scaling.terminateInstanceInAutoScalingGroup(
                        request -> request.instanceId(id).shouldDecrementDesiredCapacity(true))
                .join();
        assertThat(lifecycles("held")).containsExactly("Terminating:Wait");
        assertThat(state(id)).isEqualTo(InstanceStateName.RUNNING);
        complete("held", id);

        Eventually.until("the end of the member", () -> state(id) == InstanceStateName.TERMINATED);
        assertThatThrownBy(() -> complete("held", id)).hasMessageContaining("No active Lifecycle Action");
    }

    @Test
    void terminatingHook_shouldHoldNoLongerThanItsHeartbeat() {
        group("impatient", 0, 2, 1, true);
        hook("impatient", 1);
        String id = memberInService("impatient");

        scaling.terminateInstanceInAutoScalingGroup(
                        request -> request.instanceId(id).shouldDecrementDesiredCapacity(true))
                .join();

        Eventually.until("the end of the member", () -> state(id) == InstanceStateName.TERMINATED);
    }

    private static InstanceStateName state(String id) {
        return ec2.describeInstances(request -> request.instanceIds(id))
                .join()
                .reservations()
                .get(0)
                .instances()
                .get(0)
                .state()
                .name();
    }

    @Test
    void runInstances_shouldTakeFromTheTemplateWhatTheRequestDoesNotGive() {
        Instance plain = ec2.runInstances(
                        request -> request.launchTemplate(template -> template.launchTemplateName("workers"))
                                .minCount(1)
                                .maxCount(1))
                .join()
                .instances()
                .get(0);
        assertThat(plain.imageId()).isEqualTo("ami-template");
        assertThat(plain.instanceTypeAsString()).isEqualTo("c7i.large");
        assertThat(plain.tags()).contains(tag("from", "template"), tag("kept", "template"));

        Instance other = ec2.runInstances(
                        request -> request.launchTemplate(template -> template.launchTemplateName("workers"))
                                .imageId("ami-own")
                                .instanceType("m7i.large")
                                .tagSpecifications(TagSpecification.builder()
                                        .resourceType(ResourceType.INSTANCE)
                                        .tags(tag("from", "request"))
                                        .build())
                                .minCount(1)
                                .maxCount(1))
                .join()
                .instances()
                .get(0);
        assertThat(other.imageId()).isEqualTo("ami-own");
        assertThat(other.instanceTypeAsString()).isEqualTo("m7i.large");
        assertThat(other.tags()).contains(tag("from", "request"), tag("kept", "template"));
    }

    @Test
    void templates_shouldHaveVersionsAndBeFoundByNameAndId() {
        String id = template("versions", "c7i.large");
        ec2.createLaunchTemplateVersion(request -> request.launchTemplateName("versions")
                        .sourceVersion("1")
                        .launchTemplateData(change -> change.instanceType("c6i.large")))
                .join();

        List<LaunchTemplateVersion> versions = ec2.describeLaunchTemplateVersions(
                        request -> request.launchTemplateId(id).versions("$Latest", "$Default"))
                .join()
                .launchTemplateVersions();

        assertThat(versions)
                .extracting(version -> version.launchTemplateData().instanceTypeAsString() + " "
                        + version.launchTemplateData().imageId())
                .containsExactly("c6i.large ami-template", "c7i.large ami-template");
        assertThat(versions.get(0).launchTemplateData().userData()).isEqualTo(USER_DATA);
        assertThat(ec2.describeLaunchTemplates(request -> request.launchTemplateNames("versions"))
                        .join()
                        .launchTemplates())
                .singleElement()
                .satisfies(one -> assertThat(one.latestVersionNumber()).isEqualTo(2));
        refused(
                "InvalidLaunchTemplateName.NotFoundException",
                () -> ec2.runInstances(
                                request -> request.launchTemplate(template -> template.launchTemplateName("none"))
                                        .minCount(1)
                                        .maxCount(1))
                        .join());
        refused("InvalidLaunchTemplateName.AlreadyExistsException", () -> template("versions", "c7i.large"));
    }

    @Test
    void group_shouldLaunchFromItsTemplateUpToItsDesiredCapacity() {
        group("grows", 0, 3, 0, false);
        assertThat(members("grows")).isEmpty();

        scaling.setDesiredCapacity(
                        request -> request.autoScalingGroupName("grows").desiredCapacity(2))
                .join();

        Eventually.until("two in service", () -> inService("grows") == 2);
        List<Instance> instances = instances("grows");
        assertThat(instances).hasSize(2).allSatisfy(one -> {
            assertThat(one.imageId()).isEqualTo("ami-template");
            assertThat(one.tags()).contains(tag("from", "grows"), tag("kept", "template"));
        });
        assertThat(describe("grows").instances())
                .allMatch(member -> member.healthStatus().equals("Healthy") && !member.protectedFromScaleIn());
        assertThat(scaling.describeAutoScalingInstances(
                                request -> request.instanceIds(instances.get(0).instanceId()))
                        .join()
                        .autoScalingInstances())
                .singleElement()
                .satisfies(one -> assertThat(one.autoScalingGroupName()).isEqualTo("grows"));
        refused(
                "ValidationError",
                () -> scaling.setDesiredCapacity(
                                request -> request.autoScalingGroupName("grows").desiredCapacity(4))
                        .join());
    }

    @Test
    void memberThatDies_shouldBeReplaced() {
        group("replaces", 1, 1, 1, false);
        Eventually.until("in service", () -> inService("replaces") == 1);
        String first = members("replaces").get(0);

        ec2.terminateInstances(request -> request.instanceIds(first)).join();

        Eventually.until(
                "another one in service",
                () -> inService("replaces") == 1 && !members("replaces").contains(first));
    }

    @Test
    void lowerDesiredCapacity_shouldEndUnprotectedMembersOnly() {
        group("shrinks", 0, 3, 3, false);
        Eventually.until("in service", () -> inService("shrinks") == 3);
        List<String> all = members("shrinks");
        scaling.setInstanceProtection(request -> request.autoScalingGroupName("shrinks")
                        .instanceIds(all.get(0), all.get(2))
                        .protectedFromScaleIn(true))
                .join();

        scaling.updateAutoScalingGroup(
                        request -> request.autoScalingGroupName("shrinks").desiredCapacity(0))
                .join();

        Eventually.until("the unprotected one gone", () -> members("shrinks").equals(List.of(all.get(0), all.get(2))));
        scaling.setInstanceProtection(request -> request.autoScalingGroupName("shrinks")
                        .instanceIds(all.get(0))
                        .protectedFromScaleIn(false))
                .join();
        Eventually.until("one more gone", () -> members("shrinks").equals(List.of(all.get(2))));
    }

    @Test
    void namedTermination_shouldTakeThatMemberThoughProtectedAndLowerTheCapacity() {
        group("named", 1, 3, 2, true);
        Eventually.until("in service", () -> inService("named") == 2);
        List<String> all = members("named");

        scaling.terminateInstanceInAutoScalingGroup(
                        request -> request.instanceId(all.get(1)).shouldDecrementDesiredCapacity(true))
                .join();

        Eventually.until("the named one gone", () -> members("named").equals(List.of(all.get(0))));
        assertThat(describe("named").desiredCapacity()).isEqualTo(1);
        refused(
                "ValidationError",
                () -> scaling.terminateInstanceInAutoScalingGroup(
                                request -> request.instanceId(all.get(0)).shouldDecrementDesiredCapacity(true))
                        .join());
        refused(
                "ValidationError",
                () -> scaling.terminateInstanceInAutoScalingGroup(request ->
                                request.instanceId("i-00000000000000000").shouldDecrementDesiredCapacity(true))
                        .join());
    }

    @Test
    void deletedGroup_shouldTakeItsInstancesAlongOnlyByForce() {
        group("deleted", 0, 1, 1, true);
        Eventually.until("in service", () -> inService("deleted") == 1);

        refused(
                "ResourceInUse",
                () -> scaling.deleteAutoScalingGroup(request -> request.autoScalingGroupName("deleted"))
                        .join());
        scaling.deleteAutoScalingGroup(
                        request -> request.autoScalingGroupName("deleted").forceDelete(true))
                .join();

        assertThat(scaling.describeAutoScalingGroups(request -> request.autoScalingGroupNames("deleted"))
                        .join()
                        .autoScalingGroups())
                .isEmpty();
        Eventually.until(
                "instances terminated",
                () -> instances("deleted").stream()
                        .allMatch(one -> one.state().name() == InstanceStateName.TERMINATED));
    }

    @Test
    void faults_shouldHitCallsAndTheLaunchesOfGroups() {
        template("rare", "p5.48xlarge");
        cloud.faults().fail("SetDesiredCapacity", "ScalingActivityInProgress", 1);
        cloud.faults()
                .fail("RunInstances", "InsufficientInstanceCapacity", 1_000_000, Map.of("InstanceType", "p5.48xlarge"));
        scaling.createAutoScalingGroup(request -> request.autoScalingGroupName("rare")
                        .launchTemplate(template -> template.launchTemplateName("rare"))
                        .minSize(0)
                        .maxSize(1)
                        .availabilityZones("us-east-1a"))
                .join();

        refused("ScalingActivityInProgress", () -> setRare(1));
        setRare(1);
        assertThat(describe("rare").desiredCapacity()).isEqualTo(1);
        assertThat(members("rare")).isEmpty();
        assertThat(ec2.runInstances(request -> request.imageId("ami-1")
                                .instanceType("c7i.large")
                                .minCount(1)
                                .maxCount(1))
                        .join()
                        .instances())
                .as("another type is not hit")
                .hasSize(1);
        cloud.faults().clear();

        Eventually.until("launched at last", () -> inService("rare") == 1);
    }

    private static void setRare(int capacity) {
        scaling.setDesiredCapacity(
                        request -> request.autoScalingGroupName("rare").desiredCapacity(capacity))
                .join();
    }

    @Test
    void wrongRequests_shouldBeRefusedAsByEc2AutoScaling() {
        refused(
                "ValidationError",
                () -> scaling.setDesiredCapacity(
                                request -> request.autoScalingGroupName("none").desiredCapacity(1))
                        .join());
        refused("ValidationError", () -> group("limits", 2, 1, 1, false));
        refused("InvalidAction", () -> scaling.describePolicies().join());
        group("twice", 0, 1, 0, false);
        refused("AlreadyExists", () -> group("twice", 0, 1, 0, false));
    }

    private static AutoScalingGroup describe(String name) {
        return scaling.describeAutoScalingGroups(request -> request.autoScalingGroupNames(name))
                .join()
                .autoScalingGroups()
                .get(0);
    }

    private static List<String> members(String name) {
        return describe(name).instances().stream()
                .map(software.amazon.awssdk.services.autoscaling.model.Instance::instanceId)
                .toList();
    }

    private static long inService(String name) {
        return describe(name).instances().stream()
                .filter(member -> member.lifecycleStateAsString().equals("InService"))
                .count();
    }

    private static List<Instance> instances(String group) {
        return ec2
                .describeInstances(request -> request.filters(Filter.builder()
                        .name("tag:aws:autoscaling:groupName")
                        .values(group)
                        .build()))
                .join()
                .reservations()
                .stream()
                .flatMap(reservation -> reservation.instances().stream())
                .toList();
    }

    private static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }

    private static void refused(String code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        AwsServiceException.class,
                        e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo(code));
    }
}
